"""Before anything is energised: a supply is in the fixture, its output is empty and not shorted.

Without it an empty fixture would be a failed earth, and a shorted output would be found by the power that it burns.
"""

from collections.abc import Iterator

from drivers.errors import DeviceError
from stations.fixtures.psu_bench import PsuBench
from stations.limits import Measurand
from stations.plan import Parameters, Record

PRECHECK_PARAMETERS = ("output_resistance_min_ohm",)
"""Product parameters that these measurands read."""

_RANGE_OHM = 1e4
"""Far above what bleeds an output, and far below what load and analyser leave across it by themselves."""
_EMPTY_V = 1.0


def precheck_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """What lies across the dead output: at least what bleeds it."""
    yield Measurand(
        "output_resistance", "ohm", low=parameters["output_resistance_min_ohm"], clause="dead, before any power"
    )


def record_precheck(fixture: PsuBench, record: Record) -> None:
    """Measure the resistance of the output. Raises `DeviceError` for an empty fixture and for a charged output."""
    if abs(volt := fixture.output_v()) >= _EMPTY_V:
        raise DeviceError(f"output: {volt:.3g} V stand on it before any power; let it discharge, then start again")
    found = fixture.meter.measure_resistance(_RANGE_OHM)
    if found.over_range is not None:
        raise DeviceError(
            f"output: the meter finds nothing across it below {_RANGE_OHM:g} ohm; is there a supply in the fixture?"
        )
    record("output_resistance", found)
