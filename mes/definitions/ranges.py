"""What number ranges say of parts and of each other: whose numbers they are, and that no two give the same. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from mes.definitions.document import NumberRangeDefinition, range_key, range_name
from mes.definitions.faults import Fault, near
from mes.definitions.known import Known
from mes.definitions.reading import ReadFile
from mes.labels.mac_address import read_mac
from mes.records import MacRange, MaterialDefinition, SerialRange
from mes.vocabulary import Tracking


def range_faults(files: Sequence[ReadFile], known: Known) -> Iterator[Fault]:
    """Every range of an unknown part, of numbers that the part's pattern refuses, defined twice, or overlapping."""
    materials = {d.material.part: d.material for file in files for d in file.content.definitions}
    first: dict[object, str] = {}
    for file in files:
        for numbers in file.content.ranges:
            key = _key(file, numbers)
            other = first.setdefault(range_key(numbers), file.name)
            if first[range_key(numbers)] != file.name or _count(file, numbers) > 1:
                yield Fault(file.name, key, f"{range_name(numbers)} are already defined in {other}", "keep one")
        for number, serials in enumerate(file.content.serial_range):
            yield from _serials(file.name, f"serial_range[{number}]", serials, materials, known)
    yield from _overlaps(files, known)


def _serials(
    file: str, key: str, serials: SerialRange, materials: Mapping[str, MaterialDefinition], known: Known
) -> Iterator[Fault]:
    part = serials.part
    material, held = materials.get(part), known.parts.get(part)
    if material is None and held is None:
        yield Fault(file, f"{key}.part", f"part {part} is unknown", near(part, [*materials, *known.parts]))
        return
    tracked = {material.tracking} if material else set(held.tracking if held else ())
    if Tracking.UNIT not in tracked:
        yield Fault(file, f"{key}.part", f"part {part} is traced by lots", "name a part that carries serial numbers")
        return
    pattern = material.serial_pattern if material else known.patterns.get((serials.maker, part))
    week = "2601" if serials.date_code else ""
    for count in (serials.first, serials.end - 1):
        written = serials.form.write(count, week)
        if pattern is not None and re.fullmatch(pattern, written, re.ASCII) is None:
            problem = f"it gives {written}, which is no serial number of {part} ({pattern})"
            yield Fault(file, key, problem, "let the range write what the part's serial_pattern says")
            return


def _overlaps(files: Sequence[ReadFile], known: Known) -> Iterator[Fault]:
    """MAC ranges that share an address; a range of the same name takes the place of the one before it."""
    loaded = {range_key(one): (file, one) for file in files for one in file.content.mac_range}
    ranges: list[tuple[ReadFile | None, MacRange]] = list(loaded.values())
    ranges += [(None, one) for key, one in known.ranges.items() if isinstance(one, MacRange) and key not in loaded]
    for i, (file, one) in enumerate(ranges):
        for other_file, other in ranges[i + 1 :]:
            base, beside = read_mac(one.base), read_mac(other.base)
            where = file or other_file
            if base < beside + other.count and beside < base + one.count and where is not None:
                named = one if file is not None else other
                problem = f"the addresses of {one.name} and of {other.name} overlap"
                yield Fault(where.name, _key(where, named), problem, "an address belongs to one range: change one")


def _key(file: ReadFile, numbers: NumberRangeDefinition) -> str:
    table: Iterable[NumberRangeDefinition] = file.content.serial_range
    name = "serial_range"
    if isinstance(numbers, MacRange):
        table, name = file.content.mac_range, "mac_range"
    return f"{name}[{next(i for i, one in enumerate(table) if one is numbers)}]"


def _count(file: ReadFile, numbers: NumberRangeDefinition) -> int:
    ranges = file.content.ranges
    return sum(range_key(one) == range_key(numbers) for one in ranges)
