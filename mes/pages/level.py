"""How deeply a unit is traced, as a terminal and a spreadsheet show it."""

from collections.abc import Iterator
from datetime import datetime

from mes.console_output import Page, moment
from mes.quality.traceability_level import MATERIAL, PROCESS, Attained, Fact, Gap

COLUMNS = ("path", "unit", "row", "level", "subject", "missing", "collection")
"""Of the CSV form: a row for what each unit attains, for each fact and for each field that is missing."""


def level_name(scale: str, level: int | None) -> str:
    """The level as people say it; "none" below the first, "not judged" where no record could say."""
    return "not judged" if level is None else f"{scale}{level}" if level else "none"


def print_levels(page: Page, found: Attained, at: datetime | None) -> None:
    """What the whole attains, then each unit in it with its facts and what is missing."""
    page.line(f"{found.unit} as built " + (moment(at) or "now"), style="bold")
    page.line(f"material level  {level_name(MATERIAL, found.material)}", indent=2)
    page.line(f"process level   {level_name(PROCESS, found.process)}", indent=2)
    for unit in found.whole():
        page.heading(" / ".join(unit.path) + f": {unit.unit}" if unit.path else f"{unit.unit} itself")
        own = f"{level_name(MATERIAL, unit.own_material)}, {level_name(PROCESS, unit.own_process)}"
        inside = f"{level_name(MATERIAL, unit.material)}, {level_name(PROCESS, unit.process)}"
        page.line(f"attains {own}" + (f"; with what is in it {inside}" if unit.children else ""), indent=2)
        if unit.work_order is not None:
            page.line(f"work order {unit.work_order}", indent=2)
        for gap in unit.gaps:
            # Of what lowers nothing one mention is enough.
            if gap.lowers or not unit.path:
                page.line(f"{gap.name} {gap.subject}: {gap.missing}", indent=2)
        for fact in unit.facts:
            page.line(f"{mode_name(fact)}  {fact.subject}", indent=4)


def mode_name(fact: Fact) -> str:
    """AUTO, MANUAL, or that nobody said."""
    return "not said" if fact.collection is None else fact.collection.value


def level_rows(found: Attained) -> Iterator[tuple[str | None, ...]]:
    """The rows of the CSV form."""
    for unit in found.whole():
        path = "/".join(unit.path)
        for subject, scale, level in (("material", MATERIAL, unit.material), ("process", PROCESS, unit.process)):
            yield path, unit.unit, "attained", level_name(scale, level), subject, None, None
        for fact in unit.facts:
            yield path, unit.unit, "fact", None, fact.subject, None, mode_name(fact)
        for gap in unit.gaps:
            yield path, unit.unit, "missing", gap.name, gap.subject, gap.missing, None


def level_document(found: Attained) -> dict[str, object]:
    """The same as JSON, children inside their parents."""
    return {
        "path": found.path,
        "unit": found.unit,
        "work_order": found.work_order,
        "material": level_name(MATERIAL, found.material),
        "process": level_name(PROCESS, found.process),
        "own_material": level_name(MATERIAL, found.own_material),
        "own_process": level_name(PROCESS, found.own_process),
        "missing": [_gap(gap) for gap in found.gaps],
        "facts": [{"subject": fact.subject, "collection": fact.collection} for fact in found.facts],
        "children": [level_document(child) for child in found.children],
    }


def _gap(gap: Gap) -> dict[str, object]:
    return {"level": gap.name, "subject": gap.subject, "missing": gap.missing, "lowers": gap.lowers}
