"""The circumstances of a run in words, the same on a page, on a screen and for whoever reads it aloud."""

from mes.console_output import lasting, quantity
from mes.queries.runs import RunReport


def circumstances(run: RunReport) -> list[str]:
    """Who was tested together, what was proven off, a pause, the ambient: what there is to say, a line each.

    That a finished run has no proof of a dead bench is said as well: nobody saw its end.
    """
    said = []
    if run.together:
        said.append(f"together with {', '.join(partner.name for partner in run.together)}")
    elif run.group is not None:
        said.append("together with units whose runs have not arrived")
    if run.finished_at is not None:
        said.append(f"safe: {run.safe or 'no proof recorded'}")
    if run.gap_s:
        said.append(f"resumed after a gap of {lasting(run.gap_s)}")
    if run.ambient_celsius is not None:
        said.append(f"ambient {quantity(run.ambient_celsius, '°C', digits=3)}")
    return said


def attempts_told(run: RunReport) -> list[str]:
    """Every attempt that decided nothing, because its step was tried again, a line each."""
    return [
        f"step {step.name} attempt {number} {attempt.outcome.value}, tried again"
        + (f": {attempt.message}" if attempt.message else "")
        for step in run.steps
        for number, attempt in enumerate(step.attempts, start=1)
    ]
