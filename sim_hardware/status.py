"""What an instrument remembers about itself: event registers (IEEE 488.2, chapter 11) and the error queue."""

from collections import deque


class StatusRegister:
    """One register set of the SCPI status model: condition, event and enable (SCPI-99 volume 1, 9)."""

    __slots__ = ("condition", "enable", "event")

    def __init__(self, event: int = 0) -> None:
        self.condition = 0
        self.event = event
        self.enable = 0

    def set_condition(self, bits: int) -> None:
        """Set the present state; a bit that rises is remembered in the event register."""
        self.event |= bits & ~self.condition
        self.condition = bits

    def latch(self, bits: int) -> None:
        """Remember events that have no lasting condition."""
        self.event |= bits

    def take_event(self) -> int:
        """Give the event register and clear it, as its query does."""
        event, self.event = self.event, 0
        return event

    @property
    def summary(self) -> bool:
        """Whether an enabled event is remembered: the bit this register shows in the status byte."""
        return bool(self.event & self.enable)


class ErrorQueue:
    """First in, first out; `*CLS` empties it, `*RST` does not (IEEE 488.2, 10.32).

    When it is full its newest entry becomes -350 and later errors are lost, so that the oldest cause stays readable
    (SCPI-99 volume 2, 21.8).
    """

    def __init__(self, depth: int) -> None:
        if depth < 2:
            raise ValueError(f"an error queue holds at least two entries (SCPI-99), got depth {depth}")
        self._depth = depth
        self._entries: deque[tuple[int, str]] = deque()

    def push(self, code: int, text: str) -> None:
        """Append an error, or mark the overflow."""
        if len(self._entries) < self._depth:
            self._entries.append((code, text))
        else:
            self._entries[-1] = (-350, "Queue overflow")

    def pop(self) -> tuple[int, str]:
        """Take the oldest error; `(0, "No error")` when there is none."""
        return self._entries.popleft() if self._entries else (0, "No error")

    def clear(self) -> None:
        """Forget all errors."""
        self._entries.clear()

    def __len__(self) -> int:
        return len(self._entries)


def event_bit(code: int) -> int:
    """Give the bit of the standard event status register that an error sets (SCPI-99 volume 2, 21.8).

    Positive numbers are device-dependent errors, as are those of -300 to -399.
    """
    return {1: 0x20, 2: 0x10, 3: 0x08, 4: 0x04, 5: 0x80, 6: 0x40, 7: 0x02, 8: 0x01}.get(-code // 100, 0x08)
