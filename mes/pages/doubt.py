"""Units in doubt for a person or a program: those whose verdict could change under the error found come first."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from mes.console_output import Page, counted, moment, print_csv, print_document, quantity
from mes.gate.wording import listed
from mes.instrument_doubt import DoubtedUnit, InstrumentDoubt
from mes.pages.calibration import calibration_document
from mes.quality.suspicion import Suspicion
from mes.queries.calibrations import CalibrationSummary
from mes.site_access import SiteAccess
from mes.where_used import Use

_CSV = ("depth", "maker", "part", "serial", "revision", "state", "top_level", "inside", "could_change", "could_be")
_CSV_MORE = ("certain", "passed_again", "ratio", "measurand", "value", "low", "high", "error_low", "error_high")


def print_doubt(
    access: SiteAccess, instrument: str, doubt: InstrumentDoubt, uses: Sequence[Use], at: datetime | None, form: str
) -> None:
    """Print what the instrument puts in doubt: the units that it measured by urgency, then what they are built into."""
    order = {one.unit_id: place for place, one in enumerate(doubt.units)}
    by_unit = {one.unit_id: one for one in doubt.units}
    ordered = sorted(
        uses, key=lambda use: (order.get(use.unit.id, len(order)), use.unit.id not in doubt.holding, use.depth)
    )
    if form == "json":
        found = doubt.suspicion
        print_document(
            access.site,
            predicate=doubt.predicate.model_dump(mode="json", exclude_none=True),
            at=at,
            instrument=instrument,
            found_bad=None if found.found_bad is None else calibration_document(found.found_bad),
            last_good=None if found.last_good is None else calibration_document(found.last_good),
            since=found.since,
            until=found.until,
            runs=doubt.runs,
            runs_without_readings=doubt.untold,
            could_change=sum(one.could_change for one in doubt.units),
            unmatched_units=doubt.unmatched,
            units=[
                {"unit": use.unit, "depth": use.depth, "inside": use.inside, "top_level": use.top_level}
                | {"doubt": by_unit.get(use.unit.id), "holds_one_that_could_change": use.unit.id in doubt.holding}
                for use in ordered
            ],
        )
    elif form == "csv":
        print_csv((*_CSV, *_CSV_MORE), [_csv_row(use, by_unit.get(use.unit.id)) for use in ordered])
    else:
        _print_page(Page(access.site), instrument, doubt, ordered, by_unit, at)


def _csv_row(use: Use, one: DoubtedUnit | None) -> tuple[object, ...]:
    unit = use.unit
    told = (use.depth, unit.maker, unit.part, unit.serial, unit.revision, unit.state.value, use.top_level, use.inside)
    if one is None:
        return (*told, *(None for _ in range(11)))
    could_be = None if one.could_be is None else one.could_be.value
    change = (one.could_change, could_be, one.certain, one.passed_again, one.ratio)
    near = one.nearest
    if near is None:
        return (*told, *change, *(None for _ in range(6)))
    return (*told, *change, near.measurand, near.value, near.low, near.high, near.error_low, near.error_high)


def _print_page(
    page: Page,
    instrument: str,
    doubt: InstrumentDoubt,
    ordered: Sequence[Use],
    by_unit: dict[UUID, DoubtedUnit],
    at: datetime | None,
) -> None:
    measured = [use for use in ordered if use.unit.id in by_unit]
    holders = [use for use in ordered if use.unit.id not in by_unit]
    for line in _story(instrument, doubt.suspicion):
        page.line(line)
    changing = sum(one.could_change for one in doubt.units)
    page.line(
        f"{counted(len(measured), 'unit')} measured in {counted(doubt.runs, 'run')}, {changing} of them could change"
        f" their verdict; built into {len(holders)} more {moment(at) or 'now'}"
    )
    if measured:
        rows = [_row(use, by_unit[use.unit.id]) for use in measured]
        columns = ("part", "serial", "state", "verdict could be", "margin/error", "measurand", "value", "error found")
        page.table(columns, rows, right=("margin/error", "value", "error found"))
    if holders:
        page.heading("built into")
        page.table(
            ("depth", "part", "serial", "state", "top level", "holds one that could change"),
            [
                (
                    str(use.depth),
                    use.unit.part,
                    use.unit.serial,
                    use.unit.state.value,
                    "yes" if use.top_level else "no",
                    "yes" if use.unit.id in doubt.holding else "no",
                )
                for use in holders
            ],
            right=("depth",),
        )
    again = [str(use.unit.serial) for use in measured if by_unit[use.unit.id].passed_again]
    if again:
        page.line(f"tested again since, and passed: {listed(again, ', ')}")
    if any(one.could_change and not one.certain for one in doubt.units):
        page.line(
            "possibly: computed from readings, or its record tells no readings; the unit of the value alone matches"
        )
    if doubt.untold:
        page.line(f"{counted(doubt.untold, 'run')} of it tell no readings: every value of a matching unit may be one")
    if doubt.unmatched:
        page.line(f"no value in doubt is measured in {', '.join(doubt.unmatched)}: points in that unit judge nothing")


def _row(use: Use, one: DoubtedUnit) -> tuple[str, ...]:
    unit = use.unit
    could = "stands" if one.could_be is None else one.could_be.value + ("" if one.certain else " (possibly)")
    if one.nearest is None:
        return (unit.part, unit.serial, unit.state.value, could, "", "no value in doubt", "", "")
    near = one.nearest
    ratio = "" if near.ratio is None else f"{near.ratio:.3f}"
    low, high = (quantity(error, digits=3) for error in (near.error_low, near.error_high))
    error = f"{low} {near.unit}" if low == high else f"{low} to {high} {near.unit}"
    value = quantity(near.value, near.unit)
    return (unit.part, unit.serial, unit.state.value, could, ratio, near.measurand, value, error)


def _story(instrument: str, found: Suspicion[CalibrationSummary]) -> tuple[str, ...]:
    good = (
        "it was never known to be good before"
        if found.last_good is None
        else f"last good at {moment(found.last_good.calibrated_at)} (certificate {found.last_good.certificate})"
    )
    if found.found_bad is None:
        return (f"instrument {instrument}: was not found out of tolerance; {good}",)
    bad = f"found out of tolerance at {moment(found.found_bad.calibrated_at)}"
    left = "left good" if found.found_bad.left_good else "and not left good"
    end = "its measurements are in doubt until it is calibrated" if found.until is None else ""
    lines = (f"instrument {instrument}: {bad} (certificate {found.found_bad.certificate}), {left}", good, end)
    return tuple(line for line in lines if line)
