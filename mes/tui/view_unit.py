"""A unit's head and the timeline of everything that ever happened to it."""

from mes.console_output import moment, quantity
from mes.queries.history import ComponentEvent, GateAnswer, Registration, TimelineEvent, UnitHistory
from mes.queries.identity import LotSummary
from mes.queries.rulings import Ruling
from mes.queries.runs import RunReport
from mes.tui.view_table import Cell, Column, Entry, table
from mes.tui.view_text import Line, Listing, Row, Span, Target, Tone, folded, joined, line_of
from mes.tui.view_verdict import verdict_word
from mes.vocabulary import OWN_MAKER
from mes.where_used import Use

_LINK_WORDS = {
    "component_installed": "installed {counterpart} at {position}",
    "component_removed": "removed {counterpart} from {position}",
    "installed_into": "built into {counterpart} at {position}",
    "removed_from": "taken out of {counterpart}, position {position}",
}
_HEAD_LINES = 3
_INDENT = 6


def unit_head(history: UnitHistory, width: int, *, real_site: bool) -> list[Line]:
    """Who the unit is, where it stands, and what it sits in: a line each; a long identity takes up to three."""
    unit = history.unit
    lines = folded(str(unit), width, Tone.STRONG, limit=_HEAD_LINES)
    state = unit.state.value.replace("_", " ")
    maker = "" if unit.maker == OWN_MAKER else f"maker {unit.maker}"
    facts = joined(
        (
            line_of(state, Tone.STRONG),
            line_of(f"revision {unit.revision}"),
            line_of(maker),
            line_of("SIMULATED", Tone.SIMULATED) if unit.simulated and real_site else (),
            line_of(f"registered {moment(unit.registered_at)} by {unit.source}", Tone.MUTED),
        )
    )
    return [*lines, facts]


def used_listing(uses: tuple[Use, ...], width: int, *, title: str = "built into") -> Listing:
    """What holds the item, nearest first; Enter opens it."""
    if not uses:
        return Listing(line_of(title, Tone.HEADING), (Row(line_of("nothing", Tone.MUTED)),))
    columns = (
        Column(title, least=12, most=80),
        Column("state", rank=1, least=8, tone=Tone.MUTED),
        Column("", rank=2, tone=Tone.MUTED),
    )
    entries = [
        Entry(
            (
                Cell("  " * (use.depth - 1) + str(use.unit)),
                Cell(use.unit.state.value.replace("_", " ").lower() if use.inside else "no longer inside"),
                Cell("top level" if use.top_level else ""),
            ),
            key=str(use.unit.id),
            target=Target("unit", use.unit.id),
        )
        for use in uses
    ]
    return table(columns, entries, width)


def lot_head(lot: LotSummary, width: int) -> list[Line]:
    """Who a lot is and what came with it."""
    facts = [f"{quantity(lot.quantity, lot.unit)} from {lot.supplier}, received {moment(lot.received_at)}"]
    facts += [f"date code {lot.date_code}"] if lot.date_code else []
    facts += [f"origin {lot.country_of_origin}"] if lot.country_of_origin else []
    return [*folded(str(lot), width, Tone.STRONG, limit=_HEAD_LINES), *folded(", ".join(facts), width, Tone.MUTED)]


def timeline_listing(history: UnitHistory, width: int, *, real_site: bool) -> Listing:
    """Everything that happened, oldest first; long texts fold and nothing is cut away."""
    rows: list[Row] = []
    for event in history.timeline:
        rows += _event_rows(event, width, real_site)
    return Listing(None, tuple(rows))


def _event_rows(event: TimelineEvent, width: int, real_site: bool) -> list[Row]:
    # The date would take a quarter of a narrow terminal from every line.
    at = f"{moment(event.at)} " if width >= 70 else f"{moment(event.at)[5:19]} "
    glyph, tone, text, more = _told(event)
    simulated = real_site and event.simulated
    head = folded(text + ("  SIMULATED" if simulated else ""), width - len(at) - 2, tone)
    rows: list[Row] = []
    for line in head:
        start = " " * len(at) if rows else at
        sign = "  " if rows else f"{glyph} "
        rows.append(Row((Span(start, Tone.MUTED), Span(sign, tone), *line)))
    return rows + [Row(line) for text in more for line in folded(text, width, Tone.MUTED, indent=_INDENT)]


def _told(event: TimelineEvent) -> tuple[str, Tone, str, list[str]]:
    """Glyph, tone, what happened, and what belongs to it."""
    if isinstance(event, Registration):
        return "+", Tone.NORMAL, f"registered, revision {event.revision}, by {event.source}", []
    if isinstance(event, GateAnswer):
        where = f"{event.operation} at {event.station} by {event.operator}"
        if event.allowed:
            return "→", Tone.NORMAL, f"gate allowed: {where}", []
        reasons = []
        for refusal in event.refusals:
            reasons.append(f"{refusal.rule}: {refusal.message}")
            reasons += [f"  evidence: {'; '.join(refusal.evidence)}"] if refusal.evidence else []
            reasons.append(f"  unlocked by {refusal.who.value.lower()}: {refusal.unlock}")
        return "⊘", Tone.ERROR, f"gate REFUSED: {where}", reasons
    if isinstance(event, RunReport):
        word, tone = verdict_word(event.verdict, event.ending)
        glyph, _, said = word.partition(" ")
        numbered = "VOID run" if event.voided_by else f"run {event.attempt}"
        text = f"{numbered} of {event.operation} {said}: {event.station} slot {event.slot}, by {event.operator}"
        more = ([event.reason] if event.reason else []) + [
            f"step {step.name} {step.outcome.value}: {step.message}" for step in event.steps if step.message
        ]
        return glyph, tone, text, more
    if isinstance(event, Ruling):
        void = "  VOID" if event.voided_by else ""
        return "!", Tone.STRONG, f"{event.what} by {event.by}{void}", [event.note] if event.note else []
    return _link_told(event)


def _link_told(event: ComponentEvent) -> tuple[str, Tone, str, list[str]]:
    what = _LINK_WORDS[event.event].format(counterpart=event.counterpart, position=event.position)
    amount = "" if event.lot_id is None else f", {quantity(event.quantity)}"
    circumstances = (
        f"{event.reason.value.lower()}, {event.collection.value.lower()}; "
        f"{event.operation} at {event.station} by {event.operator}"
    )
    void = "  VOID" if event.voided_by else ""
    inwards = event.event in ("component_installed", "installed_into")
    return ("▸" if inwards else "◂"), Tone.NORMAL, f"{what}{amount} ({circumstances}){void}", []
