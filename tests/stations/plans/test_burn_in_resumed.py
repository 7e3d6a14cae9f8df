"""After a power cut a burn-in goes on after its last whole hour, and still knows the first one."""

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mes.command_line import Location
from mes.ledger import open_ledger
from mes.records import RunFinished
from mes.vocabulary import RunEnding, Verdict
from stations import composition
from stations.composition import open_test_station, station_clock
from stations.config import load_station_config
from stations.errors import StationError
from stations.events import Event, StepEnded
from stations.fixtures.burn_in_rack import BurnInRack
from stations.lease import StopSwitch
from stations.record import RunRecorder
from stations.simulation import SimulatedSite
from tests.stations.plans.bench_of import CONFIGS

PASSED = (Verdict.PASSED, RunEnding.COMPLETED)
FAILED = (Verdict.FAILED, RunEnding.COMPLETED)
PSU_TEST = re.compile(r'\[\[route\]\]\nname = "psu_test"\n(?:\w.*\n)+')
"""What comes before in the product's route, and need not here."""


@contextmanager
def opened(location: Location, product: Path, hour: int) -> Iterator[composition.TestStation]:
    """The burn-in station at this hour."""
    config = load_station_config(CONFIGS / "psu-burn-in.toml").model_copy(update={"product": product})
    ledger = open_ledger(location.url, simulated_site=True)
    try:
        with open_test_station(
            config,
            location=location,
            ledger=ledger,
            clock=station_clock(config, datetime(2027, 3, 1, hour, tzinfo=UTC)),
            chance=random.Random(hour),
        ) as station:
            yield station
    finally:
        ledger.close()


def only_burn_in(folder: Path) -> Path:
    """The product with nothing before the burn-in in its route."""
    product = folder / "burn_in_only.toml"
    shipped = load_station_config(CONFIGS / "psu-burn-in.toml").product.read_text(encoding="utf-8")
    product.write_text(PSU_TEST.sub("", shipped), encoding="utf-8")
    return product


def cut_off(station: composition.TestStation, serials: list[str], steps: int, monkeypatch: Any) -> None:
    """Begin a run, and cut it off after so many steps, counted over all units."""
    whole, ended = RunRecorder.__call__, 0

    def dying(recorder: RunRecorder, event: Event) -> None:
        nonlocal ended
        if ended < steps:
            whole(recorder, event)
        ended += isinstance(event, StepEnded)

    with monkeypatch.context() as patch:
        patch.setattr(RunRecorder, "__call__", dying)
        with pytest.raises(StationError, match="ended without a record"):
            station.agent.work_together(serials, StopSwitch())


def put_in(station: composition.TestStation, serials: list[str], *, ratio_per_hour: float) -> None:
    """Put these supplies into the rack, the second with a reference that drifts."""
    site = SimulatedSite(7, station.product)
    drifts = site._family.parse({"kind": "DriftingReference", "ratio_per_hour": ratio_per_hour})
    supplies = [
        site.unit("power_supply", serial, defects=(drifts,) if k == 1 else ()) for k, serial in enumerate(serials)
    ]
    assert station.simulated is not None
    station.simulated.insert(site.unit("power_supplies", "rack", parts=supplies))


def test_after_a_power_cut_it_goes_on_and_still_knows_the_first_hour(tmp_path: Path, monkeypatch: Any) -> None:
    """Cut off after the second hour: both go on with the third, and the drift is told from the first one's record.

    The second supply comes back with an output 1 % lower than it had in the first hour: only a drift that is measured
    across the cut can see it.
    """
    location = Location(tmp_path, f"sqlite:///{tmp_path / 'site.db'}")
    serials = ["PSC0000001", "PSC0000002"]
    product = only_burn_in(tmp_path)
    with opened(location, product, 6) as station:
        put_in(station, serials, ratio_per_hour=1.0001)
        cut_off(station, serials, 6, monkeypatch)
    with opened(location, product, 9) as station:
        assert len(station.agent.resumable) == 2
        put_in(station, serials, ratio_per_hour=0.996)
        finished: tuple[RunFinished, ...] = station.agent.resume(StopSwitch())
    assert [(one.verdict, one.ending) for one in finished] == [PASSED, FAILED], [one.reason for one in finished]
    assert [failure.measurand for failure in finished[1].failures] == ["output_drift"]
    assert [step.name for step in finished[0].steps] == ["places", "hour_1", "hour_2", "hour_3", "hour_4", "drift"]
    assert all(one.gap_s > 0 for one in finished)
    assert finished[0].group == finished[1].group is not None


def test_other_supplies_after_a_power_cut_take_no_verdict(tmp_path: Path, monkeypatch: Any) -> None:
    """Two of three supplies are swapped while the power is away: both are errors without a load, the third passes."""
    location = Location(tmp_path, f"sqlite:///{tmp_path / 'site.db'}")
    serials = ["PSC0000001", "PSC0000002", "PSC0000003"]
    product = only_burn_in(tmp_path)
    with opened(location, product, 6) as station:
        put_in(station, serials, ratio_per_hour=1.0)
        cut_off(station, serials, 12, monkeypatch)
    drawn: list[tuple[int, ...]] = []
    draw = BurnInRack.draw

    def told(rack: BurnInRack, slots: tuple[int, ...]) -> None:
        drawn.append(slots)
        draw(rack, slots)

    monkeypatch.setattr(BurnInRack, "draw", told)
    with opened(location, product, 9) as station:
        put_in(station, ["PSC0000002", "PSC0000001", "PSC0000003"], ratio_per_hour=1.0)
        first, second, third = station.agent.resume(StopSwitch())
    assert [(one.verdict, one.ending) for one in (first, second)] == [(Verdict.NONE, RunEnding.ERROR)] * 2
    assert "slot 1 holds 'PSC0000002', not 'PSC0000001'" in first.reason
    assert "slot 2 holds 'PSC0000001'" in second.reason
    assert (third.verdict, third.ending) == PASSED, third.reason
    assert drawn == [(3,)]
