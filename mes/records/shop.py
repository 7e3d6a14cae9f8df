"""What a site agrees on across its products: names of operations, codes and skills, and who is certified for what."""

from datetime import date
from typing import Literal

from pydantic import Field

from mes.records.document import Digest, Document, Name, Record, Text
from mes.vocabulary import OperationKind


class OperationName(Document):
    """An operation that routes may have (ISA-95 process segment)."""

    name: Name
    kind: OperationKind
    description: Text = ""


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
