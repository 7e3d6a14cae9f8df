"""The fixture's own contacts, measured in every run, so that their trend over its cycles is in the record.

They say nothing of the unit and condemn none: what they are recorded under has no limit. A contact beyond what the
fixture may have ends the run as an ERROR that names it, before it burns or hides anything.
"""

import math
from collections.abc import Iterator, Sequence

from drivers.capabilities import ElectronicLoad
from drivers.errors import DeviceError
from drivers.reading import Reading
from stations.limits import Measurand
from stations.measurands.supply_points import number
from stations.plan import Record

MOST_POLE_OHM = 10.0
"""Contacts, leads and the meter's own; the bleeder of a unit's input filter has a hundred thousand times as much."""
MOST_RETURN_OHM = 1.0
MOST_LOAD_DROP_V = 0.3
"""Across both blades of the output at the current that flows: what a contact of this class may warm up by."""


def pole_measurands(places: Sequence[str] = ("",)) -> Iterator[Measurand]:
    """The way of the high voltage, from line to neutral through both of its poles, at each inlet."""
    for place in places:
        yield Measurand(
            f"withstand_poles{place}",
            "ohm",
            over_range="pass",
            clause=f"fixture: line to neutral through both contactors; beyond {MOST_POLE_OHM:g} ohm a pole is open",
        )


def return_contact_measurands() -> Iterator[Measurand]:
    """The probes of the return measurement."""
    clause = f"fixture: two-wire less four-wire, leads included; worn beyond {MOST_RETURN_OHM:g} ohm"
    yield Measurand("return_contact", "ohm", clause=clause)


def load_contact_measurands() -> Iterator[Measurand]:
    """The blades of the output."""
    clause = f"fixture: drop from unit to load over the current; worn beyond {MOST_LOAD_DROP_V:g} V"
    yield Measurand("load_contact", "ohm", clause=clause)


def record_poles(readings: Sequence[Reading], record: Record, places: Sequence[str] = ("",)) -> None:
    """Record what lies between line and neutral at each inlet.

    Raises `DeviceError` where a pole is open: half of the unit would be stressed, and the test would pass.
    """
    for place, reading in zip(places, readings, strict=True):
        record(f"withstand_poles{place}", reading)
    for place, reading in zip(places, readings, strict=True):
        if reading.value is None or reading.value > MOST_POLE_OHM:
            found = "nothing" if reading.value is None else f"{reading.value:.4g} ohm"
            where = place.replace("_", " ")
            raise DeviceError(
                f"hipot: withstand{where} would reach one pole alone: {found} between line and neutral over the closed"
                f" contactors of the high voltage, more than {MOST_POLE_OHM:g} ohm; look for a burnt contact"
            )


def record_return_contact(two_wire: Reading, four_wire: Reading, record: Record) -> None:
    """Record what the probes add to the return. Raises `DeviceError` for worn ones."""
    if two_wire.value is None or four_wire.value is None:
        # An open return is the unit's, and its own measurand says so.
        record("return_contact", Reading(0.0 if two_wire.value is None else two_wire.value, "ohm"))
        return
    ohm = two_wire.value - four_wire.value
    record("return_contact", Reading(ohm, "ohm", expanded_uncertainty=two_wire.expanded_uncertainty))
    if ohm > MOST_RETURN_OHM:
        raise DeviceError(f"return_meter: its probes have {ohm:.3g} ohm, more than {MOST_RETURN_OHM:g}: replace them")


def record_load_contact(unit: Reading, load: ElectronicLoad, record: Record) -> None:
    """Record what the blades have at the current that flows now; `unit` is the voltage before them.

    Raises `DeviceError` for worn ones.
    """
    behind, ampere = load.measure_voltage(), number(load.measure_current(), "load current")
    drop = number(unit, "output voltage") - number(behind, "load voltage")
    if ampere <= 0.0:
        # A unit that gives no current is judged by its own measurands.
        record("load_contact", Reading(0.0, "ohm"))
        return
    uncertainties = (unit.expanded_uncertainty or 0.0, behind.expanded_uncertainty or 0.0)
    record("load_contact", Reading(drop / ampere, "ohm", expanded_uncertainty=math.hypot(*uncertainties) / ampere))
    if drop > MOST_LOAD_DROP_V:
        raise DeviceError(
            f"load: the output's blades drop {drop:.3g} V at {ampere:.3g} A, more than {MOST_LOAD_DROP_V:g} V:"
            " replace them"
        )
