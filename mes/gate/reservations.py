"""Components that the gate has promised to one station and that have not been built in yet.

Between the gate's answer and the arrival of what was bound, a second station may ask for the same piece. The promise
holds until the piece was installed or the time is over; the station that holds it may ask again for the same parent.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, or_, select

from mes.lookup import Lookup
from mes.models import table_of
from mes.models.test_run import Reservation
from mes.models.unit import Installation, Unit
from mes.projection.working_set import unit_key
from mes.records import GateRequest, UnitIdentity
from mes.vocabulary import GateAct

LASTS = timedelta(minutes=15)
"""How long a promise holds: an assembly is bound in seconds, and a station that died must not keep a piece for long."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A component promised to another assembly until `until`."""

    gate_id: UUID
    unit: UnitIdentity
    parent: str
    station: str
    until: datetime


_RESERVATION, _UNIT, _INSTALLATION = table_of(Reservation), table_of(Unit), table_of(Installation)
_PROMISES = Lookup(select(_RESERVATION).order_by(_RESERVATION.c.reserved_at), _RESERVATION.c.serial)
_INSTALLED = select(_INSTALLATION.c.id).join_from(_INSTALLATION, _UNIT, _UNIT.c.id == _INSTALLATION.c.child_id).limit(1)


def promised(connection: Connection, request: GateRequest) -> tuple[Promise, ...]:
    """The promises to others that stand against this request."""
    # What is packed or shipped is taken from whoever was promised it, as what is built in is.
    taken = request.components if request.act is GateAct.WORK else (request.unit, *request.components)
    components = {unit_key(component): component for component in taken}
    found = []
    for row in _PROMISES.rows(connection, {component.serial for component in taken}):
        component = components.get((row.maker, row.part, row.serial))
        own = (row.station, row.parent) == (request.station, str(request.unit))
        if component is None or own or abs(request.at - row.reserved_at) >= LASTS:
            continue
        # Built in by now, for which there is another rule, or built in since and taken out again.
        kept = _INSTALLED.where(
            _UNIT.c.serial == row.serial,
            _UNIT.c.part == row.part,
            _UNIT.c.maker == row.maker,
            or_(_INSTALLATION.c.removed_at.is_(None), _INSTALLATION.c.installed_at >= row.reserved_at),
        )
        if connection.execute(kept).first() is None:
            found.append(Promise(row.gate_id, component, row.parent, row.station, row.reserved_at + LASTS))
    return tuple(found)
