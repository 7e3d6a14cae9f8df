"""The safety tester of a shelf's bench: earth, and high voltage to both poles of every inlet, looked through first."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import cast

from drivers.capabilities import ComplianceTester, Instrument, Multimeter, SwitchMatrix, WithstandResult
from drivers.reading import Reading
from stations.fixture import Fixture
from stations.product import Product
from stations.shelf_contactors import HIPOT, PROBE_LINE, PROBE_NEUTRAL, SLOTS
from stations.withstand_end import tested_to_its_end

_POLE_RANGE_OHM = 100.0


class ShelfSafety(Fixture):
    """A fixture with a safety tester behind contactors, and a multimeter behind taps."""

    def __init__(self, instruments: Mapping[str, Instrument], product: Product, options: Mapping[str, object]) -> None:
        super().__init__(instruments, product, options)
        self.hipot = cast(ComplianceTester, instruments["hipot"])
        self.relays = cast(SwitchMatrix, instruments["relays"])
        self.taps = cast(SwitchMatrix, instruments["taps"])
        self.joint_meter = cast(Multimeter, instruments["joint_meter"])

    def ground_bond(self, current_a: float, dwell_s: float, limit_ohm: float) -> WithstandResult:
        """Resistance from the earth to the chassis at this current."""
        return tested_to_its_end(self.hipot.measure_ground_bond(current_a, dwell_s, limit_ohm), "ground bond")

    @contextmanager
    def high_voltage(self) -> Iterator[None]:
        """Lead the safety tester to all lines and neutrals for as long as this lasts.

        Raises `DeviceError` when any other contactor is not open.
        """
        self.require_open()
        self.relays.connect(*HIPOT)
        try:
            yield
        finally:
            self.relays.disconnect(*HIPOT)

    def pole_resistances(self) -> tuple[Reading, ...]:
        """Resistance from line to neutral of each inlet through both poles of the high voltage, its output off."""
        found = []
        for at in range(SLOTS):
            taps = (PROBE_LINE + at, PROBE_NEUTRAL + at)
            self.taps.connect(*taps)
            try:
                found.append(self.joint_meter.measure_resistance(_POLE_RANGE_OHM))
            finally:
                self.taps.disconnect(*taps)
        self.require_open("probes")
        return tuple(found)

    def withstand(self, voltage_v: float, dwell_s: float, limit_a: float) -> WithstandResult:
        """DC withstand from what `high_voltage` leads to, to earth."""
        return tested_to_its_end(self.hipot.measure_dc_withstand(voltage_v, 1.0, dwell_s, limit_a), "withstand")

    def insulation(self, voltage_v: float, dwell_s: float, low_limit_ohm: float) -> WithstandResult:
        """Insulation from what `high_voltage` leads to, to earth."""
        found = self.hipot.measure_insulation_resistance(voltage_v, dwell_s, low_limit_ohm)
        return tested_to_its_end(found, "insulation")
