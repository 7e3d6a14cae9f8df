"""Rework through the commands: what a defect stops, what a repair takes back, and what a decision lets pass."""

import pytest
from sqlalchemy import select

from mes.database import open_engine
from mes.models import projected_tables
from mes.projection import rebuild
from mes.records import GateRequest, UnitIdentity
from mes.vocabulary import OperationKind, Verdict

RACK = "RACK-1"
BY = ("--by", "ann")
SIGNED = ("--by", "zoe", "--reason", "inspected")


@pytest.fixture
def built(line):
    """A rack that holds a cable that holds a bundle, all tested; another cable and two bundles on the shelf."""
    with line.delivery():
        line.define(RACK, (("rack_test", OperationKind.TEST), ("rack_soak", OperationKind.TEST)))
        line.plan("rack_test", RACK)
        line.plan("rack_soak", RACK)
        line.receive("P1")
        plug = line.receive("P2")
        for serial in ("B1", "B2"):
            line.run(line.register(serial, line.BUNDLE), "bundle_test")
        line.register("B3", line.BUNDLE)
        for serial in ("C1", "C2"):
            line.install(line.register(serial), "near", lot=plug)
        line.install(cable("C1", line), "core", bundle("B1", line))
        line.run(cable("C1", line), "final_test")
        line.install(line.register("R1", RACK), "u1", cable("C1", line))
        line.run(rack(), "rack_test")
        line.run(rack(), "rack_soak")
    return line


def cable(serial, line):
    """A cable."""
    return UnitIdentity(part=line.CABLE, serial=serial)


def bundle(serial, line):
    """A bundle."""
    return UnitIdentity(part=line.BUNDLE, serial=serial)


def rack():
    """The rack."""
    return UnitIdentity(part=RACK, serial="R1")


def rules(line, unit, operation, **facts):
    """The rules that refuse."""
    request = {"id": line.new_id(), "at": line.at, "unit": unit, "operation": operation, "simulated": True}
    asked = {"station": "final-1", "operator": "mei", "fixture": "F1"} | facts
    return [refusal.rule for refusal in line.ledger.gate(GateRequest(**request, **asked)).refusals]


def tables(line):
    """Every projected row."""
    with line.engine.connect() as connection:
        return {table.name: sorted(map(repr, connection.execute(select(table)).all())) for table in projected_tables()}


def after_the_desk(line, mes):
    """The line's clock, moved behind what the desk has just recorded."""
    timeline = mes("unit", "C1", "--part", line.CABLE, "--json").document["timeline"]
    from datetime import datetime, timedelta

    line.at = max(line.at, *(datetime.fromisoformat(event["at"]) for event in timeline)) + timedelta(seconds=1)


def test_open_defect_stops_the_unit_and_what_holds_it(built, site_mes):
    """A bent pin found on a cable stops the rack, until it is repaired."""
    assert rules(built, rack(), "rack_test") == []
    defect = site_mes("defect", "C1", "BENT-PIN", "--position", "near", *BY, "--json").document["defect"]
    assert rules(built, rack(), "rack_test") == ["open_defect"]
    done = site_mes("repair", "C1", "STRAIGHTENED", "--disturbs-nothing", *BY, "--json").document
    assert (done["closed"], done["disturbed"]) == ([defect], [])
    assert rules(built, rack(), "rack_test") == []


def test_repair_takes_back_exactly_the_results_that_it_disturbed(built, site_mes):
    """The cable's final test and the rack's first test are named; its soak still stands."""
    done = site_mes(
        "repair", "C1", "RESEATED", *BY, "--disturbs", "final_test", "--disturbs", f"{RACK}:rack_test", "--json"
    ).document
    assert [(r["unit"]["serial"], r["operation"]) for r in done["disturbed"]] == [
        ("C1", "final_test"),
        ("R1", "rack_test"),
    ]
    assert rules(built, rack(), "rack_soak") == ["disturbed_results", "route_order"]
    after_the_desk(built, site_mes)
    built.run(cable("C1", built), "final_test")
    assert rules(built, rack(), "rack_soak") == ["route_order"]
    built.run(rack(), "rack_test")
    assert rules(built, rack(), "rack_soak") == []
    unit = site_mes("unit", "R1", "--json").document["unit"]
    assert unit["state"] == "COMPLETED"


def test_repair_without_a_word_disturbs_every_test_up_to_the_top(built, site_mes):
    """Who does not say what was disturbed has it all tested again: the bundle inside was not touched."""
    done = site_mes("repair", "C1", "RESEATED", *BY, "--json").document
    assert sorted((r["unit"]["serial"], r["operation"]) for r in done["disturbed"]) == [
        ("C1", "final_test"),
        ("R1", "rack_soak"),
        ("R1", "rack_test"),
    ]


def test_replacement_is_kept_as_a_repair_and_the_tree_follows(built, site_mes):
    """Old out, new in, one act; the tree shows the new bundle now and the old one before."""
    before = built.at.isoformat()
    answer = site_mes("repair", "C1", "REPLACED", "--position", "core", "--remove", "B1", "--install", "B2", *BY)
    assert answer.code == 0, answer.err
    now = site_mes("tree", "C1", "--json").document["components"]
    assert [c["unit"]["serial"] for c in now if c["unit"]] == ["B2"]
    then = site_mes("tree", "C1", "--at", before, "--json").document["components"]
    assert [c["unit"]["serial"] for c in then if c["unit"]] == ["B1"]
    timeline = site_mes("unit", "C1", "--json").document["timeline"]
    links = [(e["event"], e["reason"]) for e in timeline if e["event"].startswith("component_")]
    assert links[-2:] == [("component_removed", "REPAIR"), ("component_installed", "REPAIR")]
    assert rules(built, bundle("B1", built), "bundle_test") == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("repair", "C9", "X"), "unit C9: unknown in "),
        (("repair", "C1", "X", "--position", "core", "--remove", "B2"), "B2 is not in position core; B1 is there"),
        (("repair", "C1", "X", "--position", "far", "--remove", "B1"), "B1 is not in position far; nothing is there"),
        (
            ("repair", "R1", "X", "--position", "u1", "--remove", "C1", "--install", "B1"),
            "BUNDLE-8 B1: is no DAC-800G",
        ),
        (
            ("repair", "C1", "X", "--position", "core", "--remove", "B1", "--install", "B3"),
            "it has to pass bundle_test: no finished run",
        ),
        (
            ("repair", "C1", "X", "--position", "core", "--remove", "B1", "--install", "B1"),
            "it is installed in DAC-800G C1 at core",
        ),
        (("repair", "C1", "X", "--disturbs", "hipot"), "no test hipot on its route or above it; there are"),
        (("scrap", "C1", "--reason", "burnt"), "is installed in RACK-1 R1 at u1; take it out first"),
        (("disposition", "C1", "waiver", "--operation", "hipot", "--reason", "x"), "hipot is not on its route"),
        (("void", "run", "00000000-0000-7000-8000-00000000dead", "--reason", "x"), "is not known"),
    ],
)
def test_what_cannot_be_done_is_answered_no_and_nothing_is_recorded(built, site_mes, arguments, message):
    """Each refusal names the unit, what stands against it and what is there instead."""
    before = tables(built)
    answer = site_mes(*arguments, *BY)
    assert (answer.code, message in answer.err) == (1, True), answer.err
    assert tables(built) == before


def test_component_that_is_held_scrapped_or_defective_does_not_go_in(built, site_mes):
    """What a repair puts in is as good as what an assembly would."""
    change = ("repair", "C1", "X", "--position", "core", "--remove", "B1", "--install", "B2", *BY)
    hold = site_mes("hold", "--serial", "B2", "--by", "ann", "--reason", "bad", "--json").document["hold"]
    assert f"it is held: hold {hold} of ann (bad)" in site_mes(*change).err
    site_mes("release", hold, *SIGNED)
    site_mes("defect", "B2", "NICK", *BY)
    assert "it has an open defect: NICK" in site_mes(*change).err
    assert site_mes("scrap", "B2", *SIGNED).code == 0
    assert "it was scrapped" in site_mes(*change).err
    lot = site_mes("hold", "--lot", "P1", "--by", "ann", "--reason", "bad", "--json").document["hold"]
    plug = ("repair", "C1", "X", "--position", "near", "--remove", "P2", "--install-lot", "P1", *BY)
    assert f"it is held: hold {lot}" in site_mes(*plug).err
    site_mes("release", lot, *SIGNED)
    assert site_mes(*plug).code == 0


def test_scrapped_unit_goes_nowhere(built, site_mes):
    """A scrapped bundle is not tested and not built in, and its state says so; voided, it is as before."""
    made = site_mes("scrap", "B2", *SIGNED, "--json").document["disposition"]
    assert site_mes("unit", "B2", "--json").document["unit"]["state"] == "SCRAPPED"
    assert rules(built, bundle("B2", built), "bundle_test") == ["scrapped"]
    assert site_mes("scrap", "B2", *SIGNED).code == 1
    assert site_mes("void", "disposition", made, *SIGNED).code == 0
    assert rules(built, bundle("B2", built), "bundle_test") == []


def test_failed_unit_is_retested_once_and_then_a_person_decides(built, site_mes):
    """Two failures are enough; returned to the operation it may be tested again, and waived it goes on."""
    unit = bundle("B3", built)
    for _ in range(2):
        assert rules(built, unit, "bundle_test") == []
        built.run(unit, "bundle_test", Verdict.FAILED)
    assert rules(built, unit, "bundle_test") == ["retest_limit"]
    site_mes("disposition", "B3", "return", "--operation", "bundle_test", *SIGNED)
    assert rules(built, unit, "bundle_test") == []
    assert "child_results" in rules(built, cable("C8", built), "assembly", creates=True, components=(unit,))
    site_mes("disposition", "B3", "waiver", "--operation", "bundle_test", *SIGNED)
    assert "child_results" not in rules(built, cable("C8", built), "assembly", creates=True, components=(unit,))


def test_voided_run_stays_and_counts_nowhere(built, site_mes):
    """A run on the wrong unit: attempts, yields and state are as if it had not been, and the history shows it void."""
    unit = bundle("B2", built)
    wrong = built.run(unit, "bundle_test", Verdict.FAILED)
    assert site_mes("unit", "B2", "--json").document["unit"]["state"] == "IN_PROCESS"
    report = lambda: site_mes("yield", "--operation", "bundle_test", "--json").document  # noqa: E731
    with_it = report()
    assert site_mes("void", "run", str(wrong), *SIGNED).code == 0
    document = site_mes("unit", "B2", "--json").document
    assert document["unit"]["state"] == "COMPLETED"
    (run,) = [e for e in document["timeline"] if e["event"] == "run" and e["id"] == str(wrong)]
    assert (run["attempt"], run["voided_by"] is None) == (0, False)
    assert report() != with_it
    page = site_mes("unit", "B2").out
    assert "VOID run of bundle_test" in page
    assert f"voided run {wrong} by zoe" in page
    assert "was voided already" in site_mes("void", "run", str(wrong), *SIGNED).err


def test_voided_installation_was_never_so(built, site_mes):
    """A mis-scan bound the wrong bundle: voided, it was in no tree at any moment, and the bundle is free."""
    at = built.install(cable("C2", built), "core", bundle("B2", built))
    (link,) = [e for e in site_mes("unit", "B2", "--json").document["timeline"] if e["event"] == "installed_into"]
    site_mes("void", "installation", link["id"], *SIGNED)
    tree = site_mes("tree", "C2", "--at", at.isoformat(), "--json").document["components"]
    assert [c["unit"] for c in tree] == [None]
    assert rules(built, bundle("B2", built), "bundle_test") == []


def test_rebuilding_after_rework_gives_identical_rows(built, site_mes):
    """Holds, defects, repairs, dispositions and voids are nothing but the journal, folded."""
    hold = site_mes("hold", "--lot", "P2", "--by", "ann", "--reason", "bad", "--json").document["hold"]
    site_mes("defect", "C1", "BENT-PIN", *BY)
    site_mes("repair", "C1", "X", "--position", "core", "--remove", "B1", "--install", "B2", *BY)
    site_mes("release", hold, "--serial", "C1", *SIGNED)
    site_mes("scrap", "B1", *SIGNED)
    wrong = built.run(bundle("B3", built), "bundle_test", Verdict.FAILED)
    site_mes("void", "run", str(wrong), *SIGNED)
    before = tables(built)
    for name in ("hold", "hold_release", "hold_exemption", "defect", "defect_closure", "repair", "disturbance"):
        assert before[name], name
    engine = open_engine(built.url)
    rebuild(engine)
    engine.dispose()
    assert tables(built) == before
    assert site_mes("verify").code == 0


CODES = """[codes]
name = "shop"
revision = "1"
defects = [
    { code = "BENT-PIN", description = "a pin is bent" },
    { code = "SCRATCH", description = "a scratch that nobody feels", indicator = true },
]
repairs = [
    { code = "RESOLDER", description = "joint made again", disturbs = ["final_test", "rack_test"] },
    { code = "CLEANED", description = "contacts cleaned" },
    { code = "RECOATED", description = "coating", disturbs = ["paint_test"] },
]
operations = [
    { name = "final_test", kind = "TEST" },
    { name = "rack_test", kind = "TEST" },
    { name = "paint_test", kind = "TEST" },
]
"""


@pytest.fixture
def coded(built, site_mes, tmp_path):
    """The same rack at a site with a code table."""
    (tmp_path / "codes.toml").write_text(CODES)
    answer = site_mes("load", str(tmp_path / "codes.toml"), "--by", "quinn")
    assert answer.code == 0, answer.err
    return built


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_code_that_no_table_has_is_refused_with_the_nearest(coded, site_mes):
    """Where codes are loaded nobody writes another, and nothing is recorded."""
    before = len(site_mes("unit", "C1", "--json").document["timeline"])
    for act, wrong, near in (("defect", "BENTPIN", "BENT-PIN"), ("repair", "RESOLDR", "RESOLDER")):
        answer = site_mes(act, "C1", wrong, *BY)
        assert answer.code == 1
        assert f"did you mean {near}?" in answer.err
    assert len(site_mes("unit", "C1", "--json").document["timeline"]) == before


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_repair_code_names_what_it_disturbs(coded, site_mes):
    """In the unit and in what it sits in; whoever repaired may say otherwise. A code of other tests is no answer."""
    cable_and_rack = [("C1", "final_test"), ("R1", "rack_test")]
    for words, disturbed in (
        (("RESOLDER",), cable_and_rack),
        (("CLEANED",), []),
        (("CLEANED", "--disturbs", "rack_soak"), [("R1", "rack_soak")]),
        (("RESOLDER", "--disturbs-nothing"), []),
        (("RECOATED",), [*cable_and_rack, ("R1", "rack_soak")]),
    ):
        again = site_mes("repair", "C1", *words, *BY, "--json").document["disturbed"]
        assert [(result["unit"]["serial"], result["operation"]) for result in again] == disturbed


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_process_indicator_is_recorded_and_stops_nothing(coded, site_mes):
    """A scratch that nobody feels is in the unit's history; its gates stay open, a repair has nothing to close."""
    answer = site_mes("defect", "C1", "SCRATCH", *BY)
    assert "a process indicator, which stops nothing" in answer.out
    assert rules(coded, rack(), "rack_test") == []
    told = site_mes("unit", "C1", "--part", coded.CABLE, "--json").document["timeline"]
    assert "defect SCRATCH" in [event.get("what") for event in told]
    assert site_mes("repair", "C1", "CLEANED", *BY, "--json").document["closed"] == []
