"""Keysight InfiniiVision 3000T X-series oscilloscope with four channels, such as DSOX3024T."""

from datetime import date
from typing import ClassVar, Final, Literal

import numpy as np

from drivers.capabilities import Waveform
from drivers.clock import Clock
from drivers.errors import Clipped, DeviceError, InstrumentError, OutOfRange
from drivers.reading import InstrumentIdentity
from drivers.scpi import Identity, ScpiDriver
from drivers.session import Session

_CHANNELS: Final = 4
_SCREEN_V: Final = (8e-3, 40.0)
"""Full scale of the 1 Mohm input itself: 1 mV to 5 V to the division, eight divisions."""
_SENSITIVE_V: Final = 1.6
_OFFSET_V: Final = (2.0, 50.0)
"""How far the screen can be moved: up to 200 mV to the division, and above."""
_UNIT_PER_VOLT: Final = (1e-3, 1e4)
_SPAN_S: Final = (20e-9, 500.0)
_POINTS: Final = 5000

_RUNNING: Final = 1 << 3
"""Operation status condition register: an acquisition has been started and is not complete."""
_POLL_S: Final = 5e-3
_SLOWEST_POLL_S: Final = 0.05
_GRACE_S: Final = 2.0
"""What arming and finishing may take beyond the record's own length."""

_CODES: Final = 1 << 16
_STEP: Final = 1 << 8
"""The converter has eight bits: its lowest code but one and its highest stand for clipped samples, 0 for none."""


class KeysightDsox3000(ScpiDriver):
    """InfiniiVision 3000T through its SCPI dialect (:SING, :OPER:COND?, :WAV:DATA?), as public drivers show it.

    A screen is eight divisions high; full scale is what the input, after its probe or clamp, shows on it.
    """

    __slots__ = ("_channels", "_record_s", "_timebase")

    capability: ClassVar[str] = "Oscilloscope"
    expected: ClassVar[Identity] = Identity(r"(KEYSIGHT|AGILENT) TECHNOLOGIES,(DSO|MSO)-?X ?30[1235]4T", (4,), (7,))

    def __init__(
        self, session: Session, identity: InstrumentIdentity, clock: Clock, calibration_due: date | None = None
    ) -> None:
        super().__init__(session, identity, clock, calibration_due)
        self._channels: dict[int, tuple[float, Literal["V", "A"]]] = {}
        self._timebase: tuple[float, float] | None = None
        self._record_s: float | None = None

    def configure_channel(
        self,
        channel: int,
        *,
        full_scale: float,
        offset: float = 0.0,
        unit: Literal["V", "A"] = "V",
        unit_per_volt: float = 1.0,
        bandwidth_limited: bool = False,
        coupling: Literal["DC", "AC"] = "DC",
    ) -> None:
        """Set full scale and the value in mid-screen (both in `unit`), the probe or clamp, 20 MHz limit and coupling.

        `unit_per_volt` is 10 for a 10:1 probe, 100 for a clamp of 10 mV/A; the input itself takes 8 mV to 40 V full
        scale, and an offset of 2 V (above 1.6 V full scale 50 V). Raises `OutOfRange` beyond, `DeviceError`.
        """
        self._check_channel(channel)
        self._check("unit per volt", unit_per_volt, _UNIT_PER_VOLT, "")
        low, high = (limit * unit_per_volt for limit in _SCREEN_V)
        self._check("full scale", full_scale, (low, high), unit)
        furthest = _OFFSET_V[full_scale / unit_per_volt > _SENSITIVE_V * (1.0 + 1e-9)] * unit_per_volt
        self._check("offset", offset, (-furthest, furthest), f"{unit} at {full_scale:g} {unit} full scale")
        self._record_s = None
        self._channels.pop(channel, None)
        with self.exclusive():
            self._command(f":CHAN{channel}:DISP 1")
            self._command(f":CHAN{channel}:IMP ONEM")
            self._command(f":CHAN{channel}:UNIT {'VOLT' if unit == 'V' else 'AMP'}")
            self._command(f":CHAN{channel}:PROB {unit_per_volt:.6g}")
            self._command(f":CHAN{channel}:COUP {coupling}")
            self._command(f":CHAN{channel}:BWL {bandwidth_limited:d}")
            self._command(f":CHAN{channel}:RANG {full_scale:.6g}")
            self._command(f":CHAN{channel}:OFFS {offset:.6g}")
        self._channels[channel] = (full_scale, unit)

    def configure_timebase(self, span_s: float, before_trigger_s: float) -> None:
        """Set the record's length, 20 ns to 500 s, and how much of it lies before the trigger (0 to all of it).

        Raises `OutOfRange`, `DeviceError`.
        """
        self._check("span", span_s, _SPAN_S, "s")
        self._check("time before the trigger", before_trigger_s, (0.0, span_s), "s")
        self._record_s = self._timebase = None
        with self.exclusive():
            self._command(":ACQ:TYPE NORM")
            self._command(":TIM:MODE MAIN")
            self._command(":TIM:REF CENT")
            self._command(f":TIM:RANG {span_s:.9g}")
            # The position is the time from the trigger to the reference, here mid-screen.
            self._command(f":TIM:POS {span_s / 2.0 - before_trigger_s:.9g}")
        self._timebase = (span_s, before_trigger_s)

    def arm(self, channel: int, level: float, slope: Literal["RISE", "FALL"]) -> None:
        """Set an edge trigger at a level in the channel's unit, start one acquisition, and wait until it is armed.

        It is armed once the time before the trigger is on record: an edge from then on is not missed. Raises
        `InstrumentError` before the channel and the timebase are configured, `DeviceError` when it does not arm.
        """
        self._check_channel(channel)
        if channel not in self._channels:
            raise InstrumentError(f"{self.resource}: channel {channel} has no scale yet; configure it first")
        with self.exclusive():
            self._command(":TRIG:MODE EDGE")
            self._command(":TRIG:SWE NORM")
            self._command(f":TRIG:EDGE:SOUR CHAN{channel}")
            self._command(f":TRIG:EDGE:SLOP {'POS' if slope == 'RISE' else 'NEG'}")
            self._command(f":TRIG:EDGE:LEV {level:.6g}")
            self._start()

    def wait_for_trigger(self, timeout_s: float) -> bool:
        """Get whether the acquisition is complete within this time in s; if not, it is stopped.

        Raises `InstrumentError` when none was started.
        """
        span_s, _ = self._expect_timebase()
        if self._record_s is None:
            raise InstrumentError(f"{self.resource}: nothing was armed; arm first")
        # An edge at the last moment still has its record to finish.
        if self._wait_until_stopped(timeout_s + span_s):
            return True
        self._record_s = None
        self._command(":STOP")
        return False

    def acquire_now(self) -> None:
        """Apply a forced trigger and wait until the record is complete. Raises `DeviceError` when it is not."""
        span_s, _ = self._expect_timebase()
        with self.exclusive():
            self._command(":TRIG:SWE NORM")
            self._start()
            self._command(":TRIG:FORC")
        if not self._wait_until_stopped(span_s + _GRACE_S):
            self._record_s = None
            self._command(":STOP")
            raise DeviceError(f"{self.resource}: a forced acquisition of {span_s:g} s did not end; it is stopped")

    def read_waveform(self, channel: int) -> Waveform:
        """Get what the last acquisition holds of a channel, 5000 samples in its unit.

        Raises `Clipped` when samples are beyond the range, `DeviceError` when some are missing, `InstrumentError` when
        nothing was acquired since the last change of settings, `Garbled` for a block that is not the record.
        """
        self._check_channel(channel)
        setting = self._channels.get(channel)
        if setting is None or self._record_s is None:
            raise InstrumentError(
                f"{self.resource}: channel {channel} holds no record; configure, arm and acquire first"
            )
        with self.exclusive():
            self._command(f":WAV:SOUR CHAN{channel}")
            self._command(":WAV:FORM WORD")
            self._command(":WAV:BYT LSBF")
            self._command(":WAV:UNS 1")
            self._command(":WAV:POIN:MODE NORM")
            self._command(f":WAV:POIN {_POINTS}")
            question = ":WAV:PRE?"
            preamble = self._look(question).split(",")
            if len(preamble) != 10:
                raise self._garbled(question, f"expected ten numbers, got {','.join(preamble)[:60]!r}")
            numbers = [self._number(question, field) for field in preamble]
            block = self._session.query_block(":WAV:DATA?")
            self._check_errors(":WAV:DATA?")
        form, _, points, _, step_s, start_s, reference_x, step, origin, reference = (
            float("nan") if isinstance(number, str) else number for number in numbers
        )
        if form != 1 or len(block) != 2 * points or not step_s > 0.0 or not step > 0.0:
            raise self._garbled(question, f"{','.join(preamble)[:80]!r} does not fit a block of {len(block)} bytes")
        codes = np.frombuffer(block, dtype="<u2")
        full_scale, unit = setting
        self._check_codes(channel, f"{full_scale:g} {unit}", codes)
        values = (codes.astype(np.float64) - reference) * step + origin
        return Waveform(start_s - reference_x * step_s, step_s, values, unit)

    def _check_codes(self, channel: int, full_scale: str, codes: "np.ndarray[tuple[int], np.dtype[np.uint16]]") -> None:
        holes = int(np.count_nonzero(codes == 0))
        if holes:
            raise DeviceError(f"{self.resource}: channel {channel}: {holes} of {codes.size} samples are missing")
        clipped = int(np.count_nonzero((codes < 2 * _STEP) | (codes >= _CODES - _STEP)))
        if clipped:
            raise Clipped(
                f"{self.resource}: channel {channel}: clipped: {clipped} of {codes.size} samples are beyond the"
                f" {full_scale} full scale; set a larger one, or another offset"
            )

    def _start(self) -> None:
        """Start one acquisition and wait until its trigger is armed."""
        span_s, before_s = self._expect_timebase()
        self._record_s = None
        self._take_armed()  # reading the event clears what an earlier acquisition left
        self._command(":SING")
        deadline = self.clock.now() + before_s + _GRACE_S
        while not self._take_armed():
            if self.clock.now() >= deadline:
                raise DeviceError(f"{self.resource}: not armed {before_s + _GRACE_S:g} s after :SING")
            self.clock.sleep(_POLL_S)
        self._record_s = span_s

    def _wait_until_stopped(self, limit_s: float) -> bool:
        question = ":OPER:COND?"
        deadline = self.clock.now() + limit_s
        step_s = _POLL_S
        while self._register(question, self._look(question)) & _RUNNING:
            left = deadline - self.clock.now()
            if left <= 0.0:
                return False
            self.clock.sleep(min(step_s, left))
            step_s = min(2.0 * step_s, _SLOWEST_POLL_S)
        return True

    def _take_armed(self) -> bool:
        # Reading clears it, so that this is not asked again when the wire fails.
        question = ":AER?"
        return self._register(question, self._session.query(question)) != 0

    def _register(self, question: str, answer: str) -> int:
        if not answer.lstrip("+").isdecimal():
            raise self._garbled(question, f"expected a register, got {answer[:60]!r}")
        return int(answer)

    def _expect_timebase(self) -> tuple[float, float]:
        if self._timebase is None:
            raise InstrumentError(f"{self.resource}: the timebase is unknown; configure it first")
        return self._timebase

    def _check_channel(self, channel: int) -> None:
        if channel not in range(1, _CHANNELS + 1):
            raise OutOfRange(f"{self.resource}: there is no channel {channel}, only 1 to {_CHANNELS}")

    def _check(self, what: str, value: float, span: tuple[float, float], unit: str) -> None:
        if not span[0] * (1.0 - 1e-9 if span[0] > 0 else 1.0 + 1e-9) <= value <= span[1] * (1.0 + 1e-9):
            raise OutOfRange(f"{self.resource}: {what} {value:g} is outside {span[0]:g} to {span[1]:g} {unit}".rstrip())

    def safe_state(self) -> None:
        """Set nothing: an oscilloscope gives no energy. A poisoned session is brought back, its record not trusted."""
        if self._session.broken is not None:
            self._record_s = None
            self.resync()

    def _switch_off(self) -> None:
        """Nothing to switch off."""
