"""The safety tester's own judgement counts: a reading alone never passes what the tester did not."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from drivers.capabilities import WithstandResult
from drivers.reading import Reading
from drivers.safety_tester.chroma_19053 import Chroma19053
from mes.records import UnitIdentity
from mes.vocabulary import RunEnding, Verdict
from stations.bench import Bench
from stations.config import load_station_config
from stations.events import Event, Measured, RunEnded, RunOrder
from stations.executive import Executive
from stations.fixture import load_fixture
from stations.lease import StopSwitch
from stations.plan import load_plan
from stations.product import load_product
from stations.simulation import SimulatedSite, SimulatedStation, virtual_clock
from stations.step_runner import run_inline

CONFIG = Path(__file__).parents[2] / "stations/configs/cable-bundle-test.toml"
OVER = Reading(None, "ohm", over_range="OVER")


class Rig:
    """The bundle station on its simulated bench, with a healthy bundle in it."""

    def __init__(self) -> None:
        self.config = load_station_config(CONFIG)
        self.product = load_product(self.config.product)
        self.plan = load_plan(self.config.plan).bind(self.product)
        self.kind = load_fixture(self.config.fixture.kind)
        self.station = SimulatedStation("judgement", 7, virtual_clock(datetime(2026, 11, 2, tzinfo=UTC)))
        self.station.build(self.kind, self.product, self.config.fixture.options, self.config.instruments)
        self.bench = Bench.open(self.kind, self.config.instruments, self.station.place)
        self.station.insert(SimulatedSite(7, self.product).unit("twinax_bundle", "B0000001"))

    def run(self) -> tuple[RunEnded, set[str]]:
        """Run the plan; how it ended, and which measurands failed."""
        events: list[Event] = []
        order = RunOrder(
            run=UUID(int=1),
            unit=UnitIdentity(part=self.product.part, serial="B0000001"),
            station="judgement",
            station_digest="0" * 64,
            fixture="f",
            slot="1",
            operator="o",
            gate=UUID(int=2),
            simulated=True,
        )
        fixture = self.kind(self.bench.instruments, self.product, self.config.fixture.options)
        Executive(self.bench, fixture, run_inline, StopSwitch(), events.append).run(order, self.plan)
        ended = events[-1]
        assert isinstance(ended, RunEnded)
        return ended, {
            e.measurand.name for e in events if isinstance(e, Measured) and e.judgement.outcome.value == "FAILED"
        }

    def close(self) -> None:
        """Take it apart."""
        self.bench.close()
        self.station.close()


@pytest.fixture
def rig() -> Iterator[Rig]:
    """One rig, closed in the end."""
    made = Rig()
    yield made
    made.close()


def test_a_healthy_bundle_passes(rig: Rig) -> None:
    """The rig itself is sound."""
    assert rig.run()[0].verdict is Verdict.PASSED


@pytest.mark.parametrize("judgement", ["STOPPED", "CANNOT_TEST"])
def test_insulation_that_was_not_tested_is_an_error(rig: Rig, monkeypatch: pytest.MonkeyPatch, judgement: str) -> None:
    """A tester that stopped has proven nothing, however large the number it shows."""
    monkeypatch.setattr(
        Chroma19053,
        "measure_insulation_resistance",
        lambda *_: WithstandResult(judgement, OVER),  # type: ignore[arg-type]
    )
    ended, _ = rig.run()
    assert (ended.verdict, ended.ending) == (Verdict.NONE, RunEnding.ERROR)
    assert judgement in ended.reason


@pytest.mark.parametrize("judgement", ["ARC", "LOW", "HIGH"])
def test_insulation_that_the_tester_failed_fails(rig: Rig, monkeypatch: pytest.MonkeyPatch, judgement: str) -> None:
    """An arc on the way fails the bundle although the last reading is good."""
    monkeypatch.setattr(
        Chroma19053,
        "measure_insulation_resistance",
        lambda *_: WithstandResult(judgement, Reading(2e10, "ohm")),  # type: ignore[arg-type]
    )
    ended, failed = rig.run()
    assert ended.verdict is Verdict.FAILED
    assert failed == {f"insulation_judgement_pair_{pair}" for pair in range(1, 17)}
