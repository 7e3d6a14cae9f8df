"""One run, several units: each its own verdict and record, tied by a group; nobody's trouble is another's."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from drivers.errors import LinkTimeout
from drivers.reading import Reading
from mes.vocabulary import Outcome, RunEnding, Verdict
from stations.errors import PlanError
from stations.events import StepRetried
from stations.limits import Measurand
from stations.plan import Record, Retry
from tests.stations.executive.rig import RAIL, Rig, RigFixture, measure, step

SHARE = Measurand("share", "1", low=0.45, high=0.55)


def rails(*values: float | None) -> Any:
    """A step's function that records these rails, unit by unit; None records nothing for that unit."""

    def body(fixture: Any, record: Record) -> None:
        for unit in record.units:
            value = values[unit - 1]
            if value is not None:
                record.unit(unit)("rail", Reading(value, "V"))

    return body


def test_each_unit_has_its_own_verdict() -> None:
    """One of three is out of limits: it alone is FAILED."""
    rig = Rig(units=3)
    rig.run(step(rails(3.3, 9.9, 3.25), RAIL, name="power"))
    assert [rig.ended(k).verdict for k in range(3)] == [Verdict.PASSED, Verdict.FAILED, Verdict.PASSED]
    assert [rig.values(k) for k in range(3)] == [[3.3], [9.9], [3.25]]


def test_a_value_that_is_missing_for_one_unit_is_the_error_of_that_unit() -> None:
    """The pass of one is not earned by the reading of another."""
    rig = Rig(units=2)
    rig.run(step(rails(3.3, None), RAIL, name="power"))
    assert [(rig.ended(k).verdict, rig.ended(k).ending) for k in range(2)] == [
        (Verdict.PASSED, RunEnding.COMPLETED),
        (Verdict.NONE, RunEnding.ERROR),
    ]


def test_a_unit_in_trouble_takes_no_further_part_and_the_others_go_on() -> None:
    """Unit 1 does not answer: ERROR for it, its later steps SKIPPED; unit 2 is tested to its end."""
    rig = Rig(units=2)
    seen: list[tuple[int, ...]] = []

    def talk(fixture: Any, record: Record) -> None:
        record.unit(1).error("PSU does not answer")
        record.unit(2)("rail", Reading(3.3, "V"))

    def later(fixture: Any, record: Record) -> None:
        seen.append(record.units)
        record.unit(2)("share", Reading(0.5, "1"))

    rig.run(step(talk, RAIL), step(later, SHARE))
    assert seen == [(2,)]
    assert rig.steps(0) == {"talk": Outcome.ERROR, "later": Outcome.SKIPPED}
    assert "PSU does not answer" in rig.ended(0).reason
    assert rig.ended(1).verdict is Verdict.PASSED


def test_a_critical_failure_stops_the_unit_and_not_the_run() -> None:
    """on_fail="stop" is about the unit that failed."""
    rig = Rig(units=2)
    rig.run(step(rails(9.9, 3.3), RAIL, name="bond", on_fail="stop"), step(lambda f, r: None, name="later"))
    assert rig.steps(0) == {"bond": Outcome.FAILED, "later": Outcome.SKIPPED}
    assert rig.steps(1) == {"bond": Outcome.PASSED, "later": Outcome.PASSED}
    assert rig.ended(0).ending is RunEnding.COMPLETED


def test_an_exception_and_stop_are_everybodys() -> None:
    """What ends the step ends it for all; a failure that was measured before stays one."""
    rig = Rig(units=2)

    def broken(fixture: Any, record: Record) -> None:
        record.unit(2)("rail", Reading(9.9, "V"))
        raise LinkTimeout("load: no answer")

    rig.run(step(broken, RAIL))
    assert [(rig.ended(k).verdict, rig.ended(k).ending) for k in range(2)] == [
        (Verdict.NONE, RunEnding.ERROR),
        (Verdict.FAILED, RunEnding.ERROR),
    ]


def test_only_the_units_that_need_it_are_tried_again() -> None:
    """Unit 2 failed at first: the second attempt is its alone, and the value of unit 1 stands."""
    rig = Rig(units=2)
    tries: list[tuple[int, ...]] = []

    def power(fixture: Any, record: Record) -> None:
        tries.append(record.units)
        for unit in record.units:
            record.unit(unit)("rail", Reading(9.9 if unit == 2 and len(tries) == 1 else 3.3, "V"))

    rig.run(step(power, RAIL, retry=Retry(on=("FAILED",))))
    assert tries == [(1, 2), (2,)]
    assert [rig.ended(k).verdict for k in range(2)] == [Verdict.PASSED, Verdict.PASSED]
    assert [sum(isinstance(e, StepRetried) for e in rig.told[k]) for k in range(2)] == [0, 1]


def test_with_several_units_a_value_must_say_whose_it_is() -> None:
    """`record(name, value)` alone could mean either unit: an error, for both."""
    rig = Rig(units=2)
    rig.run(step(measure(3.3), RAIL, name="power"))
    assert "record.unit(k)" in rig.ended(0).reason
    assert {rig.ended(k).verdict for k in range(2)} == {Verdict.NONE}


def test_a_single_unit_may_be_addressed_by_its_number() -> None:
    """A plan that is written for several units runs with one."""
    rig = Rig()
    assert rig.run(step(rails(3.3), RAIL, name="power")).verdict is Verdict.PASSED


@pytest.mark.parametrize("units", [1, 3])
def test_a_plan_takes_the_units_that_it_declares(units: int) -> None:
    """A pair is two: one or three are refused before anything is armed."""
    rig = Rig(units=units)
    with pytest.raises(PlanError, match="tests 2 units in a run"):
        rig.run(step(rails(3.3, 3.3, 3.3), RAIL, name="power"), limits=(2, 2))
    assert rig.log == []
    assert rig.events == []


def test_the_fixture_knows_every_unit() -> None:
    """The units are the fixture's in the order of its places."""

    class Looking(RigFixture):
        """Notes its units."""

        def set_up(self) -> None:
            """Note them."""
            self.log.append(",".join(unit.serial for unit in self.units))

    rig = Rig(Looking, units=2)
    rig.run(step(rails(3.3, 3.3), RAIL, name="power"))
    assert "DAC0001,DAC0002" in rig.log


def test_one_listener_that_refuses_does_not_take_the_others_end() -> None:
    """The disk refuses the record of unit 1: unit 2 has its end, and then the refusal is raised."""
    rig = Rig(units=2)
    path = Path(str(uuid4()))

    def refuse(event: object) -> None:
        if event is rig.told[0][-1] and type(event).__name__ == "RunEnded":
            raise OSError(28, "no space left", str(path))

    rig.on_event = refuse
    with pytest.raises(OSError, match="no space left"):
        rig.run(step(rails(3.3, 3.3), RAIL, name="power"))
    assert rig.ended(1).verdict is Verdict.PASSED
