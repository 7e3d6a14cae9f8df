"""What simulated multimeters share: DC voltage, DC current and resistance between their terminals, by ranges.

Terminals HI and LO, SENSE.HI and SENSE.LO for four wires; AMP is the place of the current input in the circuit. Every
range has a gain and an offset of its own, drawn well inside its data-sheet accuracy, noise of one power-line cycle
and the steps of six and a half digits.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from sim_hardware.clock import BenchClock
from sim_hardware.instruments.power_instrument import PowerInstrument
from sim_hardware.power.grid import PowerGrid
from sim_hardware.scpi_grammar import ScpiError, boolean, number, scpi

OVERLOAD = 9.9e37
FUNCTIONS = ("VOLT:DC", "CURR:DC", "RES", "FRES")

_LINE_CYCLE_S = 0.02
_LEAD_OHM = 0.1
_OVERRANGE = 1.2
_DIGITS = 1e-6
_SPELLINGS = {"VOLT": "VOLT:DC", "CURR": "CURR:DC", "VOLTAGE": "VOLT:DC", "CURRENT": "CURR:DC"}
_UNITS = {"VOLT:DC": "V", "CURR:DC": "A", "RES": "OHM", "FRES": "OHM"}
_NODES = {
    "VOLT:DC": "[SENSe#:]VOLTage[:DC]",
    "CURR:DC": "[SENSe#:]CURRent[:DC]",
    "RES": "[SENSe#:]RESistance",
    "FRES": "[SENSe#:]FRESistance",
}


@dataclass(frozen=True, slots=True)
class MeterSpan:
    """A range: full scale and its data-sheet accuracy as parts of reading and range."""

    top: float
    of_reading: float
    of_range: float


@dataclass(slots=True)
class _Function:
    automatic: bool = True
    place: int = 0
    cycles: float = 1.0


def _setter(function: str) -> Callable[["BenchMeter", int, str], None]:
    @scpi(f"{_NODES[function]}:RANGe[:UPPer]")
    def set_range(self: "BenchMeter", sense: int, top: str) -> None:
        self.set_range(function, top)

    return set_range


def _getter(function: str) -> Callable[["BenchMeter", int], str]:
    @scpi(f"{_NODES[function]}:RANGe[:UPPer]?")
    def get_range(self: "BenchMeter", sense: int) -> str:
        return f"{self.range_in_use(function).top:.6E}"

    return get_range


def _automatic(function: str) -> Callable[["BenchMeter", int, str], None]:
    @scpi(f"{_NODES[function]}:RANGe:AUTO")
    def set_automatic(self: "BenchMeter", sense: int, state: str) -> None:
        self.settings[function].automatic = boolean(state)

    return set_automatic


def _cycles(function: str) -> Callable[["BenchMeter", int, str], None]:
    @scpi(f"{_NODES[function]}:NPLCycles")
    def set_cycles(self: "BenchMeter", sense: int, cycles: str) -> None:
        self.settings[function].cycles = number(cycles, 0.01, 15.0)

    return set_cycles


def _automatic_read(function: str) -> Callable[["BenchMeter", int], str]:
    @scpi(f"{_NODES[function]}:RANGe:AUTO?")
    def get_automatic(self: "BenchMeter", sense: int) -> str:
        return str(int(self.settings[function].automatic))

    return get_automatic


def _cycles_read(function: str) -> Callable[["BenchMeter", int], str]:
    @scpi(f"{_NODES[function]}:NPLCycles?")
    def get_cycles(self: "BenchMeter", sense: int) -> str:
        return f"{self.settings[function].cycles:.6E}"

    return get_cycles


class BenchMeter(PowerInstrument):
    """A multimeter on the power side of a bench; a model says its ranges and how a function is chosen."""

    spans: ClassVar[Mapping[str, tuple[MeterSpan, ...]]]

    def __init__(self, power: PowerGrid, clock: BenchClock, role: str, serial: str) -> None:
        super().__init__(power, clock, role, serial)
        self.reset()

    def reset(self) -> None:
        """DC voltage, every range automatic."""
        self.function = "VOLT:DC"
        self.settings = {function: _Function() for function in FUNCTIONS}

    _set_volt, _volt = _setter("VOLT:DC"), _getter("VOLT:DC")
    _set_ampere, _ampere = _setter("CURR:DC"), _getter("CURR:DC")
    _set_ohm, _ohm = _setter("RES"), _getter("RES")
    _set_four_wire, _four_wire = _setter("FRES"), _getter("FRES")
    _volt_auto, _ampere_auto, _ohm_auto, _four_wire_auto = (_automatic(function) for function in FUNCTIONS)
    _volt_cycles, _ampere_cycles, _ohm_cycles, _four_wire_cycles = (_cycles(function) for function in FUNCTIONS)

    _volt_is_auto, _ampere_is_auto, _ohm_is_auto, _four_wire_is_auto = (_automatic_read(name) for name in FUNCTIONS)
    _volt_nplc, _ampere_nplc, _ohm_nplc, _four_wire_nplc = (_cycles_read(function) for function in FUNCTIONS)

    def set_range(self, function: str, top: str) -> None:
        """Choose the smallest range that reaches this value, and no longer automatically."""
        spans = self.spans[function]
        wanted = number(top, 0.0, spans[-1].top * (1.0 + _DIGITS), _UNITS[function])
        place = next(place for place, span in enumerate(spans) if wanted <= span.top * (1.0 + _DIGITS))
        setting = self.settings[function]
        setting.automatic, setting.place = False, place

    def range_in_use(self, function: str) -> MeterSpan:
        """The range that was chosen, or the one that the meter chose for its last reading."""
        return self.spans[function][self.settings[function].place]

    def select(self, name: str) -> None:
        """Choose what is measured. Raises `ScpiError` for a function that is not simulated."""
        function = _SPELLINGS.get(name.upper(), name.upper())
        if function not in FUNCTIONS:
            raise ScpiError(-224, f"Illegal parameter value; {name} is not simulated")
        self.function = function

    @scpi("FORMat[:DATA]")
    def _set_format(self, form: str) -> None:
        if form.upper() not in ("ASC", "ASCII"):
            raise ScpiError(-224, "Illegal parameter value; only ASCII is simulated")

    @scpi("READ?", "MEASure?")
    def _read(self) -> str:
        setting = self.settings[self.function]
        # One conversion of the signal and one of the meter's own zero.
        self.busy(2.0 * setting.cycles * _LINE_CYCLE_S)
        return f"{self._indication(self.function, setting):+.8E}"

    def _indication(self, function: str, setting: _Function) -> float:
        true = self._true(function)
        spans = self.spans[function]
        if setting.automatic:
            fitting = (place for place, span in enumerate(spans) if abs(true) <= span.top * _OVERRANGE)
            setting.place = next(fitting, len(spans) - 1)
        span = spans[setting.place]
        if not abs(true) <= span.top * _OVERRANGE:
            return math.copysign(OVERLOAD, true)
        name = f"{function} {span.top:g}"
        gain = self.gain_error(name, span.of_reading / 4.0)
        offset = self.calibration_error(f"{name} zero").gauss(0.0, span.top * span.of_range / 4.0)
        noise = self.rng.gauss(0.0, span.top * span.of_range / 10.0 / math.sqrt(setting.cycles))
        step = span.top * _DIGITS
        return round((gain * true + offset + noise) / step) * step

    def _true(self, function: str) -> float:
        high, low = self.terminal("HI"), self.terminal("LO")
        if function == "VOLT:DC":
            return self.power.voltage(high, low)
        if function == "CURR:DC":
            return self.power.current(self.terminal("AMP"))
        network, net = self.world.network(), self.world.net
        if function == "FRES":
            senses = (self.terminal("SENSE.HI"), self.terminal("SENSE.LO"))
            return network.four_wire_resistance(*(net(terminal) for terminal in (high, low, *senses)))
        top = self.spans[function][-1].top * _OVERRANGE
        if not network.connected(net(high), net(low)) and network.least_insulation_ohm(net(high)) > top:
            return math.inf
        return network.two_wire_resistance(net(high), net(low)) + _LEAD_OHM
