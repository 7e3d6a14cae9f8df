"""A product revision with its bill of material and route."""

from mes.models.product import BomLine, RouteStep
from mes.projection.history import Definition, Position
from mes.projection.history import RouteStep as Step
from mes.projection.working_set import DefinitionEntry, Mentions, WorkingSet
from mes.records import DefinitionReleased


def mentions(record: DefinitionReleased, mentions: Mentions) -> None:
    """The part, for its other definitions."""
    mentions.parts.add((record.material.maker, record.material.part))


def project(record: DefinitionReleased, work: WorkingSet) -> None:
    """Add the definition, or note that it was released again."""
    material = record.material
    work.distinct("position", [line.position for line in record.bill_of_material])
    work.distinct("operation", [step.name for step in record.route])
    part = (material.maker, material.part)
    held = work.definitions[part].get(record.digest)
    if held is not None:
        if record.at > held.released_at:
            held.released_at = held.row["released_at"] = record.at
        if held.released_by is None and record.released_by is not None:
            held.released_by = held.row["released_by"] = record.released_by
            # A row with a release time says that units may now stand elsewhere.
            held.row["released_at"] = held.released_at
        _touch_units(work, part)
        return
    work.definitions[part][record.digest] = DefinitionEntry(
        record.id,
        record.digest,
        part,
        material.revision,
        record.at,
        False,
        Definition(
            tuple(
                Step(
                    step.name,
                    step.kind,
                    step.retests,
                    step.offline,
                    step.skills,
                    step.requires,
                    step.checks,
                    step.calibrated,
                    bool(step.needs_order),
                    step.esd,
                )
                for step in record.route
            ),
            tuple(
                Position(line.position, line.part, line.quantity, line.alternates, line.revisions)
                for line in record.bill_of_material
            ),
            material.serial_pattern,
            material.supersedes,
            material.converts,
        ),
        stored=False,
        row={
            "id": record.id,
            "maker": material.maker,
            "part": material.part,
            "revision": material.revision,
            "description": material.description,
            "tracking": material.tracking.value,
            "serial_pattern": material.serial_pattern,
            "digest": record.digest,
            "current": False,
            "released_at": record.at,
            "released_by": record.released_by,
            "country_of_origin": material.country_of_origin,
            "standard_cost": material.standard_cost,
            "currency": material.currency,
            "supersedes": list(material.supersedes),
            "converts": [one.model_dump(mode="json") for one in material.converts],
        },
        released_by=record.released_by,
    )
    work.rows[BomLine] += [
        {"material_id": record.id, "alternates": [], "revisions": []} | line.model_dump(mode="json")
        for line in record.bill_of_material
    ]
    work.rows[RouteStep] += [
        {
            "material_id": record.id,
            "place": place,
            "operation": step.name,
            "kind": step.kind.value,
            "retests": step.retests,
            "offline": None if step.offline is None else step.offline.value,
            "skills": list(step.skills),
            "requires": [required.model_dump(mode="json") for required in step.requires],
            "golden_every_s": step.golden_every_s,
            "challenge_every_s": step.challenge_every_s,
            "calibrated": list(step.calibrated),
            "needs_order": step.needs_order,
            "esd": step.esd,
        }
        for place, step in enumerate(record.route)
    ]
    _touch_units(work, part)


def _touch_units(work: WorkingSet, part: tuple[str, str]) -> None:
    for key, unit in work.units.items():
        if key[:2] == part:
            work.touched[unit.id] = unit
