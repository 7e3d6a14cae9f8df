"""The base of drivers for devices that answer every message with one frame and know nothing of IEEE 488.2.

What a frame is differs (an echo and a prompt, an acknowledging byte, OK and NA); that a refusal is an error, that a
frame which does not fit poisons the session, and that safe is only what was read back, does not.
"""

import logging
from abc import abstractmethod
from datetime import date
from typing import Any, ClassVar, Final, Literal, Self

from drivers.errors import Garbled, InstrumentError, LinkError, LinkLost, WrongInstrument
from drivers.line_session import LineSession
from drivers.numeric_response import parse_number
from drivers.place import Place
from drivers.reading import InstrumentIdentity, Reading
from drivers.session_driver import SessionDriver

_LOG: Final = logging.getLogger(__name__)


class LineDriver(SessionDriver[LineSession]):
    """Base of the drivers of such devices.

    `ending` ends what is sent, `terminator` what comes back; `probes` are two commands without effect whose answers
    `_take` tells apart from every other answer.
    """

    __slots__ = ()

    baud_rate: ClassVar[int] = 9600
    ending: ClassVar[bytes]
    terminator: ClassVar[bytes]
    probes: ClassVar[tuple[str, ...]]

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
        """Open the line: find the prompt or the first answer, check who it is, bring it to its safe state.

        Raises `WrongInstrument` when another one answers than the driver and `serial` promise, `LinkError` when none
        does, `NotSafe` when the safe state could not be verified.
        """
        unknown = InstrumentIdentity(maker="", model="", serial=serial or "", firmware="")
        session = cls._line(resource, place, timeout_s)
        try:
            driver = cls(session, unknown, place.clock, calibration_due)
            session.clear()
            driver._wake()
            driver.identity = driver._identify(serial)
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
        """Open the wire to a device that is known already, saying nothing to it; `options` are the driver's."""
        return cls(cls._line(resource, place, timeout_s), identity, place.clock, calibration_due, **options)

    @classmethod
    def _line(cls, resource: str, place: Place, timeout_s: float) -> LineSession:
        return LineSession(
            place.transport(resource, timeout_s, baud_rate=cls.baud_rate, terminator=cls.terminator),
            timeout_s=timeout_s,
            lock=place.lock(),
            probes=[cls._message(probe) for probe in cls.probes],
            fits=cls._fits,
        )

    def _wake(self) -> None:
        """Bring the device to where it answers; runs first."""

    @abstractmethod
    def _identify(self, serial: str | None) -> InstrumentIdentity:
        """Ask who answers. Raises `WrongInstrument` when it is not what this driver and `serial` promise."""

    def _prepare(self) -> None:
        """Find out about its size and ranges; runs once, after identification and before the safe state."""

    @classmethod
    @abstractmethod
    def _take(cls, command: str, frame: bytes) -> str:
        """What a frame answers to a command. Raises `Garbled` when it cannot answer it, `DeviceError` for a refusal."""

    def resync(self) -> None:
        """Set a poisoned session right again, and a device whose line had to be opened again as at the opening.

        Raises `LinkError` when the device cannot be brought back.
        """
        self._session.resync()
        if self._session.renewed:
            self._prepare()
            self._session.renewed = False

    @classmethod
    def _message(cls, command: str) -> bytes:
        return command.encode("ascii") + cls.ending

    @classmethod
    def _fits(cls, message: bytes, frame: bytes) -> bool:
        try:
            cls._take(message.decode("ascii").strip(), frame)
        except InstrumentError:
            return False
        return True

    def _ask(self, command: str) -> str:
        """Send a command and get what answers it; a frame that cannot answer it poisons the session."""
        with self._session.exclusive():
            frame = self._session.exchange(self._message(command))
            try:
                return self._take(command, frame)
            except Garbled as error:
                raise self._garbled(command, str(error)) from error

    def _look(self, question: str) -> str:
        """Ask a question that changes nothing; only such a one may be asked again after the wire failed."""
        with self._session.exclusive():
            was_broken = self._session.broken is not None
            try:
                return self._ask(question)
            except LinkError as error:
                # Who has hung up may have been switched off meanwhile, and then what was set in it is gone.
                if was_broken or isinstance(error, LinkLost):
                    raise
                _LOG.warning("%s: %r is asked again after: %s", self.resource, question, error)
                self._session.resync()
                if self._session.renewed:
                    raise self._lost(question) from error
                return self._ask(question)

    def _lost(self, question: str) -> LinkLost:
        """What was set in an instrument that had to be connected to again may be gone: nothing goes on from there."""
        error = LinkLost(f"{self.resource}: {question[:60]!r}: the connection was lost, and with it what was set")
        self._session.poison(error)
        return error

    def _number(self, question: str, answer: str) -> float | Literal["OVER", "UNDER"]:
        """The number in an answer. Raises `Garbled` and poisons the session when it is none."""
        try:
            return parse_number(answer)
        except Garbled as error:
            raise self._garbled(question, str(error)) from error

    def _garbled(self, question: str, what: str) -> Garbled:
        error = Garbled(f"{self.resource}: {question[:60]!r}: {what}")
        self._session.poison(error)
        return error

    def _check_serial(self, found: str, serial: str | None) -> None:
        if serial is not None and serial != found:
            raise WrongInstrument(
                f"{self.resource}: the configuration promises serial {serial}, found {found}; correct the cabling or"
                " the configuration"
            )

    def _reading(
        self,
        number: float | Literal["OVER", "UNDER"],
        unit: str,
        *,
        expanded_uncertainty: float | None = None,
        range: str | None = None,
    ) -> Reading:
        """A reading of this device, now."""
        over = isinstance(number, str)
        return Reading(
            None if isinstance(number, str) else number,
            unit,
            over_range=number if isinstance(number, str) else None,
            expanded_uncertainty=None if over else expanded_uncertainty,
            range=range,
            at=self.clock.utc(),
            instrument=self.identity,
            calibration_due=self.calibration_due,
        )
