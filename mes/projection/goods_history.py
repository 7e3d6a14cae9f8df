"""When a unit was in which container, and when it was away: pure rules over what was packed, shipped and returned.

As in `mes.projection.history`, an answer follows from the facts' own times and never from the order of their arrival.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class Handling(NamedTuple):
    """Something was packed into a container, or taken out of it; a shipment and a return have no container."""

    at: datetime
    id: UUID
    container: str = ""


class Stay(NamedTuple):
    """How a stay in a container ended (`until` None: it did not); `displaced_by` is a packing elsewhere."""

    until: datetime | None = None
    displaced_by: UUID | None = None


def stays(packed: Iterable[Handling], unpacked: Iterable[Handling]) -> dict[UUID, Stay]:
    """The stay that each packing of one thing began.

    A thing is in one container at a time: packing it elsewhere ends the stay before, and says so. Taking it out of a
    container in which it is not says nothing.
    """
    answers: dict[UUID, Stay] = {}
    held: Handling | None = None
    for fact, taken_out in _in_order(packed, unpacked):
        if not taken_out:
            if held is not None:
                answers[held.id] = Stay(fact.at, fact.id)
            held, answers[fact.id] = fact, Stay()
        elif held is not None and held.container == fact.container:
            answers[held.id], held = Stay(fact.at), None
    return answers


def absences(shipped: Iterable[Handling], returned: Iterable[Handling]) -> dict[UUID, datetime | None]:
    """When the unit came back from each of its shipments; None: it did not. A return ends every one before it."""
    answers: dict[UUID, datetime | None] = {}
    for fact, came_back in _in_order(shipped, returned):
        if came_back:
            answers |= {id_: fact.at for id_, until in answers.items() if until is None}
        else:
            answers[fact.id] = None
    return answers


def _in_order(begun: Iterable[Handling], ended: Iterable[Handling]) -> list[tuple[Handling, bool]]:
    # At equal times what begins comes first: what is taken out was in.
    events = [(fact, False) for fact in begun] + [(fact, True) for fact in ended]
    return sorted(events, key=lambda event: (event[0].at, event[1], event[0].id))
