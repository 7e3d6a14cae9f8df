"""The base of drivers that hold one conversation with one instrument: made safe by read-back, closed leaving it off."""

import logging
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from typing import Final, Generic, TypeVar

from drivers.clock import Clock
from drivers.driver import Driver
from drivers.errors import InstrumentError, LinkError, NotSafe
from drivers.reading import InstrumentIdentity
from drivers.session import Session

_LOG: Final = logging.getLogger(__name__)

AnySession = TypeVar("AnySession", bound=Session)


class SessionDriver(Driver, Generic[AnySession]):
    """A driver over one session, whatever is spoken on it."""

    __slots__ = ("_closed", "_session")

    def __init__(
        self, session: AnySession, identity: InstrumentIdentity, clock: Clock, calibration_due: date | None = None
    ) -> None:
        super().__init__(identity, clock, calibration_due)
        self._session = session
        self._closed = False

    def safe_state(self) -> None:
        """Set every source of energy off and prove it by read-back, bringing a poisoned session back first.

        Raises `NotSafe` when that fails, for whatever reason.
        """
        with self._session.exclusive():
            try:
                if self._session.broken is not None:
                    self.resync()
                try:
                    self._switch_off()
                except LinkError as error:
                    # Off twice is off: of all commands, this one may follow a failure of the wire again.
                    _LOG.warning("%s: switched off again after: %s", self.resource, error)
                    self.resync()
                    self._switch_off()
            except NotSafe:
                raise
            except InstrumentError as error:
                raise NotSafe(
                    f"{self.resource}: {self.identity.model} is not proven safe: {error}; remove its energy by hand"
                ) from error

    @contextmanager
    def _safe_unless_ended(self) -> Iterator[None]:
        """What is energised here must not outlive a failure: whatever ends the block, Ctrl-C included, makes it safe.

        Where that fails too, the first error says so in a note and goes on.
        """
        try:
            yield
        except BaseException as error:
            try:
                self.safe_state()
            except InstrumentError as unsafe:
                error.add_note(f"and it could not be made safe: {unsafe}")
            raise

    @abstractmethod
    def _switch_off(self) -> None:
        """Switch off and read back; raise any `InstrumentError` when it is not off."""

    @property
    def resource(self) -> str:
        """The name that the instrument was opened by."""
        return self._session.resource

    def exclusive(self) -> AbstractContextManager[object]:
        """Hold the instrument over several calls; other threads wait."""
        return self._session.exclusive()

    @abstractmethod
    def resync(self) -> None:
        """Set a poisoned session right again. Raises `LinkError` when the instrument cannot be brought back."""

    def close(self) -> None:
        """Close the instrument: leave it safe and let go of the wire. Closing twice is allowed."""
        if self._closed:
            return
        self._closed = True
        try:
            self.safe_state()
        finally:
            self._session.close()
