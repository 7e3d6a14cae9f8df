"""Keysight N5700: a DC supply with one output. Terminals CH1.+ and CH1.-; no channel lists.

A voltage above 95 % of the overvoltage protection is refused, as is a protection level below 105 % of the voltage.
"""

from sim_hardware.clock import BenchClock
from sim_hardware.instruments.power_instrument import PowerInstrument
from sim_hardware.power.grid import PowerGrid
from sim_hardware.power.supply_output import SupplyOutput
from sim_hardware.scpi_grammar import ScpiError, boolean, number, scpi

_MODELS = {
    "N5744A": (20.0, 38.0),
    "N5747A": (60.0, 12.5),
    "N5764A": (20.0, 76.0),
    "N5767A": (60.0, 25.0),
}
_HEADROOM = 1.05
_BELOW_PROTECTION = 0.95
_MEASUREMENT_S = 0.05


class KeysightN5700(PowerInstrument):
    """`variant` is the maker's model and gives the rating: an N5767A gives 60 V and 25 A."""

    def __init__(
        self,
        power: PowerGrid,
        clock: BenchClock,
        role: str,
        serial: str,
        *,
        variant: str = "N5767A",
        stuck_on: bool = False,
        stuck_silent: bool = False,
    ) -> None:
        super().__init__(power, clock, role, serial)
        if variant not in _MODELS:
            raise ValueError(f"{role}: no variant {variant!r}; there are {', '.join(_MODELS)}")
        self.idn = f"Agilent Technologies,{variant},{serial},A.01.02,REV:C"
        self.output = SupplyOutput(
            self,
            "CH1",
            _MODELS[variant],
            stuck_on=stuck_on,
            stuck_silent=stuck_silent,
        )

    def reset(self) -> None:
        """Output off."""
        self.output.reset()

    @scpi("[SOURce:]VOLTage[:LEVel][:IMMediate][:AMPLitude]")
    def _set_voltage(self, volt: str) -> None:
        wanted = number(volt, 0.0, self.output.rated_v * _HEADROOM, "V")
        if wanted > self.output.overvoltage_v * _BELOW_PROTECTION * 1.000001:
            raise ScpiError(-221, "Settings conflict; too close to the overvoltage protection")
        self.output.volt = wanted
        self.output.apply()
        self.output.look()

    @scpi("[SOURce:]VOLTage[:LEVel][:IMMediate][:AMPLitude]?")
    def _voltage(self) -> str:
        return f"{self.output.volt:.5E}"

    @scpi("[SOURce:]CURRent[:LEVel][:IMMediate][:AMPLitude]")
    def _set_current(self, ampere: str) -> None:
        self.output.limit_a = number(ampere, 0.0, self.output.rated_a * _HEADROOM, "A")
        self.output.apply()

    @scpi("[SOURce:]CURRent[:LEVel][:IMMediate][:AMPLitude]?")
    def _current(self) -> str:
        return f"{self.output.limit_a:.5E}"

    @scpi("[SOURce:]VOLTage:PROTection[:LEVel]")
    def _set_overvoltage(self, volt: str) -> None:
        wanted = number(volt, 0.0, self.output.rated_v * 1.1, "V")
        if wanted * _BELOW_PROTECTION * 1.000001 < self.output.volt:
            raise ScpiError(-221, "Settings conflict; too close to the voltage")
        self.output.overvoltage_v = wanted

    @scpi("[SOURce:]VOLTage:PROTection[:LEVel]?")
    def _overvoltage(self) -> str:
        return f"{self.output.overvoltage_v:.5E}"

    @scpi("OUTPut[:STATe]")
    def _switch(self, state: str) -> None:
        self.output.switch(boolean(state))

    @scpi("OUTPut[:STATe]?")
    def _state(self) -> str:
        self.output.look()
        return str(int(self.output.is_on))

    @scpi("OUTPut:PROTection:CLEar")
    def _clear(self) -> None:
        self.output.clear_trips()

    @scpi("MEASure[:SCALar]:VOLTage[:DC]?", delay=_MEASUREMENT_S)
    def _measure_voltage(self) -> str:
        return f"{self.output.measured()[0]:.6E}"

    @scpi("MEASure[:SCALar]:CURRent[:DC]?", delay=_MEASUREMENT_S)
    def _measure_current(self) -> str:
        return f"{self.output.measured()[1]:.6E}"

    @scpi("STATus:QUEStionable:CONDition?")
    def _condition(self) -> str:
        return str(self.output.questionable())
