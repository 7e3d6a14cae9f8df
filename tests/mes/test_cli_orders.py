"""Work orders, deviations, samples and calendars through the commands, on both databases."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from mes.database import open_engine
from mes.models import projected_tables
from mes.projection import rebuild
from mes.records import GateRequest, UnitIdentity
from mes.vocabulary import Verdict

BY = ("--by", "ann")
RELEASE = ("release", "--part", "DAC-800G", "--revision", "A")
HEADER = "ID,MaterialDefinitionID,MaterialDefinitionRevision,Quantity,EndTime,Customer,RequestState\n"

once = pytest.mark.parametrize("backend", ["sqlite"])
"""For what asks no statement that another test does not ask on both databases."""


@pytest.fixture
def built(line):
    """Four cables: two passed, one failed, one only registered; its plug fills each."""
    with line.delivery():
        plug = line.receive("P1")
        for serial in ("C1", "C2", "C3", "C4"):
            line.install(line.register(serial), "near", lot=plug) if serial != "C4" else line.register(serial)
        for serial in ("C1", "C2"):
            line.run(cable(serial), "final_test")
        line.run(cable("C3"), "final_test", Verdict.FAILED)
    return line


def cable(serial):
    """A cable."""
    return UnitIdentity(part="DAC-800G", serial=serial)


def rules(line, serial, operation="final_test"):
    """The rules that refuse a cable, a day after whatever the desk did."""
    asked = {"station": "final-1", "operator": "mei", "fixture": "F1", "simulated": True}
    at = datetime.now(UTC) + timedelta(days=1)
    request = GateRequest(id=line.new_id(), at=at, unit=cable(serial), operation=operation, **asked)
    return {refusal.rule for refusal in line.ledger.gate(request).refusals}


def counts(mes, *options):
    """The counts of every order."""
    names = ("quantity", "units", "started", "passed", "finished", "scrapped", "destroyed", "open")
    return {
        one["number"]: [one[name] for name in names] for one in mes("orders", "--json", *options).document["orders"]
    }


def test_order_counts_what_became_of_its_units(built, site_mes):
    """Released, started, passed, finished, scrapped and open are counted, and a rebuild counts the same."""
    assert "no work order" in site_mes("orders").out
    assert site_mes("order", "WO-1", *RELEASE, "--quantity", "4", "--due", "2026-12-24", *BY).code == 0
    assert site_mes("order", "WO-1", "assign", "C1", "C2", "C3", "C4", *BY).code == 0
    assert counts(site_mes)["WO-1"] == [4, 4, 3, 2, 2, 0, 0, 2]
    site_mes("scrap", "C3", "--reason", "burnt", *BY)
    assert counts(site_mes)["WO-1"] == [4, 4, 3, 2, 2, 1, 0, 2]
    shown = site_mes("order", "WO-1").out
    assert "order WO-1: 4 of DAC-800G revision A, open, due 2026-12-24" in shown
    assert "C3      SCRAPPED" in shown
    assert site_mes("order", "WO-1", "--csv").out.splitlines()[1].startswith("C1,COMPLETED,")
    assert "made for work order WO-1 by ann" in site_mes("unit", "C1").out
    before = tables(built)
    engine = open_engine(built.url)
    rebuild(engine)
    engine.dispose()
    assert tables(built) == before


def tables(line):
    """Every projected row."""
    with line.engine.connect() as connection:
        return {table.name: sorted(map(repr, connection.execute(select(table)).all())) for table in projected_tables()}


REFUSALS = [
    (("WO-1", *RELEASE, "--quantity", "1"), "was released at"),
    (("WO-2", "release", "--part", "DAC-800G", "--revision", "Z", "--quantity", "1"), "its revisions are A"),
    (("WO-2", "release", "--part", "DAC-800G"), "a release says --part, --revision and --quantity"),
    (("WO-9", "close"), "was never released"),
    (("WO-1", "change", "--quantity", "1"), "2 unit(s) have their place in it"),
    (("WO-1", "assign", "C1"), "has DAC-800G C1 already"),
    (("WO-1", "assign", "C3"), "asks for 2 unit(s), 2 have their place"),
    (("WO-1", "unassign", "C3"), "is made for no order"),
    (("WO-1", "assign"), "give serial numbers"),
    (("WO-1", "close", "--quantity", "3"), "says nothing of close"),
    (("W" * 121, *RELEASE, "--quantity", "1"), "number: String should have at most 120 characters"),
    (("WO-3", *RELEASE, "--quantity", "9999999999"), "quantity: Input should be less than or equal to 1000000000"),
]


@once
def test_order_that_cannot_be_is_refused_in_words(built, site_mes):
    """Every refusal names the order, what stands against it, and leaves the journal as it was."""
    site_mes("order", "WO-1", *RELEASE, "--quantity", "2", *BY)
    site_mes("order", "WO-1", "assign", "C1", "C2", *BY)
    before = tables(built)
    for arguments, said in REFUSALS:
        answer = site_mes("order", *arguments, *BY)
        assert answer.code in (1, 2)
        assert said in answer.err
    assert tables(built) == before


def test_unit_moves_from_one_order_to_another(built, site_mes):
    """Moved, a unit counts in its new order alone; taken off, in none."""
    for number in ("WO-1", "WO-2"):
        site_mes("order", number, *RELEASE, "--quantity", "2", *BY)
    site_mes("order", "WO-1", "assign", "C1", *BY)
    site_mes("order", "WO-2", "assign", "C1", *BY)
    assert [counts(site_mes)[number][1] for number in ("WO-1", "WO-2")] == [0, 1]
    site_mes("order", "WO-2", "unassign", "C1", *BY)
    assert [counts(site_mes)[number][1] for number in ("WO-1", "WO-2")] == [0, 0]


@once
def test_closed_order_leaves_the_list_and_stops_its_units(built, site_mes):
    """A closed order is shown with --all, and its units are refused until it is changed."""
    site_mes("order", "WO-1", *RELEASE, "--quantity", "2", *BY)
    site_mes("order", "WO-1", "assign", "C1", *BY)
    assert "work_order" not in rules(built, "C1")
    site_mes("order", "WO-1", "close", "--reason", "delivered", *BY)
    assert counts(site_mes) == {}
    assert counts(site_mes, "--all")["WO-1"][-1] == 0
    assert "work_order" in rules(built, "C1")


@once
def test_file_of_orders_is_taken_line_by_line_and_never_twice(built, site_mes, tmp_path):
    """Good lines are taken and bad ones named; the same file again changes nothing, and so does our own export."""
    file = tmp_path / "orders.csv"
    lines = (
        "WO-1,DAC-800G,A,3,2026-12-24,ACME,Released",
        "WO-2,BUNDLE-8,A,10,2026-12-20T00:00:00Z,,",
        "WO-3,BUNDLE-8,A,2.5,,,Released",
        "WO-4,NOPE,A,5,,,Released",
        "WO-2,BUNDLE-8,A,11,,,Released",
        "WO-5,BUNDLE-8,A,5,,,Forecast",
        "WO-6,BUNDLE-8,A",
    )
    file.write_text(HEADER + "\n".join(lines) + "\n")
    dry = site_mes("orders", "--import", str(file), "--dry-run", "--json", *BY)
    assert counts(site_mes) == {}
    done = site_mes("orders", "--import", str(file), "--json", *BY)
    assert done.code == dry.code == 1
    assert done.document["orders"] == dry.document["orders"]
    assert [(one["number"], one["outcome"]) for one in done.document["orders"]] == [
        ("WO-1", "RELEASED"),
        ("WO-2", "RELEASED"),
    ]
    problems = {one["line"]: one["problem"] for one in done.document["refused"]}
    assert sorted(problems) == [4, 5, 6, 7, 8]
    assert "no whole number of units" in problems[4]
    assert "no such part is made here" in problems[5]
    assert "stands in line 3 already" in problems[6]
    assert "neither Released nor Closed" in problems[7]
    assert "has 3 cells where the first line has 7" in problems[8]
    again = site_mes("orders", "--import", str(file), "--json", *BY).document
    assert {one["outcome"] for one in again["orders"]} == {"UNCHANGED"}
    for form, name in (("--csv", "export.csv"), ("--json", "export.json")):
        exported = tmp_path / name
        exported.write_text(site_mes("orders", form).out)
        back = site_mes("orders", "--import", str(exported), "--json", *BY)
        assert (back.code, {one["outcome"] for one in back.document["orders"]}) == (0, {"UNCHANGED"})


@once
def test_file_of_orders_changes_and_closes(built, site_mes, tmp_path):
    """What another file says of a known order is a change; another part is another order."""
    site_mes("order", "WO-1", *RELEASE, "--quantity", "2", *BY)
    file = tmp_path / "orders.json"

    def read(**told):
        file.write_text(json.dumps({"OperationsRequest": [{"ID": "WO-1", "MaterialDefinitionID": "DAC-800G"} | told]}))
        found = site_mes("orders", "--import", str(file), "--json", *BY).document
        return [one["outcome"] for one in found["orders"]] or [one["problem"] for one in found["refused"]]

    told = {"MaterialDefinitionRevision": "A", "Quantity": 5}
    assert read(**told) == ["CHANGED"]
    assert read(**told, RequestState="Closed") == ["CLOSED"]
    assert read(**told, RequestState="Closed") == ["UNCHANGED"]
    assert read(**told) == ["CHANGED"]
    (problem,) = read(**(told | {"MaterialDefinitionRevision": "B"}))
    assert "another part or revision is another order" in problem


def test_rejected_sample_holds_its_order(built, site_mes, tmp_path):
    """Drawn, inspected, rejected: the order is held, and a piece that was used up is scrapped and keeps its place."""
    load(
        site_mes,
        tmp_path,
        '[[sampling]]\nname = "pull"\nrevision = "1"\npart = "DAC-800G"\nsample_size = 2\nacceptance_number = 0\n'
        'destructive = true\npurpose = "RELIABILITY"\n',
    )
    site_mes("order", "WO-1", *RELEASE, "--quantity", "4", *BY)
    assert "has no unit to inspect yet" in site_mes("sample", "WO-1", "draw", "--plan", "pull", *BY).err
    site_mes("order", "WO-1", "assign", "C1", "C2", "C3", *BY)
    first = site_mes("sample", "WO-1", "draw", "--plan", "pull", "--seed", "s", "--json", *BY).document
    again = site_mes("sample", "WO-1", "draw", "--plan", "pull", "--json", *BY).document
    assert (first["drawn"], again["drawn"], again["sample"]["id"]) == (True, False, first["sample"]["id"])
    assert [piece["piece"] for piece in first["sample"]["pieces"]] == ["C1", "C2"]
    assert "has C1, C2" not in site_mes("sample", "WO-1", "record", "C3", "--conforming", *BY).out
    good = site_mes("sample", "WO-1", "record", "C1", "--conforming", *BY)
    assert (good.code, "OPEN, 1 to inspect" in good.out) == (0, True)
    bad = site_mes("sample", "WO-1", "record", "C2", "--nonconforming", "--intact", "--json", *BY)
    assert (bad.code, bad.document["sample"]["verdict"]) == (1, "REJECTED")
    assert site_mes("holds", "--json").document["holds"][0]["on"] == "work order WO-1"
    assert len(site_mes("where-used", "--order", "WO-1", "--json").document["units"]) == 3
    assert "NONCONFORMING in sample" in site_mes("unit", "C2").out
    assert {"held", "scrapped"} <= rules(built, "C1")
    assert "held" in rules(built, "C3")
    assert counts(site_mes)["WO-1"] == [4, 3, 3, 2, 1, 0, 1, 2]
    assert site_mes("samples").out.endswith("no sample; draw one by `mes sample ORDER draw --plan NAME`\n")
    assert site_mes("samples", "--all", "--csv").out.splitlines()[1].split(",")[-2] == "REJECTED"


@once
def test_sample_of_a_lot_uses_up_what_it_destroys(built, site_mes, tmp_path):
    """Pieces of a lot are numbers; a destroyed one is gone from the lot, and comes back when the result is void."""
    load(
        site_mes,
        tmp_path,
        '[[sampling]]\nname = "incoming"\nrevision = "1"\npart = "PLUG-OSFP"\naql = 1.0\nlevel = "I"\n'
        "destructive = true\n",
    )
    drawn = site_mes("sample", "P1", "draw", "--plan", "incoming", "--seed", "s", "--json", *BY).document["sample"]
    assert (drawn["population"], drawn["size"], drawn["acceptance_number"]) == (497, 13, 0)
    piece = drawn["pieces"][0]["piece"]
    done = site_mes("sample", "P1", "record", piece, "--conforming", "--json", *BY).document["sample"]
    assert used(built) == 4
    result = next(one["result_id"] for one in done["pieces"] if one["piece"] == piece)
    site_mes("void", "sample-result", result, "--reason", "wrong piece", *BY)
    assert used(built) == 3
    assert site_mes("sample", "P1", "--json").document["samples"][0]["inspected"] == 0


def used(line):
    """How much of the plugs went away."""
    (table,) = (table for table in projected_tables() if table.name == "lot")
    with line.engine.connect() as connection:
        return connection.execute(select(table.c.used).where(table.c.lot == "P1")).scalar_one()


def load(mes, folder, text):
    """Load a definition file."""
    file = folder / "planning.toml"
    file.write_text(text)
    answer = mes("load", str(file), *BY)
    assert answer.code == 0, answer.err
    return answer


def test_deviation_is_approved_shown_and_withdrawn(built, site_mes):
    """Bounds, permits, signature and the units made under it are told; what makes no sense is refused."""
    approve = ("deviation", "D-1", "approve", "--part", "DAC-800G", "--reason", "no plugs", *BY)
    assert "is bounded by" in site_mes(*approve, "--skip", "final_test").err
    assert "has no test nope" in site_mes(*approve, "--skip", "nope", "--quantity", "1").err
    assert "has no position far" in site_mes(*approve, "--allow-part", "far=BUNDLE-8", "--quantity", "1").err
    assert "runs forward" in site_mes(*approve, "--skip", "final_test", "--serial", "C9..C1").err
    assert "write it as POSITION=PART" in site_mes(*approve, "--allow-part", "near", "--quantity", "1").err
    bounds = ("--quantity", "2", "--serial", "C1..C9")
    assert site_mes(*approve, "--allow-part", "near=BUNDLE-8", *bounds).code == 0
    assert "never altered" in site_mes(*approve, "--skip", "final_test", "--quantity", "1").err
    (one,) = site_mes("deviations", "--json").document["deviations"]
    assert (one["state"], one["permits"], one["made"]) == ("IN FORCE", ["BUNDLE-8 in position near"], 0)
    bundle = built.register("B1", built.BUNDLE)
    built.run(bundle, "bundle_test")
    asked = {"station": "a-1", "operator": "mei", "fixture": "F1", "simulated": True, "components": (bundle,)}
    at = datetime.now(UTC) + timedelta(hours=1)
    request = GateRequest(id=built.new_id(), at=at, unit=cable("C4"), operation="assembly", **asked)
    assert built.ledger.gate(request).allowed
    explained = site_mes("gate", "C4", "assembly", "--component", "BUNDLE-8:B1", "--json").document
    (rule,) = (rule for rule in explained["rules"] if rule["rule"] == "bill_of_material")
    assert [permit["deviation"] for permit in rule["permits"]] == ["D-1"]
    shown = site_mes("deviation", "D-1").out
    assert "1 unit made under it" in shown
    assert "C4" in shown
    assert "by deviation D-1: BUNDLE-8 in position near" in site_mes("unit", "C4").out
    assert site_mes("deviation", "D-1", "withdraw", "--reason", "plugs are back", *BY).code == 0
    assert site_mes("deviations").out.endswith("no deviation is in force\n")
    assert site_mes("deviations", "--all", "--csv").out.splitlines()[1].startswith("D-1,withdrawn,")


@once
def test_oee_takes_planned_busy_time_from_the_calendar(built, site_mes, tmp_path):
    """Without the option the station's calendar plans the window, and the answer says which revision did."""
    window = ("--since", "2026-03-02", "--until", "2026-03-03")
    oee = ("oee", "final-1", "--planned-run", "30", *window)
    assert "has no shift calendar; give --planned-busy" in site_mes(*oee).err
    shifts = (
        'shifts = [{ name = "early", start = "06:00", end = "14:00", days = ["MON"] },'
        ' { name = "late", start = "14:00", end = "22:00", days = ["MON"] }]\n'
    )
    site = '[[calendar]]\nname = "site"\nrevision = "1"\ntime_zone = "UTC"\n' + shifts
    load(site_mes, tmp_path, site)
    found = site_mes(*oee, "--json").document
    assert (found["planned_busy_s"], found["planned_busy_by"]) == (16 * 3600.0, "calendar site revision 1")
    own = site.replace('"site"', '"final"').replace('"1"', '"7"').replace("shifts", 'stations = ["final-1"]\nshifts')
    load(site_mes, tmp_path, own.replace("14:00", "10:00"))
    by_shift = site_mes(*oee, "--by-shift", "--json").document
    assert by_shift["planned_busy_by"] == "calendar final revision 7"
    told = {one["shift"]: (one["planned_busy_s"], one["produced"], one["good"]) for one in by_shift["shifts"]}
    assert told == {"early": (4 * 3600.0, 3, 2), "late": (12 * 3600.0, 0, 0)}
    assert site_mes(*oee, "--planned-busy", "8", "--json").document["planned_busy_by"] == "option --planned-busy"
    assert "12 h" in site_mes("calendar", "final-1", *window).out


BAD_PLANNING = [
    ('[[calendar]]\nname = "x"\nrevision = "1"\ntime_zone = "Mars/Base"\n', "time zone Mars/Base is unknown"),
    (
        '[[calendar]]\nname = "x"\nrevision = "1"\ntime_zone = "UTC"\nshifts = [{ name = "a", start = "06:00",'
        ' end = "14:00", days = ["SUN"] }, { name = "b", start = "22:00", end = "06:01", days = ["SAT"] }]\n',
        "calendar[0].shifts[0]: a 06:00-14:00 overlaps b 22:00-06:01",
    ),
    (
        '[[sampling]]\nname = "x"\nrevision = "1"\npart = "DAC-800"\naql = 0.4\n',
        "sampling[0].part: part DAC-800 is unknown; did you mean DAC-800G?",
    ),
    (
        '[[sampling]]\nname = "x"\nrevision = "1"\npart = "DAC-800G"\naql = 0.4\n',
        "an AQL of 0.4 % is not in the verified table",
    ),
    (
        '[[sampling]]\nname = "x"\nrevision = "1"\npart = "DAC-800G"\naql = 1.0\nsample_size = 5\n',
        "a plan gives an aql, or a sample_size with its acceptance_number",
    ),
]


@once
def test_planning_that_cannot_be_is_refused_by_key(line, site_mes, tmp_path):
    """A definition of planning is checked like any other: file, key, problem and what to write instead."""
    file = tmp_path / "planning.toml"
    for text, said in BAD_PLANNING:
        file.write_text(text)
        answer = site_mes("load", str(file), *BY)
        assert answer.code == 2
        assert said in answer.err
