"""The base of drivers that hold one conversation with one instrument.

Made safe by read-back and closed leaving it off; numbers read whole or not at all; and a failure of the wire poisons
the session, so that no answer is ever taken for another question's.
"""

import logging
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from typing import Final, Generic, Literal, TypeVar

from drivers.clock import Clock
from drivers.driver import Driver
from drivers.errors import Garbled, InstrumentError, LinkError, LinkLost, NotSafe
from drivers.numeric_response import Form, parse_number
from drivers.reading import InstrumentIdentity, Reading
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

    @abstractmethod
    def _answer_to(self, question: str) -> str:
        """Send a question and get its answer."""

    def _forget_failure(self) -> None:
        """Drop what the failure of the wire has left in the instrument, before it is asked again."""

    def _look(self, question: str) -> str:
        """Ask a question that changes nothing; only such a one may be asked again after the wire failed."""
        with self._session.exclusive():
            was_broken = self._session.broken is not None
            try:
                return self._answer_to(question)
            except LinkError as error:
                # Who has hung up may have been switched off meanwhile, and then what was set in it is gone.
                if was_broken or isinstance(error, LinkLost):
                    raise
                _LOG.warning("%s: %r is asked again after: %s", self.resource, question, error)
                self._session.resync()
                if self._session.renewed:
                    raise self._lost(question) from error
                self._forget_failure()
                return self._answer_to(question)

    def _lost(self, question: str) -> LinkLost:
        """What was set in an instrument that had to be connected to again may be gone: nothing goes on from there."""
        error = LinkLost(f"{self.resource}: {question[:60]!r}: the connection was lost, and with it what was set")
        self._session.poison(error)
        return error

    def _number(self, question: str, answer: str, form: Form = "ANY") -> float | Literal["OVER", "UNDER"]:
        """The number in an answer. Raises `Garbled` and poisons the session when it is none."""
        try:
            return parse_number(answer, form)
        except Garbled as error:
            raise self._garbled(question, str(error)) from error

    def _garbled(self, question: str, what: str) -> Garbled:
        error = Garbled(f"{self.resource}: {question[:60]!r}: {what}")
        self._session.poison(error)
        return error

    def _reading(
        self,
        number: float | Literal["OVER", "UNDER"],
        unit: str,
        *,
        expanded_uncertainty: float | None = None,
        range: str | None = None,
    ) -> Reading:
        """A reading of this instrument, now."""
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

    def close(self) -> None:
        """Close the instrument: leave it safe and let go of the wire. Closing twice is allowed."""
        if self._closed:
            return
        self._closed = True
        try:
            self.safe_state()
        finally:
            self._session.close()
