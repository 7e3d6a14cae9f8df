"""The gate's decision: every rule is asked, and the answer is journalled with every rule that refused.

Facts, decision and journal entry are one transaction, so that what the gate said is what was true when it said it.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from mes import journal
from mes.gate import rules
from mes.gate.facts import Facts, read_facts
from mes.ledger import GATE_SOURCE, ContentConflict, JournalEntry, RecordRejected, Site
from mes.lookup import Prepared
from mes.models import table_of
from mes.models.journal import JournalRow
from mes.projection import fold
from mes.records import GateDecided, GateRequest, Permitted, Record, Refusal, encode_record, parse_record
from mes.vocabulary import GatePhase

SOURCE = GATE_SOURCE
"""The journal source of the centre's own decisions."""


@cache
def rule_modules() -> tuple[ModuleType, ...]:
    """The rules, found by walking the folder; each module has `check(request, facts)`: a `Refusal`, None, or
    the permits of the deviations without which it would have refused."""
    return tuple(import_module(f"{rules.__name__}.{found.name}") for found in iter_modules(rules.__path__))


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one rule said: what it asks, in one sentence, its refusal or None, and what let it pass by deviation."""

    rule: str
    asks: str
    refusal: Refusal | None
    permits: tuple[Permitted, ...] = ()


def explain(request: GateRequest, facts: Facts) -> tuple[Judgement, ...]:
    """What every rule says, in the order of their names; of a run that has finished, the rules that can have changed.

    A rule whose module has `AT_FINISH` is one of those.
    """
    judged = []
    for module in rule_modules():
        if request.phase is GatePhase.FINISH and not hasattr(module, "AT_FINISH"):
            continue
        name, asks = module.__name__.rpartition(".")[2], (module.__doc__ or "").partition("\n")[0]
        said = module.check(request, facts)
        judged.append(Judgement(name, asks, None, said) if isinstance(said, tuple) else Judgement(name, asks, said))
    return tuple(judged)


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
    recorded = decision_of(connection, request.id, request)
    if recorded is not None:
        return recorded
    decided = judge(connection, site, request)
    journal_by_gate(connection, decided, received_at)
    return decided


def judge(connection: Connection, site: Site, request: GateRequest) -> GateDecided:
    """The decision on a request, as this transaction sees the facts; nothing is journalled."""
    facts = read_facts(connection, site, request)
    judged = explain(request, facts)
    refusals = tuple(one.refusal for one in judged if one.refusal is not None)
    step = facts.unit.standing.step(request.operation) if facts.unit.standing is not None else None
    order = facts.terms.order
    return GateDecided(
        id=request.id,
        source=SOURCE,
        at=request.at,
        simulated=request.simulated,
        request=request,
        allowed=not refusals,
        refusals=refusals,
        offline=None if step is None or request.phase is not GatePhase.BEFORE else step.offline,
        # Only what was allowed is made under a deviation, and for an order.
        permits=() if refusals else tuple(permit for one in judged for permit in one.permits),
        assigns=order.number if order is not None and not refusals and order.belongs != order.number else None,
    )


def journal_by_gate(connection: Connection, record: Record, received_at: datetime) -> None:
    """Journal a record of the gate's own and fold it, in the transaction of the caller."""
    entry = JournalEntry(SOURCE, journal.head_of(connection, SOURCE).seq + 1, encode_record(record))
    fresh, _ = journal.append(connection, [entry], received_at)
    fold(connection, fresh)


def decision_of(connection: Connection, id_: UUID, request: GateRequest | None = None) -> GateDecided | None:
    """The decision of this identity, or None. Raises `ContentConflict` where it answers another request than this."""
    held = _HELD.rows(connection, record_id=id_)
    if not held:
        return None
    record = parse_record(held[0].body)
    if not isinstance(record, GateDecided) or request not in (None, record.request):
        raise ContentConflict(
            f"gate request {id_}: its id already names another {record.kind} record\n"
            "give every request an id of its own"
        )
    return record


def is_journalled(connection: Connection, id_: UUID) -> bool:
    """Whether any record has this identity."""
    return bool(_HELD.rows(connection, record_id=id_))


_JOURNAL = table_of(JournalRow)
_HELD = Prepared(
    select(_JOURNAL.c.body).where(_JOURNAL.c.record_id == bindparam("record_id", type_=_JOURNAL.c.record_id.type))
)
