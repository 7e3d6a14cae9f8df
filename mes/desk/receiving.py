"""What arrives at the dock: what was typed and what stands on its label, made into one record."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import select

from mes.command_line import CommandError
from mes.console_output import inert
from mes.database import reading
from mes.labels.label import Label
from mes.models import table_of
from mes.models.product import BomLine, Material
from mes.queries.identity import find_lots
from mes.records import LotIdentity
from mes.scanned import scanned_label
from mes.site_access import SiteAccess

_UNITS: Final = {"PC": "pc", "EA": "pc", "MR": "m", "KG": "kg"}
"""Units of quantity (ANSI X12.3) as they are written here."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed; None for what was not."""

    part: str | None
    lot: str | None
    quantity: float | None
    unit: str | None
    maker: str | None
    supplier: str | None
    date_code: str | None
    country: str | None
    expires: date | None


def delivery(access: SiteAccess, typed: Typed, scan: str | None) -> dict[str, Any]:
    """The fields of a lot's record, from the label and from what was typed.

    Maker and supplier on a label are codes, so what is typed stands for them; of anything else label and typing must
    agree. Raises `CommandError` for what contradicts the label, and for what neither says.
    """
    label = None if scan is None else scanned_label(scan)
    if scan is not None and label is None:
        raise CommandError(f"--scan {inert(scan[:60])}: is a plain number and no label; type part, lot and quantity")
    part = _part(access, typed.part, label)
    lot = _agreed("LOT", typed.lot, label, label.lot if label else None)
    maker = typed.maker or (label.maker if label else None)
    if maker is None:
        raise CommandError(
            "receive: who made it is not said; give --maker" + (", the label has no 1V" if label else "")
        )
    quantity = _agreed("--quantity", typed.quantity, label, label.quantity if label else None)
    return {
        "lot": LotIdentity(maker=maker, part=part, lot=lot),
        "quantity": quantity,
        "unit": typed.unit or _unit(access, label, maker, part, lot),
        "supplier": typed.supplier or (label.supplier if label else None) or maker,
        "date_code": _known("--date-code", typed.date_code, label.date_code if label else None),
        "country_of_origin": _known("--country", typed.country, label.country if label else None),
        "expires": _known("--expires", typed.expires, label.expires if label else None),
        **({} if label is None else {"label": label.raw}),
    }


def _part(access: SiteAccess, typed: str | None, label: Label | None) -> str:
    """The part number: as typed if the label has it, else the one on the label that this site knows."""
    parts = label.parts if label else ()
    if typed is not None:
        if parts and typed not in parts:
            raise CommandError(f"PART {inert(typed)}: the label is of part {' / '.join(parts)}; scan the right one")
        return typed
    if not parts:
        raise CommandError("receive: the part is not said; give PART, the label has neither P nor 1P")
    material = table_of(Material)
    with reading(access.engine) as connection:
        known = set(connection.execute(select(material.c.part).where(material.c.part.in_(parts))).scalars())
    return next((part for part in parts if part in known), parts[0])


def _unit(access: SiteAccess, label: Label | None, maker: str, part: str, lot: str) -> str:
    """The unit of the quantity: the label's, that of the lot so far, or that of every bill of material."""
    if label is not None and label.quantity_unit in _UNITS:
        return _UNITS[label.quantity_unit]
    if known := find_lots(access.engine, lot, part=part, maker=maker):
        return known[0].unit
    line = table_of(BomLine)
    with reading(access.engine) as connection:
        counted = set(connection.execute(select(line.c.unit).where(line.c.part == part)).scalars())
    if len(counted) != 1:
        raise CommandError(f"receive: the unit of the quantity of {inert(part)} is not said; give --unit, as pc or m")
    return str(counted.pop())


def _agreed(name: str, typed: Any, label: Label | None, on_label: Any) -> Any:
    found = _known(name, typed, on_label)
    if found is None:
        raise CommandError(f"receive: {name} is not said; give it" + (", the label does not say it" if label else ""))
    return found


def _known(name: str, typed: Any, on_label: Any) -> Any:
    if typed is not None and on_label is not None and typed != on_label:
        raise CommandError(f"{name} {inert(str(typed))}: the label says {inert(str(on_label))}; leave one of them out")
    return on_label if typed is None else typed
