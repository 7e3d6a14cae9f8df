"""Numato USB GPIO modules: the interlock, clamps and stack light of a fixture, on a line with echo and prompt."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from drivers.clock import Clock
from drivers.line_session import LineSession
from drivers.numato_module import NumatoModule
from drivers.reading import InstrumentIdentity


class NumatoGpio(NumatoModule):
    """Numato's GPIO dialect (gpio set 0, gpio clear 0, gpio read 0), after public drivers of these modules.

    Lines count from 0. `gpio set` and `gpio clear` make a line an output and `gpio read` makes it an input again, so a
    line that this driver drives is read from the register of all lines, which changes no direction. Opening makes
    every line an input, as after power-up; the safe state is that every line driven since is low, proven by read-back.
    """

    __slots__ = ("_driven",)

    capability: ClassVar[str] = "DigitalIo"
    noun: ClassVar[str] = "gpio"

    def __init__(
        self,
        session: LineSession,
        identity: InstrumentIdentity,
        clock: Clock,
        calibration_due: date | None = None,
        *,
        channels: int = 0,
    ) -> None:
        super().__init__(session, identity, clock, calibration_due, channels=channels)
        self._driven: set[int] = set()

    def _prepare(self) -> None:
        super()._prepare()
        # Set bits are inputs; the mask says which lines the direction is for.
        self._tell(f"gpio iomask {self._word('f')}")
        self._tell(f"gpio iodir {self._word('f')}")

    def read_input(self, line: int) -> bool:
        """Get whether a line is high. Raises `OutOfRange` for a line that the module lacks."""
        letter = self._letter(line)
        with self.exclusive():
            if line in self._driven:
                return bool(self._register() >> line & 1)
            question = f"gpio read {letter}"
            answer = self._look(question)
            if answer not in ("0", "1"):
                raise self._garbled(question, f"expected 0 or 1, got {answer[:60]!r}")
            return answer == "1"

    def read_inputs(self, lines: Sequence[int]) -> tuple[bool, ...]:
        """Get whether each of these lines is high, all in one look. Raises `OutOfRange` for a line that is not there.

        It changes no direction: a line is an input from opening on until it is driven, and then reads as driven.
        """
        for line in lines:
            self._letter(line)
        with self.exclusive():
            register = self._register()
        return tuple(bool(register >> line & 1) for line in lines)

    def set_output(self, line: int, high: bool) -> None:
        """Set a line, and prove it by read-back.

        Raises `OutOfRange` for a line that the module lacks, `DeviceError` when the line does not follow: something
        outside holds it.
        """
        letter = self._letter(line)
        with self.exclusive():
            # Before the command: one that was not answered may have been obeyed.
            self._driven.add(line)
            self._tell(f"gpio {'set' if high else 'clear'} {letter}")
            self._prove((line,), high=high)

    def _switch_off(self) -> None:
        for line in sorted(self._driven):
            self._tell(f"gpio clear {self._letter(line)}")
        self._prove(self._driven, high=False)
