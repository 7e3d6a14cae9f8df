"""The base of drivers for instruments that speak SCPI over IEEE 488.2.

Identity before anything else; the error queue after every command, asked in a message of its own, because
`command;:SYST:ERR?` loses the question when the command fails; numbers read whole or not at all; and a failure of
the wire poisons the session, so that no answer is ever taken for another question's.
"""

import logging
import re
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Final, Self

from drivers.errors import DeviceError, WrongInstrument
from drivers.place import Place
from drivers.reading import InstrumentIdentity
from drivers.session import Session
from drivers.session_driver import SessionDriver

_LOG: Final = logging.getLogger(__name__)
_NO_ERROR: Final = re.compile(r"[+-]?0+,")
_ERROR: Final = re.compile(r'[+-]?\d+,\s*".*"')
_QUEUE_LENGTH: Final = 100
"""More entries than an error queue holds: an instrument that never says 0 is broken, not thorough."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Which instruments a driver is for.

    `pattern` is matched against "maker,model" of the answer to *IDN?; the firmware's numbers must lie between `oldest`
    and `newest`, compared as far as each of them goes.
    """

    pattern: str
    oldest: tuple[int, ...] = ()
    newest: tuple[int, ...] = ()

    def check(self, resource: str, answer: str, serial: str | None) -> InstrumentIdentity:
        """Who answered. Raises `WrongInstrument` for another instrument, firmware or serial number."""
        fields = [field.strip() for field in answer.split(",", 3)]
        if len(fields) != 4:
            raise WrongInstrument(f"{resource}: *IDN? answered {answer!r}, not maker, model, serial and firmware")
        found = InstrumentIdentity(maker=fields[0], model=fields[1], serial=fields[2], firmware=fields[3])
        if re.fullmatch(self.pattern, f"{found.maker},{found.model}") is None:
            raise WrongInstrument(
                f"{resource}: expected {self.pattern}, found {found.maker},{found.model}; correct the configuration"
            )
        numbers = tuple(int(number) for number in re.findall(r"\d+", found.firmware))
        if numbers[: len(self.oldest)] < self.oldest or (self.newest and numbers[: len(self.newest)] > self.newest):
            raise WrongInstrument(
                f"{resource}: {found.model} has firmware {found.firmware}, qualified are {self.oldest} to {self.newest}"
            )
        if serial is not None and serial != found.serial:
            raise WrongInstrument(
                f"{resource}: the configuration promises {found.model} serial {serial}, found {found.serial}; "
                "correct the cabling or the configuration"
            )
        return found


class ScpiDriver(SessionDriver[Session]):
    """Base of the SCPI drivers: how commands are sent, questions asked and answers read."""

    __slots__ = ()

    expected: ClassVar[Identity]
    error_question: ClassVar[str] = "SYST:ERR?"

    @classmethod
    def open(
        cls,
        resource: str,
        place: Place,
        *,
        serial: str | None = None,
        calibration_due: date | None = None,
        timeout_s: float = 5.0,
    ) -> Self:
        """Open the instrument: clear it, check who answers, drain its error queue, bring it to its safe state.

        Raises `WrongInstrument` when another one answers than `expected` and `serial` promise, `LinkError` when none
        does, `NotSafe` when the safe state could not be verified.
        """
        session = Session(place.transport(resource, timeout_s), timeout_s=timeout_s, lock=place.lock())
        try:
            session.clear()
            answer = session.query("*IDN?")
            identity = cls.expected.check(resource, answer, serial)
            session.identification = answer
            driver = cls(session, identity, place.clock, calibration_due)
            driver._greet()
            driver._drain_errors()
            driver._prepare()
            driver.safe_state()
        except BaseException:
            session.close()
            raise
        return driver

    @classmethod
    def attach(
        cls,
        resource: str,
        place: Place,
        identity: InstrumentIdentity,
        *,
        calibration_due: date | None = None,
        timeout_s: float = 5.0,
        **options: Any,
    ) -> Self:
        """Open the wire to an instrument that is known already, saying nothing to it; `options` are the driver's."""
        session = Session(place.transport(resource, timeout_s), timeout_s=timeout_s, lock=place.lock())
        return cls(session, identity, place.clock, calibration_due, **options)

    def _greet(self) -> None:
        """Settle in which language it answers; runs after identification, before the error queue can be read."""

    def _prepare(self) -> None:
        """Find out about options and cards; runs once, after identification and before the safe state."""

    def _answer_to(self, question: str) -> str:
        return self._session.query(question)

    def _forget_failure(self) -> None:
        self._drop_errors()

    def resync(self) -> None:
        """Set a poisoned session right again and drop the errors that the failed exchange left in the queue.

        An instrument that had to be connected to again is prepared as at the opening. Raises `LinkError` when it cannot
        be brought back.
        """
        self._session.resync()
        renewed = self._session.renewed
        if renewed:
            self._greet()
        self._drop_errors()
        if renewed:
            self._prepare()
            self._session.renewed = False

    def _drop_errors(self) -> None:
        if dropped := self._drain_errors():
            _LOG.warning("%s: resynchronised; the error queue held %s", self.resource, "; ".join(dropped))

    def _command(self, command: str) -> None:
        """Send a command and read the error queue; raise `DeviceError` with everything that it holds."""
        with self._session.exclusive():
            self._session.write(command)
            self._check_errors(command)

    def _ask(self, question: str, timeout_s: float | None = None) -> str:
        """Ask a question that does something (measures, triggers), and read the error queue after the answer."""
        with self._session.exclusive():
            answer = self._session.query(question, timeout_s)
            self._check_errors(question)
        return answer

    def _flags(self, question: str, count: int) -> list[bool]:
        """The comma-separated ones and zeros that a question about switches is answered with."""
        answer = self._look(question)
        flags = answer.split(",")
        if len(flags) != count or not set(flags) <= {"0", "1"}:
            raise self._garbled(question, f"expected {count} ones or zeros, got {answer[:60]!r}")
        return [flag == "1" for flag in flags]

    def _check_errors(self, command: str) -> None:
        entry = self._error_entry()
        if entry is None:
            return
        entries = (entry, *self._drain_errors())
        raise DeviceError(f"{self.resource}: {command[:60]!r} refused: {'; '.join(entries)}")

    def _drain_errors(self) -> tuple[str, ...]:
        """Read the error queue until it is empty; what it held."""
        entries: list[str] = []
        while (entry := self._error_entry()) is not None:
            entries.append(entry)
            if len(entries) > _QUEUE_LENGTH:
                raise DeviceError(f"{self.resource}: the error queue never ends; last entry {entry}")
        return tuple(entries)

    def _error_entry(self) -> str | None:
        answer = self._session.query(self.error_question)
        if _NO_ERROR.match(answer):
            return None
        if _ERROR.fullmatch(answer) is None:
            raise self._garbled(self.error_question, f"expected an error queue entry, got {answer[:60]!r}")
        return answer
