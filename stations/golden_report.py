"""What `station run` says of a golden or a known-bad unit: it is no unit of the product, and nothing of it counts."""

from typing import Any

from mes.command_line import Exit
from mes.vocabulary import RunEnding
from stations.config import StationConfig
from stations.golden_check import Checked


def checked_document(config: StationConfig, checked: Checked) -> dict[str, Any]:
    """The check for a machine (schema 1)."""
    check, run = checked.check, checked.run
    return {
        "schema": 1,
        "check": check.name,
        "recorded": False,
        "simulated": config.simulated,
        "station": config.station,
        "operator": config.operator,
        "unit": check.unit.model_dump(mode="json"),
        "plan": {
            "name": check.plan.name,
            "revision": check.plan.revision,
            "limit_revision": check.plan.limit_revision,
            "digest": check.plan.digest,
        },
        "passed": not checked.trouble,
        "trouble": checked.trouble,
        "overdue": list(checked.overdue),
        "verdict": run.verdict,
        "ending": run.ending,
        "reason": run.reason,
        "failures": [failure.model_dump(mode="json") for failure in run.failures],
        "steps": [step.model_dump(mode="json") for step in run.steps],
    }


def checked_lines(config: StationConfig, checked: Checked) -> list[str]:
    """The same for a person: whether the testers see, and what must be done still."""
    check = checked.check
    mark = " (SIMULATED)" if config.simulated else ""
    lines = [f"{check.name.upper()} check of {config.station}{mark} with {check.what}: counts nowhere"]
    if checked.trouble:
        lines.append(f"WRONG: {checked.trouble}")
        lines.append("  no unit is worked here until it comes out right: look at the tester, its leads and the unit")
    else:
        came = "passed" if check.name == "golden" else f"caught by {check.must_fail}"
        lines.append(f"RIGHT: {came}; holds {check.every_s / 3600:g} h")
        lines += [f"  still {told}" for told in checked.overdue]
    return lines


def checked_exit(checked: Checked) -> Exit:
    """How the command ends for a check: 0 right, 1 wrong, 130 stopped, 4 it could not be run to its end."""
    if not checked.trouble:
        return Exit.OK
    return {RunEnding.ABORTED: Exit.ABORTED, RunEnding.ERROR: Exit.STATION}.get(checked.run.ending, Exit.NO)
