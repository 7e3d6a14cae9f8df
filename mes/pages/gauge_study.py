"""Gauge studies that were recorded: a list, or one of them with its readings; a page, a document or CSV."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from mes.console_output import Page, counted, print_csv, print_document, quantity
from mes.ledger import Site
from mes.queries.gauge_studies import GaugeStudySummary
from mes.statistics.gauge_variation import gauge_verdict

_READING = ("part", "appraiser", "trial", "reference", "value")


def print_studies(site: Site, studies: Sequence[GaugeStudySummary], form: str) -> None:
    """Print the list; `form` is page, json or csv."""
    if form == "json":
        print_document(site, studies=[_document(study) for study in studies])
        return
    columns = (
        "study",
        "on",
        "part",
        "operation",
        "measurand",
        "method",
        "n",
        "of tolerance",
        "of total",
        "by",
        "state",
    )
    if form == "csv":
        print_csv(
            tuple(name.replace(" ", "_") for name in columns),
            [
                (*_facts(study), _share(study, "tolerance"), _share(study, "total"), study.studied_by, _state(study))
                for study in studies
            ],
        )
        return
    page = Page(site)
    if not studies:
        page.line("no gauge study is recorded: record one by `mes gauge --csv-in FILE --record --by NAME …`")
        return
    rows = [
        (
            *map(str, _facts(study)),
            _percent(_share(study, "tolerance")),
            _percent(_share(study, "total")),
            study.studied_by,
            _state(study),
        )
        for study in studies
    ]
    page.table(columns, rows, right=("n", "of tolerance", "of total"))


def print_study(site: Site, study: GaugeStudySummary, readings: Sequence[dict[str, Any]], form: str) -> None:
    """Print one study with everything that is recorded of it."""
    if form == "json":
        print_document(site, study=_document(study), readings=readings)
        return
    if form == "csv":
        print_csv(_READING, [tuple(reading[name] for name in _READING) for reading in readings])
        return
    page = Page(site)
    page.line(
        f"gauge study {study.id} of {study.measurand} of {study.part} at {study.operation}, method {study.method},"
        f" {study.studied_on} by {study.studied_by}: {_state(study)}"
    )
    low = "none" if study.low is None else quantity(study.low, study.unit)
    high = "none" if study.high is None else quantity(study.high, study.unit)
    page.line(f"limits {low} to {high}; {counted(study.n, 'reading')}, table of SHA-256 {study.digest}", indent=2)
    if study.note:
        page.line(study.note, indent=2)
    page.table(
        ("result", "value"),
        [
            (name.replace("_", " "), "undefined" if value is None else quantity(value))
            for name, value in study.results.items()
        ],
        right=("value",),
    )


def _facts(study: GaugeStudySummary) -> tuple[object, ...]:
    return study.id, study.studied_on, study.part, study.operation, study.measurand, study.method, study.n


def _document(study: GaugeStudySummary) -> dict[str, object]:
    verdicts = {}
    if study.method == "rr":
        verdicts = {
            "verdicts": {
                "for_test_limits": gauge_verdict(_share(study, "tolerance")),
                "for_process_control": gauge_verdict(_share(study, "total")),
            }
        }
    return asdict(study) | verdicts


def _share(study: GaugeStudySummary, whole: str) -> float | None:
    return study.results.get(f"percent_of_{whole}")


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.2f} %"


def _state(study: GaugeStudySummary) -> str:
    if study.voided_by is not None:
        return "VOID"
    if study.method != "rr":
        accepted = study.results.get("acceptable")
        return "recorded" if accepted is None else "acceptable" if accepted else "NOT ACCEPTABLE"
    share = _share(study, "tolerance")
    return gauge_verdict(_share(study, "total") if share is None else share)
