"""What a run says about its unit: PASSED is earned, never left over.

Two facts, never one: the verdict (the worst of what was judged) and how the run ended. A failure stays a
failure however the run ended; a pass needs every required measurand, in limits, by instruments in calibration,
in one completed run.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from mes.vocabulary import Outcome, RunEnding, Verdict
from stations.limits import Judgement
from stations.plan import PlanRevision


@dataclass(frozen=True, slots=True)
class Conclusion:
    """Verdict, ending and, unless the unit simply passed or failed, the reason."""

    verdict: Verdict
    ending: RunEnding
    reason: str = ""


def conclude(
    plan: PlanRevision,
    judgements: Mapping[str, Judgement],
    ending: RunEnding,
    reason: str,
    *,
    stopped_at_failure: bool,
    out_of_calibration: tuple[str, ...],
) -> Conclusion:
    """Conclude a run from what was judged.

    `stopped_at_failure` says that a failed step ended the plan early, so that later measurands are rightly
    missing. `out_of_calibration` names the instruments that may not vouch for a pass, each with why.
    """
    if any(j.outcome is Outcome.FAILED for j in judgements.values()):
        missing = () if stopped_at_failure else _missing(plan, judgements)
        if missing and ending is RunEnding.COMPLETED:
            return Conclusion(Verdict.FAILED, RunEnding.ERROR, f"not measured: {', '.join(missing)}")
        return Conclusion(Verdict.FAILED, ending, reason)
    if ending is not RunEnding.COMPLETED:
        return Conclusion(Verdict.NONE, ending, reason)
    missing = _missing(plan, judgements)
    if missing:
        return Conclusion(Verdict.NONE, RunEnding.ERROR, f"not measured: {', '.join(missing)}")
    if not any(m.is_judged and m.name in judgements for m in plan.measurands):
        return Conclusion(Verdict.NONE, RunEnding.ERROR, "nothing was measured against a limit, so nothing passed")
    if out_of_calibration:
        return Conclusion(Verdict.NONE, RunEnding.ERROR, "cannot pass: " + "; ".join(out_of_calibration))
    return Conclusion(Verdict.PASSED, RunEnding.COMPLETED)


def _missing(plan: PlanRevision, judgements: Mapping[str, Judgement]) -> tuple[str, ...]:
    return tuple(m.name for m in plan.measurands if m.required and m.name not in judgements)
