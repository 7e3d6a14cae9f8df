"""What Keysight's N6700 and N5700 DC supplies share: how an output is set, proven on or off, and read."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Final

from drivers.errors import DeviceError, NotSafe, OutOfRange
from drivers.reading import Reading
from drivers.scpi import ScpiDriver

_OFF_PART: Final = 0.02
_OFF_V: Final = 0.5
_OFF_A: Final = 0.05
"""An output that says OFF is believed below 2 % of its rating plus this."""
_DISCHARGE_S: Final = 3.0
_POLL_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class OutputRating:
    """What an output gives, in V and A, and how far the overvoltage protection can be set, in V."""

    voltage_v: float
    current_a: float
    overvoltage_v: float


class KeysightSupply(ScpiDriver):
    """Outputs with a voltage, a current limit and overvoltage protection.

    An output is proven off by its read-back and by its own meters: a unit that feeds the terminals from its side makes
    the supply not proven safe, because from here nobody can tell. Expanded uncertainties are the data sheets' class.
    """

    __slots__ = ()

    programming_headroom: ClassVar[float]
    """By which factor voltage and current may be set above the rating."""
    least_overvoltage: ClassVar[float]
    """How far above the voltage its protection must lie, as a factor."""
    voltage_accuracy: ClassVar[tuple[float, float]]
    current_accuracy: ClassVar[tuple[float, float]]

    @abstractmethod
    def _output(self, channel: int) -> OutputRating:
        """The rating of an output; raise `OutOfRange` for one that is not there."""

    @abstractmethod
    def _channels(self) -> tuple[int, ...]:
        """All outputs."""

    @abstractmethod
    def _set(self, header: str, channel: int, value: str = "") -> str:
        """A command to an output."""

    @abstractmethod
    def _query(self, header: str, channel: int) -> str:
        """A question to an output."""

    def configure(
        self, voltage_v: float, current_limit_a: float, overvoltage_v: float | None = None, channel: int = 1
    ) -> None:
        """Set voltage, current limit and, if given, the level in V at which the supply protects itself.

        Raises `OutOfRange`, `DeviceError` when the supply refuses.
        """
        rating = self._output(channel)
        self._check("voltage", voltage_v, rating.voltage_v * self.programming_headroom, "V")
        self._check("current limit", current_limit_a, rating.current_a * self.programming_headroom, "A")
        commands = [
            self._set("VOLT", channel, f"{voltage_v:.6g}"),
            self._set("CURR", channel, f"{current_limit_a:.6g}"),
        ]
        with self.exclusive():
            if overvoltage_v is not None:
                self._check("overvoltage protection", overvoltage_v, rating.overvoltage_v, "V")
                if overvoltage_v < voltage_v * self.least_overvoltage:
                    raise OutOfRange(
                        f"{self.resource}: overvoltage protection at {overvoltage_v:g} V trips at {voltage_v:g} V;"
                        f" the {self.identity.model} needs {voltage_v * self.least_overvoltage:g} V at least"
                    )
                # A level below the voltage of the moment trips (or is refused); one that rises comes first.
                question = self._query("VOLT", channel)
                present = self._number(question, self._look(question), "NR3")
                falls = isinstance(present, str) or overvoltage_v < present * self.least_overvoltage
                commands.insert(1 if falls else 0, self._set("VOLT:PROT", channel, f"{overvoltage_v:.6g}"))
            for command in commands:
                self._command(command)

    def set_output(self, on: bool, channel: int = 1) -> None:
        """Set the output on or off, and prove it by read-back.

        Raises `OutOfRange`, `DeviceError` when it stays off, `NotSafe` when it stays on or keeps voltage or current.
        """
        self._output(channel)
        with self.exclusive():
            if not on:
                self._prove_off(channel)
                return
            self._command(self._set("OUTP", channel, "ON"))
            if not self._is_on(channel):
                state = self._look(self._query("STAT:QUES:COND", channel))
                raise DeviceError(
                    f"{self.resource}: output {channel} was switched on and reads off; its questionable condition is"
                    f" {state[:20]}"
                )

    def measure_voltage(self, channel: int = 1) -> Reading:
        """Measure the voltage at the sense terminals in V."""
        return self._measured("MEAS:VOLT", channel, "V", self.voltage_accuracy, self._output(channel).voltage_v)

    def measure_current(self, channel: int = 1) -> Reading:
        """Measure the current in A; negative when the supply sinks."""
        return self._measured("MEAS:CURR", channel, "A", self.current_accuracy, self._output(channel).current_a)

    def clear_protection(self, channel: int = 1) -> None:
        """Set a tripped protection of an output back, with the output off, so that it does not come on by this.

        Raises `NotSafe` when the output is not off.
        """
        self._output(channel)
        with self.exclusive():
            self._command(self._set("OUTP", channel, "OFF"))
            self._command(self._set("OUTP:PROT:CLE", channel))
            self._prove_off(channel)

    def _measured(
        self, header: str, channel: int, unit: str, accuracy: tuple[float, float], full_scale: float
    ) -> Reading:
        question = self._query(header, channel)
        number = self._number(question, self._ask(question), "NR3")
        if isinstance(number, str):
            return self._reading(number, unit, range=f"{full_scale:g} {unit}")
        of_reading, of_range = accuracy
        doubt = abs(number) * of_reading + full_scale * of_range
        return self._reading(number, unit, expanded_uncertainty=doubt, range=f"{full_scale:g} {unit}")

    def _check(self, what: str, value: float, high: float, unit: str) -> None:
        if not 0.0 <= value <= high:
            raise OutOfRange(
                f"{self.resource}: {what} {value:g} {unit} is outside 0 to {high:g} {unit} of the {self.identity.model}"
            )

    def _is_on(self, channel: int) -> bool:
        return self._flags(self._query("OUTP", channel), 1)[0]

    def _switch_off(self) -> None:
        for channel in self._channels():
            self._command(self._set("OUTP", channel, "OFF"))
        for channel in self._channels():
            self._prove_off(channel)

    def _prove_off(self, channel: int) -> None:
        rating = self._output(channel)
        self._command(self._set("OUTP", channel, "OFF"))
        if self._is_on(channel):
            raise NotSafe(f"{self.resource}: output {channel} was switched off and reads on; remove its mains by hand")
        due = self.clock.now() + _DISCHARGE_S
        while True:
            volt, ampere = self.measure_voltage(channel).value, self.measure_current(channel).value
            if (
                volt is not None
                and ampere is not None
                and abs(volt) < _OFF_PART * rating.voltage_v + _OFF_V
                and abs(ampere) < _OFF_PART * rating.current_a + _OFF_A
            ):
                return
            if self.clock.now() >= due:
                raise NotSafe(
                    f"{self.resource}: output {channel} reads off and has {volt} V and {ampere} A;"
                    " disconnect it by hand"
                )
            self.clock.sleep(_POLL_S)
