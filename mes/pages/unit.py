"""The readable history of a unit, as a terminal shows it: identity, where it sits, what is in it, what happened."""

from mes.console_output import Page, counted, moment, quantity
from mes.genealogy import Component
from mes.queries.history import ComponentEvent, GateAnswer, Registration, UnitHistory
from mes.queries.rulings import Ruling
from mes.queries.runs import MeasurandOutcome, MeasuredValue, RunReport
from mes.queries.whereabouts import Whereabouts
from mes.run_words import attempts_told, circumstances
from mes.vocabulary import GatePhase, RunEnding

_LINK_WORDS = {
    "component_installed": "installed {counterpart} at {position}",
    "component_removed": "removed {counterpart} from {position}",
    "installed_into": "built into {counterpart} at {position}",
    "removed_from": "taken out of {counterpart}, position {position}",
}


def print_history(page: Page, history: UnitHistory) -> None:
    """Print a unit's history, oldest first."""
    unit = history.unit
    page.line(f"{unit}  revision {unit.revision}  {unit.state.value}{page.mark(unit.simulated)}", style="bold")
    page.line(f"maker {unit.maker}, registered {moment(unit.registered_at)} by {unit.source}")
    if history.whereabouts != Whereabouts():
        page.line(f"where: {history.whereabouts}")
    for alias in history.aliases:
        page.line(f"customer serial {alias.alias} of {alias.customer}")
    for former in history.formerly:
        page.line(f"was {former.part} revision {former.revision} until {moment(former.until)}")
    page.heading("built into")
    for use in history.built_into:
        page.line(f"{use.unit}" + (" (top level)" if use.top_level else ""), indent=2 * use.depth)
    if not history.built_into:
        page.line("nothing", indent=2)
    page.heading("built from")
    print_components(page, history.built_from, 2)
    if not history.built_from:
        page.line("nothing recorded", indent=2)
    page.heading("timeline")
    judged = {event.id: event.allowed for event in history.timeline if isinstance(event, GateAnswer)}
    for event in history.timeline:
        if isinstance(event, Registration):
            page.line(f"{moment(event.at)}  registered, revision {event.revision}, by {event.source}", indent=2)
        elif isinstance(event, GateAnswer):
            _print_gate(page, event)
        elif isinstance(event, RunReport):
            _print_run(page, event, judged.get(event.gate))
        elif isinstance(event, Ruling):
            void = "  VOID" if event.voided_by else ""
            page.line(f"{moment(event.at)}  {event.what} by {event.by}{void}", indent=2, style="bold")
            if event.note:
                page.line(event.note, indent=6)
        else:
            _print_link(page, event)


def print_components(page: Page, components: tuple[Component, ...], indent: int, *, runs: bool = False) -> None:
    """Print the positions of an assembly, each with what sits in it, with `runs` how it was tested, and its own
    components."""
    for component in components:
        if component.lot is not None:
            what = f"{component.lot}, {quantity(component.quantity, component.lot.unit)}"
        else:
            what = str(component.unit)
        page.line(f"{component.position}: {what}  since {moment(component.installed_at)}", indent=indent)
        if component.contradiction:
            page.line(f"not followed: {component.contradiction}", indent=indent + 2)
        for run in component.runs if runs else ():
            ended = "" if run.ending is RunEnding.COMPLETED else f", {run.ending.value}"
            told = f"{run.operation} at {run.station}: {run.verdict.value}{ended}"
            page.line(f"{told}  {moment(run.finished_at)}", indent=indent + 2)
        print_components(page, component.components, indent + 2, runs=runs)


def _print_gate(page: Page, answer: GateAnswer) -> None:
    page.line(
        f"{moment(answer.at)}  {gate_words(answer)}: {answer.operation} at {answer.station} by {answer.operator}",
        indent=2,
    )
    for deviation in answer.deviations:
        page.line(f"by deviation {deviation}", indent=6)
    for refusal in answer.refusals:
        page.line(f"{refusal.rule}: {refusal.message}", indent=6)
        if refusal.evidence:
            page.line(f"evidence: {'; '.join(refusal.evidence)}", indent=8)
        page.line(f"unlocked by {refusal.who.value.lower()}: {refusal.unlock}", indent=8)


def gate_words(answer: GateAnswer) -> str:
    """What the gate did, and when it was asked."""
    word = "allowed" if answer.allowed else "REFUSED"
    if answer.phase is GatePhase.FINISH:
        return "HELD AT FINISH, put aside"
    if answer.phase is GatePhase.ARRIVAL:
        return f"gate {word} on arrival what was worked without it"
    return f"gate {word}"


def _print_link(page: Page, event: ComponentEvent) -> None:
    what = _LINK_WORDS[event.event].format(counterpart=event.counterpart, position=event.position)
    amount = "" if event.lot_id is None else f", {quantity(event.quantity)}"
    page.line(
        f"{moment(event.at)}  {what}{amount}  ({event.reason.value}, {event.collection.value}; "
        f"{event.operation} at {event.station} by {event.operator})" + ("  VOID" if event.voided_by else ""),
        indent=2,
    )


def _print_run(page: Page, run: RunReport, allowed: bool | None) -> None:
    if run.verdict is None or run.ending is None:
        outcome = "not finished"
    else:
        proven = "no verdict" if run.verdict.value == "NONE" else run.verdict.value
        outcome = f"{proven}, {run.ending.value}"
    page.line(
        f"{moment(run.at)}  {_numbered(run)}: {outcome}{page.mark(run.simulated)}"
        f"  ({run.station}, fixture {_fixture(run)} slot {run.slot}, by {run.operator})",
        indent=2,
        style="bold",
    )
    if run.provisional:
        told = "the gate agreed when it arrived" if allowed else "CONFLICT: the gate refused it when it arrived"
        told = "nobody has judged it yet" if allowed is None else told
        page.line(f"PROVISIONAL: recorded locally, route not checked; {told}", indent=6)
    if run.reason:
        page.line(f"reason: {run.reason}", indent=6)
    cycles = "" if run.fixture_cycles is None else f", fixture cycle {run.fixture_cycles}"
    limits = "" if run.limit_revision is None else f", limits {run.limit_revision}"
    page.line(f"plan {run.plan} revision {run.plan_revision} {run.plan_digest[:12]}{limits}{cycles}", indent=6)
    for told in (*circumstances(run), *attempts_told(run)):
        page.line(told, indent=6)
    for measured in run.measurands:
        if measured.outcome is MeasurandOutcome.FAILED:
            page.line(f"{measured.name} failed {failure_distance(measured)}", indent=6)
    for step in run.steps:
        if step.message:
            page.line(f"step {step.name} {step.outcome.value}: {step.message}", indent=6)
    if run.measurands:
        page.table(
            ("measurand", "value", "limits", "outcome", "clause"),
            [(m.name, measured_text(m), limits_text(m), _outcome_text(m), m.clause) for m in run.measurands],
            right=("value",),
            indent=6,
        )
    for instrument in run.instruments:
        due = instrument.calibration_due
        calibration = "calibration due date missing" if due is None else f"calibration due {due.isoformat()}"
        values = sum(map(len, instrument.readings.values()))
        read = f", read {counted(values, 'value')}" if values else ""
        page.line(
            f"{instrument.role}: {instrument.model} serial {instrument.serial} "
            f"firmware {instrument.firmware}, {calibration}{read}",
            indent=6,
        )
    for file in run.attachments:
        page.line(
            f"attachment {file.name}: {file.media_type}, {counted(file.size, 'byte')}, sha256 {file.sha256}", indent=6
        )


def _fixture(run: RunReport) -> str:
    return run.fixture if run.fixture_revision is None else f"{run.fixture} revision {run.fixture_revision}"


def _numbered(run: RunReport) -> str:
    return f"VOID run of {run.operation}" if run.voided_by else f"run {run.attempt} of {run.operation}"


def failure_distance(measured: MeasuredValue) -> str:
    """How a measurand failed, in words: "by 0.98 dB", the side of the range it left, or what was expected."""
    if measured.distance is not None and measured.value is not None:
        below = measured.low is not None and measured.value < measured.low
        limit = measured.low if below else measured.high
        by = quantity(measured.distance, measured.unit, digits=3)
        return f"by {by}: {measured_text(measured)}, limit {'' if limit is None else quantity(limit, measured.unit)}"
    if measured.over_range is not None:
        return f"{measured.over_range.value.lower()} the range of the instrument, limits {limits_text(measured)}"
    return f"with {measured_text(measured)} where {limits_text(measured)} is required"


def measured_text(measured: MeasuredValue) -> str:
    """The value with its unit, the text, or the word for what there is instead."""
    if measured.over_range is not None:
        return f"{measured.over_range.value.lower()} range"
    if measured.value is not None:
        return quantity(measured.value, measured.unit)
    return "not measured" if measured.text is None else measured.text


def limits_text(measured: MeasuredValue) -> str:
    """The band or the expectation that judged the value; empty where the plan sets no limit."""
    low, high = measured.low, measured.high
    if low is not None and high is not None:
        return f"{quantity(low)} … {quantity(high, measured.unit)}"
    if low is not None:
        return f"≥ {quantity(low, measured.unit)}"
    if high is not None:
        return f"≤ {quantity(high, measured.unit)}"
    return measured.expected or ""


def _outcome_text(measured: MeasuredValue) -> str:
    word = measured.outcome.value.replace("_", " ").lower()
    return f"{word}, marginal" if measured.marginal else word
