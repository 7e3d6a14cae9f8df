"""What the gate's rules may know: the unit, the components about to go into it, and the site, at one moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, select

from mes.ledger import Site
from mes.models import table_of
from mes.models.unit import Unit
from mes.projection.history import Progress, progress
from mes.projection.loading import load
from mes.projection.working_set import Mentions, WorkingSet, unit_key
from mes.records import GateRequest, UnitIdentity


@dataclass(frozen=True, slots=True)
class InstalledIn:
    """A parent that a unit is installed in."""

    installation_id: UUID
    parent: UnitIdentity
    position: str


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """What is known of one unit. `id` is None when it was never registered.

    `route` is its progress along the route of its revision (for an unregistered unit: of the current definition of
    its part), and `defined` whether there is such a definition at all.
    """

    identity: UnitIdentity
    id: UUID | None
    simulated: bool
    defined: bool
    route: tuple[Progress, ...]
    installed_in: tuple[InstalledIn, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the rules see."""

    site: Site
    unit: UnitFacts
    components: tuple[UnitFacts, ...] = ()


def read_facts(connection: Connection, site: Site, request: GateRequest) -> Facts:
    """The facts that a request asks about, as this transaction sees them."""
    units = (request.unit, *request.components)
    work = load(connection, Mentions(units={unit_key(unit) for unit in units}))
    parents = _identities(
        connection,
        {work.links[id_].place.parent_id for unit in work.units.values() for id_ in work.links_to.get(unit.id, ())},
    )
    subject, *components = [_unit_facts(work, parents, unit) for unit in units]
    return Facts(site, subject, tuple(components))


def _unit_facts(work: WorkingSet, parents: dict[UUID, UnitIdentity], identity: UnitIdentity) -> UnitFacts:
    unit = work.units.get(unit_key(identity))
    part = (identity.maker, identity.part)
    if unit is None:
        newest = work.newest(part)
        return UnitFacts(
            identity, None, False, newest is not None, progress(newest.definition, (), ()) if newest else ()
        )
    runs = [work.runs[id_] for id_ in work.runs_of.get(unit.id, ())]
    links = [work.links[id_] for id_ in work.links_in.get(unit.id, ())]
    installed = [work.links[id_] for id_ in sorted(work.links_to.get(unit.id, ())) if not work.links[id_].removed_at]
    return UnitFacts(
        identity,
        unit.id,
        unit.simulated,
        work.newest(part, unit.revision) is not None,
        progress(work.definition_of(unit), runs, links, unit.enters_at),
        tuple(InstalledIn(link.id, parents[link.place.parent_id], link.place.position) for link in installed),
    )


def _identities(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, UnitIdentity]:
    unit = table_of(Unit)
    rows = connection.execute(select(unit).where(unit.c.id.in_(list(ids))))
    return {row.id: UnitIdentity(maker=row.maker, part=row.part, serial=row.serial) for row in rows}
