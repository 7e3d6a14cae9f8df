"""Keysight DAQ970A with DAQM904A cards: a matrix of 4 rows by 8 columns per slot, two wires per crosspoint."""

from collections.abc import Mapping
from datetime import date
from typing import ClassVar, Final

from drivers.channel_list import channel_list
from drivers.clock import Clock
from drivers.errors import DeviceError, WrongInstrument
from drivers.reading import InstrumentIdentity
from drivers.scpi import Identity, ScpiDriver
from drivers.session import Session

_SLOTS: Final = (1, 2, 3)
_MATRIX_CARD: Final = "DAQM904A"


class KeysightDaq970aMatrix(ScpiDriver):
    """DAQ970A as a matrix, through its SCPI dialect (SYST:CTYP?, ROUT:CLOS), the DAQ970A programming guide.

    A crosspoint is slot*100 + row*10 + column. `cards` maps slots to card models and is found out at open. The matrix
    is rated 300 V.
    """

    __slots__ = ("_cards", "_crosspoints")

    capability: ClassVar[str] = "SwitchMatrix"
    expected: ClassVar[Identity] = Identity(r"Keysight Technologies,DAQ970A", (1,), (3,))

    def __init__(
        self,
        session: Session,
        identity: InstrumentIdentity,
        clock: Clock,
        calibration_due: date | None = None,
        *,
        cards: Mapping[int, str] | None = None,
    ) -> None:
        super().__init__(session, identity, clock, calibration_due)
        self._fit(cards or {})

    def _fit(self, cards: Mapping[int, str]) -> None:
        self._cards = dict(cards)
        self._crosspoints = tuple(
            slot * 100 + row * 10 + column
            for slot, card in cards.items()
            if card == _MATRIX_CARD
            for row in range(1, 5)
            for column in range(1, 9)
        )

    def _prepare(self) -> None:
        cards = {}
        for slot in _SLOTS:
            question = f"SYST:CTYP? {slot}"
            answer = self._look(question)
            fields = answer.split(",")
            if len(fields) != 4:
                raise self._garbled(question, f"expected maker, card, serial and revision, got {answer[:60]!r}")
            if fields[1] != "0":
                cards[slot] = fields[1]
        self._fit(cards)
        if not self._crosspoints:
            raise WrongInstrument(f"{self.resource}: no {_MATRIX_CARD} in any slot (found {self._cards}); fit one")

    def connect(self, *channels: int) -> None:
        """Set these crosspoints closed, and prove it by read-back.

        Raises `OutOfRange` for crosspoints that are not fitted, `DeviceError` when one does not read back closed.
        """
        names = channel_list(self.resource, channels, self._crosspoints)
        with self.exclusive():
            self._command(f"ROUT:CLOS {names}")
            closed = self._flags(f"ROUT:CLOS? {names}", len(channels))
        if not all(closed):
            stuck = [channel for channel, is_closed in zip(channels, closed, strict=True) if not is_closed]
            raise DeviceError(f"{self.resource}: crosspoints {stuck} did not close; service the card")

    def disconnect(self, *channels: int) -> None:
        """Set these crosspoints open. Raises `OutOfRange` for crosspoints that are not fitted."""
        self._command(f"ROUT:OPEN {channel_list(self.resource, channels, self._crosspoints)}")

    def disconnect_all(self) -> None:
        """Set every crosspoint open, and prove it by read-back; raise `DeviceError` when one stays closed."""
        with self.exclusive():
            self._command(f"ROUT:OPEN {self._all()}")
            self._prove_open()

    def _switch_off(self) -> None:
        # Unlike opening by name, a reset also opens what a scan or a measurement on another card has closed.
        self._command("*RST")
        self._prove_open()

    def _all(self) -> str:
        return channel_list(self.resource, self._crosspoints, self._crosspoints)

    def _prove_open(self) -> None:
        closed = self._flags(f"ROUT:CLOS? {self._all()}", len(self._crosspoints))
        if any(closed):
            stuck = [channel for channel, is_closed in zip(self._crosspoints, closed, strict=True) if is_closed]
            raise DeviceError(f"{self.resource}: crosspoints {stuck} did not open; service the card")
