"""What a site has released so far, as far as definition files are held against it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Connection, Table, select

from mes.definitions.document import NumberRangeDefinition, ProductDefinition, range_key
from mes.lookup import Lookup
from mes.models import table_of
from mes.models.calendar import ShiftCalendarRow
from mes.models.journal import JournalRow
from mes.models.numbering import NumberRange
from mes.models.product import BomLine, Material, RouteStep
from mes.models.sampling import SamplingPlanRow
from mes.models.shop import Certification, CodeTableRow
from mes.records import (
    CodeTable,
    DefinitionReleased,
    Document,
    HeldSkill,
    MacRange,
    SamplingPlan,
    SerialRange,
    ShiftCalendar,
    parse_record,
)
from mes.vocabulary import Numbering, OperationKind, Tracking

_MATERIAL, _BOM, _ROUTE = table_of(Material), table_of(BomLine), table_of(RouteStep)
_JOURNAL, _CODES, _CERTIFICATION = table_of(JournalRow), table_of(CodeTableRow), table_of(Certification)
_RANGE = table_of(NumberRange)
_CALENDAR, _SAMPLING = table_of(ShiftCalendarRow), table_of(SamplingPlanRow)
_BODIES = Lookup(select(_JOURNAL.c.record_id, _JOURNAL.c.body), _JOURNAL.c.record_id)

DocumentT = TypeVar("DocumentT", bound=Document)


@dataclass(frozen=True, slots=True)
class KnownPart:
    """A part number, of whatever maker: how it is traced, its revisions, its operations, and what goes into it."""

    tracking: frozenset[Tracking]
    revisions: frozenset[str]
    operations: Mapping[str, OperationKind]
    components: frozenset[str]


@dataclass(frozen=True, slots=True)
class Released:
    """One definition that is released; `by` is None where only a station's own file said it."""

    definition: ProductDefinition
    digest: str
    at: datetime
    by: str | None


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that is released and that files can refer to. Empty for a new site."""

    parts: Mapping[str, KnownPart] = field(default_factory=dict)
    codes: Mapping[str, tuple[tuple[CodeTable, datetime], ...]] = field(default_factory=dict)
    """Code tables by name, oldest release first."""
    operators: Mapping[str, Mapping[str, HeldSkill]] = field(default_factory=dict)
    """What each operator is certified for, by skill."""
    ranges: Mapping[tuple[Numbering, str, str], NumberRangeDefinition] = field(default_factory=dict)
    """The number ranges in force, by what they give, maker and name."""
    patterns: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """What serial numbers look like, by maker and part, where it is said."""
    calendars: Mapping[str, tuple[tuple[ShiftCalendar, datetime], ...]] = field(default_factory=dict)
    """Shift calendars by name, oldest release first."""
    plans: Mapping[str, tuple[tuple[SamplingPlan, datetime], ...]] = field(default_factory=dict)
    """Sampling plans by name, oldest release first."""

    @property
    def tables(self) -> tuple[CodeTable, ...]:
        """The code tables in force."""
        return tuple(released[-1][0] for released in self.codes.values())


def read_known(connection: Connection) -> Known:
    """What the site has released, as this transaction sees it."""
    codes: dict[str, list[tuple[CodeTable, datetime]]] = {}
    # By id last, so that two released at one moment have an order.
    for row in connection.execute(select(_CODES).order_by(_CODES.c.released_at, _CODES.c.digest)):
        codes.setdefault(row.name, []).append((CodeTable.model_validate(row.content), row.released_at))
    operators: dict[str, dict[str, HeldSkill]] = {}
    for row in connection.execute(select(_CERTIFICATION)):
        operators.setdefault(row.operator, {})[row.skill] = HeldSkill(skill=row.skill, until=row.until)
    tables = {name: tuple(found) for name, found in codes.items()}
    return Known(
        _parts(connection),
        tables,
        operators,
        read_ranges(connection),
        _patterns(connection),
        _revisions(connection, _CALENDAR, ShiftCalendar),
        _revisions(connection, _SAMPLING, SamplingPlan),
    )


def read_ranges(connection: Connection) -> dict[tuple[Numbering, str, str], NumberRangeDefinition]:
    """The number ranges in force: of those of one name the newest released."""
    found: dict[tuple[Numbering, str, str], NumberRangeDefinition] = {}
    for row in connection.execute(select(_RANGE).order_by(_RANGE.c.released_at, _RANGE.c.id)):
        kind = SerialRange if row.numbering == Numbering.SERIAL else MacRange
        numbers: NumberRangeDefinition = kind.model_validate(row.content)
        found[range_key(numbers)] = numbers
    return found


def _revisions(
    connection: Connection, table: Table, document: type[DocumentT]
) -> dict[str, tuple[tuple[DocumentT, datetime], ...]]:
    found: dict[str, tuple[tuple[DocumentT, datetime], ...]] = {}
    for row in connection.execute(select(table).order_by(table.c.released_at, table.c.id)):
        held = (document.model_validate(row.content), row.released_at)
        found[row.name] = (*found.get(row.name, ()), held)
    return found


def read_released(connection: Connection, parts: set[tuple[str, str]]) -> dict[tuple[str, str], tuple[Released, ...]]:
    """Every released definition of these parts (maker, part), in the order of their standing: the last is current."""
    names = {part for _, part in parts}
    rows = [
        row
        for row in connection.execute(select(_MATERIAL).where(_MATERIAL.c.part.in_(names)))
        if (row.maker, row.part) in parts
    ]
    bodies: dict[UUID, bytes] = {row.record_id: row.body for row in _BODIES.rows(connection, [row.id for row in rows])}
    found: dict[tuple[str, str], list[Released]] = {}
    for row in sorted(rows, key=lambda row: (row.released_by is not None, row.released_at, row.digest)):
        record = parse_record(bodies[row.id])
        if not isinstance(record, DefinitionReleased):
            raise TypeError(f"record {row.id} is a {record.kind}, and its row says that it is a definition")
        definition = ProductDefinition(
            material=record.material, bill_of_material=record.bill_of_material, route=record.route
        )
        released = Released(definition, row.digest, row.released_at, row.released_by)
        found.setdefault((row.maker, row.part), []).append(released)
    return {part: tuple(released) for part, released in found.items()}


def _patterns(connection: Connection) -> dict[tuple[str, str], str]:
    said = select(_MATERIAL.c.maker, _MATERIAL.c.part, _MATERIAL.c.serial_pattern)
    rows = connection.execute(said.where(_MATERIAL.c.current, _MATERIAL.c.serial_pattern.is_not(None)))
    return {(row.maker, row.part): row.serial_pattern for row in rows}


def _parts(connection: Connection) -> dict[str, KnownPart]:
    columns = ("id", "part", "revision", "tracking", "current")
    tracking: dict[str, set[Tracking]] = {}
    revisions: dict[str, set[str]] = {}
    part_of: dict[UUID, str] = {}
    for row in connection.execute(select(*(_MATERIAL.c[name] for name in columns))):
        revisions.setdefault(row.part, set()).add(row.revision)
        if row.current:
            part_of[row.id] = row.part
            tracking.setdefault(row.part, set()).add(Tracking(row.tracking))
    components: dict[str, set[str]] = {}
    for line in connection.execute(select(_BOM.c.material_id, _BOM.c.part, _BOM.c.alternates)):
        if line.material_id in part_of:
            held = components.setdefault(part_of[line.material_id], set())
            held |= {line.part, *(alternate["part"] for alternate in line.alternates)}
    operations: dict[str, dict[str, OperationKind]] = {}
    for step in connection.execute(select(_ROUTE.c.material_id, _ROUTE.c.operation, _ROUTE.c.kind)):
        if step.material_id in part_of:
            operations.setdefault(part_of[step.material_id], {})[step.operation] = OperationKind(step.kind)
    return {
        part: KnownPart(
            frozenset(traced),
            frozenset(revisions[part]),
            operations.get(part, {}),
            frozenset(components.get(part, ())),
        )
        for part, traced in tracking.items()
    }
