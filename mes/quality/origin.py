"""Where a unit comes from: the share of its components that were made in one country, by cost and by count.

A component is what was built in and has nothing inside it: a quantity of a lot, or a unit without components of its
own; a unit that was assembled here counts by what is in it. The country and the cost of a lot are believed before those
of its part. A component of unknown origin counts as foreign, and is listed. No law's definition of domestic content is
claimed: labour and overhead are in none of these figures.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine, select

from mes.genealogy import Component, assembly
from mes.lookup import Lookup
from mes.models import table_of
from mes.models.product import Material
from mes.models.unit import Lot
from mes.queries.identity import UnitSummary
from mes.queries.snapshot import snapshot

_MATERIAL, _LOT = table_of(Material), table_of(Lot)
_SAID = ("country_of_origin", "currency")
_MATERIALS = Lookup(
    select(*(_MATERIAL.c[name] for name in ("maker", "part", "standard_cost", *_SAID))).where(_MATERIAL.c.current),
    _MATERIAL.c.part,
)
_LOTS = Lookup(select(*(_LOT.c[name] for name in ("id", "unit_cost", *_SAID))), _LOT.c.id)


@dataclass(frozen=True, slots=True)
class Sourced:
    """One component: where it sits, what it is, and what is known of its origin and cost.

    `path` are the positions from the unit down to it; `cost` is of the whole quantity, None when unknown.
    """

    path: tuple[str, ...]
    maker: str
    part: str
    number: str
    quantity: float
    country: str | None
    cost: float | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole; `value` is None when there is no whole."""

    domestic: float
    whole: float

    @property
    def value(self) -> float | None:
        """The share, from 0 to 1."""
        return self.domestic / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of what a unit is made of.

    `by_cost` is None when costs are in several currencies, which nothing here converts; components without a cost are
    in `uncosted` and not in it. `unknown` are those of unknown origin, counted as foreign.
    """

    country: str
    by_count: Share
    by_cost: Share | None
    currencies: tuple[str, ...]
    components: tuple[Sourced, ...]
    unknown: tuple[Sourced, ...]
    uncosted: tuple[Sourced, ...]


@dataclass(frozen=True, slots=True)
class UnitOrigin:
    """The origin of one unit as built at a moment (None: now)."""

    unit: UnitSummary
    at: datetime | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class _Terms:
    """Country, cost of one unit of quantity, and its currency."""

    country: str | None = None
    cost: float | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class _Sources:
    """What lots say of themselves, and what definitions say of their parts, by maker where they agree on one."""

    lots: Mapping[UUID, _Terms] = field(default_factory=dict)
    parts: Mapping[str, Sequence[tuple[str, _Terms]]] = field(default_factory=dict)

    def part(self, maker: str, part: str) -> _Terms:
        defined = self.parts.get(part, ())
        own = [terms for held, terms in defined if held == maker]
        # A purchased part is mostly defined without its makers: then its definition is for all of them.
        return own[0] if own else defined[0][1] if len(defined) == 1 else _Terms()


def origin_of(components: Iterable[Sourced], country: str) -> Origin:
    """The shares of these components that come from a country (ISO 3166-1 alpha-2). Pure."""
    told = tuple(components)
    home = [one for one in told if one.country == country]
    costed = [one for one in told if one.cost is not None]
    currencies = tuple(sorted({one.currency for one in costed if one.currency is not None}))
    by_cost = None
    if len(currencies) <= 1:
        by_cost = Share(_sum(one for one in costed if one.country == country), _sum(costed))
    return Origin(
        country,
        Share(float(len(home)), float(len(told))),
        by_cost,
        currencies,
        told,
        tuple(one for one in told if one.country is None),
        tuple(one for one in told if one.cost is None),
    )


def unit_origin(engine: Engine, unit_id: UUID, country: str, *, at: datetime | None = None) -> UnitOrigin:
    """The origin of a unit as built at `at` (aware; None: now). Raises `UnknownUnit`."""
    with snapshot(engine) as session:
        built = assembly(session, unit_id, at=at)
        leaves = list(_leaves(built.components, ()))
        lots = {leaf.lot.id for _, leaf in leaves if leaf.lot is not None}
        parts = {_identity(leaf)[1] for _, leaf in leaves}
        connection = session.connection()
        defined: dict[str, list[tuple[str, _Terms]]] = {}
        for row in _MATERIALS.rows(connection, parts):
            terms = _Terms(row.country_of_origin, row.standard_cost, row.currency)
            defined.setdefault(row.part, []).append((row.maker, terms))
        said = {
            row.id: _Terms(row.country_of_origin, row.unit_cost, row.currency) for row in _LOTS.rows(connection, lots)
        }
    sources = _Sources(said, defined)
    return UnitOrigin(built.unit, at, origin_of((_sourced(path, leaf, sources) for path, leaf in leaves), country))


def _leaves(components: Iterable[Component], above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Component]]:
    for component in components:
        path = (*above, component.position)
        if component.components:
            yield from _leaves(component.components, path)
        else:
            yield path, component


def _identity(leaf: Component) -> tuple[str, str, str]:
    if leaf.lot is not None:
        return leaf.lot.maker, leaf.lot.part, leaf.lot.lot
    if leaf.unit is not None:
        return leaf.unit.maker, leaf.unit.part, leaf.unit.serial
    raise ValueError(f"position {leaf.position} holds neither a unit nor a lot")


def _sourced(path: tuple[str, ...], leaf: Component, sources: _Sources) -> Sourced:
    maker, part, number = _identity(leaf)
    lot = sources.lots.get(leaf.lot.id, _Terms()) if leaf.lot is not None else _Terms()
    usual = sources.part(maker, part)
    cost, currency = (lot.cost, lot.currency) if lot.cost is not None else (usual.cost, usual.currency)
    whole = None if cost is None else cost * leaf.quantity
    return Sourced(path, maker, part, number, leaf.quantity, lot.country or usual.country, whole, currency)


def _sum(components: Iterable[Sourced]) -> float:
    return sum(one.cost for one in components if one.cost is not None)
