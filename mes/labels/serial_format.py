"""How the serial numbers of a part are written: prefix, week of production, counter, check character."""

from dataclasses import dataclass
from datetime import datetime

from mes.labels.check_characters import CheckCharacter, check_character

DIGITS = {
    10: "0123456789",
    16: "0123456789ABCDEF",
    34: "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ",
    36: "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
}
"""The digits of a counter by its base. Base 34 has neither I nor O, which people read as 1 and 0."""

_WEEK = 4


def week_of(at: datetime) -> str:
    """The date code YYWW of a moment: year and week of ISO 8601, in the time zone of the moment."""
    year, week, _ = at.isocalendar()
    return f"{year % 100:02d}{week:02d}"


def is_week(text: str) -> bool:
    """Whether this is a date code YYWW: four digits, of which the last two are a week of ISO 8601."""
    return len(text) == _WEEK and text.isascii() and text.isdigit() and 1 <= int(text[2:]) <= 53


@dataclass(frozen=True, slots=True)
class SerialFormat:
    """Writes the number of a count as a serial number, and reads it back.

    `dated` puts the date code YYWW behind the prefix; `width` digits of `base` count; `check` follows, and proves
    everything before it.
    """

    prefix: str
    width: int
    base: int = 10
    dated: bool = False
    check: CheckCharacter | None = None

    @property
    def capacity(self) -> int:
        """How many numbers the counter can tell apart, zero among them."""
        numbers: int = self.base**self.width
        return numbers

    def write(self, count: int, week: str = "") -> str:
        """The serial number of this count in this week.

        Raises ValueError for a count that the counter cannot hold, for a week that is none, and for a text whose
        characters the check cannot count.
        """
        if not 0 <= count < self.capacity:
            raise ValueError(f"count {count} does not fit into {self.width} digits of base {self.base}")
        if is_week(week) is not self.dated:
            raise ValueError(
                f"week {week!r}: " + ("write it as YYWW" if self.dated else "this number has no date code")
            )
        digits = []
        for _ in range(self.width):
            count, digit = divmod(count, self.base)
            digits.append(DIGITS[self.base][digit])
        body = self.prefix + week + "".join(reversed(digits))
        if self.check is None:
            return body
        proof = check_character(self.check, body)
        if proof is None:
            raise ValueError(f"{body}: not every character counts in {self.check}")
        return body + proof

    def read(self, serial: str) -> tuple[int, str]:
        """The count and the week (empty: none) in a serial number. Raises ValueError when it is not written so."""
        body = serial[:-1] if self.check is not None else serial
        counter = body[len(self.prefix) + _WEEK * self.dated :]
        if not body.startswith(self.prefix) or len(counter) != self.width:
            raise ValueError(f"{serial!r}: is no {self.prefix} with {self.width} digits of base {self.base}")
        week = body[len(self.prefix) : len(body) - self.width]
        if set(counter) - set(DIGITS[self.base]):
            raise ValueError(f"{serial!r}: {counter!r} has other digits than those of base {self.base}")
        count = 0
        for digit in counter:
            count = count * self.base + DIGITS[self.base].index(digit)
        if self.write(count, week) != serial:
            raise ValueError(f"{serial!r}: its check character is wrong")
        return count, week
