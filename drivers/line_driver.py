"""The base of drivers for devices that answer every message with one frame and know nothing of IEEE 488.2.

What a frame is differs (an echo and a prompt, an acknowledging byte, OK and NA); that a refusal is an error, that a
frame which does not fit poisons the session, and that safe is only what was read back, does not.
"""

import logging
from abc import abstractmethod
from datetime import date
from typing import Any, ClassVar, Final, Self

from drivers.errors import Garbled, InstrumentError, WrongInstrument
from drivers.line_session import LineSession
from drivers.place import Place
from drivers.reading import InstrumentIdentity
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

    def _answer_to(self, question: str) -> str:
        return self._ask(question)

    def _ask(self, command: str) -> str:
        """Send a command and get what answers it; a frame that cannot answer it poisons the session."""
        with self._session.exclusive():
            frame = self._session.exchange(self._message(command))
            try:
                return self._take(command, frame)
            except Garbled as error:
                raise self._garbled(command, str(error)) from error

    def _check_serial(self, found: str, serial: str | None) -> None:
        if serial is not None and serial != found:
            raise WrongInstrument(
                f"{self.resource}: the configuration promises serial {serial}, found {found}; correct the cabling or"
                " the configuration"
            )
