"""What the light of a transceiver must be: on its own fibre, bright enough, and still readable when it is faint."""

from collections.abc import Iterator, Mapping
from typing import Final

from drivers.capabilities import LaneErrors, ModuleEeprom
from drivers.reading import Reading
from stations.bit_error_bound import upper_bound
from stations.limits import Measurand
from stations.plan import Parameters, Record

OPTICAL_PARAMETERS: Final = ("lanes", "optical")
"""Product parameters that these measurands read."""


def _lanes(parameters: Parameters) -> range:
    return range(1, int(parameters["lanes"]) + 1)


def light_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """Which fibre each laser is on, and what it sends."""
    optical = parameters["optical"]
    for lane in _lanes(parameters):
        yield Measurand(
            f"fibre_of_lane_{lane}", "", equals=str(lane), clause="the fibre that goes dark with the lane's laser"
        )
        yield Measurand(
            f"tx_power_fibre_{lane}",
            "dBm",
            low=optical["tx_min_dbm"],
            over_range="fail",
            clause="mean power in the fibre",
        )


def record_light(record: Record, powers: Mapping[int, Reading], fibres: Mapping[int, str]) -> None:
    """Record the power in each fibre, and which fibre each lane's laser is on."""
    for lane, fibre in fibres.items():
        record(f"fibre_of_lane_{lane}", fibre)
        record(f"tx_power_fibre_{lane}", powers[lane])


def stress_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """Bit error ratio of each lane at the faint light that a long link brings."""
    optical = parameters["optical"]
    for lane in _lanes(parameters):
        yield Measurand(
            f"stressed_ber_lane_{lane}",
            "1",
            high=optical["stressed_ratio_max"],
            over_range="fail",
            clause=f"upper bound at 95 % confidence, {optical['stressed_dbm']:g} dBm received",
        )


def record_stress(record: Record, counted: Mapping[int, LaneErrors], lanes: int) -> None:
    """Record what the detectors counted; a lane that is not locked fails."""
    for lane in range(1, lanes + 1):
        one = counted[lane]
        proven = one.locked and one.bits > 0
        ratio = Reading(upper_bound(one.errors, one.bits), "1") if proven else Reading(None, "1", over_range="OVER")
        record(f"stressed_ber_lane_{lane}", ratio)


def alarm_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """What the module complains of about its lanes."""
    yield Measurand("lane_alarms", "", equals="none", clause="lane flags of page 11h, with light in every fibre")


def record_alarms(record: Record, module: ModuleEeprom) -> None:
    """Record the lane flags that stand now; what was latched before there was light is read away first."""
    module.read_flags()
    flags = module.read_flags()
    told = [
        f"{name} {kind} on {', '.join(map(str, lanes))}"
        for name, by_kind in (("Tx", flags.tx_power), ("Rx", flags.rx_power), ("bias", flags.tx_bias))
        for kind, lanes in by_kind.items()
    ]
    told += [f"{name} on {', '.join(map(str, lanes))}" for name, lanes in (("loss", flags.rx_loss),) if lanes]
    told += [f"{name} on {', '.join(map(str, lanes))}" for name, lanes in (("fault", flags.tx_fault),) if lanes]
    record("lane_alarms", "; ".join(told) or "none")
