"""A unit is what its own memory says, too: another serial number or another unit's address stops it until decided."""

import pytest

from mes.database import open_engine
from mes.desk.acts import Desk
from mes.models.numbering import ReadBack
from mes.projection import rebuild
from mes.records import (
    DispositionMade,
    MeasurandDefinition,
    NumbersAllocated,
    PlanStep,
    RecordVoided,
    Signature,
    encode_record,
)
from mes.vocabulary import DispositionKind, Numbering, OperationKind

SIGNED = Signature(name="ann", meaning="decided")
HOST, CARD = "HOST-1", "CARD-1"


@pytest.fixture
def site(writer, story):
    """Hosts with a card in each: both tests read the serial number back, that of the card its MAC address, too."""
    told = {"serial": "serial_told", "mac": "mac_told"}
    plans = []
    for part, kinds in ((HOST, ["serial"]), (CARD, ["serial", "mac"])):
        plan = story.plan(f"test_{part}", part, ["sdd21", "skew"])
        texts = tuple(MeasurandDefinition(name=told[kind], unit="", tells=kind) for kind in kinds)
        step = PlanStep(name="id", measurands=tuple(one.name for one in texts), timeout_s=5)
        plans.append(plan.model_copy(update={"measurands": plan.measurands + texts, "steps": (*plan.steps, step)}))
    writer.tell(
        [
            story.definition(CARD, [(f"test_{CARD}", OperationKind.TEST), ("pack", OperationKind.TEST)]),
            story.definition(
                HOST, [("build", OperationKind.ASSEMBLY), (f"test_{HOST}", OperationKind.TEST)], [("slot", CARD, 1)]
            ),
            *plans,
            *(story.registered(unit) for unit in units(story).values()),
        ]
    )
    return writer


def units(story):
    """Two hosts and two cards by their serial numbers."""
    cable = story.cable("X")
    return {
        serial: cable.model_copy(update={"part": part, "serial": serial})
        for part, serial in ((HOST, "H1"), (HOST, "H2"), (CARD, "K1"), (CARD, "K2"))
    }


def run_of(story, serial, minute=2.0, source="test-1/1", **texts):
    """A run in which a unit told these texts."""
    unit = units(story)[serial]
    started, finished = story.run(unit, f"test_{unit.part}", minute, source=source, texts=texts)
    values = (*finished.values, *(None for _ in range(1 if unit.part == HOST else 2)))
    return [started, finished.model_copy(update={"values": values})]


def asked(site, story, serial, operation, minute=10, **facts):
    """The refusals that come of what units told, by rule."""
    request = story.request(units(story)[serial], operation, **facts).model_copy(update={"at": story.at(minute)})
    rules = ("eeprom_serial", "mac_address")
    return {one.rule: one for one in site.ledger.gate(request).refusals if one.rule in rules}


def test_a_unit_that_tells_its_own_serial_goes_on(site, story):
    """Nothing follows from what agrees, blanks behind it included, and no row is kept of it."""
    site.tell(run_of(story, "K1", serial_told="K1  ", mac_told="00:1B:21:00:00:04"))
    assert asked(site, story, "K1", "pack") == {}
    assert [row.tells for row in site.rows(ReadBack)] == ["mac"]


def test_a_copied_memory_names_the_unit_that_it_is_of(site, story):
    """The serial number of another registered unit in a unit's memory stops it and what it is built into."""
    site.tell(run_of(story, "K1", serial_told="K2"))
    site.tell([story.installed(units(story)["H1"], "slot", units(story)["K1"], 4)])
    for serial, operation in (("K1", "pack"), ("H1", f"test_{HOST}")):
        refusal = asked(site, story, serial, operation)["eeprom_serial"]
        assert "the memory of CARD-1 K1 says serial K2, which is CARD-1 K2: a copied memory" in refusal.message
        assert refusal.evidence[0].startswith("test_run ")
    assert asked(site, story, "K2", "pack") == {}


@pytest.mark.parametrize(("told", "said"), [("", "says no serial number"), ("ZZ", "says serial ZZ")])
def test_a_memory_of_nobody_stops_its_unit(site, story, told, said):
    """Blank, or a number that no unit has."""
    site.tell(run_of(story, "K1", serial_told=told))
    assert asked(site, story, "K1", "pack")["eeprom_serial"].message == f"the memory of CARD-1 K1 {said}"


def test_two_units_with_one_address_are_both_stopped(site, story):
    """Nobody knows whose address it is; what the station writes of it, hyphens or colons, is one."""
    site.tell(run_of(story, "K1", serial_told="K1", mac_told="00-1b-21-00-00-04"))
    assert asked(site, story, "K1", "pack") == {}
    site.tell(run_of(story, "K2", 3, "test-2/1", serial_told="K2", mac_told="00:1b:21:00:00:04"))
    for serial, other in (("K1", "K2"), ("K2", "K1")):
        refusal = asked(site, story, serial, "pack")["mac_address"]
        assert refusal.message == f"CARD-1 {serial} has MAC 00:1b:21:00:00:04, and so has CARD-1 {other}"


def test_the_same_unit_may_tell_its_address_twice(site, story):
    """A retest reads the same memory."""
    for minute in (2, 3):
        site.tell(run_of(story, "K1", minute, serial_told="K1", mac_told="00:1b:21:00:00:04"))
    assert asked(site, story, "K1", "pack") == {}


def test_an_address_that_was_given_to_another_unit_is_refused(site, story):
    """What the centre gave to one unit no other has; the owner is named with the allocation."""
    given = NumbersAllocated(
        **story.envelope(1, "centre/desk"),
        numbering=Numbering.MAC,
        name="nic",
        digest="0" * 64,
        first=0,
        count=1,
        numbers=("00:1b:21:00:00:04",),
        unit=units(story)["K2"],
        allocated_by="ann",
    )
    engine = open_engine(site.url)
    try:
        with Desk(engine, lambda: story.at(1)).act() as act:
            act.write([given])
    finally:
        engine.dispose()
    site.tell(run_of(story, "K1", serial_told="K1", mac_told="00:1b:21:00:00:04"))
    site.tell(run_of(story, "K2", 3, "test-2/1", serial_told="K2", mac_told="00:1b:21:00:00:05"))
    assert f"and so has CARD-1 K2 (allocation {given.id})" in asked(site, story, "K1", "pack")["mac_address"].message
    assert asked(site, story, "K2", "pack") == {}


def test_a_voided_run_and_a_decision_let_the_unit_go_on(site, story):
    """The run was on another unit and is void; or somebody decided, until the memory says it again."""
    site.tell(wrong := run_of(story, "K1", serial_told="K2"))
    site.tell(run_of(story, "K2", 2, "test-2/1", serial_told="K1"))
    void = RecordVoided(
        **story.envelope(4, "desk/1"), target="run", record=wrong[0].run, reason="wrong unit", signature=SIGNED
    )
    made = DispositionMade(
        **story.envelope(4, "desk/1"),
        unit=units(story)["K2"],
        disposition=DispositionKind.RETURN,
        operation=f"test_{CARD}",
        reason="memory written anew",
        signature=SIGNED,
    )
    assert set(asked(site, story, "K1", "pack")) == set(asked(site, story, "K2", "pack")) == {"eeprom_serial"}
    site.tell([void, made])
    assert asked(site, story, "K1", "pack") == asked(site, story, "K2", f"test_{CARD}") == {}
    site.tell(run_of(story, "K2", 6, "test-3/1", serial_told="K1"))
    assert set(asked(site, story, "K2", "pack")) == {"eeprom_serial"}


def test_a_record_that_arrives_late_is_kept_and_stops_the_unit(site, story):
    """A station that was offline tells of a copied memory after the unit went on; nothing is refused for being late."""
    site.tell(run_of(story, "K1", 5, serial_told="K1"))
    site.tell(run_of(story, "K1", 2, "test-9/1", serial_told="K2"))
    assert set(asked(site, story, "K1", "pack")) == {"eeprom_serial"}


def test_a_rebuild_gives_the_same_rows(site, story):
    """What units told follows from the journal alone."""
    site.tell(run_of(story, "K1", serial_told="K2", mac_told="00:1b:21:00:00:04"))
    before = site.dump()
    assert len(before["read_back"]) == 2
    rebuild(site.engine)
    assert site.dump() == before


def test_plans_without_the_role_keep_their_bytes(story):
    """A measurand that tells nothing says nothing of it, so that every older plan keeps its digest."""
    assert b"tells" not in encode_record(story.plan("final_test"))


def test_conflicts_are_listed_until_they_are_decided(site, story, mes):
    """A copied memory and a piece in two places stand in one list; a void takes its conflict off."""
    assert "no records contradict each other" in mes("conflicts", "--db", site.url).out
    site.tell(wrong := run_of(story, "K1", serial_told="K2"))
    hosts, card = (units(story)["H1"], units(story)["H2"]), units(story)["K2"]
    site.tell([story.installed(host, "slot", card, 4, source=f"a-{i}/1") for i, host in enumerate(hosts)])
    listed = mes("conflicts", "--db", site.url, "--json").document["conflicts"]
    assert [(one["rule"], one["about"]) for one in listed] == [
        ("contradiction", "CARD-1 K2"),
        ("eeprom_serial", "CARD-1 K1"),
    ]
    assert "which is CARD-1 K2: a copied memory" in listed[1]["said"]
    void = RecordVoided(
        **story.envelope(6, "desk/1"), target="run", record=wrong[0].run, reason="wrong unit", signature=SIGNED
    )
    site.tell([void])
    rest = mes("conflicts", "--db", site.url, "--csv").out.splitlines()
    assert len(rest) == 2
    assert rest[1].startswith("contradiction,CARD-1 K2,")
    assert "1 conflict: each stops its units" in mes("conflicts", "--db", site.url).out


def test_the_end_of_the_run_says_so_at_once(site, story):
    """A run that passes on an address of another unit is refused as it is journalled, for its station to show."""
    site.tell(run_of(story, "K1", serial_told="K1", mac_told="00:1b:21:00:00:04"))
    site.tell(second := run_of(story, "K2", 3, "test-2/1", serial_told="K2", mac_told="00:1b:21:00:00:04"))
    (refusal,) = site.ledger.at_finish(second[0].run).refusals
    assert (refusal.rule, refusal.message) == (
        "mac_address",
        "CARD-1 K2 has MAC 00:1b:21:00:00:04, and so has CARD-1 K1",
    )
