"""Keysight N6700: a mainframe of DC supply modules. Terminals CH1.+, CH1.-, CH2.+ and so on.

Its watchdog latches every output off when no message has come for the time set; *RST disarms it.
"""

from collections.abc import Mapping
from functools import partial

from sim_hardware.clock import BenchClock
from sim_hardware.instruments.power_instrument import PowerInstrument
from sim_hardware.power.grid import PowerGrid
from sim_hardware.power.supply_output import PROT, SupplyOutput
from sim_hardware.scpi_grammar import ScpiError, boolean, channel_list, integer, number, scpi

_MODULES = {
    "N6733B": (20.0, 2.5),
    "N6745B": (60.0, 1.6),
    "N6751A": (50.0, 5.0),
    "N6752A": (50.0, 10.0),
    "N6754A": (60.0, 20.0),
    "N6755A": (20.0, 50.0),
    "N6773A": (20.0, 15.0),
}
_HEADROOM = 1.02
_MEASUREMENT_S = 0.04
_DEFAULT_WATCHDOG_S = 60


class KeysightN6700(PowerInstrument):
    """`modules` says which module sits in which channel, for example {1: "N6754A"}; `stuck…` is about channel 1."""

    def __init__(
        self,
        power: PowerGrid,
        clock: BenchClock,
        role: str,
        serial: str,
        *,
        modules: Mapping[int, str] | None = None,
        stuck_on: bool = False,
        stuck_silent: bool = False,
    ) -> None:
        super().__init__(power, clock, role, serial)
        self.idn = f"Keysight Technologies,N6701C,{serial},E.02.07.3067"
        self._models = dict(sorted((modules or {1: "N6754A"}).items()))
        for channel, model in self._models.items():
            if model not in _MODULES or channel not in range(1, len(self._models) + 1):
                raise ValueError(
                    f"{role}: module {model!r} in channel {channel}; channels count from 1,"
                    f" modules: {', '.join(_MODULES)}"
                )
        self.outputs = {
            channel: SupplyOutput(
                self,
                f"CH{channel}",
                _MODULES[model],
                stuck_on=stuck_on and channel == 1,
                stuck_silent=stuck_silent and channel == 1,
            )
            for channel, model in self._models.items()
        }
        self._watchdog = False
        self._watchdog_s = _DEFAULT_WATCHDOG_S
        self._heard = clock.now()
        self._watched = False

    def execute(self, message: str) -> tuple[bytes | None, float]:
        """Run one program message; any message keeps the watchdog quiet."""
        # What was due before this message has happened, whatever it says.
        self.power.advance()
        self._heard = self.clock.now()
        self._watch()
        return super().execute(message)

    def reset(self) -> None:
        """All outputs off, the watchdog disarmed."""
        self._watchdog, self._watchdog_s = False, _DEFAULT_WATCHDOG_S
        for output in self.outputs.values():
            output.reset()

    @scpi("[SOURce:]VOLTage[:LEVel][:IMMediate][:AMPLitude]")
    def _set_voltage(self, volt: str, channels: str) -> None:
        for output in self._named(channels):
            output.volt = number(volt, 0.0, output.rated_v * _HEADROOM, "V")
            output.apply()
            output.look()

    @scpi("[SOURce:]VOLTage[:LEVel][:IMMediate][:AMPLitude]?")
    def _voltage(self, channels: str) -> str:
        return ",".join(f"{output.volt:.5E}" for output in self._named(channels))

    @scpi("[SOURce:]CURRent[:LEVel][:IMMediate][:AMPLitude]")
    def _set_current(self, ampere: str, channels: str) -> None:
        for output in self._named(channels):
            output.limit_a = number(ampere, 0.0, output.rated_a * _HEADROOM, "A")
            output.apply()

    @scpi("[SOURce:]CURRent[:LEVel][:IMMediate][:AMPLitude]?")
    def _current(self, channels: str) -> str:
        return ",".join(f"{output.limit_a:.5E}" for output in self._named(channels))

    @scpi("[SOURce:]VOLTage:PROTection[:LEVel]")
    def _set_overvoltage(self, volt: str, channels: str) -> None:
        for output in self._named(channels):
            output.overvoltage_v = number(volt, 0.0, output.rated_v * 1.1, "V")
            output.look()

    @scpi("[SOURce:]VOLTage:PROTection[:LEVel]?")
    def _overvoltage(self, channels: str) -> str:
        return ",".join(f"{output.overvoltage_v:.5E}" for output in self._named(channels))

    @scpi("OUTPut[:STATe]")
    def _switch(self, state: str, channels: str) -> None:
        on = boolean(state)
        for output in self._named(channels):
            output.switch(on)

    @scpi("OUTPut[:STATe]?")
    def _state(self, channels: str) -> str:
        outputs = self._named(channels)
        for output in outputs:
            output.look()
        return ",".join(str(int(output.is_on)) for output in outputs)

    @scpi("OUTPut:PROTection:CLEar")
    def _clear(self, channels: str) -> None:
        for output in self._named(channels):
            output.clear_trips()

    @scpi("OUTPut:PROTection:WDOG[:STATe]")
    def _set_watchdog(self, state: str) -> None:
        self._watchdog = boolean(state)
        self._watch()

    @scpi("OUTPut:PROTection:WDOG[:STATe]?")
    def _watching(self) -> str:
        return str(int(self._watchdog))

    @scpi("OUTPut:PROTection:WDOG:DELay")
    def _set_watchdog_delay(self, seconds: str) -> None:
        self._watchdog_s = integer(seconds, 1, 3600)

    @scpi("OUTPut:PROTection:WDOG:DELay?")
    def _watchdog_delay(self) -> str:
        return str(self._watchdog_s)

    @scpi("MEASure[:SCALar]:VOLTage[:DC]?")
    def _measure_voltage(self, channels: str) -> str:
        outputs = self._named(channels)
        self.busy(_MEASUREMENT_S)
        return ",".join(f"{output.measured()[0]:.6E}" for output in outputs)

    @scpi("MEASure[:SCALar]:CURRent[:DC]?")
    def _measure_current(self, channels: str) -> str:
        outputs = self._named(channels)
        self.busy(_MEASUREMENT_S)
        return ",".join(f"{output.measured()[1]:.6E}" for output in outputs)

    @scpi("STATus:QUEStionable:CONDition?")
    def _condition(self, channels: str) -> str:
        return ",".join(str(output.questionable()) for output in self._named(channels))

    @scpi("SYSTem:CHANnel[:COUNt]?")
    def _count(self) -> str:
        return str(len(self.outputs))

    @scpi("SYSTem:CHANnel:MODel?")
    def _model(self, channels: str) -> str:
        self._named(channels)
        return ",".join(f'"{self._models[channel]}"' for channel in channel_list(channels))

    def _named(self, channels: str) -> list[SupplyOutput]:
        try:
            return [self.outputs[channel] for channel in channel_list(channels)]
        except KeyError as error:
            raise ScpiError(-222, f"Data out of range; channel {error.args[0]} is not installed") from error

    def _watch(self) -> None:
        if self._watchdog and not self._watched:
            self._watched = True
            due = self._heard + self._watchdog_s
            self.power.at(due, partial(self._bark, due))

    def _bark(self, when: float) -> None:
        """Latch all outputs off when it has been quiet for too long, else look again when it will have been."""
        self._watched = False
        if when < self._heard + self._watchdog_s:
            self._watch()
        elif self._watchdog:
            for output in self.outputs.values():
                if output.is_on:
                    output.trip(PROT)
