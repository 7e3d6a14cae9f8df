"""Chroma 19032 safety analyser: AC and DC withstand, insulation resistance and ground bond, one step.

Terminals HV and LOW for high voltage; BOND.+ and BOND.- for the heavy current of ground bond, each with a sense lead
that ends with it, so that a contact in the fixture counts and the tester's leads do not; where BOND.S+ and BOND.S- are
wired the sense leads are led on to the unit. `set_interlock` is the door switch.
"""

from typing import ClassVar

from sim_hardware.clock import BenchClock
from sim_hardware.power.chroma_safety import ChromaSafetyTester
from sim_hardware.power.safety_steps import SafetyRating, SafetyStep
from sim_hardware.scpi_grammar import ScpiError, number, scpi
from sim_hardware.world import World


class Chroma19032(ChromaSafetyTester):
    """AC to 5 kV and 100 mA, DC to 25 mA, ground bond to 45 A at up to 8 V. The frequency is one for all steps."""

    rating: ClassVar[SafetyRating] = SafetyRating(ac_a=0.1, dc_a=0.025, bond_v=8.0)

    def __init__(self, world: World, clock: BenchClock, role: str, serial: str) -> None:
        super().__init__(world, clock, role, serial)
        self.idn = f"Chroma,19032,{serial},4.12"
        self._hertz = 50.0

    def reset(self) -> None:
        """Switch off, forget the step and its result; 50 Hz."""
        super().reset()
        self._hertz = 50.0

    @scpi("[SOURce:]SAFEty:PRESet:AC:FREQuency")
    def _set_frequency(self, hertz: str) -> None:
        value = number(hertz, 50.0, 60.0, "HZ")
        if value not in (50.0, 60.0):
            raise ScpiError(-222, "Data out of range; 50 or 60 Hz")
        self._hertz = value

    @scpi("[SOURce:]SAFEty:PRESet:AC:FREQuency?")
    def _frequency(self) -> str:
        return f"{self._hertz:.6E}"

    @scpi("[SOURce:]SAFEty:STEP#:AC[:LEVel]")
    def _set_ac_voltage(self, step: int, volt: str) -> None:
        volts = number(volt, 50.0, 5000.0, "V")
        self.replace_step(step, SafetyStep("AC", volts, high=1e-3, ramp_s=0.1, hertz=self._hertz))

    @scpi("[SOURce:]SAFEty:STEP#:AC:LIMit[:HIGH]")
    def _set_ac_limit(self, step: int, ampere: str) -> None:
        self.settings(step, "AC").high = number(ampere, 1e-6, self.rating.ac_a, "A")

    @scpi("[SOURce:]SAFEty:STEP#:AC:LIMit:LOW")
    def _set_ac_low(self, step: int, ampere: str) -> None:
        self.settings(step, "AC").low = number(ampere, 0.0, self.rating.ac_a, "A")

    @scpi("[SOURce:]SAFEty:STEP#:AC:LIMit:ARC")
    def _set_ac_arc(self, step: int, ampere: str) -> None:
        self.settings(step, "AC").arc = number(ampere, 0.0, self.rating.ac_a, "A") > 0.0

    @scpi("[SOURce:]SAFEty:STEP#:AC:TIME:RAMP")
    def _set_ac_ramp(self, step: int, seconds: str) -> None:
        self.settings(step, "AC").ramp_s = number(seconds, 0.0, 999.0, "S")

    @scpi("[SOURce:]SAFEty:STEP#:AC:TIME[:TEST]")
    def _set_ac_time(self, step: int, seconds: str) -> None:
        self.settings(step, "AC").dwell_s = number(seconds, 0.01, 999.0, "S")

    @scpi("[SOURce:]SAFEty:STEP#:GB[:LEVel]")
    def _set_bond_current(self, step: int, ampere: str) -> None:
        self.replace_step(step, SafetyStep("GB", number(ampere, 3.0, 45.0, "A"), high=0.1))

    @scpi("[SOURce:]SAFEty:STEP#:GB:LIMit[:HIGH]")
    def _set_bond_limit(self, step: int, ohm: str) -> None:
        self.settings(step, "GB").high = number(ohm, 1e-4, 0.51, "OHM")

    @scpi("[SOURce:]SAFEty:STEP#:GB:LIMit:LOW")
    def _set_bond_low(self, step: int, ohm: str) -> None:
        self.settings(step, "GB").low = number(ohm, 0.0, 0.51, "OHM")

    @scpi("[SOURce:]SAFEty:STEP#:GB:TIME[:TEST]")
    def _set_bond_time(self, step: int, seconds: str) -> None:
        self.settings(step, "GB").dwell_s = number(seconds, 0.1, 999.0, "S")
