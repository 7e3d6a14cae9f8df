"""How deeply a unit is traced, as IPC-1782B grades it: material M1 to M4, process P1 to P4, and what is missing.

What each level asks is that of the design (page 4, §4.2), which sums the standard up; the standard itself was not at
hand, so the wording below and all of P1 are inferred. M1: every part number of the product. M2: the lot of each, with
its date code. M3: lot and serial without doubt in this very unit. M4: exactly what sits in which position. P1: each
operation of the route done, where, when and by whom. P2: verdict, fixture and its revision. P3: every parametric
result, and how often the fixture was used. P4: everything, images included.

The levels build on each other: the one attained is the highest below which nothing is missing. What is linked to the
serial number answers for its work order as well, so a work order that nobody recorded is told and lowers nothing.
Nothing is assumed: a fact that no table holds is missing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from mes.quality.as_built import BuiltPart, BuiltUnit, StandingRun
from mes.vocabulary import CollectionMode, OperationKind

HIGHEST: Final = 4
"""Of both scales (IPC-1782B: M1 to M4, P1 to P4)."""

MATERIAL: Final = "M"
PROCESS: Final = "P"

_FILLED = 1 - 1e-9
"""Share of its quantity at which a position is full, as in `mes.projection.history`: sums of lengths round."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A field that a level asks and nobody recorded. `scale` is M or P; `lowers` says whether the level is lost."""

    scale: str
    level: int
    subject: str
    missing: str
    lowers: bool = True

    @property
    def name(self) -> str:
        """The level as people say it, M2."""
        return f"{self.scale}{self.level}"


@dataclass(frozen=True, slots=True)
class Fact:
    """A recorded fact, and whether a machine read it or a person keyed it; None where its record does not say."""

    subject: str
    collection: CollectionMode | None


@dataclass(frozen=True, slots=True)
class Attained:
    """What one unit attains, by itself and with everything inside it; `path` are the positions that lead to it.

    0 is none of the levels. None for the process of a bought unit: how its maker made it is no record of this site.
    """

    path: tuple[str, ...]
    unit: str
    own_material: int
    own_process: int | None
    material: int
    process: int | None
    gaps: tuple[Gap, ...]
    facts: tuple[Fact, ...]
    children: tuple["Attained", ...]
    work_order: str | None = None

    def whole(self) -> Iterator["Attained"]:
        """This unit and everything inside it, from the top."""
        yield self
        for child in self.children:
            yield from child.whole()


def attained(built: BuiltUnit, path: tuple[str, ...] = ()) -> Attained:
    """The levels of a unit as built; the whole is as good as its weakest. Pure."""
    children = tuple(attained(part.unit, (*path, part.position)) for part in built.parts if part.unit is not None)
    gaps = (*_material_gaps(built), *_process_gaps(built))
    material = _level(gap for gap in gaps if gap.scale == MATERIAL)
    process = None if built.bought else _level(gap for gap in gaps if gap.scale == PROCESS)
    processes = [level for level in (process, *(child.process for child in children)) if level is not None]
    return Attained(
        path,
        built.name,
        material,
        process,
        min([material, *(child.material for child in children)]),
        min(processes, default=None),
        gaps,
        (*(Fact(_named(part), part.collection) for part in built.parts), *map(_run_fact, built.runs)),
        children,
        built.work_order,
    )


def _level(gaps: Iterable[Gap]) -> int:
    return min((gap.level for gap in gaps if gap.lowers), default=HIGHEST + 1) - 1


def _material_gaps(built: BuiltUnit) -> Iterator[Gap]:
    if built.work_order is None and not built.bought:
        yield Gap(MATERIAL, 1, "work order", "not recorded; each part is linked to the serial number", lowers=False)
    if not built.defined and not built.bought:
        told = f"none is released for revision {built.revision}: nobody can tell whether a part is missing"
        yield Gap(MATERIAL, 1, "bill of material", told)
    for line in built.bill:
        held = sum(part.quantity for part in built.parts if part.position == line.position)
        if held <= 0:
            yield Gap(MATERIAL, 1, f"position {line.position}", f"no {line.part} recorded")
        elif held < line.quantity * _FILLED:
            yield Gap(MATERIAL, 1, f"position {line.position}", f"{held:g} of {line.quantity:g} {line.unit} recorded")
    for part in built.parts:
        yield from _part_gaps(part)
    yield from _position_gaps(built)


def _part_gaps(part: BuiltPart) -> Iterator[Gap]:
    if part.lot is not None:
        if part.date_code is None:
            yield Gap(MATERIAL, 2, _named(part), "no date code")
        if part.overdrawn:
            yield Gap(MATERIAL, 3, _named(part), "more of the lot was built in than received: part of it is another's")
    if part.contradiction:
        yield Gap(MATERIAL, 3, _named(part), part.contradiction)


def _position_gaps(built: BuiltUnit) -> Iterator[Gap]:
    by_piece = {line.position for line in built.bill if line.by_piece}
    lots: dict[str, list[BuiltPart]] = {}
    for part in built.parts:
        if part.lot is not None:
            lots.setdefault(part.position, []).append(part)
    for position, parts in lots.items():
        if len({(part.maker, part.part, part.lot) for part in parts}) > 1:
            named = ", ".join(str(part.lot) for part in parts)
            yield Gap(MATERIAL, 4, f"position {position}", f"lots {named} in one position: which is where")
        if position in by_piece:
            yield Gap(MATERIAL, 4, f"position {position}", "traced by the piece, recorded by the lot: no serial number")


def _process_gaps(built: BuiltUnit) -> Iterator[Gap]:
    if built.bought:
        return
    if not built.route:
        yield Gap(PROCESS, 1, "route", f"none is released for revision {built.revision}")
    for step in built.route:
        subject = f"operation {step.operation}"
        if step.kind is OperationKind.ASSEMBLY:
            built_here = [part for part in built.parts if part.operation == step.operation]
            if not built_here:
                yield Gap(PROCESS, 1, subject, "nothing was bound there")
            elif step.operation not in built.benches:
                yield Gap(PROCESS, 2, subject, "no bench, and no decision of the gate that let it be built")
            continue
        standing = [run for run in built.runs if run.operation == step.operation]
        if not standing:
            yield Gap(PROCESS, 1, subject, _why_no_run(built, step.operation))
    for run in built.runs:
        yield from _run_gaps(run)


def _why_no_run(built: BuiltUnit, operation: str) -> str:
    if operation in built.disturbed:
        return "its result was disturbed by a repair or return, and not had again"
    if operation in built.elsewhere:
        return "done before the unit was registered here: no record of it"
    return "no finished run"


def _run_gaps(run: StandingRun) -> Iterator[Gap]:
    subject = f"{run.operation} run {run.attempt}"
    if run.fixture_revision is None:
        yield Gap(PROCESS, 2, subject, f"no revision of fixture {run.fixture}")
    if run.unmeasured:
        yield Gap(PROCESS, 3, subject, f"no value of {', '.join(run.unmeasured)}")
    if run.fixture_cycles is None:
        yield Gap(PROCESS, 3, subject, f"no cycle count of fixture {run.fixture}")
    if not run.instruments:
        yield Gap(PROCESS, 4, subject, "no instruments")
    if run.ambient_celsius is None:
        yield Gap(PROCESS, 4, subject, "no ambient temperature")
    if not any(kind.startswith("image/") for kind in run.media_types):
        yield Gap(PROCESS, 4, subject, "no image")


def _named(part: BuiltPart) -> str:
    if part.lot is not None:
        return f"position {part.position} lot {part.lot}"
    return f"position {part.position} {part.part} {part.serial}"


def _run_fact(run: StandingRun) -> Fact:
    # The record of a run has no word for it: what instruments answered over their wires, no person keyed.
    return Fact(f"{run.operation} run {run.attempt}", CollectionMode.AUTO if run.instruments else None)
