"""Containers, shipments and the gate's refusals about them, as a terminal shows them."""

from collections.abc import Sequence

import typer

from mes.command_line import Exit
from mes.console_output import Page, counted, moment
from mes.desk.goods import Refused
from mes.queries.container import ContainerReport
from mes.queries.identity import UnitSummary

CONTENT_COLUMNS = ("container", "kind", "part", "number", "revision", "state", "packed_at")


def counted_goods(units: Sequence[UnitSummary], containers: Sequence[str], *, inside: bool = False) -> str:
    """So many units, and so many containers; with `inside` the units are those of the containers too."""
    boxes = counted(len(containers), "container")
    if not containers:
        return counted(len(units), "unit")
    if inside:
        return f"{boxes}, with {counted(len(units), 'unit')} in all,"
    return f"{counted(len(units), 'unit')} and {boxes}" if units else boxes


def refused_document(refused: Sequence[Refused]) -> list[dict[str, object]]:
    """What the gate refused, in the types of JSON."""
    return [
        {
            "unit": one.unit,
            "decision": str(one.decision),
            "refusals": [refusal.model_dump(mode="json") for refusal in one.refusals],
        }
        for one in refused
    ]


def print_refused(page: Page, refused: Sequence[Refused], outcome: str) -> None:
    """Print every refusal of every unit, and what came of it."""
    page.line(f"REFUSED by the gate for {counted(len(refused), 'unit')}: {outcome}", style="bold")
    for one in refused:
        page.line(f"{one.unit} (decision {one.decision})", indent=2)
        for refusal in one.refusals:
            page.line(f"{refusal.rule}: {refusal.message}", indent=4)
            page.line(f"unlock: {refusal.unlock} ({refusal.who.value.lower()})", indent=6)


def end_refused(refused: Sequence[Refused]) -> None:
    """End the command with "no" when the gate refused anything."""
    if refused:
        raise typer.Exit(Exit.NO)


def content_rows(found: ContainerReport) -> list[tuple[object, ...]]:
    """What is in a container, a row each."""
    rows: list[tuple[object, ...]] = []
    for packed in found.contents:
        if packed.unit is not None:
            unit = packed.unit
            what: tuple[object, ...] = ("unit", unit.part, unit.serial, unit.revision, unit.state.value)
        else:
            what = ("container", None, packed.inner, None, None)
        rows.append((packed.container, *what, packed.packed_at))
    return rows


def print_container(page: Page, found: ContainerReport) -> None:
    """Print where a container is and what is in it."""
    where = f"with {found.customer}" if found.customer else found.location or "nobody said where"
    inside = f", in {' in '.join(found.inside)}" if found.inside else ""
    page.line(f"container {found.name}: {counted(found.units, 'unit')}, {where}{inside}", style="bold")
    if found.customer:
        note = f", delivery note {found.delivery_note}" if found.delivery_note else ""
        page.line(f"shipped {moment(found.shipped_at)}{note}", indent=2)
    if not found.contents:
        page.line("it is empty", indent=2)
        return
    rows = [["" if cell is None else str(cell) for cell in row[:-1]] for row in content_rows(found)]
    times = [moment(packed.packed_at) for packed in found.contents]
    columns = [name.replace("_", " ") for name in CONTENT_COLUMNS]
    page.table(columns, [(*row, at) for row, at in zip(rows, times, strict=True)])
