"""A unit as built at a moment with all that is recorded of it: what its positions hold, and its results that stand."""

from dataclasses import dataclass

from mes.vocabulary import CollectionMode, OperationKind, RunEnding, Verdict


@dataclass(frozen=True, slots=True)
class BillLine:
    """What a position asks; `by_piece` where each piece has a serial number."""

    position: str
    part: str
    quantity: float
    unit: str
    by_piece: bool


@dataclass(frozen=True, slots=True)
class RouteOperation:
    """One operation of the route."""

    operation: str
    kind: OperationKind


@dataclass(frozen=True, slots=True)
class StandingRun:
    """The newest finished run of an operation that nothing voided or disturbed.

    `unmeasured` are the required measurands without value, text or over-range; `media_types` those of its attachments.
    """

    operation: str
    attempt: int
    station: str
    operator: str
    fixture: str
    fixture_revision: str | None
    fixture_cycles: int | None
    verdict: Verdict
    ending: RunEnding
    unmeasured: tuple[str, ...]
    instruments: int
    ambient_celsius: float | None
    media_types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BuiltPart:
    """What sits in one position: a quantity of a lot (`lot`), or a unit (`serial`)."""

    position: str
    maker: str
    part: str
    quantity: float
    operation: str
    station: str
    operator: str
    collection: CollectionMode
    lot: str | None = None
    date_code: str | None = None
    overdrawn: bool = False
    serial: str | None = None
    contradiction: str | None = None
    unit: "BuiltUnit | None" = None


@dataclass(frozen=True, slots=True)
class BuiltUnit:
    """One unit: what its revision asks, what is in it, and the results that stand.

    `defined` whether a definition of its revision is released; `bought` whether another maker's, of which nothing is;
    `disturbed` and `elsewhere` are operations without a standing result, and why.
    """

    name: str
    revision: str
    bought: bool
    defined: bool
    work_order: str | None = None
    bill: tuple[BillLine, ...] = ()
    route: tuple[RouteOperation, ...] = ()
    parts: tuple[BuiltPart, ...] = ()
    runs: tuple[StandingRun, ...] = ()
    disturbed: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()
    benches: frozenset[str] = frozenset()
    """The operations at which the gate let it be built, on a bench that is named."""
