"""From a number that somebody typed to the one unit or lot it means, or to an answer that helps to correct it."""

from mes.command_line import CommandError, Exit
from mes.console_output import inert, narrate, print_document
from mes.database import reading as one_state
from mes.desk.goods import Item
from mes.queries.goods import is_container
from mes.queries.identity import (
    LotSummary,
    UnitSummary,
    find_lots,
    find_plans,
    find_units,
    similar_lots,
    similar_serials,
    storable,
)
from mes.queries.naming import aliases, formerly
from mes.records import LotIdentity, UnitIdentity
from mes.scanned import scanned_number
from mes.site_access import SiteAccess
from mes.vocabulary import OWN_MAKER


def one_unit(
    access: SiteAccess, serial: str, part: str | None, maker: str | None, *, as_json: bool, shown: bool = False
) -> UnitSummary:
    """The one unit with this serial. Raises `CommandError`: exit 1 when there is none, 2 when there are several.

    A scanned label stands for the serial number on it, and for its part.

    Where a unit is only `shown`, several are no obstacle: the one registered last is taken, and it is said that
    there are others. What is done to a unit needs the one that is meant.
    """
    serial, part = _scanned_serial(access, serial, part, maker)
    found = units_meant(access, serial, part, maker)
    if len(found) == 1:
        return found[0]
    if found and shown:
        newest = max(found, key=lambda unit: (unit.registered_at, unit.source))
        others = ", ".join(inert(str(unit)) for unit in found if unit is not newest)
        narrate(f"serial {serial}: showing {newest}, registered last; there is also {others} (choose with --part)")
        return newest
    if found:
        raise CommandError(_ambiguous("serial", serial, [(u.maker, u.part) for u in found]))
    nearest = similar_serials(access.engine, serial)
    if as_json:
        print_document(access.site, unit=None, nearest=nearest)
    raise CommandError(_unknown("unit", serial, part, nearest, access.name), Exit.NO)


def units_meant(
    access: SiteAccess, serial: str, part: str | None = None, maker: str | None = None
) -> tuple[UnitSummary, ...]:
    """The units with this serial number, or else those that a customer calls this, or that once had this part number.

    By which other name a unit was found is told, and so is a customer's number that is also a serial number here.
    """
    found = find_units(access.engine, serial, part=part, maker=maker)
    if not storable(serial, part, maker):
        return found
    with one_state(access.engine) as connection:
        called = [alias for alias in aliases(connection, serial, part, maker) if alias.unit not in found]
        former = formerly(connection, serial, part, maker) if part is not None and not found else ()
    for alias in called:
        if found:
            narrate(f"serial {serial}: {alias.customer} calls {alias.unit} by this number; {found[0]} is taken")
        else:
            narrate(f"serial {serial}: {alias.customer} calls {alias.unit} by this number")
    for name in former:
        narrate(f"serial {serial}: {name.part} revision {name.revision} was converted and is now {name.unit}")
    others = [alias.unit for alias in called] + [name.unit for name in former]
    return found or tuple({unit.id: unit for unit in others}.values())


def one_item(access: SiteAccess, named: str, part: str | None, maker: str | None, *, as_json: bool) -> Item:
    """The container or the unit that is meant by a number; ``container:NAME`` and ``serial:NUMBER`` say which.

    Raises `CommandError` as `one_unit` does, and when a container and a unit have the number.
    """
    kind, colon, number = named.partition(":")
    if colon and kind == "container":
        return number
    if colon and kind == "serial":
        return one_unit(access, number, part, maker, as_json=as_json)
    with one_state(access.engine) as connection:
        packed = storable(named) and is_container(connection, named)
    if not packed:
        return one_unit(access, named, part, maker, as_json=as_json)
    if find_units(access.engine, named, part=part, maker=maker):
        raise CommandError(
            f"{inert(named)}: is a container and a serial number; write container:{inert(named)} or"
            f" serial:{inert(named)}"
        )
    return named


def _scanned_serial(access: SiteAccess, serial: str, part: str | None, maker: str | None) -> tuple[str, str | None]:
    return scanned_number(
        serial, part, "serial", lambda number, of: find_units(access.engine, number, part=of, maker=maker)
    )


def intended_unit(
    access: SiteAccess, serial: str, part: str | None, maker: str | None, *, as_json: bool
) -> UnitIdentity:
    """The unit of this serial number; with its part also one that is not registered yet. Raises as `one_unit`."""
    serial, part = _scanned_serial(access, serial, part, maker)
    meant = units_meant(access, serial, part, maker)
    # By its former part number the gate itself says what a unit has become.
    if part is not None and not any(one.part == part for one in meant):
        return UnitIdentity(maker=maker or OWN_MAKER, part=part, serial=serial)
    found = meant[0] if len(meant) == 1 else one_unit(access, serial, part, maker, as_json=as_json)
    return UnitIdentity(maker=found.maker, part=found.part, serial=found.serial)


def one_lot(access: SiteAccess, lot: str, part: str | None, maker: str | None, *, as_json: bool) -> LotSummary:
    """The one lot with this number. Raises `CommandError`: exit 1 when there is none, 2 when there are several."""
    lot, part = scanned_number(
        lot, part, "lot", lambda number, of: find_lots(access.engine, number, part=of, maker=maker)
    )
    found = find_lots(access.engine, lot, part=part, maker=maker)
    if len(found) == 1:
        return found[0]
    if found:
        raise CommandError(_ambiguous("lot", lot, [(row.maker, row.part) for row in found]))
    nearest = similar_lots(access.engine, lot)
    if as_json:
        print_document(access.site, lot=None, nearest=nearest)
    raise CommandError(_unknown("lot", lot, part, nearest, access.name), Exit.NO)


def named_unit(access: SiteAccess, named: str) -> UnitIdentity:
    """The unit that ``PART:SERIAL`` names; one that nobody registered is of this site's own making.

    Raises `CommandError` for another form, and where several makers have the number.
    """
    part, serial = _halves("component", named, "PART:SERIAL")
    found = find_units(access.engine, serial, part=part) or _called(access, serial, part)
    if len(found) > 1:
        raise CommandError(
            f"component {inert(named)}: {len(found)} makers have this number, and none can be named here"
        )
    if not found:
        return UnitIdentity(maker=OWN_MAKER, part=part, serial=serial)
    return UnitIdentity(maker=found[0].maker, part=part, serial=found[0].serial)


def _called(access: SiteAccess, number: str, part: str) -> tuple[UnitSummary, ...]:
    # By its former part number the gate itself says what a unit has become.
    return tuple(unit for unit in units_meant(access, number, part) if unit.part == part)


def named_lot(access: SiteAccess, named: str) -> LotIdentity:
    """The lot that ``PART:LOT`` names, own when nobody received it. Raises as `named_unit`."""
    part, lot = _halves("lot", named, "PART:LOT")
    found = find_lots(access.engine, lot, part=part)
    if len(found) > 1:
        raise CommandError(f"lot {inert(named)}: {len(found)} makers have this number, and none can be named here")
    return LotIdentity(maker=found[0].maker if found else OWN_MAKER, part=part, lot=lot)


def _halves(noun: str, named: str, form: str) -> tuple[str, str]:
    part, colon, number = named.partition(":")
    if not (part and colon and number):
        raise CommandError(f"{noun} {inert(named)}: write it as {form}")
    return part, number


def one_plan(access: SiteAccess, named: str) -> str:
    """The digest of the one plan with this name, or whose digest begins so.

    Raises `CommandError`: exit 1 when there is none, 2 when there are several.
    """
    found = find_plans(access.engine, named)
    if len(found) == 1:
        return found[0].digest
    if found:
        listed = ", ".join(f"{plan.digest[:12]} ({inert(plan.name)} revision {inert(plan.revision)})" for plan in found)
        raise CommandError(f"plan {inert(named)}: {len(found)} are meant: {listed}; give the digest of one")
    raise CommandError(f"plan {inert(named)}: unknown in {access.name}; give its name or its digest", Exit.NO)


def _ambiguous(noun: str, number: str, candidates: list[tuple[str, str]]) -> str:
    named = ", ".join(f"part {inert(part)} of maker {inert(maker)}" for maker, part in candidates)
    return f"{noun} {inert(number)}: {len(candidates)} have this number: {named}; choose with --part and --maker"


def _unknown(noun: str, number: str, part: str | None, nearest: tuple[str, ...], database: str) -> str:
    what = f"{noun} {inert(number)}" + (f" of part {inert(part)}" if part is not None else "")
    if number in nearest:
        return f"{what}: unknown in {database}; the number exists under another part or maker: leave out the option"
    if nearest:
        return f"{what}: unknown in {database}; nearest are {', '.join(inert(n) for n in nearest)}"
    return f"{what}: unknown in {database}, and nothing there begins like it; check the scan, or choose another --db"
