"""Label printers that speak ZPL II: Zebra's own and the many that follow them, on TCP port 9100 or a serial line.

The wire says nothing about a label. What is known is the printer's status before and after, so labels are printed on
an idle printer only, and waited for.
"""

import re
from collections.abc import Sequence
from typing import ClassVar, Final

from drivers.capabilities import LabelField, PrinterStatus
from drivers.errors import DeviceError, Garbled, InstrumentError, LinkTimeout, OutOfRange
from drivers.label_printer._zpl import label_format
from drivers.line_driver import LineDriver
from drivers.reading import InstrumentIdentity

_FRAME: Final = re.compile(rb"\x02([ -~]*)\x03")
_SHAPES: Final = {
    "~HI": re.compile(r"(?P<model>[^,]+),(?P<firmware>V[^,]+),(?P<dots>6|8|12|24),(?P<memory>[^,]+)(?:,.*)?"),
    "~HM": re.compile(r"[0-9]+,[0-9]+,[0-9]+"),
}
_STATUS_LINES: Final = (
    re.compile(
        r"[0-9]{3},(?P<paper_out>[01]),(?P<paused>[01]),[0-9]{4,5},(?P<formats>[0-9]{3}),(?P<full>[01]),(?P<diagnostic>"
        r"[01]),(?P<partial>[01]),[0-9]{3},(?P<lost>[01]),(?P<cold>[01]),(?P<hot>[01])"
    ),
    re.compile(
        r"[0-9]{3},[0-9],(?P<head_up>[01]),(?P<ribbon_out>[01]),[01],[0-9A-Z],[0-9],(?P<taking>[01]),"
        r"(?P<remaining>[0-9]{8}),[01],[0-9]{3}"
    ),
    re.compile(r"[0-9]{4},[01]"),
)
_COMPLAINTS: Final = {
    "paper_out": "the paper is out",
    "ribbon_out": "the ribbon is out",
    "head_up": "the head is open",
    "paused": "it is paused",
    "full": "its buffer is full",
    "diagnostic": "it prints what it receives, for diagnosis",
    "partial": "half a label is in its buffer",
    "lost": "its settings are lost",
    "cold": "the head is too cold",
    "hot": "the head is too hot",
    "taking": "a label waits to be taken off",
}
_MOST_COPIES: Final = 999
_POLL_S: Final = 0.1
_LONGEST_LABEL_S: Final = 5.0
"""How long one label may take: 150 mm at 51 mm/s, the slowest speed of such printers, and the start of its motor."""


class ZebraZpl(LineDriver):
    """Any printer of the ZPL II dialect (^XA … ^XZ, ~HS, ~HI, ~HM), after Zebra's programming guide.

    ZPL asks for no serial number: the identity has the one that the configuration promises. Some firmwares answer no
    ~HS while paper or ribbon is out or the head is open (guide, ~HS): that silence is a `LinkTimeout`. ~JA cancels what
    everybody has waiting, so opening and making safe send nothing. Unverified on hardware.
    """

    __slots__ = ("_dots_per_mm",)

    capability: ClassVar[str] = "LabelPrinter"
    ending: ClassVar[bytes] = b"\r\n"
    terminator: ClassVar[bytes] = b"\r\n"
    probes: ClassVar[tuple[str, ...]] = ("~HI", "~HM")

    def _identify(self, serial: str | None) -> InstrumentIdentity:
        answer = self._look("~HI")
        said = _SHAPES["~HI"].fullmatch(answer)
        if said is None:
            raise self._garbled("~HI", f"expected a ZPL printer's identification, got {answer[:60]!r}")
        self._dots_per_mm = int(said["dots"])
        return InstrumentIdentity(maker="ZPL", model=said["model"], serial=serial or "", firmware=said["firmware"])

    @classmethod
    def _take(cls, command: str, frame: bytes) -> str:
        found = _FRAME.fullmatch(frame)
        if found is None:
            raise Garbled(f"expected STX, text and ETX, got {frame[:60]!r}")
        text = found[1].decode("ascii")
        shape = _SHAPES.get(command)
        if shape is not None and shape.fullmatch(text) is None:
            raise Garbled(f"expected an answer to {command}, got {text[:60]!r}")
        return text

    def read_status(self) -> PrinterStatus:
        """Get what keeps it from printing, and what it still has to print (~HS: three lines).

        Raises `LinkTimeout` when it does not answer: some do not while paper or ribbon is out, or the head is open.
        """
        with self.exclusive():
            try:
                frames = [self._session.exchange(self._message("~HS"))]
                frames += [self._session.further("~HS") for _ in _STATUS_LINES[1:]]
            except LinkTimeout as error:
                error.add_note("some printers do not answer ~HS without paper or ribbon, or with the head open: look")
                raise
            said: dict[str, str] = {}
            for shape, frame in zip(_STATUS_LINES, frames, strict=True):
                try:
                    text = self._take("~HS", frame)
                except Garbled as error:
                    raise self._garbled("~HS", str(error)) from error
                found = shape.fullmatch(text)
                if found is None:
                    raise self._garbled("~HS", f"expected a line of the host status, got {text[:60]!r}")
                said |= found.groupdict()
        return PrinterStatus(
            complaints=tuple(words for flag, words in _COMPLAINTS.items() if said[flag] == "1"),
            formats_waiting=int(said["formats"]),
            labels_remaining=int(said["remaining"]),
        )

    def print_label(self, fields: Sequence[LabelField], copies: int = 1) -> None:
        """Set a label printing, `copies` (1 to 999) times, and wait until the printer has no more to print.

        Raises `OutOfRange` for a label that cannot be meant, `DeviceError` when the printer is not ready (nothing is
        sent then) or stops on the way (what is left is cancelled, so that it does not come out later, unasked),
        `LinkError` when the wire fails: how many came out is unknown then, and the rest may still come.
        """
        if not 1 <= copies <= _MOST_COPIES:
            raise OutOfRange(f"{self.resource}: {copies} copies are outside 1 to {_MOST_COPIES}")
        with self.exclusive():
            label = label_format(self.resource, fields, copies, self._resolution())
            before = self.read_status()
            if not before.ready:
                raise DeviceError(f"{self.resource}: nothing was printed: {_reasons(before)}")
            self._session.write(label)
            self._await_end(copies)

    def _await_end(self, copies: int) -> None:
        deadline = self.clock.now() + _LONGEST_LABEL_S * (copies + 1)
        while True:
            # First the pause: a status that is older than the label would say that nothing is left.
            self.clock.sleep(_POLL_S)
            status = self.read_status()
            if status.ready:
                return
            what = ""
            if status.complaints:
                what = f"printing stopped: {_reasons(status)}"
            elif self.clock.now() >= deadline:
                what = f"printing did not end in {_LONGEST_LABEL_S * (copies + 1):g} s: {_reasons(status)}"
            if what:
                raise self._cancelled(f"{self.resource}: {copies} labels were sent and {what}")

    def _cancelled(self, what: str) -> DeviceError:
        """Cancel what is left, and say what happened; a failure of that is told beside it, not instead."""
        error = DeviceError(f"{what}; the rest was cancelled: count what came out before it is used")
        try:
            self._session.write("~JA")
        except InstrumentError as failure:
            error.add_note(f"cancelling failed too: {failure}; clear the printer by hand")
        return error

    def _resolution(self) -> int:
        """Dots per mm, asked for where the printer was not asked at the opening."""
        if not hasattr(self, "_dots_per_mm"):
            self._identify(None)
        return self._dots_per_mm

    def _switch_off(self) -> None:
        """A printer is no source of energy, and what waits in it may be somebody else's."""


def _reasons(status: PrinterStatus) -> str:
    waiting = f"{status.formats_waiting} formats and {status.labels_remaining} labels are not printed"
    return "; ".join((*status.complaints, *((waiting,) if status.formats_waiting or status.labels_remaining else ())))
