"""Chroma 19053 hipot analyser: DC withstand to 6 kV, insulation resistance at 50 to 1000 V."""

from typing import ClassVar

from drivers.safety_tester._chroma_190xx import Chroma190xx
from drivers.scpi import Identity


class Chroma19053(Chroma190xx):
    """19053 through its SCPI dialect (SAFE:STEP1, SAFE:STAR, SAFE:STAT?), the 19050 series user's manual.

    Insulation up to 50 Gohm at 50 to 1000 V; DC withstand at 50 to 6000 V up to 10 mA. Every test ends by itself; if
    anything goes wrong on the way, it is stopped.
    """

    __slots__ = ()

    capability: ClassVar[str] = "SafetyTester"
    expected: ClassVar[Identity] = Identity(r"Chroma,19053", (4,), (5,))
    insulation_v: ClassVar[tuple[float, float]] = (50.0, 1000.0)
    insulation_ohm: ClassVar[tuple[float, float]] = (1e5, 5e10)
    dc_v: ClassVar[tuple[float, float]] = (50.0, 6000.0)
    dc_a: ClassVar[tuple[float, float]] = (1e-7, 1e-2)
