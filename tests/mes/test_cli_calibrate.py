"""Calibrations through the commands: what a meter puts in doubt, and what is held for it, on each database."""

from datetime import timedelta

import pytest

from mes.database import open_engine
from mes.projection import rebuild
from mes.records import GateRequest, InstrumentUsed, MeasurandFailure, StationChecked, UnitIdentity
from mes.vocabulary import Verdict

METER, OTHER = "MY9", "MY1"
WHO = ("--by", "ann")
CERTIFIED = ("--certificate", "K-1", "--performed-by", "Lab", "--due", "2036-01-01", *WHO)
FINE = ("--point", "loop,2 ohm,Ω,1.0,0.01,1.001")
HIGH = ("--point", "loop,2 ohm,Ω,1.0,0.01,1.105,1.0,0.001")
SINCE = ("--since-last-good", "--json")

on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def meter(*places, range_="2 ohm", serial=METER):
    """An ohmmeter that read these places of the vector."""
    readings = {range_: places} if places else {}
    used = {"model": "DMM6500", "firmware": "1.7", "calibration_due": None}
    return InstrumentUsed(role=f"meter-{serial}", serial=serial, readings=readings, **used)


def measured(line, serial, ohm, *instruments):
    """A cable with this loop resistance; when its run began."""
    unit = line.register(serial)
    started = line.start(unit, "final_test")
    line.finish(started, values=(-15.5, ohm, None, None, 23.5), instruments=instruments or (meter(1),))
    return started["started_at"]


@pytest.fixture
def shop(line):
    """Four cables: one before noon, three after it with 0.2, 0.02 and 0.9 ohm of margin; when each was measured."""
    with line.delivery():
        times = [measured(line, "C0", 0.5)]
        times += [measured(line, f"C{n}", ohm) for n, ohm in enumerate((0.7, 0.52, 1.4), start=1)]
    return times


def after(moment, seconds=1.0, hours=0):
    """A moment a little later, as it is typed in a time zone so many hours east of UTC."""
    shifted = (moment + timedelta(seconds=seconds, hours=hours)).replace(tzinfo=None)
    return f"{shifted.isoformat()}+{hours:02}:00"


def serials(answer):
    """The units of a where-used, in its order."""
    return [use["unit"]["serial"] for use in answer.document["units"]]


def test_a_bad_meter_is_traced_held_and_rebuilt(line, shop, site_mes):
    """Exactly what it measured since it was good, what could change first; the hold takes all, a rebuild keeps it."""
    last = ("--at", after(shop[3]))
    bad = site_mes("calibrate", METER, *CERTIFIED, *HIGH, *last, "--json").document
    assert (bad["found_good"], bad["left_good"], bad["in_doubt"]["units"]) == (False, True, 4)
    # The calibration before it comes to be recorded last, in another time zone, and takes its place.
    late = site_mes("calibrate", METER, *CERTIFIED, *FINE, "--at", after(shop[0], hours=8))
    assert "a later calibration is known and counts" in late.out
    doubt = site_mes("where-used", "--instrument", METER, *SINCE)
    assert serials(doubt) == ["C2", "C1", "C3"]
    assert [use["doubt"]["could_be"] for use in doubt.document["units"]] == ["FAILED", None, None]
    assert doubt.document["units"][0]["doubt"]["nearest"]["ratio"] == pytest.approx(0.02 / 0.106)
    assert "C2" in site_mes("where-used", "--instrument", METER, "--since-last-good", "--csv").out.splitlines()[1]

    with line.delivery():
        for rack, cable in (("R1", "C3"), ("R2", "C2")):
            line.install(line.register(rack, line.BUNDLE), "u1", UnitIdentity(part=line.CABLE, serial=cable))
    assert serials(site_mes("where-used", "--instrument", METER, *SINCE)) == ["C2", "C1", "C3", "R2", "R1"]
    why = (*WHO, "--reason", "read high", "--json")
    held = site_mes("hold", "--instrument", METER, "--since-last-good", *why).document
    assert {use["unit"]["serial"] for use in held["units"]} == {"C1", "C2", "C3", "R1", "R2"}
    with line.delivery():
        measured(line, "C9", 1.0)
    line.finish(line.start(UnitIdentity(part=line.CABLE, serial="C2"), "final_test"))
    line.at = shop[2]
    with line.delivery():
        measured(line, "C8", 1.0)
    assert serials(site_mes("where-used", "--instrument", METER, *SINCE)) == ["C2", "C1", "C8", "C3", "R2", "R1"]
    page = site_mes("where-used", "--instrument", METER, "--since-last-good").out
    assert "tested again since, and passed: C2\n" in page
    assert site_mes("gate", "C8", "assembly").code == 1
    assert site_mes("gate", "C9", "assembly").code == 0

    asked = (("equipment",), ("equipment", METER), ("where-used", "--instrument", METER, "--since-last-good"))
    before = [site_mes(*words).out for words in asked]
    engine = open_engine(line.url)
    rebuild(engine)
    engine.dispose()
    assert [site_mes(*words).out for words in asked] == before


@on_sqlite
def test_a_voided_calibration_counts_nowhere(line, shop, site_mes):
    """Recorded in error and voided, it neither puts units in doubt nor stops its instrument; the history keeps it."""
    good = ("calibrate", METER, *CERTIFIED, *FINE, "--at", after(shop[0]), "--json")
    site_mes(*good)
    wrong = ("calibrate", METER, *CERTIFIED, "--point", "loop,2 ohm,Ω,1.0,0.01,1.2", "--at", after(shop[3]), "--json")
    id_ = site_mes(*wrong).document["calibration"]
    assert refused(line) == {"instrument_calibration"}
    signed = (*WHO, "--reason", "another meter's certificate")
    assert site_mes("void", "calibration", id_, *signed).code == 0
    assert refused(line) == set()
    found = site_mes("where-used", "--instrument", METER, *SINCE).document
    assert found["found_bad"] is None
    assert found["could_change"] == 0
    assert "VOIDED" in site_mes("equipment", METER).out
    assert site_mes("void", "calibration", id_, *signed).code == 1
    assert (
        f"{id_!a}: none of instrument"
        in site_mes("where-used", "--instrument", METER, *SINCE, "--calibration", id_).err
    )


def refused(line, **facts):
    """The rules that refuse a bundle's test with this meter now."""
    serial = f"B{line.new_id().int % 1000}"
    unit = line.register(serial, line.BUNDLE)
    asked = {"station": "final-1", "operator": "mei", "fixture": "F1", "instruments": (f"DMM6500 {METER}",)} | facts
    request = {"id": line.new_id(), "at": line.at, "unit": unit, "operation": "bundle_test", "simulated": True}
    return {refusal.rule for refusal in line.ledger.gate(GateRequest(**request | asked)).refusals}


@on_sqlite
def test_what_the_record_tells_decides_what_is_in_doubt(line, site_mes):
    """Read by another instrument or in a good range: not in doubt. Read by nobody it knows: possibly, and last."""
    with line.delivery():
        start = measured(line, "READ", 0.52)
        measured(line, "RANGE", 0.52, meter(1, range_="200 ohm"))
        measured(line, "OTHER", 0.52, meter(), meter(1, serial=OTHER))
        measured(line, "UNTOLD", 0.51, meter())
        end = measured(line, "AWAY", 0.52, meter(1, serial=OTHER))
    site_mes("calibrate", METER, *CERTIFIED, *FINE, "--at", after(start, -5))
    site_mes("calibrate", METER, *CERTIFIED, *HIGH, "--point", "loop,200 ohm,Ω,100,1,100.1", "--at", after(end))
    told = {
        use["unit"]["serial"]: (use["doubt"]["could_change"], use["doubt"]["certain"])
        for use in site_mes("where-used", "--instrument", METER, *SINCE).document["units"]
    }
    assert list(told) == ["READ", "UNTOLD", "RANGE", "OTHER"] or list(told) == ["READ", "UNTOLD", "OTHER", "RANGE"]
    due = site_mes("equipment", "--due-before", "2036-01-02", "--json").document["equipment"]
    assert [one["serial"] for one in due] == [METER]
    assert site_mes("equipment", "--due-before", "2036-01-01", "--json").document["equipment"] == []
    assert told == {"READ": (True, True), "UNTOLD": (True, False), "RANGE": (False, False), "OTHER": (False, False)}
    page = site_mes("where-used", "--instrument", METER, "--since-last-good").out
    assert "FAILED (possibly)" in page
    assert "1 run of it tell no readings" in page


@on_sqlite
def test_a_failure_by_a_meter_that_read_high_could_have_passed(line, site_mes):
    """The limits that judged it judge it again: 2.05 ohm read 0.105 ohm high may be 1.945 ohm, within 2 ohm."""
    unit = line.register("F1")
    failure = MeasurandFailure(measurand="loop_resistance", unit="Ω", value=2.05, low=0.5, high=2.0)
    started = line.start(unit, "final_test")
    values = (-15.5, 2.05, None, None, 23.5)
    line.finish(started, Verdict.FAILED, values=values, failures=(failure,), instruments=(meter(1),))
    held = site_mes("calibrate", METER, *CERTIFIED, *HIGH, "--hold", "read high", "--json").document
    (hold,) = site_mes("holds", "--json").document["holds"]
    assert (hold["id"], hold["caught"], hold["reason"]) == (held["hold"], 1, "read high")
    (use,) = site_mes("where-used", "--instrument", METER, *SINCE).document["units"]
    assert (use["doubt"]["could_be"], use["doubt"]["by"]) == ("PASSED", ["loop_resistance"])


@on_sqlite
def test_what_is_unknown_or_wrong_is_told_and_nothing_is_recorded(line, shop, site_mes, tmp_path):
    """Object, act, state and next step; half a calibration is none."""
    del shop
    ask = ("where-used", "--instrument")
    assert "unknown in" in site_mes(*ask, "NONE", "--since-last-good").err
    assert "was used in 4 runs, and no calibration" in site_mes(*ask, METER, "--since-last-good").err
    assert "goes with --instrument alone" in site_mes(*ask, METER, "--station", "s", "--since-last-good").err
    assert "goes with --since-last-good" in site_mes(*ask, METER, "--calibration", "abcdef").err
    points = tmp_path / "points.csv"
    points.write_text("function,range,unit,nominal,tolerance,as_found\nloop,2 ohm,Ω,1.0,0.01,x\n")
    wrong = {
        "--by is empty": ("calibrate", METER, *FINE),
        "no point is given": ("calibrate", METER, *CERTIFIED),
        "--certificate is missing": ("calibrate", METER, *FINE, *WHO),
        "give --model": ("calibrate", "NEW", *CERTIFIED, *FINE),
        "the last two may be missing": ("calibrate", METER, *CERTIFIED, "--point", "loop,2 ohm,Ω"),
        "points.csv line 2: as_found": ("calibrate", METER, *CERTIFIED, "--points", str(points)),
        "lies before the calibration": ("calibrate", METER, *CERTIFIED, *FINE, "--due", "2020-01-01"),
        "occurs twice": ("calibrate", METER, *CERTIFIED, *FINE, *FINE),
        "runs name their instruments": ("calibrate", METER, *CERTIFIED, *FINE, "--fixture", "F1"),
        "has no time zone": ("calibrate", METER, *CERTIFIED, *FINE, "--at", "2026-03-31T14:05:00"),
    }
    for message, words in wrong.items():
        answer = site_mes(*words)
        assert (message in answer.err, answer.code) == (True, 2), (words, answer)
    assert site_mes("equipment", METER, "--json").document["calibrations"] == []
    at = ("--at", "2026-03-02T12:00:00Z")
    assert site_mes("calibrate", METER, *CERTIFIED, *FINE, *at).code == 0
    assert "is recorded already" in site_mes("calibrate", METER, *CERTIFIED, *FINE, *at).err
    named = site_mes("calibrate", METER, "--model", "6500", *CERTIFIED, *FINE)
    assert f"runs name serial {METER} as DMM6500" in named.out
    # A meter that measured nothing: recorded all the same, and nothing is in doubt.
    unused = site_mes("calibrate", "NEW", "--model", "DMM6500", *CERTIFIED, *HIGH, "--json").document
    assert unused["in_doubt"] == {"predicate": unused["in_doubt"]["predicate"], "units": 0, "could_change": 0}
    assert "0 units measured in 0 runs" in site_mes(*ask, "NEW", "--since-last-good").out


@on_sqlite
def test_equipment_of_an_empty_site_says_what_to_do(line, site_mes):
    """Nothing is an answer, not a blank."""
    del line
    assert "record one by `mes calibrate`" in site_mes("equipment").out
    assert site_mes("equipment", "--json").document["equipment"] == []
    assert site_mes("equipment", "X").code == 1
    assert "nothing that is known here is due" in site_mes("equipment", "--due-before", "2027-01-01").out
    assert "is no date" in site_mes("equipment", "--due-before", "soon").err


@on_sqlite
def test_a_shunt_puts_its_fixture_in_doubt(line, shop, site_mes, tmp_path):
    """What no run names by itself is known by its fixture: everything tested on that in the time is in doubt."""
    shunt = ("--kind", "SHUNT", "--model", "S-100", "--fixture", "F1")
    site_mes("calibrate", "S7", *shunt, *CERTIFIED, *FINE, "--at", after(shop[1]))
    points = tmp_path / "points.csv"
    points.write_text("function,unit,nominal,tolerance,as_found,range\nloop,Ω,1,0.01,1.5,\n", "utf-8")
    site_mes("calibrate", "S7", *shunt, *CERTIFIED, "--points", str(points), "--at", after(shop[3]))
    found = site_mes("where-used", "--instrument", "S7", *SINCE)
    assert found.document["predicate"]["fixture"] == "F1"
    told = [
        (use["unit"]["serial"], use["doubt"]["could_be"], use["doubt"]["certain"]) for use in found.document["units"]
    ]
    assert told == [("C2", "FAILED", False), ("C3", None, False)]
    assert refused(line) == {"instrument_calibration"}
    assert refused(line, fixture="F2") == set()


@on_sqlite
def test_a_worn_fixture_is_refused_until_its_contacts_are_renewed(line, site_mes):
    """Cycles are those that its runs told, since the contacts were renewed; the limit is released and lifted."""
    line.finish(line.start(line.register("C1"), "final_test"), fixture_cycles=99)
    assert site_mes("cycles", "F1", "--max", "100", *WHO).code == 0
    assert refused(line) == set()
    line.finish(line.start(line.register("C2"), "final_test"), fixture_cycles=100)
    assert refused(line) == {"fixture_cycles"}
    assert refused(line, fixture="F2") == set()
    renewed = ("--done", "probes replaced", "--renewed", "--at", after(line.at))
    done = site_mes("maintain", "F1", *renewed, *WHO, "--json").document
    assert refused(line) == set()
    line.at += timedelta(minutes=1)
    line.finish(line.start(line.register("C3"), "final_test"), fixture_cycles=101)
    (fixture,) = site_mes("equipment", "--json").document["fixtures"]
    assert (fixture["cycles"], fixture["cycles_max"]) == (1, 100)
    assert "probes replaced" in site_mes("equipment", "F1").out
    assert site_mes("void", "maintenance", done["maintenance"], *WHO, "--reason", "not done").code == 0
    assert refused(line) == {"fixture_cycles"}
    assert site_mes("cycles", "F1", *WHO).code == 0
    assert refused(line) == set()


_ROUTE = """
[codes]
name = "supply line"
revision = "1"
operations = [{ name = "psu_test", kind = "TEST" }]

[[product]]
route = [{ name = "psu_test", kind = "TEST", golden_every_s = 3600, calibrated = ["DMM6500"] }]

[product.material]
part = "PSU-X"
revision = "A"
description = "a supply"
tracking = "UNIT"
serial_pattern = "^X[0-9]+$"
"""


@on_sqlite
def test_a_route_asks_for_checks_and_recorded_calibrations(line, site_mes, tmp_path):
    """What the loaded route asks for is asked at the gate, until it was told; a voided check is none."""
    definition = tmp_path / "psu.toml"
    definition.write_text(_ROUTE, "utf-8")
    loaded = site_mes("load", str(definition), *WHO)
    assert loaded.code == 0, loaded.err
    unit = line.register("X1", "PSU-X")
    asked = {"unit": unit, "operation": "psu_test", "station": "psu-1"}
    assert refused(line, **asked) == {"station_checks", "instrument_calibration"}
    site_mes("calibrate", METER, "--model", "DMM6500", *CERTIFIED, *FINE, "--at", after(line.at))
    told = {"plan": "a" * 64, "judged_by": "b" * 64, "run": line.new_id(), "fixture": "F1", "operator": "mei"}
    golden = {"check": "golden", "station": "psu-1", "operation": "psu_test", "instruments": (f"DMM6500 {METER}",)}
    known = UnitIdentity(part="PSU-X", serial="X900")
    check = line.tell(StationChecked(**line.envelope(), unit=known, **golden, **told))
    assert refused(line, **asked) == set()
    assert refused(line, **asked, fixture="F2") == {"station_checks"}
    assert "came out right" in site_mes("equipment").out
    line.at += timedelta(hours=2)
    assert refused(line, **asked) == {"station_checks"}
    line.tell(StationChecked(**line.envelope(), unit=known, **golden, **told))
    assert refused(line, **asked) == set()
    line.tell(StationChecked(**line.envelope(), unit=known, **golden, **told, trouble="it must pass and FAILED"))
    assert refused(line, **asked) == {"station_checks"}
    assert site_mes("void", "check", str(check), *WHO, "--reason", "the wrong unit").code == 0
