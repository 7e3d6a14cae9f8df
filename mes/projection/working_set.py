"""What one batch of records touches: read once, changed in memory, written once.

The kinds of records put facts in here; `mes.projection.settlement` then derives what follows (attempts, intervals,
states, rollups) and writes the rows. A row is a dict: bulk inserts are several times faster than an object per row.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NoReturn
from uuid import UUID

from sqlalchemy import Executable
from sqlmodel import SQLModel

from mes.ledger import JournalEntry, RecordRejected
from mes.projection.entries import Disposed as Disposed
from mes.projection.entries import Disturbed as Disturbed
from mes.projection.entries import LotEntry as LotEntry
from mes.projection.goods import GoodsSet
from mes.projection.history import Definition, Link, Place, Removed, Ruling, Rulings, Run
from mes.projection.numbering import NumberSet
from mes.projection.orders import OrderSet
from mes.projection.permits import PermitUsed, with_operations, with_parts
from mes.projection.rollups import Counted
from mes.projection.shop import ShopSet
from mes.records import LotIdentity, UnitIdentity
from mes.vocabulary import DispositionKind, UnitState

Row = dict[str, Any]
UnitKey = tuple[str, str, str]
"""(maker, part, serial)."""
LotKey = tuple[str, str, str]
"""(maker, part, lot)."""
PartKey = tuple[str, str]
"""(maker, part)."""


def unit_key(identity: UnitIdentity) -> UnitKey:
    """The identity as a key; hashing a tuple is cheaper than hashing a document."""
    return (identity.maker, identity.part, identity.serial)


def lot_key(identity: LotIdentity) -> LotKey:
    """The identity as a key."""
    return (identity.maker, identity.part, identity.lot)


@dataclass(slots=True)
class Mentions:
    """What a batch of records refers to, so that it can be read in a few statements."""

    units: set[UnitKey] = field(default_factory=set)
    lots: set[LotKey] = field(default_factory=set)
    parts: set[PartKey] = field(default_factory=set)
    plans: set[str] = field(default_factory=set)
    runs: set[UUID] = field(default_factory=set)
    facts: set[UUID] = field(default_factory=set)
    """Holds, defects, repairs, dispositions and gauge studies, by the ids of their records."""
    voided: set[UUID] = field(default_factory=set)
    """Runs, links, defects, repairs, dispositions and gauge studies that a record voids."""
    goods: set[UnitKey] = field(default_factory=set)
    """Units that are packed, shipped or returned."""
    inner: set[str] = field(default_factory=set)
    """Containers that are packed."""
    code_tables: set[str] = field(default_factory=set)
    operators: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    assigned: set[UnitKey] = field(default_factory=set)


@dataclass(slots=True)
class UnitEntry:
    """One unit; `stored` says whether the table holds it already."""

    id: UUID
    key: UnitKey
    revision: str
    state: UnitState
    simulated: bool
    registered_at: datetime
    source: str
    stored: bool
    changed: bool = False
    """Whether a later registration changed what is stored of it."""
    moved: bool = False
    """Whether its state is another than is stored."""
    enters_at: str | None = None
    container: str | None = None
    shipment_id: UUID | None = None
    converted_at: datetime | None = None


@dataclass(slots=True)
class DefinitionEntry:
    """One released definition of a part."""

    id: UUID
    digest: str
    part: PartKey
    revision: str
    released_at: datetime
    current: bool
    definition: Definition
    stored: bool
    row: Row = field(default_factory=dict)
    released_by: str | None = None

    @property
    def order(self) -> tuple[bool, datetime, str]:
        """The newest of these is current; what was loaded at the centre outranks what stations say of themselves."""
        return (self.released_by is not None, self.released_at, self.digest)


class WorkingSet:
    """The units, runs, links and definitions that a batch touches."""

    def __init__(self) -> None:
        self.units: dict[UnitKey, UnitEntry] = {}
        self.former: dict[UnitKey, UnitEntry] = {}
        """Units that were converted since, by what they were."""
        self.lots: dict[LotKey, LotEntry] = {}
        self.plans: dict[str, int] = {}
        """Number of measurands by plan digest."""
        self.tells: dict[tuple[str, str], str] = {}
        """Measurands, by plan digest and name, whose text is the unit's own serial number or MAC address."""
        self.definitions: dict[PartKey, dict[str, DefinitionEntry]] = defaultdict(dict)
        self.runs: dict[UUID, Run] = {}
        self.runs_of: dict[UUID, set[UUID]] = defaultdict(set)
        self.counted: dict[UUID, Counted | None] = {}
        """How the rollups count each run that is stored."""
        self.attempts: dict[UUID, int] = {}
        """The attempt number in the table."""
        self.run_rows: dict[UUID, Row] = {}
        """Whole rows of runs to write."""
        self.voided_runs: list[Run] = []
        """Runs as they are stored that are voided now."""
        self.links: dict[UUID, Link] = {}
        self.removals: dict[UUID, Removed] = {}
        self.links_in: dict[UUID, set[UUID]] = defaultdict(set)
        self.removals_in: dict[UUID, set[UUID]] = defaultdict(set)
        self.links_to: dict[UUID, set[UUID]] = defaultdict(set)
        self.link_rows: dict[UUID, Row] = {}
        self.removal_rows: dict[UUID, Row] = {}
        self.rows: dict[type[SQLModel], list[Row]] = defaultdict(list)
        """Rows to insert that nothing is derived from."""
        self.touched: dict[UUID, UnitEntry] = {}
        """Units whose state must be folded again."""
        self.touched_operations: set[tuple[UUID, str]] = set()
        self.touched_parents: set[UUID] = set()
        self.known: dict[UUID, tuple[str, UUID | None]] = {}
        """Holds, defects, repairs, dispositions and gauge studies: the table of each, and its unit if it has one."""
        self.disturbances: dict[UUID, set[Disturbed]] = defaultdict(set)
        self.dispositions: dict[UUID, set[Disposed]] = defaultdict(set)
        self.statements: list[Executable] = []
        """What is changed in stored rows besides, after the new ones are in, in this order."""
        self.shop = ShopSet()
        self.numbers = NumberSet()
        self.orders = OrderSet()
        self.permits: dict[UnitKey, set[PermitUsed]] = defaultdict(set)
        self.goods = GoodsSet()
        self.entry = JournalEntry("", 0, b"")
        """The entry being folded, for what is said about it."""

    def reject(self, reason: str) -> NoReturn:
        """Refuse the record being folded."""
        raise RecordRejected(self.entry.source, self.entry.seq, reason)

    def named(self, key: UnitKey) -> UnitEntry | None:
        """The unit that is, or once was, called this."""
        return self.units.get(key) or self.former.get(key)

    def unit(self, identity: UnitIdentity) -> UnitEntry:
        """The registered unit. Refuses the record when there is none: a spool registers before it refers."""
        entry = self.named(unit_key(identity))
        if entry is None:
            self.reject(f"unit {identity} was never registered; send its unit_registered record first")
        return entry

    def lot(self, identity: LotIdentity) -> LotEntry:
        """The received lot. Refuses the record when there is none."""
        entry = self.lots.get(lot_key(identity))
        if entry is None:
            self.reject(f"{identity} was never received; send its lot_received record first")
        return entry

    def measurands(self, plan: str) -> int:
        """How many measurands a released plan has. Refuses the record when there is no such plan."""
        count = self.plans.get(plan)
        if count is None:
            self.reject(f"plan {plan[:12]} was never released; send its plan_released record first")
        return count

    def distinct(self, what: str, names: list[str]) -> None:
        """Refuse the record when a name occurs twice."""
        if len(set(names)) < len(names):
            repeated = next(name for name in names if names.count(name) > 1)
            self.reject(f"{what} {repeated!r} occurs twice")

    def put_run(self, run: Run, row: Row) -> None:
        """Write this run, new or in the place of what was known of it."""
        self.forget_order_of(self.runs.get(run.id))
        self.runs[run.id] = run
        self.runs_of[run.unit_id].add(run.id)
        self.run_rows[run.id] = row
        self.touched_operations.add((run.unit_id, run.operation))

    def forget_order_of(self, run: Run | None) -> None:
        """A run that moves in time changes the attempts where it was, too."""
        if run is not None:
            self.touched_operations.add((run.unit_id, run.operation))

    def put_link(self, link: Link, row: Row) -> None:
        """Write a new installation."""
        self.links[link.id] = link
        self._index(link)
        self.link_rows[link.id] = row
        self._touch_place(link.place)

    def put_removal(self, removal: Removed, row: Row) -> None:
        """Write a new removal."""
        self.removals[removal.id] = removal
        self.removals_in[removal.place.parent_id].add(removal.id)
        self.removal_rows[removal.id] = row
        self._touch_place(removal.place)

    def hold_link(self, link: Link) -> None:
        """Know an installation that is stored."""
        self.links[link.id] = link
        self._index(link)

    def fact(self, id_: UUID, table: str) -> UUID | None:
        """The unit of a known hold (it has none), defect, repair or disposition. Refuses the record when unknown."""
        kind, unit_id = self.known.get(id_, ("", None))
        if kind != table:
            self.reject(f"{table} {id_} is not known; send its record first")
        return unit_id

    def rulings_of(self, unit: UnitEntry) -> Rulings:
        """What people decided about a unit, newest of each kind."""
        disturbed: dict[str, Ruling] = {}
        for one in self.disturbances.get(unit.id, ()):
            disturbed[one.operation] = max(one.ruling, disturbed.get(one.operation, one.ruling))
        waived: dict[str, Ruling] = {}
        scrapped: list[Ruling] = []
        for made in self.dispositions.get(unit.id, ()):
            if made.kind is DispositionKind.WAIVER and made.operation is not None:
                waived[made.operation] = max(made.ruling, waived.get(made.operation, made.ruling))
            elif made.kind is DispositionKind.SCRAP:
                scrapped.append(made.ruling)
        return with_operations(Rulings(disturbed, waived, min(scrapped, default=None)), self.permits.get(unit.key, ()))

    def definition_of(self, unit: UnitEntry) -> Definition:
        """What the unit's revision must go through and be made of, by its newest release, and by deviation."""
        newest = self.newest((unit.key[0], unit.key[1]), unit.revision)
        return with_parts(newest.definition if newest else Definition(), self.permits.get(unit.key, ()))

    def newest(self, part: PartKey, revision: str | None = None) -> DefinitionEntry | None:
        """The newest released definition of a part, or of one revision of it."""
        released = self.definitions.get(part, {}).values()
        return max(
            (entry for entry in released if revision in (None, entry.revision)),
            key=lambda entry: entry.order,
            default=None,
        )

    def close_link(self, link: Link, removal: Removed | None) -> Link:
        """The link as this removal (or none) leaves it."""
        closed = replace(
            link,
            removed_at=removal.removed_at if removal else link.installed_at if link.voided_by else None,
            removal_reason=removal.reason if removal else None,
        )
        self.links[link.id] = closed
        return closed

    def _index(self, link: Link) -> None:
        self.links_in[link.place.parent_id].add(link.id)
        if link.place.child_id is not None:
            self.links_to[link.place.child_id].add(link.id)

    def _touch_place(self, place: Place) -> None:
        self.touched_parents.add(place.parent_id)
