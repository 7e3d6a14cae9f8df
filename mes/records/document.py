"""What every record is made of: strict immutable documents, the identities they name, the fields they all carry.

Unknown fields, NaN, infinities and naive times are refused where they enter, so that nothing behind this door has
to check again.
"""

from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from mes.vocabulary import OWN_MAKER

RECORD_VERSION: Final = 1
"""Schema version `v` of the records this release writes."""

Name = Annotated[str, Field(min_length=1, max_length=120)]
Text = Annotated[str, Field(max_length=4000)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Document(BaseModel):
    """A strict, immutable part of a record."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class UnitIdentity(Document):
    """One serialised piece (ISA-95 material sublot of one): maker, part number and serial name it together."""

    maker: Name = OWN_MAKER
    part: Name
    serial: Name

    def __str__(self) -> str:
        return f"{self.part} {self.serial}" if self.maker == OWN_MAKER else f"{self.maker} {self.part} {self.serial}"


class LotIdentity(Document):
    """One lot of a material (ISA-95 material lot)."""

    maker: Name
    part: Name
    lot: Name

    def __str__(self) -> str:
        return f"{self.maker} {self.part} lot {self.lot}"


class Signature(Document):
    """Who signed, and what the signature means ("released after replacement"); the record says when."""

    name: Name
    meaning: Name


class Record(Document):
    """What every record carries.

    `source` is the station and its spool (``station/spool``), `at` the time of the fact in UTC, and
    `simulated` whether any of it came from a simulated bench; nothing can clear that mark later.
    """

    v: Literal[1] = RECORD_VERSION
    id: UUID
    source: Name
    at: AwareDatetime
    simulated: bool
