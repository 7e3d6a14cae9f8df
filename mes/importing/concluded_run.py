"""A run of history put together from what its lines say and from how it ended."""

from mes.importing.cells import CellRefused
from mes.importing.history import HistoricPlan, HistoricRun
from mes.importing.map_document import ImportMap
from mes.importing.run_columns import RunHead
from mes.importing.verdict import Found, conclude_by_limits, conclude_stated
from mes.vocabulary import Outcome


def concluded_run(
    lines: tuple[int, int],
    head: RunHead,
    plan: HistoricPlan,
    found: Found,
    by: ImportMap,
    stated: Outcome | None = None,
) -> HistoricRun:
    """The run with its outcome; `stated` is the outcome of its lines where the run has none of its own.

    Raises `CellRefused` when the file contradicts itself and the map refuses that.
    """
    outcome = stated if head.outcome is None else head.outcome
    concluded = conclude_by_limits(found) if outcome is None else conclude_stated(outcome, found)
    if concluded.remarks and by.outcome.contradictions == "refuse":
        raise CellRefused(by.outcome.column or "", outcome or "", "; ".join(concluded.remarks))
    return HistoricRun(
        lines=lines,
        unit=head.unit,
        revision=head.revision,
        enters_at=by.unit.enters_at,
        operation=head.operation,
        station=head.station,
        fixture=head.fixture,
        operator=head.operator,
        number=head.number,
        started_at=head.started_at,
        finished_at=head.finished_at,
        outcome=concluded.outcome,
        reason="; ".join(filter(None, (head.reason, concluded.reason, *concluded.remarks)))[:_LONGEST_REASON],
        plan=plan,
        values=tuple(found.values),
        texts=dict(found.texts),
        over_ranges=dict(found.over_ranges),
        failures=concluded.failures,
        instruments=head.instruments,
        remarks=concluded.remarks,
    )


_LONGEST_REASON = 4000
