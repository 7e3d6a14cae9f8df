"""What a site agrees on across its products: names of operations, codes and skills, and who is certified for what."""

from datetime import date
from typing import Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from mes.records.document import Digest, Document, Name, Record, Text
from mes.vocabulary import OperationKind


class OperationName(Document):
    """An operation that routes may have (ISA-95 process segment)."""

    name: Name
    kind: OperationKind
    description: Text = ""
    esd: bool = Field(default=False, exclude_if=lambda asked: not asked)
    """Whether its operator must have passed the check against electrostatic discharge (IEC 61340-5-1)."""


class DefectCode(Document):
    """A kind of defect; a process indicator is recorded and hurts no yield (IPC-7912)."""

    code: Name
    description: Text
    indicator: bool = False


class RepairCode(Document):
    """A kind of repair, and the operations whose results it disturbs: they must be passed again."""

    code: Name
    description: Text
    disturbs: tuple[Name, ...] = ()


class Skill(Document):
    """Something that an operator must be certified for."""

    name: Name
    description: Text


class CodeTable(Document):
    """One table of codes at one revision."""

    name: Name
    revision: Name
    operations: tuple[OperationName, ...] = ()
    defects: tuple[DefectCode, ...] = ()
    repairs: tuple[RepairCode, ...] = ()
    skills: tuple[Skill, ...] = ()


class CodeTableReleased(Record):
    """A code table revision, as loaded; of one name the newest released is in force."""

    kind: Literal["code_table_released"] = "code_table_released"
    table: CodeTable
    digest: Digest
    """SHA-256 of the table alone."""
    released_by: Name


class HeldSkill(Document):
    """A skill that an operator is certified for."""

    skill: Name
    until: date | None = None
    """Last day, in UTC; None: without end."""


class OperatorCertified(Record):
    """An operator holds these skills, each to its last day; the newest record about a skill counts."""

    kind: Literal["operator_certified"] = "operator_certified"
    operator: Name
    skills: tuple[HeldSkill, ...] = Field(min_length=1)
    certified_by: Name


class EsdChecked(Record):
    """The wrist strap or footwear of an operator was checked against electrostatic discharge (IEC 61340-5-1).

    `valid_until` ends what was passed, as with the shift; the newest check of an operator counts.
    """

    kind: Literal["esd_checked"] = "esd_checked"
    operator: Name
    passed: bool
    valid_until: AwareDatetime | None = None
    station: Name

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if self.passed != (self.valid_until is not None):
            raise ValueError("a check that was passed says until when it holds, a failed one nothing")
        if self.valid_until is not None and self.valid_until <= self.at:
            raise ValueError("a check that was passed holds for some time: valid_until is not after it")
        return self
