"""Which parts a position takes now: its own, and the alternates that are in force. Pure."""

from datetime import date

from mes.projection.history import Position
from mes.records import Alternate, GateRequest


def out_of_force(alternate: Alternate, line: Position, request: GateRequest, taken: float, wanted: float) -> str:
    """Why this alternate does not stand for `wanted` more now; empty when it does. Days are those of UTC."""
    day: date = request.at.date()
    if alternate.since is not None and day < alternate.since:
        return f"alternate {alternate.part} of position {line.position} is in force from {alternate.since}"
    if alternate.until is not None and day > alternate.until:
        return f"alternate {alternate.part} of position {line.position} was in force until {alternate.until}"
    if alternate.serials and request.unit.serial not in alternate.serials:
        return f"alternate {alternate.part} of position {line.position} is for {', '.join(alternate.serials[:6])} only"
    if alternate.quantity is not None and taken + wanted > alternate.quantity * (1 + 1e-9):
        left = max(0.0, alternate.quantity - taken)
        bound = f"{alternate.quantity:g}, of which {left:g} are left"
        return f"alternate {alternate.part} of position {line.position} is bounded to {bound}"
    return ""
