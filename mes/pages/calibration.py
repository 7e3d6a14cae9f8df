"""A calibration for a person: its points, what they say, and what to do when it was found out of tolerance."""

from collections.abc import Sequence
from typing import Any

from mes.console_output import Page, counted, moment, print_document, quantity
from mes.desk.calibrating import Calibrated
from mes.instrument_doubt import in_doubt
from mes.queries.calibrations import CalibrationSummary
from mes.records import CalibrationPoint
from mes.site_access import SiteAccess

POINT_COLUMNS = ("function", "range", "nominal", "tolerance", "as found", "error", "as left", "verdict")


def point_rows(points: Sequence[CalibrationPoint]) -> list[tuple[str, ...]]:
    """The points as cells of a table."""
    return [
        (
            point.function,
            point.range or "every",
            quantity(point.nominal, point.unit),
            "±" + quantity(point.tolerance, point.unit),
            "" if point.as_found is None else quantity(point.as_found, point.unit),
            "" if point.error is None else quantity(point.error, point.unit, digits=3),
            "" if point.as_left is None else quantity(point.as_left, point.unit),
            verdict(point),
        )
        for point in points
    ]


def verdict(point: CalibrationPoint) -> str:
    """What a point says, in words."""
    found = {None: "", True: "good", False: "OUT OF TOLERANCE"}[point.found_good]
    if point.as_left is None and found:
        return found
    left = "left good" if point.left_good else "LEFT OUT OF TOLERANCE"
    return f"{found}, {left}" if found else left


def calibration_document(one: CalibrationSummary) -> dict[str, Any]:
    """A calibration as JSON has it, each point with its error and what it says."""
    names = ("id", "kind", "model", "serial", "calibrated_at", "certificate", "performed_by", "due", "found_good")
    more = ("left_good", "fixture", "recorded_by", "simulated", "voided_by")
    return {name: getattr(one, name) for name in (*names, *more)} | {"points": point_documents(one.points)}


def point_documents(points: Sequence[CalibrationPoint]) -> list[dict[str, Any]]:
    """The points as JSON has them, each with its error and what it says."""
    return [
        point.model_dump(mode="json")
        | {"error": point.error, "found_good": point.found_good, "left_good": point.left_good}
        for point in points
    ]


def print_calibrated(access: SiteAccess, done: Calibrated, *, as_json: bool) -> None:
    """Print what was recorded, and of an instrument found bad how many units are in doubt and how to hold them."""
    record = done.record
    bad = record.found_good is False
    doubt = in_doubt(access, record.equipment.serial, str(record.id)) if bad else None
    if as_json:
        print_document(
            access.site,
            calibration=record.id,
            equipment=record.equipment.model_dump(mode="json"),
            calibrated_at=record.at,
            due=record.due,
            found_good=record.found_good,
            left_good=record.left_good,
            newest=done.newest,
            known_as=done.known_as,
            hold=None if done.hold is None else done.hold.id,
            points=point_documents(record.points),
            in_doubt=None
            if doubt is None
            else {
                "predicate": doubt.predicate.model_dump(mode="json", exclude_none=True),
                "units": len(doubt.units),
                "could_change": sum(one.could_change for one in doubt.units),
            },
        )
        return
    page = Page(access.site)
    page.line(f"{record.equipment}: calibration {record.id} recorded, of {moment(record.at)}")
    page.table(POINT_COLUMNS, point_rows(record.points), right=POINT_COLUMNS[2:7], indent=2)
    due = "not to be used: no due date" if record.due is None else f"in calibration until {record.due}"
    left = due if record.left_good else "left out of tolerance: not to be used"
    page.line(left if done.newest else f"{left}; a later calibration is known and counts")
    if done.known_as:
        page.line(
            f"runs name serial {record.equipment.serial} as {', '.join(done.known_as)}: the gate goes by that, so this"
            " calibration is of something else, or to be voided and recorded without --model"
        )
    if doubt is None:
        return
    since = doubt.suspicion.since
    when = "whenever that was (it was never known to be good)" if since is None else f"since {moment(since)}"
    page.line(
        f"found out of tolerance: {counted(len(doubt.units), 'unit')} measured {when} in doubt,"
        f" {sum(one.could_change for one in doubt.units)} could change their verdict"
    )
    named = f"--instrument {record.equipment.serial} --since-last-good"
    named += "" if done.newest else f" --calibration {record.id}"
    page.line(f"see them by `mes where-used {named}`")
    if done.hold is not None:
        page.line(
            f"hold {done.hold.id} on {done.hold.predicate}: {counted(len(done.hold.reached), 'unit')} reached now"
        )
        return
    page.line(f"hold them by `mes hold {named} --by NAME --reason WHY`")
