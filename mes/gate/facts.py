"""What the gate's rules may know: the unit, the components about to go into it, and the site, at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy import Connection

from mes.gate.contents import Contradiction, contradictions, identities, inside
from mes.gate.equipment import EquipmentFacts, read_equipment
from mes.gate.esd import EsdFacts, read_esd
from mes.gate.goods import GoodsFacts, read_goods
from mes.gate.holds import HoldMet, met
from mes.gate.read_backs import Mistold, mistold
from mes.gate.reservations import Promise, promised
from mes.gate.rulings import open_defects, unsound
from mes.gate.standing import Standing, standing
from mes.gate.terms import Terms, disagreed, read_terms
from mes.ledger import Site
from mes.projection.history import Progress, progress
from mes.projection.loading import load, load_units
from mes.projection.permits import with_parts
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
    scrapped_by: UUID | None = None
    """The disposition that scrapped it."""
    open_defects: tuple[str, ...] = ()
    """Each as its code, its position and its record's id."""
    standing: Standing | None = None
    """None where nothing is released of its part."""
    registered_by: str = ""
    """The source of its registration; the centre's own where a run of it arrived that nobody had announced."""
    disagreed: frozenset[UUID] = frozenset()
    """Its runs that were begun while the centre was away, and that the gate refused when they arrived."""
    renamed: UnitIdentity | None = None
    """What it is called since it was converted."""
    container: str | None = None

    @property
    def current(self) -> UnitIdentity:
        """What it is called now."""
        return self.renamed or self.identity


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the rules see.

    `contents` are the units anywhere inside the unit or its components of which there is something to say: scrapped,
    with an open defect, with a result that was disturbed, with one that the gate refused when it arrived, robbed of a
    part, or, before packing and shipping, with a result that is not proven.
    """

    site: Site
    unit: UnitFacts
    components: tuple[UnitFacts, ...] = ()
    contents: tuple[UnitFacts, ...] = ()
    holds: tuple[HoldMet, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    promises: tuple[Promise, ...] = ()
    terms: Terms = field(default_factory=Terms)
    equipment: EquipmentFacts = field(default_factory=EquipmentFacts)
    mistold: tuple[Mistold, ...] = ()
    goods: GoodsFacts = field(default_factory=GoodsFacts)
    esd: EsdFacts = field(default_factory=EsdFacts)

    @property
    def involved(self) -> tuple[UnitFacts, ...]:
        """The unit, its components, and what is inside them."""
        return (self.unit, *self.components, *self.contents)


def read_facts(connection: Connection, site: Site, request: GateRequest) -> Facts:
    """The facts that a request asks about, as this transaction sees them."""
    units = (request.unit, *request.components)
    work = load(connection, Mentions(units={unit_key(unit) for unit in units}))
    entries = {entry.id: entry for unit in units if (entry := work.named(unit_key(unit))) is not None}
    asked = set(entries)
    everything = inside(connection, asked)
    goods = read_goods(connection, site, request, entries.values(), everything)
    refused = disagreed(connection, everything)
    questionable = unsound(connection, everything) | refused.keys() | goods.doubted
    within = load_units(connection, questionable - asked) if questionable - asked else WorkingSet()
    defects = open_defects(connection, questionable)
    parents = identities(
        connection,
        {held.links[id_].place.parent_id for held in (work, within) for ids in held.links_to.values() for id_ in ids},
    )
    subject, *components = [_unit_facts(work, parents, defects, refused, unit) for unit in units]
    contents = [
        _unit_facts(within, parents, defects, refused, UnitIdentity(maker=maker, part=part, serial=serial))
        for maker, part, serial in sorted(within.units)
    ]
    governed = subject.standing
    bill = governed.definition.bill if governed else ()
    step = governed.step(request.operation) if governed else None
    terms = read_terms(connection, request, subject.id, everything, governed.revision if governed else None, bill)
    if governed is not None and terms.deviations:
        permits = [permit for deviation in terms.deviations for permit in deviation.permits]
        subject = replace(subject, standing=replace(governed, definition=with_parts(governed.definition, permits)))
    return Facts(
        site,
        subject,
        tuple(components),
        tuple(contents),
        met(connection, request, everything),
        contradictions(connection, everything),
        promised(connection, request),
        terms,
        read_equipment(connection, request, step.checks if step else ()),
        mistold(connection, everything),
        goods,
        read_esd(connection, request, step),
    )


def _unit_facts(
    work: WorkingSet,
    parents: Mapping[UUID, UnitIdentity],
    defects: Mapping[UUID, tuple[str, ...]],
    refused: Mapping[UUID, frozenset[UUID]],
    identity: UnitIdentity,
) -> UnitFacts:
    unit = work.named(unit_key(identity))
    if unit is None:
        part = (identity.maker, identity.part)
        newest = work.newest(part)
        steps = progress(newest.definition, (), ()) if newest else ()
        return UnitFacts(identity, None, False, newest is not None, steps, standing=standing(work, part, None, []))
    part = unit.key[:2]
    runs = [work.runs[id_] for id_ in work.runs_of.get(unit.id, ())]
    links = [work.links[id_] for id_ in work.links_in.get(unit.id, ())]
    installed = [work.links[id_] for id_ in sorted(work.links_to.get(unit.id, ())) if not work.links[id_].removed_at]
    rulings = work.rulings_of(unit)
    return UnitFacts(
        identity,
        unit.id,
        unit.simulated,
        work.newest(part, unit.revision) is not None,
        progress(work.definition_of(unit), runs, links, unit.enters_at, rulings),
        tuple(InstalledIn(link.id, parents[link.place.parent_id], link.place.position) for link in installed),
        None if rulings.scrapped is None else rulings.scrapped.id,
        defects.get(unit.id, ()),
        standing(work, part, unit, links),
        unit.source,
        refused.get(unit.id, frozenset()),
        None if unit.key == unit_key(identity) else UnitIdentity(maker=part[0], part=part[1], serial=unit.key[2]),
        unit.container,
    )
