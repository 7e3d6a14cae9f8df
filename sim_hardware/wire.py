"""The client's receiving end of a simulated wire: bytes with the time of their arrival, and a read that waits for them.

Common to every link, whatever the device behind it speaks, and the place where transport faults meet the bytes.
"""

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto

from sim_hardware.clock import BenchClock
from sim_hardware.faults import Fault, FaultRules


class Ending(Enum):
    """Why a `receive` returned."""

    END = auto()
    TERMINATOR = auto()
    COUNT = auto()
    TIMEOUT = auto()
    CLOSED = auto()


class LinkClosed(Exception):
    """The simulated peer has dropped the link; only opening it again helps."""


@dataclass(slots=True)
class Chunk:
    """Bytes that become readable at time `at` (s); `end` marks the last of a message, `start` what is read already."""

    content: bytes
    at: float
    end: bool = True
    start: int = 0


class Wire:
    """What is under way from a device to one client."""

    def __init__(self, clock: BenchClock, rules: FaultRules | None = None) -> None:
        self.clock = clock
        self.closed = False
        self._rules = rules
        self._chunks: deque[Chunk] = deque()
        self._previous: bytes | None = None

    @property
    def waiting(self) -> int:
        """How many bytes can be read now."""
        if not self._chunks:
            return 0
        now = self.clock.now()
        return sum(len(chunk.content) - chunk.start for chunk in self._chunks if chunk.at <= now)

    def discard_input(self) -> None:
        """Forget the bytes that have arrived and were not read; what is still under way will come."""
        now = self.clock.now()
        while self._chunks and self._chunks[0].at <= now:
            self._chunks.popleft()

    def take_arrived(self) -> tuple[bytes, float | None]:
        """For whoever must not wait: the bytes that have arrived, and when the next ones will (s), if any will."""
        arrived, now = bytearray(), self.clock.now()
        while self._chunks and self._chunks[0].at <= now:
            chunk = self._chunks.popleft()
            arrived += chunk.content[chunk.start :]
        return bytes(arrived), self._chunks[0].at if self._chunks else None

    def receive(
        self, count: int, deadline: float, terminator: bytes = b"", *, until_end: bool = True
    ) -> tuple[bytes, Ending]:
        """Read up to `count` bytes, up to and with a one-byte `terminator`, or to the end of a message.

        Waits through the clock until `deadline` (s). Returns what was read and why it ended; on TIMEOUT and CLOSED
        these are the bytes that did come.
        """
        clock = self.clock
        parts: list[bytes] = []
        room = count
        while room > 0:
            if not self._chunks:
                if self.closed:
                    return b"".join(parts), Ending.CLOSED
                if self._await_chunk(deadline, began=bool(parts)):
                    continue
                return b"".join(parts), Ending.TIMEOUT
            chunk = self._chunks[0]
            if chunk.at > deadline:
                clock.wait_until(deadline)
                return b"".join(parts), Ending.TIMEOUT
            clock.wait_until(chunk.at)
            content, start = chunk.content, chunk.start
            stop = min(start + room, len(content))
            found = content.find(terminator, start, stop) if terminator else -1
            if found >= 0:
                stop = found + 1
            parts.append(content[start:stop])
            room -= stop - start
            chunk.start = stop
            consumed = stop == len(content)
            if consumed:
                self._chunks.popleft()
            if found >= 0:
                return b"".join(parts), Ending.TERMINATOR
            if consumed and until_end and chunk.end:
                return b"".join(parts), Ending.END
        return b"".join(parts), Ending.COUNT

    def _await_chunk(self, deadline: float, *, began: bool) -> bool:
        """Wait for a chunk while none is under way; False when the deadline came first."""
        self.clock.wait_until(deadline)
        return False

    def _send(self, content: bytes, at: float, terminator: bytes, hits: list[Fault]) -> bool:
        """Put an answer under way as the faults that hit it leave it; False when nothing is left of it."""
        chunks = [Chunk(content, at)]
        for fault in hits:
            chunks = self._distort(fault, chunks, terminator)
        self._previous = content
        self._chunks.extend(chunks)
        return bool(chunks)

    def _distort(self, fault: Fault, chunks: list[Chunk], terminator: bytes) -> list[Chunk]:
        if not chunks:
            return chunks
        content, at = b"".join(chunk.content for chunk in chunks), chunks[0].at
        match fault.kind:
            case "drop" | "unplugged":
                return []
            case "delay":
                return [Chunk(chunk.content, chunk.at + fault.seconds, chunk.end) for chunk in chunks]
            case "garbage":
                return [Chunk(self._garble(content, terminator, fault.count), at)]
            case "truncate":
                return [Chunk(content[: fault.count], at, end=False)] if fault.count else []
            case "split":
                half = max(1, len(content) // 2)
                return [Chunk(content[:half], at, end=False), Chunk(content[half:], at + fault.seconds)]
            case "stale":
                # Before the first answer there is nothing old that could come.
                return [Chunk(self._previous, at)] if self._previous is not None else chunks
            case "duplicate":
                return [*chunks, Chunk(content, chunks[-1].at)]
            case "identity":
                return [Chunk(fault.identity.encode("latin-1") + terminator, at)]
            case "answer":
                return [Chunk(fault.text.encode("latin-1") + terminator, at)]
            case "close" | "error":
                return chunks

    def _garble(self, content: bytes, terminator: bytes, count: int) -> bytes:
        """Replace `count` bytes by others, never by or at the terminator: the answer still looks complete."""
        if self._rules is None:
            raise ValueError("garbage needs the seeded stream of its rules")
        body = bytearray(content.removesuffix(terminator))
        rng = self._rules.rng
        for place in rng.sample(range(len(body)), min(count, len(body))):
            body[place] = rng.choice([byte for byte in range(256) if byte != body[place] and byte not in terminator])
        return bytes(body) + content[len(body) :]
