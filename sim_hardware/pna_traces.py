"""The traces of a simulated PNA: which S-parameter each shows, in which format, and the modes of its sweep.

Our own driver asks for all S-parameters of a sweep at once; other people's go by traces, as the front panel does. One
channel; trace 1 shows S11 after preset, as on the real one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim_hardware.scpi_grammar import ScpiError, boolean, integer, number, scpi
from sim_hardware.swept_analyzer import PORTS, SweptAnalyzer

_FORMATS = ("MLOG", "MLIN", "PHAS", "UPH", "REAL", "IMAG", "POL", "SMIT")
_POWER_DBM = (-100.0, 20.0)


@dataclass(slots=True)
class Trace:
    """One trace: its name, the S-parameter "S21" as (output port, input port), and the format that it is shown in."""

    name: str
    parameter: str
    form: str = "MLOG"


class PnaTraces(SweptAnalyzer):
    """Trace and sweep-mode commands of channel 1."""

    def reset(self) -> None:
        """The preset state: one trace of S11, triggered continuously."""
        super().reset()
        self._traces = {1: Trace("CH1_S11_1", "S11")}
        self._active = 1
        self._mode = "CONT"
        self._power_dbm = -5.0

    @scpi("SENSe#:SWEep:MODE")
    def _set_mode(self, channel: int, mode: str) -> None:
        modes = {"HOLD": "HOLD", "CONT": "CONT", "CONTINUOUS": "CONT", "SING": "SING", "SINGLE": "SING"}
        if mode.upper() not in modes:
            raise ScpiError(-224, "Illegal parameter value; HOLD, CONTinuous and SINGle are simulated")
        if modes[mode.upper()] == "SING":
            self.sweep()
        self._mode = modes[mode.upper()]

    @scpi("SENSe#:SWEep:MODE?")
    def _get_mode(self, channel: int) -> str:
        if self._mode == "SING" and self.clock.now() >= self.operation_until:
            self._mode = "HOLD"
        return self._mode

    @scpi("INITiate#[:IMMediate]")
    def _initiate(self, channel: int) -> None:
        self.sweep()

    @scpi("ABORt")
    def _abort(self) -> None:
        self._mode = "HOLD" if self._mode == "SING" else self._mode

    @scpi("SENSe#:SWEep:TYPE")
    def _set_type(self, channel: int, kind: str) -> None:
        if kind.upper() not in ("LIN", "LINEAR"):
            raise ScpiError(-224, "Illegal parameter value; only linear sweeps are simulated")

    @scpi("SENSe#:SWEep:TYPE?")
    def _type(self, channel: int) -> str:
        return "LIN"

    @scpi("SENSe#:SWEep:TIME?")
    def _time(self, channel: int) -> str:
        return f"{self._points / self._bandwidth_hz:.11E}"

    @scpi("SENSe#:AVERage[:STATe]")
    def _set_averaging(self, channel: int, state: str) -> None:
        if boolean(state):
            raise ScpiError(-221, "Settings conflict; averaging is not simulated")

    @scpi("SENSe#:AVERage[:STATe]?")
    def _averaging(self, channel: int) -> str:
        return "0"

    @scpi("SOURce#:POWer#[:LEVel][:IMMediate][:AMPLitude]")
    def _set_power(self, channel: int, port: int, dbm: str) -> None:
        self._power_dbm = number(dbm, *_POWER_DBM, "DBM")

    @scpi("SOURce#:POWer#[:LEVel][:IMMediate][:AMPLitude]?")
    def _power(self, channel: int, port: int) -> str:
        return f"{self._power_dbm:+.11E}"

    @scpi("OUTPut[:STATe]?")
    def _output(self) -> str:
        return "1"

    @scpi("*OPT?")
    def _options(self) -> str:
        return '"401,550"'

    @scpi("SYSTem:CHANnels:CATalog?")
    def _channels(self) -> str:
        return '"1"'

    @scpi("SYSTem:MEASure:CATalog?")
    def _measurements(self, channel: str) -> str:
        return '"{}"'.format(",".join(map(str, self._traces)))

    @scpi("CALCulate#:PARameter:CATalog:EXTended?")
    def _catalog(self, channel: int) -> str:
        return '"{}"'.format(",".join(f"{trace.name},{trace.parameter}" for trace in self._traces.values()))

    @scpi("CALCulate#:PARameter:MNUMber[:SELect]")
    def _select_number(self, channel: int, trace: str) -> None:
        self._active = self._known(integer(trace, 1, 2**15))

    @scpi("CALCulate#:PARameter:MNUMber[:SELect]?")
    def _selected(self, channel: int) -> str:
        return str(self._active)

    @scpi("CALCulate#:PARameter:SELect")
    def _select(self, channel: int, name: str) -> None:
        for place, trace in self._traces.items():
            if trace.name == name:
                self._active = place
                return
        raise ScpiError(-224, f"Illegal parameter value; no trace is called {name}")

    @scpi("CALCulate#:PARameter:DEFine:EXTended")
    def _define(self, channel: int, name: str, parameter: str) -> None:
        if any(trace.name == name for trace in self._traces.values()):
            raise ScpiError(-221, f"Settings conflict; a trace is called {name} already")
        self._traces[max(self._traces) + 1] = Trace(name, _checked(parameter))

    @scpi("CALCulate#:PARameter:MODify:EXTended")
    def _modify(self, channel: int, parameter: str) -> None:
        self._traces[self._active].parameter = _checked(parameter)

    @scpi("CALCulate#:FORMat")
    def _set_form(self, channel: int, form: str) -> None:
        spelled = {"MLOGARITHMIC": "MLOG", "MLINEAR": "MLIN", "PHASE": "PHAS", "UPHASE": "UPH", "IMAGINARY": "IMAG"}
        short = spelled.get(form.upper(), {"POLAR": "POL", "SMITH": "SMIT"}.get(form.upper(), form.upper()))
        if short not in _FORMATS:
            raise ScpiError(-224, f"Illegal parameter value; {', '.join(_FORMATS)} are simulated")
        self._traces[self._active].form = short

    @scpi("CALCulate#:FORMat?")
    def _form(self, channel: int) -> str:
        return self._traces[self._active].form

    @scpi("CALCulate#:DATA?")
    def _data(self, channel: int, kind: str) -> str | bytes:
        if kind.upper() == "SDATA":
            return self._complex(self._active)
        if kind.upper() == "FDATA":
            return self._formatted(self._active)
        raise ScpiError(-224, "Illegal parameter value; FDATA and SDATA are simulated")

    @scpi("CALCulate#:MEASure#:PARameter?")
    def _parameter(self, channel: int, trace: int) -> str:
        return f'"{self._traces[self._known(trace)].parameter}"'

    @scpi("CALCulate#:MEASure#:X[:VALues]?")
    def _x(self, channel: int, trace: int) -> str | bytes:
        self._known(trace)
        return self.sent(self._last()[0])

    @scpi("CALCulate#:MEASure#:X:AXIS:UNIT?")
    def _x_unit(self, channel: int, trace: int) -> str:
        return "HZ"

    @scpi("CALCulate#:MEASure#:DATA:SDATa?")
    def _sdata(self, channel: int, trace: int) -> str | bytes:
        return self._complex(self._known(trace))

    @scpi("CALCulate#:MEASure#:DATA:FDATa?")
    def _fdata(self, channel: int, trace: int) -> str | bytes:
        return self._formatted(self._known(trace))

    def _known(self, trace: int) -> int:
        if trace not in self._traces:
            raise ScpiError(-224, f"Illegal parameter value; there is no trace {trace}")
        return trace

    def _last(self) -> tuple[NDArray[np.float64], NDArray[np.complex128]]:
        if self._mode == "CONT":
            self.sweep()
        return self.swept()

    def _wave(self, trace: int) -> NDArray[np.complex128]:
        out, into = (int(digit) - 1 for digit in self._traces[trace].parameter[1:])
        wave: NDArray[np.complex128] = self._last()[1][out, into]
        return wave

    def _complex(self, trace: int) -> str | bytes:
        wave = self._wave(trace)
        return self.sent(np.stack((wave.real, wave.imag), axis=1).ravel())

    def _formatted(self, trace: int) -> str | bytes:
        wave, form = self._wave(trace), self._traces[trace].form
        if form in ("POL", "SMIT"):
            return self._complex(trace)
        match form:
            case "MLOG":
                shown = 20.0 * np.log10(np.maximum(np.abs(wave), 1e-15))
            case "MLIN":
                shown = np.abs(wave)
            case "PHAS":
                shown = np.degrees(np.angle(wave))
            case "UPH":
                shown = np.degrees(np.unwrap(np.angle(wave)))
            case "REAL":
                shown = wave.real
            case _:
                shown = wave.imag
        return self.sent(np.asarray(shown, dtype=np.float64))


def _checked(parameter: str) -> str:
    """A name such as "S21" of ports that the analyser has."""
    text = parameter.upper()
    ports = [str(port) for port in range(1, PORTS + 1)]
    if len(text) != 3 or text[0] != "S" or text[1] not in ports or text[2] not in ports:
        raise ScpiError(-224, f"Illegal parameter value; S-parameters of {PORTS} ports are simulated, not {parameter}")
    return text
