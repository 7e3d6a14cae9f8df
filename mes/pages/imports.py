"""What an import tells: the first refused lines and contradictions, all of them in a file, and what came of it all."""

import csv
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mes.command_line import CommandError
from mes.console_output import Page, counted, inert
from mes.importing.history import RefusedLine
from mes.importing.transfer import Remark, Summary
from mes.ledger import Site

SHOWN = 20
"""Refused lines and contradictions that are listed; a file of all of them is asked for by --refused."""

_COLUMNS = ("file", "line", "column", "value", "reason", "run_first_line", "run_last_line", "imported")


class RefusalLog:
    """Keeps the first refused lines and contradictions, counts all of them, and writes all into a file if asked."""

    def __init__(self, path: Path | None, file: str) -> None:
        self._path, self._file = path, file
        self._open = ExitStack()
        self._writer: Any = None
        self.refused: list[RefusedLine] = []
        self.remarks: list[Remark] = []
        self.reasons: Counter[tuple[str, str]] = Counter()

    def __enter__(self) -> Self:
        if self._path is not None:
            if self._path.exists() and self._path.samefile(self._file):
                raise CommandError(f"--refused {self._path}: is the file that is imported; name another one")
            try:
                out = self._open.enter_context(self._path.open("w", encoding="utf-8", newline=""))
            except OSError as error:
                raise CommandError(
                    f"--refused {self._path}: cannot be written: {error.strerror}; name a file in another folder"
                ) from error
            self._writer = csv.writer(out)
            self._writer.writerow(_COLUMNS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def refuse(self, line: RefusedLine) -> None:
        """A line was refused."""
        if len(self.refused) < SHOWN:
            self.refused.append(line)
        reason = line.reason.partition(";")[0]
        if (line.column, reason) in self.reasons or len(self.reasons) < _MOST_REASONS:
            self.reasons[line.column, reason] += 1
        self._write(line.line, line.column, line.value, line.reason, line.run_lines, imported=False)

    def remark(self, remark: Remark) -> None:
        """A run contradicts itself and was imported as it was stated."""
        if len(self.remarks) < SHOWN:
            self.remarks.append(remark)
        self._write(remark.lines[0], "", remark.unit, remark.reason, remark.lines, imported=True)

    def document(self, summary: Summary) -> dict[str, object]:
        """The fields of the JSON answer."""
        return {
            "source": summary.source,
            "lines": summary.lines,
            "runs": summary.runs,
            "outcomes": dict(sorted(summary.outcomes.items())),
            "units_registered": summary.units,
            "plans_released": summary.plans,
            "records": summary.records,
            "new_records": summary.new_records,
            "runs_known_before": summary.known_runs,
            "known_from": dict(sorted(summary.known_from.items())),
            "refused_lines": summary.refused_lines,
            "refused_runs": summary.refused_runs,
            "contradictions": summary.contradictions,
            "undefined_parts": summary.undefined,
            "first_refused": self.refused,
            "first_contradictions": self.remarks,
            "all_refused_in": None if self._path is None else str(self._path),
        }

    @property
    def path(self) -> Path | None:
        """The file with all of them."""
        return self._path

    def _write(
        self, line: int, column: str, value: str, reason: str, run_lines: tuple[int, int], *, imported: bool
    ) -> None:
        if self._writer is not None:
            cells = (self._file, line, column, value, reason, *run_lines, "yes" if imported else "no")
            self._writer.writerow([_tame(inert(cell)) if isinstance(cell, str) else cell for cell in cells])


_MOST_REASONS = 1000


def _tame(cell: str) -> str:
    """Text that a spreadsheet would take for a formula gets an apostrophe in front."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@")) else cell


def print_summary(site: Site, summary: Summary, log: RefusalLog, *, dry_run: bool) -> None:
    """The page of an import."""
    page = Page(site)
    if log.refused:
        page.line(f"{counted(summary.refused_lines, 'line')} refused:", style="bold")
        page.table(
            ("line", "column", "value", "reason"),
            [
                (str(one.line), one.column, _short(one.value), one.reason)
                for one in sorted(log.refused, key=lambda one: one.line)
            ],
            right=("line",),
            indent=2,
        )
        _more(page, summary.refused_lines - len(log.refused), log)
    if log.remarks:
        page.line(
            f"{counted(summary.contradictions, 'run')} kept as stated, although the file contradicts it:", style="bold"
        )
        page.table(
            ("line", "unit", "what contradicts it"),
            [(str(one.lines[0]), one.unit, one.reason) for one in log.remarks],
            right=("line",),
            indent=2,
        )
        _more(page, summary.contradictions - len(log.remarks), log)
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in sorted(summary.outcomes.items()))
    page.line(
        f"{counted(summary.lines, 'line')} read, {counted(summary.runs, 'run')}" + (f": {outcomes}" if outcomes else "")
    )
    if summary.known_runs:
        named = ", ".join(f"{count} from {source}" for source, count in sorted(summary.known_from.items()))
        page.line(f"{counted(summary.known_runs, 'run')} known before and not told again: {named}")
    if summary.undefined:
        named = ", ".join(summary.undefined[:SHOWN]) + (" and more" if len(summary.undefined) > SHOWN else "")
        page.line(f"not defined here, so that no route is known: {named}; `mes load` its definition, before or after")
    made = f"{counted(summary.units, 'unit')}, {counted(summary.plans, 'plan')}, {counted(summary.records, 'record')}"
    if dry_run:
        page.line(f"would be in the journal as {summary.source}: {made}; nothing was written")
    elif summary.new_records:
        earlier = (
            f"; {counted(summary.already, 'record')} were there from an earlier attempt" if summary.already else ""
        )
        page.line(f"in the journal as {summary.source}: {made}{earlier}")
    else:
        page.line(
            f"all of it was in the journal already as {summary.source}: nothing to do"
            if summary.records
            else "nothing was imported"
        )


def _more(page: Page, number: int, log: RefusalLog) -> None:
    if number > 0:
        where = f"all are in {log.path}" if log.path is not None else "--refused FILE.csv writes all of them"
        page.line(f"and {number} more; {where}", indent=2)


def _short(value: str) -> str:
    return value if len(value) <= 40 else value[:39] + "…"
