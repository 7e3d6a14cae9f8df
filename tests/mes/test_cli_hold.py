"""Holds through the commands: what is held stops at its next gate, and only what is held."""

import pytest
from sqlalchemy import select

from mes.models import table_of
from mes.models.journal import JournalRow
from mes.records import GateRequest, LotIdentity, UnitIdentity, parse_record
from mes.vocabulary import OperationKind, Tracking

RACK = "RACK-1"
WHO = ("--by", "ann", "--reason", "cracked housings")


@pytest.fixture
def built(line):
    """Two cables, each with a bundle and a plug of its own lot; the first is in a rack, and all have been tested."""
    with line.delivery():
        line.define("TWINAX", tracking=Tracking.LOT, maker="Amphenol")
        line.define(RACK, (("rack_test", OperationKind.TEST),))
        line.plan("rack_test", RACK)
        lots = [line.receive("P1"), line.receive("P2")]
        for number, lot in enumerate(lots, start=1):
            bundle, cable = line.register(f"B{number}", line.BUNDLE), line.register(f"C{number}")
            line.run(bundle, "bundle_test")
            line.install(cable, "core", bundle)
            line.install(cable, "near", lot=lot)
            line.run(cable, "final_test")
        rack = line.register("R1", RACK)
        line.install(rack, "u1", cable_of(line, 1))
    return line


def cable_of(line, number):
    """One of the cables."""
    return UnitIdentity(part=line.CABLE, serial=f"C{number}")


def rack_of(line):
    """The rack."""
    return UnitIdentity(part=RACK, serial="R1")


def refusals(line, unit, operation, **facts):
    """The rules that refuse, and what the rule `held` says."""
    request = {"id": line.new_id(), "at": line.at, "unit": unit, "operation": operation, "simulated": True}
    asked = {"station": "final-1", "operator": "mei", "fixture": "F1"} | facts
    decided = line.ledger.gate(GateRequest(**request, **asked))
    held = [refusal.message for refusal in decided.refusals if refusal.rule == "held"]
    return [refusal.rule for refusal in decided.refusals], "".join(held)


def held(line, unit, operation, **facts):
    """Whether the gate refuses because of a hold."""
    return "held" in refusals(line, unit, operation, **facts)[0]


def records(line, kind):
    """The journalled records of one kind."""
    rows = table_of(JournalRow)
    with line.engine.connect() as connection:
        return [parse_record(b) for (b,) in connection.execute(select(rows.c.body).where(rows.c.kind == kind))]


def test_held_lot_stops_the_rack_it_is_in_at_the_next_gate(built, site_mes):
    """A bad plug is three levels down: the rack stops at once, the cable with another plug goes on."""
    assert not held(built, rack_of(built), "rack_test")
    document = site_mes("hold", "--lot", "P1", *WHO, "--json").document
    assert (document["placed"], document["caught"], document["top_level"]) == (True, 2, 1)
    assert [unit["unit"]["serial"] for unit in document["units"]] == ["C1", "R1"]
    rules, message = refusals(built, rack_of(built), "rack_test")
    assert rules == ["held"]
    assert f"hold {document['hold']} of ann (cracked housings) on unit DAC-800G C1" in message
    assert not held(built, cable_of(built, 2), "final_test")


def test_hold_is_one_record_and_holding_twice_is_holding_once(built, site_mes):
    """The whole answer is held by one record in one transaction; the same again adds nothing."""
    first = site_mes("hold", "--lot", "P1", *WHO, "--json").document
    second = site_mes("hold", "--lot", "P1", *WHO, "--json").document
    assert (second["hold"], second["placed"]) == (first["hold"], False)
    (record,) = records(built, "hold_placed")
    assert (record.reason, record.by, record.predicate.lot.lot) == ("cracked housings", "ann", "P1")
    assert "was placed before and stands" in site_mes("hold", "--lot", "P1", *WHO).out


def test_release_needs_a_name_and_lets_all_go(built, site_mes):
    """A release is signed; afterwards the rack goes on, and a second release is answered no."""
    hold = site_mes("hold", "--lot", "P1", *WHO, "--json").document["hold"]
    assert site_mes("release", hold, "--by", " ", "--reason", "inspected").code == 2
    assert held(built, rack_of(built), "rack_test")
    answer = site_mes("release", hold[:13], "--by", "zoe", "--reason", "inspected", "--meaning", "approved")
    assert answer.out.splitlines()[1] == f"hold {hold}: the whole hold released by zoe (approved)"
    assert not held(built, rack_of(built), "rack_test")
    again = site_mes("release", hold, "--by", "zoe", "--reason", "inspected")
    assert (again.code, "was released at" in again.err) == (1, True)


def test_one_unit_is_released_with_what_is_in_it(built, site_mes):
    """The bundles of both cables are held by their tester; the rack alone is let go, with the bundle inside it."""
    hold = site_mes("hold", "--instrument", "MY1", "--until", "2026-03-03", *WHO, "--json").document["hold"]
    assert held(built, rack_of(built), "rack_test")
    released = site_mes("release", hold, "--by", "zoe", "--reason", "checked", "--serial", "R1", "--json").document
    assert [unit["serial"] for unit in released["units"]] == ["B1", "C1"]
    assert not held(built, rack_of(built), "rack_test")
    assert held(built, cable_of(built, 2), "final_test")
    no = site_mes("release", hold, "--by", "zoe", "--reason", "checked", "--serial", "R1")
    assert (no.code, "does not catch RACK-1 R1" in no.err) == (1, True)


def test_run_that_arrives_late_falls_under_the_hold(built, site_mes):
    """A station was offline while the meter was found bad: its runs are caught as they come in."""
    site_mes("hold", "--instrument", "MY1", "--since", "2026-03-02", "--until", "2026-03-03", *WHO)
    late = built.register("C9")
    assert not held(built, late, "assembly")
    built.run(late, "final_test")
    assert held(built, late, "assembly")


def test_lot_that_is_built_in_after_the_hold_is_caught(built, site_mes):
    """What another station binds after the hold comes under it, and replacing it does not by itself let it go."""
    site_mes("hold", "--lot", "P2", *WHO)
    late = built.register("C9")
    lot = built.receive("P2")
    later = records(built, "hold_placed")[0].at
    built.at = later
    built.install(late, "near", lot=lot)
    assert held(built, late, "assembly")
    built.remove(late, "near", lot=lot)
    assert held(built, late, "assembly")


def test_held_material_is_not_built_in(built, site_mes):
    """The gate hears which lots are about to go in."""
    lot = LotIdentity(maker="Amphenol", part=built.PLUG, lot="P2")
    fresh = built.register("C9")
    assert not held(built, fresh, "assembly", lots=(lot,))
    site_mes("hold", "--date-code", "2608", "--maker", "Amphenol", *WHO)
    assert "on Amphenol PLUG-OSFP lot P2" in refusals(built, fresh, "assembly", lots=(lot,))[1]


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        (("--fixture", "F7"), {"fixture": "F7"}),
        (("--station", "final-7"), {"station": "final-7"}),
        (("--operator", "li"), {"operator": "li"}),
        (("--instrument", "MY7"), {"instruments": ("N5227B MY7",)}),
        (("--plan", "dac_bundle_test"), {"plan": "bundle_test"}),
        (("--limit-revision", "L2"), {"plan": "bundle_test"}),
    ],
)
def test_held_equipment_works_on_nothing(built, site_mes, digest_of, options, asked):
    """A hold on a fixture, station, operator, instrument, plan or limit revision refuses whoever comes with it."""
    if "plan" in asked:
        asked = {"plan": digest_of(asked["plan"] + built.BUNDLE)}
    fresh = built.register("B9", built.BUNDLE)
    assert site_mes("hold", *options, "--since", "2026-03-01", *WHO).code == 0
    assert held(built, fresh, "bundle_test", **asked)
    assert not held(built, fresh, "bundle_test", instruments=("N5227B MY70",))


def test_holds_are_listed(built, site_mes):
    """Quality sees what stands, on what, by whom, and how much it catches; the released ones on request."""
    assert site_mes("holds").out.splitlines()[-1] == "nothing is held"
    hold = site_mes("hold", "--lot", "P1", *WHO, "--json").document["hold"]
    (listed,) = site_mes("holds", "--json").document["holds"]
    assert (listed["id"], listed["caught"], listed["placed_by"]) == (hold, 1, "ann")
    assert site_mes("holds", "--csv").out.splitlines()[0] == "hold,on,caught,reason,by,placed,released"
    site_mes("release", hold, "--by", "zoe", "--reason", "inspected")
    assert site_mes("holds", "--json").document["holds"] == []
    (released,) = site_mes("holds", "--all", "--json").document["holds"]
    assert [one["signed_by"] for one in released["releases"]] == ["zoe"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("hold", "--lot", "P1", "--reason", "", "--by", "ann"), 2, "--reason is empty"),
        (("hold", *WHO), 2, "give exactly one of --lot LOT and --serial SERIAL"),
        (("hold", "--lot", "P1", "--fixture", "F1", *WHO), 2, "give exactly one of"),
        (("hold", "--part", "PLUG-OSFP", *WHO), 2, "give exactly one of"),
        (("hold", "--lot", "P3", *WHO), 1, "lot P3: unknown in "),
        (("hold", "--plan", "nothing", *WHO), 1, "plan nothing: unknown in "),
        (
            ("hold", "--fixture", "F1", "--since", "2026-03-02", "--until", "2026-03-01", *WHO),
            2,
            "ends before it begins",
        ),
        (("release", "abc", "--by", "ann", "--reason", "x"), 2, "not the id of a hold"),
        (("release", "abcdef01", "--by", "ann", "--reason", "x"), 1, "there is none"),
        (("where-used", "--lot", "P1", "--json", "--csv"), 2, "choose one"),
    ],
)
def test_what_cannot_be_held_is_told_plainly(built, site_mes, arguments, code, message):
    """Wrong usage ends with 2, an answer of no with 1, and nothing is recorded."""
    answer = site_mes(*arguments)
    assert (answer.code, message in answer.err) == (code, True), answer.err
    assert records(built, "hold_placed") == []


@pytest.mark.parametrize(
    ("options", "serials"),
    [
        (("--serial", "B1"), ["C1", "R1"]),
        (("--lot", "P2"), ["C2"]),
        (("--date-code", "2608"), ["C1", "C2", "R1"]),
        (("--date-code", "2608", "--maker", "Molex"), []),
        (("--maker", "Amphenol", "--part", "PLUG-OSFP"), ["C1", "C2", "R1"]),
        (("--instrument", "MY1"), ["B1", "B2", "C1", "C2", "R1"]),
        (("--instrument", "MY2"), []),
        (("--fixture", "F1", "--plan", "dac_bundle_test"), ["B1", "B2", "C1", "C2", "R1"]),
        (("--plan", "dac_final_test"), ["C1", "C2", "R1"]),
        (("--limit-revision", "L2", "--until", "2026-03-02"), []),
        (("--operator", "mei", "--station", "assembly-1"), ["C1", "C2", "R1"]),
    ],
)
def test_where_used_reaches_the_top_from_every_side(built, site_mes, options, serials):
    """A unit, a lot, a material, a meter, a fixture, a plan, a limit revision, a person: all lead to the racks."""
    document = site_mes("where-used", *options, "--json").document
    assert sorted(unit["unit"]["serial"] for unit in document["units"]) == serials
    rows = site_mes("where-used", *options, "--csv").out.splitlines()
    assert (
        rows[0] == "depth,maker,part,serial,revision,state,top_level,inside,customer,delivery_note,location,container"
    )
    assert sorted(row.split(",")[3] for row in rows[1:]) == serials


def test_where_used_of_work_is_as_of_a_moment(built, site_mes):
    """Before the first cable went into the rack, the meter had not reached the rack."""
    before = (built.at.replace(microsecond=0)).isoformat().replace("+00:00", "Z")
    document = site_mes("where-used", "--instrument", "MY1", "--at", before, "--json").document
    assert "R1" in [unit["unit"]["serial"] for unit in document["units"]]
    early = "2026-03-02T08:00:01Z"
    assert site_mes("where-used", "--instrument", "MY1", "--at", early, "--json").document["units"] == []
