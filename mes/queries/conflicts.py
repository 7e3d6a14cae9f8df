"""What the records contradict each other in: facts that were kept, and stop their units until somebody decides."""

from dataclasses import dataclass

from sqlalchemy import Engine, func, select

from mes.gate.contents import contradictions
from mes.gate.goods import every_displaced
from mes.gate.read_backs import every_mistold
from mes.gate.terms import ROUNDING
from mes.models import table_of
from mes.models.unit import Installation, Lot
from mes.queries.snapshot import snapshot

_LOT, _INSTALLATION = table_of(Lot), table_of(Installation)
_DOUBLED = (
    select(_INSTALLATION.c.child_id)
    .where(_INSTALLATION.c.removed_at.is_(None), _INSTALLATION.c.child_id.is_not(None))
    .group_by(_INSTALLATION.c.child_id)
    .having(func.count() > 1)
)
_OVERDRAWN = select(_LOT).where(_LOT.c.used > _LOT.c.quantity * (1 + ROUNDING)).order_by(_LOT.c.part, _LOT.c.lot)


@dataclass(frozen=True, slots=True)
class Conflict:
    """One contradiction: the gate's rule that it stops units by, what it is about, and the rows that say so."""

    rule: str
    about: str
    said: str
    evidence: tuple[str, ...]


def conflicts(engine: Engine) -> tuple[Conflict, ...]:
    """Every conflict that stands, by rule and by what it is about."""
    with snapshot(engine) as session:
        connection = session.connection()
        found = [
            Conflict("eeprom_serial" if one.tells == "serial" else "mac_address", str(one.unit), str(one), one.evidence)
            for one in every_mistold(connection)
        ]
        doubled = connection.execute(_DOUBLED).scalars().all()
        found += [
            Conflict(
                "contradiction", str(one.unit), f"{one.unit} is recorded in {' and in '.join(one.places)}", one.evidence
            )
            for one in contradictions(connection, doubled)
        ]
        for unit, displaced, later in every_displaced(connection):
            said = f"{unit} is in container {later} and was never taken out of {displaced.container}"
            found.append(Conflict("packed", str(unit), said, (f"packing {displaced.record_id}",)))
        for lot in connection.execute(_OVERDRAWN):
            about = f"{lot.maker} {lot.part} lot {lot.lot}"
            said = f"{lot.used:g} {lot.unit} of {about} built in, {lot.quantity:g} received"
            found.append(Conflict("lot_overdrawn", about, said, (f"lot {lot.id}",)))
        return tuple(sorted(found, key=lambda one: (one.rule, one.about, one.said)))
