"""Equipment for a person or a program: all of it, or the history of one instrument or fixture."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from mes.command_line import CommandError, Exit
from mes.console_output import Page, counted, moment, print_csv, print_document
from mes.pages.calibration import POINT_COLUMNS, calibration_document, point_rows
from mes.queries.calibrations import CalibrationSummary, calibrations_in
from mes.queries.equipment import Equipment, EquipmentSummary, FixtureSummary, equipment, maintenance_of
from mes.queries.snapshot import snapshot
from mes.site_access import SiteAccess

_Window = tuple[datetime | None, datetime | None]

COLUMNS = ("equipment", "kind", "calibrated", "state", "last good", "due", "runs", "last run")
_CSV = ("kind", "model", "serial", "state", "last_good", "calibrated_at", "certificate", "due", "cycles", "cycles_max")


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """Something that happened to equipment."""

    at: datetime
    event: str
    told: str
    id: UUID
    voided: bool


def print_equipment(access: SiteAccess, form: str, due_before: date | None = None) -> None:
    """Print all equipment, or what is due for calibration before a day; `form` is page, json or csv."""
    known = equipment(access.engine)
    if due_before is not None:
        known = Equipment(tuple(one for one in known.equipment if _is_due(one, due_before)), (), ())
    if form == "json":
        print_document(access.site, equipment=known.equipment, fixtures=known.fixtures, checks=known.checks)
    elif form == "csv":
        print_csv(_CSV, [*map(_csv_row, known.equipment), *map(_csv_fixture, known.fixtures)])
    else:
        _print_page(Page(access.site), known, due_before)


def _is_due(one: EquipmentSummary, before: date) -> bool:
    """Whether it must be calibrated before this day; what was calibrated and has no due date must be at once."""
    return one.calibrated_at is not None if one.due is None else one.due < before


def _csv_row(one: EquipmentSummary) -> tuple[object, ...]:
    return (
        one.kind,
        one.model,
        one.serial,
        one.state,
        one.last_good,
        one.calibrated_at,
        one.certificate,
        one.due,
        None,
        None,
    )


def _csv_fixture(one: FixtureSummary) -> tuple[object, ...]:
    return ("FIXTURE", "", one.fixture, "", None, None, None, None, one.cycles, one.cycles_max)


def _print_page(page: Page, known: Equipment, due_before: date | None) -> None:
    if due_before is not None and not known.equipment:
        page.line(f"nothing that is known here is due for calibration before {due_before}")
    elif not known.equipment and not known.fixtures:
        page.line("no run names an instrument, and no calibration is recorded; record one by `mes calibrate`")
    if known.equipment:
        rows = [
            (
                f"{one.model} {one.serial}".strip(),
                one.kind.lower().replace("_", " "),
                _day(one.calibrated_at),
                one.state,
                _day(one.last_good),
                "" if one.due is None else one.due.isoformat(),
                str(one.runs),
                moment(one.last_run),
            )
            for one in known.equipment
        ]
        page.table(COLUMNS, rows, right=("runs",))
    if known.fixtures:
        page.heading("fixtures")
        fixtures = [
            (
                one.fixture,
                "" if one.cycles is None else str(one.cycles),
                "no limit" if one.cycles_max is None else str(one.cycles_max),
                _day(one.renewed_at),
                str(one.runs),
                moment(one.last_run),
            )
            for one in known.fixtures
        ]
        columns = ("fixture", "cycles", "lasts", "renewed", "runs", "last run")
        page.table(columns, fixtures, right=("cycles", "lasts", "runs"))
    if known.checks:
        page.heading("last checks of stations")
        checks = [
            (one.station, one.operation, one.name, one.serial, moment(one.checked_at), one.trouble or "came out right")
            for one in known.checks
        ]
        page.table(("station", "operation", "check", "unit", "when", "outcome"), checks)


def print_history(access: SiteAccess, serial: str, window: _Window, form: str) -> None:
    """Print what happened to one instrument or fixture, oldest first. Raises `CommandError` for an unknown one."""
    with snapshot(access.engine) as session:
        recorded = calibrations_in(session, serial, voided=True)
        maintained = maintenance_of(session, serial)
    known = equipment(access.engine)
    summaries: list[EquipmentSummary | FixtureSummary] = [one for one in known.equipment if one.serial == serial]
    summaries += [one for one in known.fixtures if one.fixture == serial]
    if not (recorded or maintained or summaries):
        raise CommandError(
            f"equipment {serial}: unknown in {access.name}; `mes equipment` lists what runs and calibrations name",
            Exit.NO,
        )
    since, until = window
    shown = [
        one
        for one in recorded
        if (since is None or one.calibrated_at >= since) and (until is None or one.calibrated_at < until)
    ]
    events = [_calibration(one) for one in shown]
    events += [
        HistoryEvent(
            one.at,
            "maintenance",
            f"{one.done} ({one.signed_by}, {one.meaning})" + ("; cycles count from here" if one.renewed else ""),
            one.id,
            one.voided_by is not None,
        )
        for one in maintained
        if (since is None or one.at >= since) and (until is None or one.at < until)
    ]
    events.sort(key=lambda one: (one.at, one.id))
    if form == "json":
        print_document(
            access.site, equipment=summaries, calibrations=[calibration_document(one) for one in shown], events=events
        )
    elif form == "csv":
        print_csv(
            ("at", "event", "id", "voided", "told"),
            [(one.at, one.event, one.id, one.voided, one.told) for one in events],
        )
    else:
        _print_history(Page(access.site), serial, summaries, shown, events)


def _print_history(
    page: Page,
    serial: str,
    summaries: list[EquipmentSummary | FixtureSummary],
    shown: list[CalibrationSummary],
    events: list[HistoryEvent],
) -> None:
    for one in summaries:
        if isinstance(one, EquipmentSummary):
            due = "" if one.due is None else f", due {one.due}"
            used = f"{counted(one.runs, 'run')}, the last at {moment(one.last_run)}" if one.runs else "no run names it"
            page.line(f"{one.model} {one.serial}".strip() + f": {one.state}{due}; {used}")
        else:
            lasts = "" if one.cycles_max is None else f" of {one.cycles_max}"
            page.line(f"fixture {one.fixture}: {one.cycles or 0} cycles{lasts}, {counted(one.runs, 'run')}")
    points = {one.id: one.points for one in shown}
    for event in events:
        page.line(f"{moment(event.at)}  {event.event}{' VOIDED' * event.voided}  {event.told}  [{event.id}]")
        if event.id in points:
            page.table(POINT_COLUMNS, point_rows(points[event.id]), right=POINT_COLUMNS[2:7], indent=4)
    if not events:
        page.line(f"nothing that happened to {serial} is recorded in this time")


def _calibration(one: CalibrationSummary) -> HistoryEvent:
    found = {None: "not taken as found", True: "found good", False: "FOUND OUT OF TOLERANCE"}[one.found_good]
    left = "left good" if one.left_good else "LEFT OUT OF TOLERANCE"
    due = "no due date" if one.due is None else f"due {one.due}"
    told = f"{found}, {left}; certificate {one.certificate} of {one.performed_by}, {due}"
    return HistoryEvent(one.calibrated_at, "calibration", told, one.id, one.voided_by is not None)


def _day(at: datetime | None) -> str:
    return moment(at)[:16] + "Z" if at is not None else ""
