"""What files say of each other and of what is released: parts, operations, skills, revisions, cycles. Pure.

Files loaded together are one body: any of them may name what another one defines.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mes.definitions.document import ProductDefinition
from mes.definitions.faults import Fault, near
from mes.definitions.known import Known, KnownPart
from mes.definitions.planning import sampling_faults
from mes.definitions.reading import ReadFile
from mes.records import Alternate, CodeTable, RouteOperation
from mes.vocabulary import OperationKind


@dataclass(frozen=True, slots=True)
class _Place:
    """A product in its file, with the key that its own keys begin with."""

    file: ReadFile
    key: str
    product: ProductDefinition

    def fault(self, key: str, problem: str, remedy: str) -> Fault:
        """A fault at a key of this product; a purchased part has no table of its own for its material."""
        if self.key.startswith("purchased"):
            key = key.removeprefix("material").removeprefix(".")
        return Fault(self.file.name, self.file.key(f"{self.key}{key}".rstrip(".")), problem, remedy)


class References:
    """Everything that a name may refer to once these files are loaded."""

    def __init__(self, files: Sequence[ReadFile], known: Known) -> None:
        self._files = files
        self._places = [place for file in files for place in _places(file)]
        self._parts: dict[str, KnownPart] = dict(known.parts)
        for place in self._places:
            product = place.product
            before = self._parts.get(product.material.part)
            self._parts[product.material.part] = _with(product, before)
        tables = {table.name: table for table in known.tables}
        tables |= {file.content.codes.name: file.content.codes for file in files if file.content.codes}
        self._tables = tuple(tables.values())
        self._catalogue = {one.name: one.kind for table in self._tables for one in table.operations}
        self._skills = {skill.name for table in self._tables for skill in table.skills}
        self._kinds: dict[str, tuple[OperationKind, str]] = {}
        for part, found in known.parts.items():
            self._kinds |= {name: (kind, part) for name, kind in found.operations.items()}

    def faults(self) -> Iterator[Fault]:
        """Every reference that leads nowhere, or in a circle."""
        yield from self._defined_twice()
        for place in self._places:
            yield from self._bill(place)
            yield from self._route(place)
            yield from self._revisions(place)
            yield from self._conversions(place)
        yield from self._cycles()
        for file in self._files:
            yield from self._codes(file)
            for number, plan in enumerate(file.content.sampling):
                yield from sampling_faults(file.name, f"sampling[{number}]", plan, self._parts)

    def _defined_twice(self) -> Iterator[Fault]:
        first: dict[tuple[str, str, str], _Place] = {}
        for place in self._places:
            other = first.setdefault(place.product.key, place)
            if other is not place:
                yield place.fault("material", f"{place.product} is already defined in {other.file.name}", "keep one")

    def _bill(self, place: _Place) -> Iterator[Fault]:
        for number, line in enumerate(place.product.bill_of_material):
            key = f"bill_of_material[{number}]"
            named = [(f"{key}.part", line.part)]
            named += [(f"{key}.alternates[{i}].part", one.part) for i, one in enumerate(line.alternates)]
            for where, part in named:
                found = self._parts.get(part)
                if found is None:
                    remedy = f"{near(part, self._parts)} Define it as [[purchased]] or [[product]]"
                    yield place.fault(where, f"part {part} of position {line.position} is unknown", remedy)
                elif line.tracking not in found.tracking:
                    traced = " and ".join(sorted(found.tracking))
                    problem = f"position {line.position} is tracked by {line.tracking}, its part {part} by {traced}"
                    yield place.fault(where, problem, "write the tracking of the part")
            own = self._parts.get(line.part)
            for i, revision in enumerate(line.revisions if own else ()):
                if own is not None and revision not in own.revisions:
                    problem = f"part {line.part} has no revision {revision}"
                    yield place.fault(f"{key}.revisions[{i}]", problem, near(revision, own.revisions))

    def _route(self, place: _Place) -> Iterator[Fault]:
        in_bill = {part for line in place.product.bill_of_material for part in _parts_of(line.part, line.alternates)}
        for number, step in enumerate(place.product.route):
            key = f"route[{number}]"
            yield from self._operation(place, f"{key}.", step)
            for i, skill in enumerate(step.skills):
                if skill not in self._skills:
                    problem = f"skill {skill} of operation {step.name} is unknown"
                    yield place.fault(f"{key}.skills[{i}]", problem, near(skill, self._skills))
            for i, required in enumerate(step.requires):
                where = f"{key}.requires[{i}]"
                if required.part not in in_bill:
                    problem = f"part {required.part} is in no position of {place.product}"
                    yield place.fault(f"{where}.part", problem, near(required.part, in_bill))
                    continue
                child = self._parts.get(required.part)
                for j, operation in enumerate(required.operations if child else ()):
                    if child is not None and operation not in child.operations:
                        problem = f"operation {operation} is not on the route of {required.part}"
                        yield place.fault(f"{where}.operations[{j}]", problem, near(operation, child.operations))

    def _operation(self, place: _Place, key: str, step: RouteOperation) -> Iterator[Fault]:
        """One name means one kind of operation on every route; where names are agreed on, routes use those."""
        if self._catalogue and step.name not in self._catalogue:
            problem = f"operation {step.name} is unknown: the code tables name the operations that routes may have"
            yield place.fault(f"{key}name", problem, near(step.name, self._catalogue))
            return
        part = place.product.material.part
        kind, said = self._kinds.setdefault(step.name, (step.kind, part))
        kind = self._catalogue.get(step.name, kind)
        if kind is not step.kind:
            said = "in the code tables" if step.name in self._catalogue else f"on the route of {said}"
            problem = f"operation {step.name} is {step.kind} here and {kind} {said}"
            yield place.fault(f"{key}kind", problem, "write the same, or give the operation another name")

    def _revisions(self, place: _Place) -> Iterator[Fault]:
        material = place.product.material
        revisions = self._parts[material.part].revisions
        for i, revision in enumerate(material.supersedes):
            if revision not in revisions:
                problem = f"{material.part} has no revision {revision}"
                yield place.fault(f"material.supersedes[{i}]", problem, near(revision, revisions - {material.revision}))

    def _conversions(self, place: _Place) -> Iterator[Fault]:
        tests = [step.name for step in place.product.route if step.kind is OperationKind.TEST]
        for number, rule in enumerate(place.product.material.converts):
            key = f"material.converts[{number}]"
            found = self._parts.get(rule.part)
            if found is None:
                yield place.fault(f"{key}.part", f"part {rule.part} is unknown", near(rule.part, self._parts))
            for i, revision in enumerate(rule.revisions if found else ()):
                if found is not None and revision not in found.revisions:
                    problem = f"part {rule.part} has no revision {revision}"
                    yield place.fault(f"{key}.revisions[{i}]", problem, near(revision, found.revisions))
            for i, operation in enumerate(rule.disturbs):
                if operation not in tests:
                    problem = f"operation {operation} is no test of {place.product}"
                    yield place.fault(f"{key}.disturbs[{i}]", problem, near(operation, tests))

    def _cycles(self) -> Iterator[Fault]:
        """A part that would contain itself: each such circle once, where a file closes it."""
        told: set[frozenset[str]] = set()
        for place in self._places:
            part = place.product.material.part
            for number, line in enumerate(place.product.bill_of_material):
                for below in _parts_of(line.part, line.alternates):
                    path = _path(self._parts, below, part)
                    if path is None or frozenset(path) in told:
                        continue
                    told.add(frozenset(path))
                    problem = f"the bill of material is a cycle: {' > '.join((part, *path))}"
                    remedy = "a part cannot contain itself: take it out of one of these bills"
                    yield place.fault(f"bill_of_material[{number}].part", problem, remedy)

    def _codes(self, file: ReadFile) -> Iterator[Fault]:
        operations = set(self._catalogue) | {name for part in self._parts.values() for name in part.operations}
        table: CodeTable | None = file.content.codes
        for number, repair in enumerate(table.repairs if table else ()):
            for i, operation in enumerate(repair.disturbs):
                if operation not in operations:
                    key, problem = f"codes.repairs[{number}].disturbs[{i}]", f"operation {operation} is on no route"
                    yield Fault(file.name, key, problem, near(operation, operations))
        for number, operator in enumerate(file.content.operator):
            for i, held in enumerate(operator.skills):
                if held.skill not in self._skills:
                    key = f"operator[{number}].skills[{i}].skill"
                    yield Fault(file.name, key, f"skill {held.skill} is unknown", near(held.skill, self._skills))


def _places(file: ReadFile) -> Iterator[_Place]:
    for number, material in enumerate(file.content.purchased):
        yield _Place(file, f"purchased[{number}].", ProductDefinition(material=material))
    for number, product in enumerate(file.content.product):
        yield _Place(file, f"product[{number}].", product)


def _parts_of(part: str, alternates: Iterable[Alternate]) -> tuple[str, ...]:
    return (part, *(alternate.part for alternate in alternates))


def _with(product: ProductDefinition, before: KnownPart | None) -> KnownPart:
    """The part as it stands when this definition is released."""
    components = {part for line in product.bill_of_material for part in _parts_of(line.part, line.alternates)}
    return KnownPart(
        frozenset({product.material.tracking}),
        (before.revisions if before else frozenset()) | {product.material.revision},
        {step.name: step.kind for step in product.route},
        frozenset(components),
    )


def _path(parts: Mapping[str, KnownPart], start: str, goal: str) -> tuple[str, ...] | None:
    """The parts from `start` down to `goal`, or None when it is not in there."""
    above: dict[str, str | None] = {start: None}
    waiting = [start]
    while waiting:
        part = waiting.pop()
        if part == goal:
            path = [part]
            while (holder := above[path[-1]]) is not None:
                path.append(holder)
            return tuple(reversed(path))
        found = parts.get(part)
        for below in sorted(found.components if found else ()):
            if below not in above:
                above[below] = part
                waiting.append(below)
    return None
