"""What is proven off at the end is in the record, and so is what is not; an open interlock ends a run."""

from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from drivers.errors import LinkLost
from drivers.reading import Reading
from mes.vocabulary import Outcome, RunEnding, Verdict
from stations.bench import check_roles
from stations.errors import ConfigurationError
from stations.events import Measured
from stations.fixture import Fixture
from stations.interlock import Interlock
from stations.lease import wait
from stations.plan import Record
from tests.stations.executive.rig import RAIL, Rig, RigFixture, Supply, measure, step


class Proving(RigFixture):
    """Looks at its unit when everything is off."""

    live: ClassVar[list[str]] = []
    error: ClassVar[Exception | None] = None

    def prove_safe(self) -> list[str]:
        """Say what the test wants."""
        self.log.append("looked")
        if self.error is not None:
            raise self.error
        return self.live


class Guarded(RigFixture):
    """A fixture with an interlock."""

    INTERLOCK: ClassVar = Interlock("dio", line=0)


def test_everything_proven_off_is_named_in_the_order_of_the_hazard() -> None:
    """Sources first, as the bench lists them; then the unit, for this fixture has looked."""
    rig = Rig(Proving)
    rig.instruments = {"ac": Supply(rig.clock, rig.log, "ac"), **rig.instruments}
    ended = rig.run(step(measure(3.3), RAIL, name="power"))
    assert ended.safe == "proven off: ac, supply, dio, unit"
    assert rig.log[-5:] == ["ac safe", "supply safe", "dio safe", "looked", "torn down"]


def test_a_unit_that_nobody_looked_at_is_not_called_proven() -> None:
    """A fixture without a look of its own vouches for its instruments alone."""
    assert Rig().run(step(measure(3.3), RAIL, name="power")).safe == "proven off: supply, dio"


def test_a_unit_that_is_still_charged_takes_the_pass_away() -> None:
    """All instruments read off and 48 V stand on the output: ERROR, and the record says where."""
    rig = Rig(Proving)
    rig.kind = type("Charged", (Proving,), {"live": ["dut output still at 48 V"]})
    ended = rig.run(step(measure(3.3), RAIL, name="power"))
    assert (ended.verdict, ended.ending) == (Verdict.NONE, RunEnding.ERROR)
    assert "dut output still at 48 V" in ended.reason
    assert ended.safe == "OUTPUT MAY BE LIVE: dut output still at 48 V; proven off: supply, dio"


def test_a_look_that_breaks_proves_nothing() -> None:
    """The meter that should prove the unit dead is gone: not proven, and the run is still recorded."""
    rig = Rig(type("Blind", (Proving,), {"error": LinkLost("meter: gone")}))
    ended = rig.run(step(measure(3.3), RAIL, name="power"))
    assert ended.ending is RunEnding.ERROR
    assert "the unit is not proven dead: meter: gone" in ended.safe


@pytest.mark.parametrize(("stuck", "live"), [(2, False), (3, True)])
def test_an_output_is_switched_off_three_times_before_it_is_called_live(stuck: int, live: bool) -> None:
    """A relay that opens at the third OFF is proven off; one that does not is said to be live."""
    rig = Rig()

    def power(fixture: Any, record: Record) -> None:
        record("rail", Reading(3.3, "V"))
        rig.supply.stuck = stuck

    ended = rig.run(step(power, RAIL))
    assert (ended.ending is RunEnding.ERROR) is live
    assert ended.safe.startswith("OUTPUT MAY BE LIVE") is live


def test_a_teardown_that_never_ends_is_given_up_and_the_bench_made_safe_again() -> None:
    """Teardown works under a limit of its own; what it switched on goes off."""

    class Stuck(RigFixture):
        """Switches on in teardown and takes for ever."""

        def tear_down(self) -> None:
            """Do harm."""
            self.supply.set_output(True)
            wait(rig.clock, 100)

    rig = Rig(Stuck)
    ended = rig.run(step(measure(3.3), RAIL, name="power"))
    assert "fixture teardown: step teardown did not end within its 60 s" in ended.reason
    assert not rig.supply.on


def test_stop_does_not_cut_the_teardown_off() -> None:
    """STOP was obeyed when the outputs went off; the fixture is still left in order."""
    rig = Rig()
    rig.on_event = lambda e: rig.stop.request("STOP") if isinstance(e, Measured) else None
    rig.run(step(measure(3.3), RAIL, name="power"))
    assert rig.log[-1] == "torn down"


def test_nothing_is_armed_with_the_interlock_open() -> None:
    """The cover stands open: ERROR, set-up never called, no step."""
    rig = Rig(Guarded)
    rig.dio.high = False
    ended = rig.run(step(measure(3.3), RAIL, name="power"))
    assert (ended.verdict, ended.ending) == (Verdict.NONE, RunEnding.ERROR)
    assert ended.reason == "nothing was armed: interlock opened; shut the cover, then start again"
    assert "set up" not in rig.log
    assert rig.steps() == {}


def opened_at(seconds: float, act: Callable[[Rig], Callable[[Any, Record], None]]) -> Rig:
    """A rig whose cover opened at this time, in a step that energises and then acts."""
    rig = Rig(Guarded)

    def open_cover() -> None:
        rig.dio.high = False

    rig.clock.at.append((seconds, open_cover))

    def power(fixture: Any, record: Record) -> None:
        rig.supply.set_output(True)
        act(rig)(fixture, record)
        record("rail", Reading(3.3, "V"))

    rig.run(step(power, RAIL), step(measure(3.3, name="later"), name="later"))
    return rig


def test_an_interlock_that_opens_while_a_step_waits_ends_it_within_50_ms() -> None:
    """ABORTED and off, no later than a twentieth of a second after the cover opened."""
    rig = opened_at(7.0, lambda rig: lambda f, r: wait(rig.clock, 20.0))
    assert (rig.ended().verdict, rig.ended().ending) == (Verdict.NONE, RunEnding.ABORTED)
    assert rig.ended().reason == "step power: interlock opened"
    assert rig.steps() == {"power": Outcome.ABORTED, "later": Outcome.SKIPPED}
    assert not rig.supply.on
    assert rig.clock.seconds <= 7.0 + 0.05 + 1e-9


def test_an_interlock_that_opened_stops_the_next_write() -> None:
    """A step that polls the bench finds out at its next touch of it, and that touch reaches nothing."""

    def poll(rig: Rig) -> Callable[[Any, Record], None]:
        def body(fixture: Any, record: Record) -> None:
            rig.clock.sleep(8.0)
            rig.supply.set_output(True)

        return body

    rig = opened_at(7.0, poll)
    assert rig.ended().ending is RunEnding.ABORTED
    assert rig.log.count("supply on") == 1


def test_an_interlock_that_opens_between_two_steps_ends_the_run() -> None:
    """The second step is never begun."""
    rig = Rig(Guarded)

    def first(fixture: Any, record: Record) -> None:
        record("rail", Reading(3.3, "V"))
        rig.dio.high = False
        rig.clock.seconds += 0.01
        rig.on_event = lambda _: setattr(rig.clock, "seconds", rig.clock.seconds + 0.06)

    rig.run(step(first, RAIL), step(measure(3.3, name="later"), name="later"))
    assert rig.ended().ending is RunEnding.ABORTED
    assert rig.ended().reason == "before step later: interlock opened"


def test_an_interlock_that_cannot_be_read_counts_as_open() -> None:
    """Whoever cannot see the cover does not energise behind it."""
    rig = Rig(Guarded)
    rig.dio.gone = True
    assert "interlock cannot be read: dio: no answer" in rig.run(step(measure(3.3), RAIL, name="power")).reason


def test_the_interlock_is_not_read_more_often_than_every_50_ms() -> None:
    """A hundred writes in no time cost one look."""
    rig = Rig(Guarded)

    def busy(fixture: Any, record: Record) -> None:
        for _ in range(100):
            rig.supply.set_output(True)
        record("rail", Reading(3.3, "V"))

    rig.run(step(busy, RAIL))
    assert rig.dio.reads == 1


def test_a_step_may_use_the_input_that_reads_its_interlock() -> None:
    """Looking never goes over a wire that is just being used."""
    rig = Rig(Guarded)

    def clamp(fixture: Any, record: Record) -> None:
        rig.clock.seconds += 1.0
        rig.dio.set_output(True)
        assert rig.dio.read_input(0)
        record("rail", Reading(3.3, "V"))

    assert rig.run(step(clamp, RAIL)).verdict is Verdict.PASSED


def test_an_interlock_in_a_role_that_the_fixture_has_not_is_refused() -> None:
    """A fixture that names no such instrument is a mistake of its author, found before a bench is opened."""

    class Forgetful(Fixture):
        """Names an input that it never asked for."""

        ROLES: ClassVar = {}
        INTERLOCK: ClassVar = Interlock("dio", line=0)

    with pytest.raises(ConfigurationError, match="interlock"):
        check_roles(Forgetful, {})


def test_the_air_around_the_unit_is_in_the_record() -> None:
    """A fixture that measures it says how warm it was before the first step."""

    class Thermometer(RigFixture):
        """Knows the air."""

        def ambient(self) -> Reading:
            """Measure it."""
            return Reading(23.5, "degC")

    assert Rig(Thermometer).run(step(measure(3.3), RAIL, name="power")).ambient_celsius == 23.5
