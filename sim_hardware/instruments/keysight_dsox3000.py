"""Keysight DSOX3024T oscilloscope: four channels, single acquisitions, edge trigger.

Terminals CH{k} and CH{k}.REF of a voltage probe; CH{k}.CLAMP is the place of a current clamp, which a channel whose
unit is ampere looks at. An armed acquisition is not simulated as it goes: whenever somebody looks, the time since the
last look is searched for the edge, and once the record is over every displayed channel is sampled.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sim_hardware.clock import BenchClock
from sim_hardware.power.grid import PowerGrid, Signal
from sim_hardware.power.scope_channel import ScopeChannel
from sim_hardware.power.scope_read_back import ScopeReadBack
from sim_hardware.power.scope_trigger import coarse_step, first_crossing
from sim_hardware.scpi_grammar import ScpiError, block, boolean, integer, number, scpi

CHANNELS = 4
POINTS = (100, 250, 500, 1000, 2000, 5000, 10000)

_RUN, _WAITING = 1 << 3, 1 << 5
_INPUT_V = (8e-3, 40.0)
_SENSITIVE_V, _OFFSETS_V = 1.6, (2.0, 50.0)
_HISTORY_S = 9.5
_HAIR_S = 1e-6
"""Signals are there for the last ten seconds."""
_GAIN_SIGMA = 5e-3


class KeysightDsox3000(ScopeReadBack):
    """`probes` are what one volt at an input truly means, by channel (10 for a 10:1 probe, A/V for a clamp).

    Without it a probe is what its channel is set to, as probes are that announce themselves.
    """

    def __init__(
        self,
        power: PowerGrid,
        clock: BenchClock,
        role: str,
        serial: str,
        *,
        model: str = "DSO-X 3024T",
        probes: Mapping[str, float] | None = None,
    ) -> None:
        super().__init__(power, clock, role, serial)
        self.idn = f"KEYSIGHT TECHNOLOGIES,{model},{serial},07.50.2021102830"
        self._probes = {int(channel): float(ratio) for channel, ratio in (probes or {}).items()}
        self._noise = self.world.noise_stream(f"instrument/{role}/noise")
        self.reset()

    def reset(self) -> None:
        """Channel 1 shown, 1 ms, rising edge of channel 1 at 0, stopped."""
        self._channels = {channel: ScopeChannel() for channel in range(1, CHANNELS + 1)}
        self._channels[1].displayed = True
        self._span, self._position = 1e-3, 0.0
        self._source, self._level, self._rising = 1, 0.0, True
        self._view, self._points = 1, 5000
        self._little_endian, self._word = False, False
        self._forget()

    def _forget(self) -> None:
        self._running = False
        self._told_armed = False
        self._searched = self._fired = None  # type: float | None
        self._records: dict[int, NDArray[np.uint8]] = {}

    @property
    def _before(self) -> float:
        """How much of the record lies before the trigger, in s."""
        return self._span / 2.0 - self._position

    @scpi("CHANnel#:DISPlay")
    def _set_display(self, channel: int, state: str) -> None:
        self.channel_settings(channel).displayed = boolean(state)

    @scpi("CHANnel#:IMPedance")
    def _set_impedance(self, channel: int, impedance: str) -> None:
        self.channel_settings(channel)
        _one_of(impedance, "ONEM", "ONEMEG")

    @scpi("CHANnel#:UNITs")
    def _set_unit(self, channel: int, unit: str) -> None:
        self.channel_settings(channel).unit = _one_of(unit, "VOLT", "AMP", "AMPERE")[:4]

    @scpi("CHANnel#:PROBe")
    def _set_probe(self, channel: int, ratio: str) -> None:
        setting, new = self.channel_settings(channel), number(ratio, 1e-3, 1e4)
        # The screen keeps its height in volts at the input.
        setting.full_scale *= new / setting.unit_per_volt
        setting.offset *= new / setting.unit_per_volt
        setting.unit_per_volt = new

    @scpi("CHANnel#:COUPling")
    def _set_coupling(self, channel: int, coupling: str) -> None:
        self.channel_settings(channel).ac_coupled = _one_of(coupling, "DC", "AC") == "AC"

    @scpi("CHANnel#:BWLimit", "CHANnel#:BANDwidth")
    def _set_bandwidth(self, channel: int, state: str) -> None:
        self.channel_settings(channel).limited = boolean(state)

    @scpi("CHANnel#:RANGe")
    def set_full_scale(self, channel: int, full_scale: str) -> None:
        """Set a channel's height in the unit that it shows; an offset beyond it comes along."""
        setting = self.channel_settings(channel)
        low, high = (limit * setting.unit_per_volt for limit in _INPUT_V)
        setting.full_scale = number(full_scale, low * (1 - 1e-6), high * (1 + 1e-6))
        setting.offset = max(-self._furthest(setting), min(self._furthest(setting), setting.offset))

    @scpi("CHANnel#:OFFSet")
    def _set_offset(self, channel: int, offset: str) -> None:
        setting = self.channel_settings(channel)
        setting.offset = number(offset, -self._furthest(setting), self._furthest(setting))

    @scpi("ACQuire:TYPE")
    def _set_acquisition(self, kind: str) -> None:
        _one_of(kind, "NORM", "NORMAL")

    @scpi("TIMebase:MODE")
    def _set_timebase_mode(self, mode: str) -> None:
        _one_of(mode, "MAIN")

    @scpi("TIMebase:REFerence")
    def _set_reference(self, reference: str) -> None:
        _one_of(reference, "CENT", "CENTER")

    @scpi("TIMebase:RANGe")
    def set_span(self, seconds: str) -> None:
        """Set the length of the record."""
        # Signals are kept for ten seconds, so that longer records of the real one are refused here.
        self._span = number(seconds, 20e-9, _HISTORY_S)

    @scpi("TIMebase:POSition")
    def _set_position(self, seconds: str) -> None:
        self._position = number(seconds, -self._span / 2 * (1 + 1e-6), 500.0)

    @scpi("TRIGger:MODE")
    def _set_trigger_mode(self, mode: str) -> None:
        _one_of(mode, "EDGE")

    @scpi("TRIGger:SWEep")
    def _set_sweep(self, sweep: str) -> None:
        _one_of(sweep, "NORM", "NORMAL")

    @scpi("TRIGger[:EDGE]:SOURce")
    def _set_source(self, source: str) -> None:
        self._source = self._named(source)

    @scpi("TRIGger[:EDGE]:SLOPe")
    def _set_slope(self, slope: str) -> None:
        self._rising = _one_of(slope, "POS", "POSITIVE", "NEG", "NEGATIVE").startswith("POS")

    @scpi("TRIGger[:EDGE]:LEVel")
    def _set_level(self, level: str, source: str = "") -> None:
        # With a source it is that channel's level; there is one level here, that of the source in use.
        if source and self._named(source) != self._source:
            raise ScpiError(-221, "Settings conflict; only the trigger source's level is simulated")
        self._level = number(level)

    @scpi("SINGle")
    def _single(self) -> None:
        self._forget()
        self._running = True
        # The edge counts only once the time before it is on record.
        # A hair before the moment at which it is ready: an edge in that very moment is seen.
        self._searched = self.clock.now() + self._before - _HAIR_S

    @scpi("STOP")
    def _stop(self) -> None:
        self._look()
        self._running = False

    @scpi("TRIGger:FORCe")
    def _force(self) -> None:
        self._look()
        if self._running and self._fired is None:
            self._fired = self.clock.now()

    @scpi("AER?")
    def _armed(self) -> str:
        """The armed event, once: reading clears it."""
        self._look()
        armed = self._running and self._searched is not None and self.clock.now() >= self._searched
        event = armed and not self._told_armed
        self._told_armed |= event
        return f"{event:+d}"

    @scpi("OPERegister:CONDition?")
    def _condition(self) -> str:
        self._look()
        bits = _RUN if self._running else 0
        return f"{bits | (_WAITING if self._running and self._fired is None else 0):+d}"

    @scpi("WAVeform:SOURce")
    def _set_view(self, source: str) -> None:
        self._view = self._named(source)

    @scpi("WAVeform:FORMat")
    def _set_format(self, form: str) -> None:
        self._word = _one_of(form, "WORD", "BYTE") == "WORD"

    @scpi("WAVeform:BYTeorder")
    def _set_byte_order(self, order: str) -> None:
        self._little_endian = _one_of(order, "LSBF", "LSBFIRST", "MSBF", "MSBFIRST").startswith("L")

    @scpi("WAVeform:UNSigned")
    def _set_unsigned(self, state: str) -> None:
        if not boolean(state):
            raise ScpiError(-224, "Illegal parameter value; only unsigned samples are simulated")

    @scpi("WAVeform:POINts:MODE")
    def _set_points_mode(self, mode: str) -> None:
        _one_of(mode, "NORM", "NORMAL")

    @scpi("WAVeform:POINts")
    def _set_points(self, points: str) -> None:
        wanted = integer(points, POINTS[0], POINTS[-1])
        self._points = max(count for count in POINTS if count <= wanted)
        self._records = {channel: record for channel, record in self._records.items() if record.size == self._points}

    @scpi("WAVeform:PREamble?")
    def _preamble(self) -> str:
        self._record()
        setting, scale = self.channel_settings(self._view), 256.0 if self._word else 1.0
        fields = (self._span / self._points, -self._before, 0.0, setting.full_scale / 256.0 / scale, setting.offset)
        numbers = ",".join(f"{field:+.8E}" for field in fields)
        return f"{+self._word:+d},+0,{self._points:+d},+1,{numbers},{128 * scale:+.8E}"

    @scpi("WAVeform:DATA?")
    def _waveform(self) -> bytes:
        codes = self._record()
        if not self._word:
            return block(codes)
        return block((codes.astype(np.uint16) << 8).astype("<u2" if self._little_endian else ">u2"))

    def _record(self) -> NDArray[np.uint8]:
        self._look()
        record = self._records.get(self._view)
        if self._running or record is None:
            raise ScpiError(-230, "Data corrupt or stale; no acquisition holds this channel")
        return record

    def _look(self) -> None:
        """Search the time since the last look for the edge, and sample the record once it is over."""
        now = self.clock.now()
        if not self._running or self._searched is None:
            return
        if self._fired is None and now > self._searched:
            start = max(self._searched, now - _HISTORY_S + self._before)
            signal = self.channel_settings(self._source).coupled(self._shown(self._source), start)
            step = coarse_step(self._span)
            self._fired = first_crossing(signal, self._level, self._rising, start, now, step)
            # The last step is searched again: an edge may lie between this look and the next.
            self._searched = max(start, now - step)
        if self._fired is None or now < self._fired - self._before + self._span:
            return
        self._running = False
        start = self._fired - self._before
        if now - start > _HISTORY_S:
            return  # nobody looked in time, and the signals are gone: no record
        for channel, setting in self._channels.items():
            if setting.displayed:
                signal = setting.coupled(self._shown(channel), start)
                step = self._span / self._points
                self._records[channel] = setting.codes(signal, start, step, self._points, self._noise)

    def _shown(self, channel: int) -> Signal:
        """What is at a channel's probe, in the unit that the channel shows."""
        setting = self.channel_settings(channel)
        if setting.unit == "VOLT":
            signal = self.power.voltage_signal(self.terminal(f"CH{channel}"), self.terminal(f"CH{channel}.REF"))
        else:
            signal = self.power.current_signal(self.terminal(f"CH{channel}.CLAMP"))
        told = setting.unit_per_volt
        gain = self.gain_error(f"channel {channel}", _GAIN_SIGMA) * told / self._probes.get(channel, told)
        return lambda times: gain * signal(times)

    def _furthest(self, setting: ScopeChannel) -> float:
        wide = setting.full_scale / setting.unit_per_volt > _SENSITIVE_V * (1 + 1e-6)
        return _OFFSETS_V[wide] * setting.unit_per_volt * (1 + 1e-6)

    def channel_settings(self, channel: int) -> ScopeChannel:
        """The settings of a channel. Raises `ScpiError` for one that is not there."""
        if channel not in self._channels:
            raise ScpiError(-113, "Undefined header")
        return self._channels[channel]

    def _named(self, source: str) -> int:
        names = {f"{name}{channel}": channel for name in ("CHAN", "CHANNEL") for channel in self._channels}
        if source.upper() not in names:
            raise ScpiError(-224, "Illegal parameter value")
        return names[source.upper()]


def _one_of(word: str, *known: str) -> str:
    if word.upper() not in known:
        raise ScpiError(-224, f"Illegal parameter value; simulated are {', '.join(known)}")
    return word.upper()
