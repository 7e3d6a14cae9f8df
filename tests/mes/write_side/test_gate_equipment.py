"""What a unit is worked with, at the gate: calibrations, golden and known-bad checks, the cycles of fixtures."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from mes.gate.equipment import CalibrationFacts, CheckFacts, CycleFacts, EquipmentFacts
from mes.gate.facts import Facts, UnitFacts
from mes.gate.rules import fixture_cycles, instrument_calibration, station_checks
from mes.gate.standing import Standing
from mes.ledger import Site
from mes.projection.history import Definition, RouteStep
from mes.records import GateRequest, UnitIdentity
from mes.vocabulary import OperationKind, SiteKind

NOW = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
PLAN = "a" * 64
UNIT = UnitIdentity(part="PSU", serial="P1")
RIGHT = CheckFacts(UUID(int=1), "P900", NOW - timedelta(hours=8), "", PLAN, "F1", ("DMM 1",))


def request(**facts):
    """A supply is about to be tested."""
    told = {"station": "psu-1", "operator": "mei", "fixture": "F1", "plan": PLAN, "instruments": ("DMM 1",)} | facts
    return GateRequest(id=UUID(int=2), at=NOW, unit=UNIT, operation="psu_test", simulated=False, **told)


def facts(*, checks=None, asked=None, calibrated=(), **equipment):
    """What is known of the bench; `asked` is for how long each check holds on the route."""
    step = RouteStep("psu_test", OperationKind.TEST, checks=asked or {}, calibrated=calibrated)
    unit = UnitFacts(UNIT, UUID(int=3), False, True, (), standing=Standing("A", Definition((step,), ())))
    return Facts(Site("works", SiteKind.REAL), unit, equipment=EquipmentFacts(checks=checks or {}, **equipment))


@pytest.mark.parametrize(
    ("due", "left_good", "said"),
    [
        (date(2026, 3, 2), True, ""),
        (date(2026, 3, 1), True, "was due for calibration on 2026-03-01"),
        (None, True, "is not to be used since certificate K-1"),
        (date(2027, 3, 1), False, "was left out of tolerance by certificate K-1"),
    ],
)
def test_an_instrument_is_used_to_its_last_day_and_never_left_bad(due, left_good, said):
    """The due date is a day in UTC and included; out of tolerance weighs more than any date."""
    known = CalibrationFacts("DMM 1", UUID(int=4), "K-1", NOW, due, left_good)
    refusal = instrument_calibration.check(request(), facts(calibrations=(known,)))
    assert (refusal.message if refusal else "") == (f"DMM 1 {said}" if said else "")


def test_a_model_that_the_route_names_has_its_calibration_recorded():
    """Of every other instrument nothing is asked that was never told."""
    known = CalibrationFacts("DMM 1", UUID(int=4), "K-1", NOW, NOW.date(), True)
    both = request(instruments=("DMM 1", "DMM 2", "relays 3"))
    refusal = instrument_calibration.check(both, facts(calibrations=(known,), calibrated=("DMM",)))
    assert refusal.message == "DMM 2 has no calibration recorded here, and psu_test asks for one of every DMM"
    assert instrument_calibration.check(both, facts(calibrations=(known,))) is None


@pytest.mark.parametrize(
    ("last", "told", "said"),
    [
        (RIGHT, {}, ""),
        (None, {}, "it was never done"),
        (replace(RIGHT, trouble="it must pass"), {}, "it came out wrong: it must pass"),
        (RIGHT, {"plan": "b" * 64}, "another plan or other limits"),
        (RIGHT, {"fixture": "F2"}, "it was done on fixture F1"),
        (RIGHT, {"instruments": ("DMM 2",)}, "with other instruments"),
    ],
)
def test_a_check_vouches_for_what_it_was_done_with(last, told, said):
    """One plan, one fixture, these instruments: with any of them changed it says nothing."""
    known = {} if last is None else {"golden": last}
    refusal = station_checks.check(request(**told), facts(checks=known, asked={"golden": 28800.0}))
    assert (refusal is not None) is bool(said)
    assert refusal is None or said in refusal.message
    assert station_checks.check(request(**told), facts(checks=known)) is None


def test_a_check_holds_as_long_as_the_route_says():
    """To the second, and each check for itself."""
    late = facts(checks={"golden": RIGHT}, asked={"golden": 28799.0, "challenge": 1.0})
    message = station_checks.check(request(), late).message
    assert "golden check of psu-1: it holds 7.99972 h and is 0.00 h overdue" in message
    assert "challenge check of psu-1: it was never done" in message


@pytest.mark.parametrize(("cycles", "worn"), [(99, False), (100, True)])
def test_a_fixture_lasts_as_many_cycles_as_were_released(cycles, worn):
    """The hundredth of a hundred is made; there is no next one."""
    known = facts(cycles=CycleFacts(UUID(int=5), cycles, 100))
    assert (fixture_cycles.check(request(), known) is not None) is worn
