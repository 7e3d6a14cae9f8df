"""Where serial numbers and MAC addresses come from: ranges as loaded, and the numbers that were given out of them."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from mes.labels.check_characters import CheckCharacter
from mes.labels.mac_address import is_group, is_local, read_mac, write_mac
from mes.labels.serial_format import SerialFormat
from mes.records.document import Digest, Document, Name, Record, UnitIdentity
from mes.vocabulary import OWN_MAKER, Numbering

_ASSIGNMENT_BITS = {"MA-L": 24, "MA-M": 20, "MA-S": 12}
"""Addresses of an IEEE assignment, as a power of two (IEEE RA: OUI-24, OUI-28 and OUI-36)."""


class SerialRange(Document):
    """How the serial numbers of a part are counted: prefix, perhaps the week, a counter, perhaps a check character."""

    part: Name
    maker: Name = OWN_MAKER
    prefix: Annotated[str, Field(pattern=r"^[0-9A-Z./-]*$", max_length=40)] = ""
    date_code: Literal["YYWW"] | None = None
    """Year and week (ISO 8601, UTC) in which the number was given out."""
    width: int = Field(ge=1, le=12)
    base: Literal[10, 16, 34, 36] = 10
    """Of the counter; 34 has neither I nor O."""
    first: int = Field(default=1, ge=0)
    last: int | None = Field(default=None, ge=0)
    """None: all that the counter holds."""
    weekly: bool = False
    """Whether the counter begins anew in each week."""
    check: CheckCharacter | None = None
    warn_left: int = Field(default=0, ge=0)
    """Say so when fewer than this are left."""

    @property
    def form(self) -> SerialFormat:
        """How its numbers are written."""
        return SerialFormat(self.prefix, self.width, self.base, self.date_code is not None, self.check)

    @property
    def end(self) -> int:
        """The count after the last."""
        return self.form.capacity if self.last is None else self.last + 1

    @model_validator(mode="after")
    def _counts(self) -> Self:
        if self.last is not None and self.last >= self.form.capacity:
            raise ValueError(f"last: {self.last} does not fit into {self.width} digits of base {self.base}")
        if self.first >= self.end:
            raise ValueError(f"first: {self.first} lies behind the last, {self.end - 1}")
        if self.weekly and self.date_code is None:
            raise ValueError("weekly: a counter that begins anew each week needs date_code, or its numbers repeat")
        self.form.write(self.first, "2601" if self.date_code else "")
        return self


class MacRange(Document):
    """Addresses of an IEEE assignment, so many to a unit."""

    name: Name
    base: str
    """The first address; its assignment must be the site's own."""
    count: int = Field(gt=0)
    """Addresses."""
    each: int = Field(default=1, gt=0, le=256)
    """Addresses of one unit, which follow each other."""
    aligned: bool = True
    """Whether a unit's first address is a multiple of `each`."""
    assignment: Literal["MA-L", "MA-M", "MA-S"] = "MA-L"
    local: bool = False
    """Whether the addresses are locally administered, without any assignment."""
    warn_left: int = Field(default=0, ge=0)
    """Say so when there are fewer units' worth left."""

    @property
    def start(self) -> int:
        """The first address that a unit gets."""
        base = read_mac(self.base)
        return -(-base // self.each) * self.each if self.aligned else base

    @property
    def end(self) -> int:
        """How many units it has addresses for."""
        return max(0, read_mac(self.base) + self.count - self.start) // self.each

    @model_validator(mode="after")
    def _addresses(self) -> Self:
        try:
            base = read_mac(self.base)
        except ValueError as error:
            raise ValueError(f"base: {error}") from error
        if is_group(base):
            raise ValueError(f"base: {self.base} is a group address, which no unit has as its own")
        if is_local(base) is not self.local:
            said = "is locally administered" if is_local(base) else "is globally administered"
            raise ValueError(f"base: {self.base} {said}; write local = {'true' if is_local(base) else 'false'}")
        size = 1 << _ASSIGNMENT_BITS[self.assignment]
        if base % size + self.count > size:
            raise ValueError(
                f"count: {self.count} addresses from {self.base} leave the {self.assignment}"
                f" assignment, which ends at {write_mac(base - base % size + size - 1)}"
            )
        if not self.end:
            raise ValueError(f"count: {self.count} addresses from {self.base} are none for a unit with {self.each}")
        return self


class NumberRangeReleased(Record):
    """A range as loaded; of one part or name the newest released is in force, and the counting goes on."""

    kind: Literal["number_range_released"] = "number_range_released"
    serial: SerialRange | None = None
    mac: MacRange | None = None
    digest: Digest
    """SHA-256 of the range alone."""
    released_by: Name

    @model_validator(mode="after")
    def _one_range(self) -> Self:
        if (self.serial is None) == (self.mac is None):
            raise ValueError("a range gives serial numbers or MAC addresses: give exactly one of serial and mac")
        return self


class NumbersAllocated(Record):
    """Numbers were given out, never to be given out again. Its id is that of the request, so that asking again is safe.

    `name` is the part of a serial range or the name of a MAC range; `first` counts within `series` (the week of a
    counter that begins anew each week, else empty); `numbers` are all of them, of MAC addresses `each` to a count.
    """

    kind: Literal["numbers_allocated"] = "numbers_allocated"
    numbering: Numbering
    name: Name
    maker: Name = OWN_MAKER
    digest: Digest
    """Of the range that they come from."""
    series: str = ""
    first: int = Field(ge=0)
    count: int = Field(gt=0)
    numbers: tuple[Name, ...] = Field(min_length=1)
    unit: UnitIdentity | None = None
    """Whose addresses they are; None: nobody's yet."""
    allocated_by: Name
