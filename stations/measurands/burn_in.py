"""What a supply shows in hours of heat and load: its output in each hour, its complaints, and what drifts.

Every unit is recorded for itself. What drifts is told between the means of the first and the last hour; a run that
went on after a power cut takes the first hour from its record, because the supply has not changed by being off.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from drivers.capabilities import ElectronicLoad, SupplyTelemetry
from drivers.errors import InstrumentError
from drivers.reading import Reading
from stations.fixtures.burn_in_rack import BurnInRack
from stations.limits import Measurand
from stations.measurands.supply_points import number
from stations.plan import MeasurandFamily, Parameters, Record

BURN_IN_PARAMETERS = ("rated_current_a", "frequency_hz", "burn_in")
"""Product parameters that these measurands read."""

HOURS = 4
"""A mature product's burn-in; each is a step, so that a run can go on after the last whole one."""


@dataclass(slots=True)
class _Hour:
    """The samples of one unit in one hour."""

    volts: list[float] = field(default_factory=list)
    efficiencies: list[float] = field(default_factory=list)
    celsius: list[float] = field(default_factory=list)
    alarms: set[str] = field(default_factory=set)


def place_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """The supply in each place is the one that was scanned for it."""
    yield Measurand("serial_agrees", "", equals="yes", clause="serial number in the supply = the one scanned for it")
    yield Measurand("serial_told", "", tells="serial", clause="serial number in the supply, for the centre")


def hour_measurands(hour: int) -> MeasurandFamily:
    """What is measured in this hour."""

    def declare(parameters: Parameters) -> Iterator[Measurand]:
        burn_in = parameters["burn_in"]
        where = f"_at_{hour}h"
        clause = f"{burn_in['load_pct']:g} % load, {burn_in['ambient_c']:g} °C"
        yield Measurand(f"output_lowest{where}", "V", low=burn_in["output_min_v"], clause=clause)
        yield Measurand(f"output_highest{where}", "V", high=burn_in["output_max_v"], clause=clause)
        yield Measurand(f"output_mean{where}", "V", clause="for the drift")
        yield Measurand(f"efficiency{where}", "1", clause="by the supply's own input meter: for the drift")
        yield Measurand(f"hottest{where}", "degC", high=burn_in["hottest_max_c"], clause="told by the supply")
        yield Measurand(f"alarms{where}", "", equals="", clause="whatever it complained of")

    return declare


def drift_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """Last hour against first."""
    burn_in = parameters["burn_in"]
    drift = burn_in["drift_max"]
    yield Measurand("output_drift", "1", low=-drift, high=drift, clause="mean of the last hour over that of the first")
    yield Measurand("efficiency_drift", "1", low=-burn_in["efficiency_loss_max"], clause="last hour less first")


def record_places(fixture: BurnInRack, record: Record) -> None:
    """Ask the supply in every place who it is."""
    fixture.energise()
    for slot in record.units:
        told = fixture.told[slot]
        if isinstance(told, InstrumentError):
            record.unit(slot).error(fixture.stranger(slot))
        else:
            record.unit(slot)("serial_agrees", f"no: {told!r}" if fixture.stranger(slot) else "yes")
            record.unit(slot)("serial_told", told)


def record_hour(fixture: BurnInRack, record: Record, hour: int) -> None:
    """Burn in for one hour, and look at every supply every few minutes.

    After a power cut the first step is not run again: whoever sits in a place now is held against its scan here.
    """
    burn_in = fixture.parameters["burn_in"]
    fixture.energise()
    strangers = {slot: trouble for slot in record.units if (trouble := fixture.stranger(slot))}
    for slot, trouble in strangers.items():
        record.unit(slot).error(trouble)
    found = {slot: _Hour() for slot in record.units if slot not in strangers}
    fixture.draw(tuple(found))
    silent: dict[int, str] = {}
    for _ in range(int(burn_in["samples_per_hour"])):
        if not found:
            break
        fixture.burn(3600.0 / burn_in["samples_per_hour"])
        for slot in found:
            try:
                _sample(found[slot], fixture.loads[slot], fixture.buses[slot])
            except InstrumentError as error:
                silent[slot] = str(error)
        found = {slot: samples for slot, samples in found.items() if slot not in silent}
    for slot, trouble in silent.items():
        record.unit(slot).error(f"slot {slot} in hour {hour}: {trouble}")
    where = f"_at_{hour}h"
    for slot, samples in found.items():
        unit = record.unit(slot)
        unit(f"output_lowest{where}", Reading(min(samples.volts), "V"))
        unit(f"output_highest{where}", Reading(max(samples.volts), "V"))
        unit(f"output_mean{where}", Reading(_mean(samples.volts), "V"))
        unit(f"efficiency{where}", Reading(_mean(samples.efficiencies), "1"))
        unit(f"hottest{where}", Reading(max(samples.celsius), "degC"))
        unit(f"alarms{where}", ",".join(sorted(samples.alarms)))
        fixture.means[slot, hour] = (_mean(samples.volts), _mean(samples.efficiencies))


def record_drift(fixture: BurnInRack, record: Record) -> None:
    """Hold the last hour against the first."""
    for slot in record.units:
        (first_v, first_share), (last_v, last_share) = (_means(fixture, slot, hour) for hour in (1, HOURS))
        record.unit(slot)("output_drift", Reading(last_v / first_v - 1.0, "1"))
        record.unit(slot)("efficiency_drift", Reading(last_share - first_share, "1"))


def _means(fixture: BurnInRack, slot: int, hour: int) -> tuple[float, float]:
    """Mean voltage and efficiency of this hour, measured in this run or recorded before it was cut off."""
    measured = fixture.means.get((slot, hour))
    if measured is not None:
        return measured
    recorded = fixture.resumed_values[slot - 1]
    return recorded[f"output_mean_at_{hour}h"], recorded[f"efficiency_at_{hour}h"]


def _sample(samples: _Hour, load: ElectronicLoad, bus: SupplyTelemetry) -> None:
    volt = number(load.measure_voltage(), "output voltage")
    given = number(load.measure_power(), "output power")
    taken = number(bus.read_input_power(), "the supply's own input power")
    samples.volts.append(volt)
    samples.efficiencies.append(given / taken if taken else 0.0)
    samples.celsius.append(max(number(told, "a temperature") for told in bus.read_temperatures()))
    samples.alarms.update(bus.read_alarms())


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
