"""Agreement of appraisers who judge in words, as a page, a document or CSV."""

from dataclasses import asdict
from pathlib import Path

from mes.command_line import CommandError
from mes.console_output import Page, percent, print_csv, print_document
from mes.statistics.attribute_agreement import AppraiserAgreement, Judgement, attribute_agreement
from mes.tidy_csv import read_tidy


def print_agreement(file: Path, good: str | None, form: str) -> None:
    """Print the agreement in a file with verdicts for values; `form` is page, json or csv. Raises `Unanswerable`."""
    rows = read_tidy(file, ("value", "part", "appraiser", "trial"))
    words = {row.text for row in rows} | {row.reference for row in rows}
    if good is not None and good not in words:
        raise CommandError(f"--good {good}: no verdict and no reference in {file} is this word")
    found = attribute_agreement(
        (
            Judgement(row.part or "", row.appraiser or "", row.trial or "", row.text, row.reference or None)
            for row in rows
        ),
        good,
    )
    if form == "json":
        print_document(None, asked={"csv": str(file), "good": good}, **asdict(found))
        return
    if form == "csv":
        columns = ("appraiser", "parts", "consistent", "effective", "miss_rate", "false_alarm_rate", "kappa")
        print_csv(
            columns,
            (
                (a.appraiser, a.parts, a.consistent, a.effective, a.miss_rate, a.false_alarm_rate, _kappa(a))
                for a in found.appraisers
            ),
        )
        return
    page = Page(None)
    page.line(f"{file}: {found.parts} parts, Fleiss' kappa {_number(found.fleiss_kappa)}")
    page.table(
        ("appraiser", "agrees with self", "with reference", "misses", "false alarms", "kappa to reference"),
        [
            (
                a.appraiser,
                f"{a.consistent}/{a.parts}",
                "" if a.effective is None else f"{a.effective}/{a.parts}",
                "" if a.miss_rate is None else percent(a.miss_rate),
                "" if a.false_alarm_rate is None else percent(a.false_alarm_rate),
                "" if a.against_reference is None else _number(_kappa(a)),
            )
            for a in found.appraisers
        ],
        right=("agrees with self", "with reference", "misses", "false alarms", "kappa to reference"),
    )
    if found.pairs:
        page.table(
            ("appraisers", "agreement", "by chance", "kappa"),
            [
                (f"{p.first} and {p.second}", percent(p.observed), percent(p.expected), _number(p.kappa))
                for p in found.pairs
            ],
            right=("agreement", "by chance", "kappa"),
        )


def _kappa(agreement: AppraiserAgreement) -> float | None:
    return None if agreement.against_reference is None else agreement.against_reference.kappa


def _number(kappa: float | None) -> str:
    return "undefined" if kappa is None else f"{kappa:.3f}"
