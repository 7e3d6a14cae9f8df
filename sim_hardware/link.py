"""One client's connection to one simulated SCPI device: framing and message exchange, still without I/O.

Every session has a link of its own, so two sessions never share an answer.
"""

import re

from sim_hardware.faults import FaultRules
from sim_hardware.scpi_device import ScpiDevice
from sim_hardware.wire import LinkClosed, Wire

_FRAME_MARK = re.compile(rb"""[\n#"']""")


class ScpiLink(Wire):
    """The link of one session to a `ScpiDevice`.

    With `message_exchange` the rules of IEEE 488.2, chapter 6 hold, as on GPIB, USBTMC, VXI-11 and HiSLIP: a new
    message discards an unread answer (-410), reading with nothing asked is an error (-420). Raw sockets and serial
    lines have neither. `rules` are the faults of the resource.
    """

    def __init__(self, device: ScpiDevice, rules: FaultRules | None = None, *, message_exchange: bool = False) -> None:
        super().__init__(device.clock, rules)
        self.device = device
        self._message_exchange = message_exchange
        self._received = bytearray()
        self._answer_lost = False

    def write(self, content: bytes, *, end: bool = False) -> None:
        """Take bytes from the client; `end` is the END message of an INSTR session. Raises LinkClosed."""
        if self.closed:
            raise LinkClosed("the simulated peer has closed the link")
        if not self._received and content.find(b"\n") == len(content) - 1 and b"#" not in content:
            self._message(content[:-1])
            return
        self._received += content
        while not self.closed and (length := self._frame(end)) is not None:
            message = bytes(self._received[:length])
            del self._received[: length + 1]
            self._message(message)

    def clear(self) -> None:
        """Forget what was received and what was not read yet; where message exchange holds it is a device clear."""
        self._received.clear()
        self._chunks.clear()
        self._answer_lost = False
        if self._message_exchange:
            self.device.device_clear()

    def _await_chunk(self, deadline: float, *, began: bool) -> bool:
        if self._message_exchange and not began and not self._answer_lost:
            self.device.push_error(-420, "Query UNTERMINATED")
        return super()._await_chunk(deadline, began=began)

    def _frame(self, end: bool) -> int | None:
        """Length of the first whole message without its newline; newlines within blocks do not count."""
        received, at = self._received, 0
        while (match := _FRAME_MARK.search(received, at)) is not None:
            mark, at = match.group(), match.end()
            if mark == b"\n":
                return at - 1
            if mark == b"#":
                at = self._block_end(at)
            else:
                closing, newline = received.find(mark, at), received.find(b"\n", at)
                # IEEE 488.2 allows a newline in a string; here it ends the message, which the parser then refuses, or
                # one forgotten quote would swallow every later message of a stream.
                at = closing + 1 if closing >= 0 and not 0 <= newline < closing else at
        return len(received) if end and received else None

    def _block_end(self, at: int) -> int:
        """Index behind the definite-length block whose `#` is before `at`; past the end when bytes are missing."""
        received = self._received
        digits = received[at : at + 1]
        if not digits:
            return len(received) + 1
        if digits not in b"123456789":
            return at
        head = at + 1 + int(digits)
        length = received[at + 1 : head]
        if len(received) < head:
            return len(received) + 1
        return head + int(length) if length.isdigit() else at

    def _message(self, raw: bytes) -> None:
        if not raw:
            return
        if self._message_exchange and self._chunks:
            self._chunks.clear()
            self.device.push_error(-410, "Query INTERRUPTED")
        message = raw.decode("latin-1")
        hits = self._rules.strike(message.rstrip()) if self._rules else []
        if any(fault.kind == "close" for fault in hits):
            self.closed = True
            return
        self._answer_lost = any(fault.kind == "unplugged" for fault in hits)
        if self._answer_lost:
            return
        refusals = [fault for fault in hits if fault.kind == "error"]
        for fault in refusals:
            self.device.push_error(fault.code, fault.text)
        if not refusals:
            content, at = self.device.execute(message)
            if content is not None:
                self._answer_lost = not self._send(content, at, self.device.terminator, hits)
