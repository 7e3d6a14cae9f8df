"""Chroma 19032 safety analyser: AC and DC withstand, insulation resistance and ground bond.

Commands of AC, DC and insulation are those of the 19050 series manual; ground bond (SAFE:STEP1:GB) is after public
drivers of the 19032, and its result codes and the ranges are unverified.
"""

from typing import ClassVar, Final

from drivers.capabilities import WithstandResult
from drivers.errors import OutOfRange
from drivers.safety_tester._chroma_190xx import TIME_S, Chroma190xx
from drivers.scpi import Identity

_AC_V: Final = (50.0, 5000.0)
_AC_A: Final = (1e-6, 0.1)
_LOW_A: Final = (0.0, 0.1)
_FREQUENCIES_HZ: Final = (50.0, 60.0)
_BOND_A: Final = (3.0, 45.0)
_BOND_OHM: Final = (1e-4, 0.51)
_BOND_V: Final = 8.0
"""The most that the source behind the ground-bond current gives: what lies above it cannot be told from an open."""


class Chroma19032(Chroma190xx):
    """19032 through its SCPI dialect (SAFE:STEP1:AC|DC|IR|GB, SAFE:STAR, SAFE:STAT?, SAFE:RES:ALL?).

    Insulation up to 50 Gohm at 50 to 1000 V; DC to 6 kV and 25 mA; AC to 5 kV and 100 mA at 50 or 60 Hz; ground bond
    with 3 to 45 A up to 0.51 ohm. Every test ends by itself; if anything goes wrong on the way, it is stopped. An open
    interlock lets nothing start.
    """

    __slots__ = ()

    capability: ClassVar[str] = "ComplianceTester"
    expected: ClassVar[Identity] = Identity(r"Chroma,19032", (4,), (5,))
    insulation_v: ClassVar[tuple[float, float]] = (50.0, 1000.0)
    insulation_ohm: ClassVar[tuple[float, float]] = (1e5, 5e10)
    dc_v: ClassVar[tuple[float, float]] = (50.0, 6000.0)
    dc_a: ClassVar[tuple[float, float]] = (1e-7, 0.025)

    def measure_ac_withstand(
        self,
        voltage_v: float,
        frequency_hz: float,
        ramp_s: float,
        dwell_s: float,
        high_limit_a: float,
        low_limit_a: float,
    ) -> WithstandResult:
        """Apply 50 to 5000 V AC (V rms) at 50 or 60 Hz and measure the total leakage current in amperes.

        More than `high_limit_a` (to 100 mA) is HIGH; less than `low_limit_a` is LOW: nothing was connected, for every
        unit has a capacitance. Raises as `measure_insulation_resistance`.
        """
        self._check("voltage", voltage_v, _AC_V, "V")
        self._check("ramp", ramp_s, TIME_S, "s")
        self._check("dwell", dwell_s, TIME_S, "s")
        self._check("high limit", high_limit_a, _AC_A, "A")
        self._check("low limit", low_limit_a, _LOW_A, "A")
        if frequency_hz not in _FREQUENCIES_HZ:
            raise OutOfRange(f"{self.resource}: frequency {frequency_hz:g} Hz: this tester has 50 and 60 Hz")
        if low_limit_a >= high_limit_a:
            raise OutOfRange(f"{self.resource}: low limit {low_limit_a:g} A is not below high limit {high_limit_a:g} A")
        step = (
            # One setting for all steps, and taken over when the step is made: it goes first.
            f"SAFE:PRES:AC:FREQ {frequency_hz:.6g}",
            f"SAFE:STEP1:AC {voltage_v:.6g}",
            f"SAFE:STEP1:AC:LIM {high_limit_a:.6g}",
            f"SAFE:STEP1:AC:LIM:LOW {low_limit_a:.6g}",
            f"SAFE:STEP1:AC:TIME:RAMP {ramp_s:.6g}",
            f"SAFE:STEP1:AC:TIME {dwell_s:.6g}",
        )
        return self._run(step, "AC", ramp_s + dwell_s)

    def measure_ground_bond(self, current_a: float, dwell_s: float, high_limit_ohm: float) -> WithstandResult:
        """Apply 3 to 45 A AC through the protective earth and measure its resistance in ohms, by four wires.

        HIGH and OVER is a current that the tester could not bring about: the earth is open. Raises as
        `measure_insulation_resistance`, and `OutOfRange` for a limit at which the current needs more than 8 V.
        """
        self._check("current", current_a, _BOND_A, "A")
        self._check("dwell", dwell_s, TIME_S, "s")
        self._check("high limit", high_limit_ohm, _BOND_OHM, "ohm")
        if current_a * high_limit_ohm > _BOND_V:
            raise OutOfRange(
                f"{self.resource}: {current_a:g} A through {high_limit_ohm:g} ohm needs"
                f" {current_a * high_limit_ohm:.3g} V, the tester gives {_BOND_V:g} V"
            )
        step = (
            f"SAFE:STEP1:GB {current_a:.6g}",
            f"SAFE:STEP1:GB:LIM {high_limit_ohm:.6g}",
            f"SAFE:STEP1:GB:TIME {dwell_s:.6g}",
        )
        return self._run(step, "GB", dwell_s)
