"""The gate answered."""

from mes.models.deviation import DeviationUse
from mes.models.test_run import GateDecision, Reservation
from mes.projection.permits import used
from mes.projection.working_set import Mentions, WorkingSet, unit_key
from mes.records import GateDecided
from mes.vocabulary import GatePhase


def mentions(record: GateDecided, mentions: Mentions) -> None:
    """The unit, where the decision gives it something; it may not exist yet."""
    if record.permits:
        mentions.units.add(unit_key(record.request.unit))
    if record.assigns is not None:
        mentions.assigned.add(unit_key(record.request.unit))


def project(record: GateDecided, work: WorkingSet) -> None:
    """Add the decision, what it promised to the station that asked, and what it gave to the unit."""
    request = record.request
    work.rows[GateDecision].append(
        {
            "id": record.id,
            **request.unit.model_dump(),
            "operation": request.operation,
            "station": request.station,
            "operator": request.operator,
            "allowed": record.allowed,
            "refusals": [refusal.model_dump(mode="json") for refusal in record.refusals],
            "simulated": record.simulated,
            "decided_at": record.at,
            "phase": request.phase.value,
            "run_id": request.run,
            "fixture": request.fixture,
        }
    )
    if record.allowed and request.phase is GatePhase.BEFORE:
        work.rows[Reservation] += [
            {
                "gate_id": record.id,
                **component.model_dump(),
                "parent": str(request.unit),
                "station": request.station,
                "reserved_at": record.at,
            }
            for component in dict.fromkeys(request.components)
        ]
    key = unit_key(request.unit)
    if record.assigns is not None:
        work.orders.assign(key, record.assigns, record.at, record.id, request.operator, by_gate=True)
    for place, permitted in enumerate(record.permits):
        permit = permitted.permit
        work.permits[key].add(used(permit, record.at, record.id))
        work.rows[DeviationUse].append(
            {
                "gate_id": record.id,
                "place": place,
                "deviation_id": permitted.record,
                "number": permitted.deviation,
                "rule": permitted.rule,
                "kind": permit.kind.value,
                "position": permit.position,
                "component_part": permit.part,
                "operation": permit.operation,
                "revision": permit.revision,
                **request.unit.model_dump(),
                "used_at": record.at,
            }
        )
    if record.permits and (unit := work.units.get(key)) is not None:
        work.touched[unit.id] = unit
