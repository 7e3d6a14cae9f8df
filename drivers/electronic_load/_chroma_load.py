"""What Chroma's 63200A and 63600 electronic loads share: one dialect, in front of one channel or behind CHAN n."""

from abc import abstractmethod
from typing import ClassVar, Final

from drivers.capabilities import LoadRating
from drivers.errors import DeviceError, NotSafe, OutOfRange
from drivers.reading import Reading
from drivers.scpi import ScpiDriver

_TRIPS: Final = (
    (1, "OTP"),
    (2, "OVP"),
    (4, "OCP"),
    (8, "OPP"),
    (16, "REVERSE"),
    (32, "SYNC"),
    (64, "MAX"),
    (128, "FAN"),
    (256, "INHIBIT"),
)
"""STAT:CHAN:COND? of the 63600 manual: over-temperature, -voltage, -current, -power, reversed input, synchronisation,
sine current limit, fan, inhibited from outside. The 63200A is taken to be the same (unverified)."""

_TIME_S: Final = (1e-5, 100.0)
_OHM_SPAN: Final = 2e5
_MICRO: Final = 1e-6
_SLOWEST: Final = 1e-3
_OFF_PART: Final = 5e-3
"""An input that says OFF is believed when less than this part of its rated current flows."""
_FALL_S: Final = 1.0
_POLL_S: Final = 0.02


class ChromaLoad(ScpiDriver):
    """A Chroma load: always in its high range, its set values in force only while the input is on.

    Expanded uncertainties are the class of the makers' data sheets for the high range.
    """

    __slots__ = ("rating",)

    rating: LoadRating
    fastest_per_rating: ClassVar[float]
    """Fastest slew rate in A/s for each ampere of rated current."""
    voltage_accuracy: ClassVar[tuple[float, float]]
    current_accuracy: ClassVar[tuple[float, float]]
    power_accuracy: ClassVar[tuple[float, float]]

    @abstractmethod
    def _addressed(self, message: str) -> str:
        """The message as it reaches this driver's channel."""

    def _prepare(self) -> None:
        self._switch_off()
        # The set values of a low range are refused above it, and *RST leaves the load there.
        self._send("MODE CCH")

    def set_constant_current(self, current_a: float, slew_a_s: float | None = None) -> None:
        """Set constant current; an input that is on follows at this slew rate in A/s, or the fastest.

        Raises `OutOfRange`, `DeviceError` when the load refuses.
        """
        self._check("current", current_a, 0.0, self.rating.current_a, "A")
        slew = self._slew(slew_a_s)
        # Levels before the mode: an input that is on must never draw what an earlier test has left there.
        self._send(f"CURR:STAT:RISE {slew}", f"CURR:STAT:FALL {slew}", f"CURR:STAT:L1 {current_a:.6g}", "MODE CCH")

    def set_constant_resistance(self, resistance_ohm: float) -> None:
        """Set constant resistance in ohm. Raises as `set_constant_current`."""
        lowest = self.rating.voltage_v / self.rating.current_a / 100.0
        self._check("resistance", resistance_ohm, lowest, lowest * _OHM_SPAN, "ohm")
        self._send(f"RES:STAT:L1 {resistance_ohm:.6g}", "MODE CRH")

    def set_constant_power(self, power_w: float) -> None:
        """Set constant power in W. Raises as `set_constant_current`."""
        self._check("power", power_w, 0.0, self.rating.power_w, "W")
        self._send(f"POW:STAT:L1 {power_w:.6g}", "MODE CPH")

    def set_dynamic_current(self, low_a: float, high_a: float, low_s: float, high_s: float, slew_a_s: float) -> None:
        """Set a current that goes to and fro between two levels while the input is on, beginning with the low one.

        Times are 10 us to 100 s, the slew rate in A/s. Raises as `set_constant_current`.
        """
        self._check("high current", high_a, 0.0, self.rating.current_a, "A")
        self._check("low current", low_a, 0.0, high_a, "A")
        self._check("low time", low_s, *_TIME_S, "s")
        self._check("high time", high_s, *_TIME_S, "s")
        slew = self._slew(slew_a_s)
        self._send(
            f"CURR:DYN:L1 {low_a:.6g}",
            f"CURR:DYN:L2 {high_a:.6g}",
            f"CURR:DYN:T1 {low_s:.6g}",
            f"CURR:DYN:T2 {high_s:.6g}",
            f"CURR:DYN:RISE {slew}",
            f"CURR:DYN:FALL {slew}",
            "CURR:DYN:REP 0",
            "MODE CCDH",
        )

    def set_input(self, on: bool) -> None:
        """Set the input on or off, and prove it by read-back.

        Raises `DeviceError` naming the trips when it stays off, `NotSafe` when it stays on or current still flows.
        """
        with self.exclusive():
            if not on:
                self._switch_off()
                return
            self._send("LOAD ON")
            if not self._is_on("LOAD?"):
                trips = ", ".join(self.read_trips()) or "no trip"
                raise DeviceError(f"{self.resource}: LOAD ON was sent and it says OFF; tripped: {trips}")

    def set_short(self, on: bool) -> None:
        """Set the short circuit across an input that is on, or take it away, and prove it by read-back.

        Raises `DeviceError` when it does not follow.
        """
        word = "ON" if on else "OFF"
        with self.exclusive():
            self._send(f"LOAD:SHOR {word}")
            if self._is_on("LOAD:SHOR?") is not on:
                raise DeviceError(f"{self.resource}: LOAD:SHOR {word} was sent and it reads otherwise")

    def measure_voltage(self) -> Reading:
        """Measure the voltage at the sense terminals in V."""
        return self._measured("MEAS:VOLT?", "V", self.voltage_accuracy, self.rating.voltage_v)

    def measure_current(self) -> Reading:
        """Measure the current drawn in A."""
        return self._measured("MEAS:CURR?", "A", self.current_accuracy, self.rating.current_a)

    def measure_power(self) -> Reading:
        """Measure the power drawn in W."""
        return self._measured("MEAS:POW?", "W", self.power_accuracy, self.rating.power_w)

    def read_trips(self) -> tuple[str, ...]:
        """Get which protections of the load have tripped: OTP, OVP, OCP, OPP, REVERSE, SYNC, MAX, FAN, INHIBIT."""
        question = self._addressed("STAT:CHAN:COND?")
        answer = self._look(question)
        if not answer.isdigit():
            raise self._garbled(question, f"{answer[:60]!r} is no register")
        return tuple(name for bit, name in _TRIPS if int(answer) & bit)

    def clear_trips(self) -> None:
        """Set tripped protections back; the input stays off. A trip whose cause lasts comes back at once."""
        self._send("LOAD:PROT:CLE")

    def _send(self, *commands: str) -> None:
        with self.exclusive():
            for command in commands:
                self._command(self._addressed(command))

    def _measured(self, question: str, unit: str, accuracy: tuple[float, float], full_scale: float) -> Reading:
        message = self._addressed(question)
        number = self._number(message, self._ask(message))
        if isinstance(number, str):
            return self._reading(number, unit, range=f"{full_scale:g} {unit}")
        of_reading, of_range = accuracy
        doubt = abs(number) * of_reading + full_scale * of_range
        return self._reading(number, unit, expanded_uncertainty=doubt, range=f"{full_scale:g} {unit}")

    def _check(self, what: str, value: float, low: float, high: float, unit: str) -> None:
        if not low <= value <= high:
            raise OutOfRange(
                f"{self.resource}: {what} {value:g} {unit} is outside {low:g} to {high:g} {unit}"
                f" of the {self.identity.model}"
            )

    def _slew(self, slew_a_s: float | None) -> str:
        """What is sent for a slew rate: A/us."""
        fastest = self.fastest_per_rating * self.rating.current_a
        if slew_a_s is None:
            return f"{fastest * _MICRO:.6g}"
        self._check("slew rate", slew_a_s, fastest * _SLOWEST, fastest, "A/s")
        return f"{slew_a_s * _MICRO:.6g}"

    def _is_on(self, question: str) -> bool:
        message = self._addressed(question)
        state = self._look(message)
        if state not in ("ON", "OFF"):
            raise self._garbled(message, f"expected ON or OFF, got {state[:60]!r}")
        return state == "ON"

    def _switch_off(self) -> None:
        self._send("LOAD OFF")
        if self._is_on("LOAD?"):
            raise NotSafe(f"{self.resource}: LOAD OFF was sent and it says ON; disconnect it by hand")
        due = self.clock.now() + _FALL_S
        while (ampere := self.measure_current().value) is None or ampere >= _OFF_PART * self.rating.current_a:
            if self.clock.now() >= due:
                raise NotSafe(f"{self.resource}: the input says OFF and draws {ampere} A; disconnect it by hand")
            self.clock.sleep(_POLL_S)
