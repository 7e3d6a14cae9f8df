"""Hipot, insulation and ground bond (no IVI class). Tests end by themselves; nothing runs continuously."""

from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from drivers.reading import Reading


@dataclass(frozen=True, slots=True)
class WithstandResult:
    """One step of a safety tester: its own judgement and what it measured.

    `reading` is a current in ampere for AC and DC withstand and a resistance in ohm for insulation. `charging` is the
    current in ampere while the DC voltage rose, where it was watched: a unit that is connected has a capacitance.
    """

    judgement: Literal["PASS", "HIGH", "LOW", "ARC", "CANNOT_TEST", "STOPPED"]
    reading: Reading
    charging: Reading | None = None


@runtime_checkable
class SafetyTester(Protocol):
    """Hipot and insulation (no IVI class). Tests end by themselves; nothing runs continuously."""

    def measure_insulation_resistance(self, voltage_v: float, dwell_s: float, low_limit_ohm: float) -> WithstandResult:
        """Measure insulation at a DC voltage; OVER is better than the range."""
        ...

    def measure_dc_withstand(
        self, voltage_v: float, ramp_s: float, dwell_s: float, high_limit_a: float
    ) -> WithstandResult:
        """Apply a DC voltage and measure the leakage current."""
        ...


@runtime_checkable
class ComplianceTester(SafetyTester, Protocol):
    """A safety tester for mains equipment: AC withstand and ground bond as well."""

    def measure_ac_withstand(
        self,
        voltage_v: float,
        frequency_hz: float,
        ramp_s: float,
        dwell_s: float,
        high_limit_a: float,
        low_limit_a: float,
    ) -> WithstandResult:
        """Apply an AC voltage (V rms) and measure the leakage current.

        Less than `low_limit_a` is LOW: nothing was connected, for every unit has a capacitance.
        """
        ...

    def measure_ground_bond(self, current_a: float, dwell_s: float, high_limit_ohm: float) -> WithstandResult:
        """Drive a current through the protective earth and measure its resistance in ohms, by four wires."""
        ...


@runtime_checkable
class HarnessSafetyTester(ComplianceTester, Protocol):
    """A compliance tester that also shows the current while a DC voltage rises, by which an open lead is found."""

    def measure_charged_dc_withstand(
        self, voltage_v: float, ramp_s: float, dwell_s: float, high_limit_a: float
    ) -> WithstandResult:
        """Apply a DC voltage as `measure_dc_withstand` does, and look at the charging current halfway up the ramp."""
        ...
