"""The question put to the gate, and its answer."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from mes.records.document import Digest, Document, LotIdentity, Name, Record, Text, UnitIdentity
from mes.vocabulary import GateAct, Role


class Refusal(Document):
    """One rule that said no: what it saw, what unlocks it, and who may."""

    rule: Name
    message: Text
    evidence: tuple[Text, ...] = ()
    unlock: Text
    who: Role


class GateRequest(Document):
    """May this unit be worked here, now? `id` makes the question idempotent and names the decision.

    `creates` says that the operation brings the serial number to life (an assembly's parent).
    `components` are the serialised children about to be installed, `lots` those of which a quantity is.
    `act` says that a unit is to be packed or shipped, `container` in what; `operation` is then only a name.
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
    simulated: bool
    act: GateAct = Field(default=GateAct.WORK, exclude_if=lambda act: act is GateAct.WORK)
    container: Name | None = Field(default=None, exclude_if=lambda name: name is None)


class GateDecided(Record):
    """The gate's answer with every rule that refused, kept whether it allowed or not."""

    kind: Literal["gate_decided"] = "gate_decided"
    request: GateRequest
    allowed: bool
    refusals: tuple[Refusal, ...] = ()
