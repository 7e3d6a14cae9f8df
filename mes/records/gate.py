"""The question put to the gate, and its answer."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from mes.records.definition import silent
from mes.records.deviation import Permit
from mes.records.document import Digest, Document, LotIdentity, Name, Record, Text, UnitIdentity
from mes.vocabulary import GateAct, GatePhase, OfflinePolicy, Role

NO_DECISION = UUID(int=0)
"""The decision of a run before which no gate was asked, then or later: history of before there was one."""


class Refusal(Document):
    """One rule that said no: what it saw, what unlocks it, and who may."""

    rule: Name
    message: Text
    evidence: tuple[Text, ...] = ()
    unlock: Text
    who: Role


class Permitted(Document):
    """A rule that would have said no, and the deviation (its number, and its record) that let it pass."""

    rule: Name
    deviation: Name
    record: UUID
    permit: Permit


class GateRequest(Document):
    """May this unit be worked here, now? `id` makes the question idempotent and names the decision.

    `creates` says that the operation brings the serial number to life (an assembly's parent).
    `components` are the serialised children about to be installed, `lots` those of which a quantity is. `order` is
    the work order for which the unit is made; None: whichever it belongs to. `act` says that a unit is to be packed
    or shipped, `container` in what; `operation` is then only a name.
    """

    id: UUID
    at: AwareDatetime
    unit: UnitIdentity
    operation: Name
    station: Name
    operator: Name
    fixture: Name
    plan: Digest | None = None
    instruments: tuple[Text, ...] = ()
    creates: bool = False
    components: tuple[UnitIdentity, ...] = ()
    lots: tuple[LotIdentity, ...] = ()
    order: Name | None = Field(default=None, exclude_if=silent)
    simulated: bool
    phase: GatePhase = Field(default=GatePhase.BEFORE, exclude_if=lambda phase: phase is GatePhase.BEFORE)
    run: UUID | None = Field(default=None, exclude_if=lambda run: run is None)
    """The run that has finished or arrived; None before there is one."""
    act: GateAct = Field(default=GateAct.WORK, exclude_if=lambda act: act is GateAct.WORK)
    container: Name | None = Field(default=None, exclude_if=lambda name: name is None)


class GateDecided(Record):
    """The gate's answer with every rule that refused, kept whether it allowed or not."""

    kind: Literal["gate_decided"] = "gate_decided"
    request: GateRequest
    allowed: bool
    refusals: tuple[Refusal, ...] = ()
    offline: OfflinePolicy | None = Field(default=None, exclude_if=lambda policy: policy is None)
    """What the route says of this operation while the centre is away: its station goes by it until it hears more."""
    permits: tuple[Permitted, ...] = Field(default=(), exclude_if=silent)
    """What passed by a deviation alone."""
    assigns: Name | None = Field(default=None, exclude_if=silent)
    """The work order to which the unit belongs by this decision, where it did not before."""
