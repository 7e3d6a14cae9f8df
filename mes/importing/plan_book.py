"""The plans of a history: every set of measurands and limits under which its runs were judged is one plan revision."""

import hashlib
from collections.abc import Callable

from mes.importing.cells import CellRefused
from mes.importing.history import HistoricPlan
from mes.importing.run_columns import RunHead
from mes.records import MeasurandDefinition

_MOST_PLANS = 2000

Limits = tuple[object, ...]
"""All limits of a plan, in the order of its measurands: what tells two of its revisions apart."""


class PlanBook:
    """Plans seen so far, each made once. Its memory grows with the number of limit revisions, not of runs."""

    def __init__(self, limit_column: str) -> None:
        self._plans: dict[tuple[str, ...], dict[Limits, HistoricPlan]] = {}
        self._count = 0
        self._column = limit_column

    def plan(
        self, head: RunHead, limits: Limits, measurands: Callable[[], tuple[MeasurandDefinition, ...]]
    ) -> HistoricPlan:
        """The plan of a run with these limits. Raises `CellRefused` for limits that one revision cannot have."""
        key = (head.plan, head.plan_revision, head.unit.part, head.operation, head.limit_revision or "")
        known = self._plans.setdefault(key, {})
        found = known.get(limits)
        if found is not None:
            return found
        if known and head.limit_revision is not None:
            raise CellRefused(
                self._column,
                head.limit_revision,
                "stood with other limits before; a limit revision has one set of them",
            )
        if self._count >= _MOST_PLANS:
            raise CellRefused("", "", f"limits differ for the {_MOST_PLANS}th time; are these columns limits?")
        named = head.limit_revision or "stated-" + hashlib.sha256(repr(limits).encode()).hexdigest()[:8]
        known[limits] = HistoricPlan(head.plan, head.plan_revision, head.unit.part, head.operation, named, measurands())
        self._count += 1
        return known[limits]
