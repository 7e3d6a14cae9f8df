"""The gate's decision: every rule is asked, and the answer is journalled with every rule that refused.

Facts, decision and journal entry are one transaction, so that what the gate said is what was true when it said it.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from sqlalchemy import Connection, select

from mes import journal
from mes.gate import rules
from mes.gate.facts import Facts, read_facts
from mes.ledger import ContentConflict, JournalEntry, RecordRejected, Site
from mes.models import table_of
from mes.models.journal import JournalRow
from mes.projection import fold
from mes.records import GateDecided, GateRequest, Refusal, encode_record, parse_record

SOURCE = "centre/gate"
"""The journal source of the centre's own decisions."""


@cache
def rule_modules() -> tuple[ModuleType, ...]:
    """The rules, found by walking the folder; each module has `check(request, facts) -> Refusal | None`."""
    return tuple(import_module(f"{rules.__name__}.{found.name}") for found in iter_modules(rules.__path__))


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one rule said: what it asks, in one sentence, and its refusal, or None."""

    rule: str
    asks: str
    refusal: Refusal | None


def explain(request: GateRequest, facts: Facts) -> tuple[Judgement, ...]:
    """What every rule says, in the order of their names."""
    return tuple(
        Judgement(
            module.__name__.rpartition(".")[2],
            (module.__doc__ or "").partition("\n")[0],
            module.check(request, facts),
        )
        for module in rule_modules()
    )


def decide(request: GateRequest, facts: Facts) -> tuple[Refusal, ...]:
    """The refusals of all rules that refuse, in the order of their names; none means allowed."""
    return tuple(judged.refusal for judged in explain(request, facts) if judged.refusal is not None)


def record_decision(connection: Connection, site: Site, request: GateRequest, received_at: datetime) -> GateDecided:
    """Decide and journal, in the transaction of the caller; a request already decided gives that decision again.

    The decision's record id is the request's id and its time the request's, so that asking again cannot make a second
    answer. Raises `ContentConflict` when the id belongs to something else, `RecordRejected` when the request cannot be
    stored.
    """
    if journal.holds_nul(request.model_dump(mode="json")):
        raise RecordRejected(SOURCE, 0, f"gate request {request.id}: a text holds a NUL character")
    recorded = _recorded(connection, request)
    if recorded is not None:
        return recorded
    refusals = decide(request, read_facts(connection, site, request))
    decided = GateDecided(
        id=request.id,
        source=SOURCE,
        at=request.at,
        simulated=request.simulated,
        request=request,
        allowed=not refusals,
        refusals=refusals,
    )
    entry = JournalEntry(SOURCE, journal.head_of(connection, SOURCE).seq + 1, encode_record(decided))
    fresh, _ = journal.append(connection, [entry], received_at)
    fold(connection, fresh)
    return decided


def _recorded(connection: Connection, request: GateRequest) -> GateDecided | None:
    rows = table_of(JournalRow)
    body = connection.execute(select(rows.c.body).where(rows.c.record_id == request.id)).scalar_one_or_none()
    if body is None:
        return None
    record = parse_record(body)
    if not isinstance(record, GateDecided) or record.request != request:
        raise ContentConflict(
            f"gate request {request.id}: its id already names another {record.kind} record\n"
            "give every request an id of its own"
        )
    return record
