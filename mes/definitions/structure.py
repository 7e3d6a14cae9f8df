"""What one table of a file must be by itself, whatever else is released. Pure: values in, faults out."""

import re
from collections.abc import Iterator, Sequence

from mes.definitions.document import OperatorSkills, ProductDefinition
from mes.definitions.faults import Fault
from mes.records import CodeTable, MaterialDefinition
from mes.vocabulary import OperationKind, Tracking


def product_faults(file: str, key: str, product: ProductDefinition) -> Iterator[Fault]:
    """The faults of a product at this key, which ends in a dot."""
    yield from material_faults(file, f"{key}material.", product.material)
    bill, route = product.bill_of_material, product.route
    yield from twice(file, f"{key}bill_of_material", "position", [line.position for line in bill])
    yield from twice(file, f"{key}route", "name", [operation.name for operation in route])
    for place, line in enumerate(bill):
        at = f"{key}bill_of_material[{place}]."
        if line.tracking is Tracking.UNIT and not line.quantity.is_integer():
            problem = f"position {line.position} takes {line.quantity:g} serialised pieces"
            yield Fault(file, f"{at}quantity", problem, 'write a whole quantity, or tracking = "LOT"')
        yield from twice(file, f"{at}alternates", "part", [alternate.part for alternate in line.alternates])
        for i, alternate in enumerate(line.alternates):
            if alternate.part == line.part:
                problem = f"{line.part} is the part of position {line.position} itself"
                yield Fault(file, f"{at}alternates[{i}].part", problem, "name another part")
    assembles = next((step for step in route if step.kind is OperationKind.ASSEMBLY), None)
    if assembles is not None and not bill:
        problem = f"operation {assembles.name} assembles nothing"
        yield Fault(file, f"{key}bill_of_material", problem, 'add [[product.bill_of_material]], or make it a "TEST"')
    for place, step in enumerate(route):
        at = f"{key}route[{place}]"
        yield from twice(file, f"{at}.skills", "", step.skills)
        yield from twice(file, f"{at}.requires", "part", [required.part for required in step.requires])
        if step.kind is OperationKind.ASSEMBLY and step.retests is not None:
            yield Fault(file, f"{at}.retests", f"{step.name} is no test", "leave it out, or make it a TEST")
        if step.kind is OperationKind.ASSEMBLY and step.checks:
            key = f"{at}.{min(step.checks)}_every_s"
            yield Fault(file, key, f"{step.name} is no test", "leave it out, or make it a TEST")


def material_faults(file: str, key: str, material: MaterialDefinition) -> Iterator[Fault]:
    """The faults of a material at this key, which ends in a dot."""
    pattern = material.serial_pattern
    if (pattern is None) == (material.tracking is Tracking.UNIT):
        problem = f"a material tracked by {material.tracking} " + ("needs one" if pattern is None else "has none")
        remedy = 'write, for example: serial_pattern = "^B[0-9]{7}$"' if pattern is None else "remove it"
        yield Fault(file, f"{key}serial_pattern", problem, remedy)
    try:
        re.compile(pattern or "", re.ASCII)
    except re.error as error:
        yield Fault(file, f"{key}serial_pattern", f"{pattern!r} is no regular expression: {error}", "mend it")
    if material.revision in material.supersedes:
        yield Fault(file, f"{key}supersedes", "a revision cannot supersede itself", "name the revisions before it")


def code_faults(file: str, codes: CodeTable) -> Iterator[Fault]:
    """The faults of a code table."""
    yield from twice(file, "codes.operations", "name", [one.name for one in codes.operations])
    yield from twice(file, "codes.defects", "code", [one.code for one in codes.defects])
    yield from twice(file, "codes.repairs", "code", [one.code for one in codes.repairs])
    yield from twice(file, "codes.skills", "name", [one.name for one in codes.skills])


def operator_faults(file: str, key: str, operator: OperatorSkills) -> Iterator[Fault]:
    """The faults of an operator at this key, which ends in a dot."""
    yield from twice(file, f"{key}skills", "skill", [held.skill for held in operator.skills])


def twice(file: str, key: str, field: str, names: Sequence[str]) -> Iterator[Fault]:
    """The faults of names that stand twice in one list; `field` is the key under which each stands."""
    seen: set[str] = set()
    for place, name in enumerate(names):
        if name in seen:
            where = f"{key}[{place}]" + (f".{field}" if field else "")
            yield Fault(file, where, f'"{name}" stands there twice', "give each a name of its own")
        seen.add(name)
