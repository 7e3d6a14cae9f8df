"""From a number that somebody typed to the one unit or lot it means, or to an answer that helps to correct it."""

from mes.command_line import CommandError, Exit
from mes.console_output import inert, narrate, print_document
from mes.queries.identity import (
    LotSummary,
    UnitSummary,
    find_lots,
    find_plans,
    find_units,
    similar_lots,
    similar_serials,
)
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
    found = find_units(access.engine, serial, part=part, maker=maker)
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


def _scanned_serial(access: SiteAccess, serial: str, part: str | None, maker: str | None) -> tuple[str, str | None]:
    return scanned_number(
        serial, part, "serial", lambda number, of: find_units(access.engine, number, part=of, maker=maker)
    )


def intended_unit(
    access: SiteAccess, serial: str, part: str | None, maker: str | None, *, as_json: bool
) -> UnitIdentity:
    """The unit of this serial number; with its part also one that is not registered yet. Raises as `one_unit`."""
    serial, part = _scanned_serial(access, serial, part, maker)
    if part is not None and not find_units(access.engine, serial, part=part, maker=maker):
        return UnitIdentity(maker=maker or OWN_MAKER, part=part, serial=serial)
    found = one_unit(access, serial, part, maker, as_json=as_json)
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
    found = find_units(access.engine, serial, part=part)
    if len(found) > 1:
        raise CommandError(
            f"component {inert(named)}: {len(found)} makers have this number, and none can be named here"
        )
    return UnitIdentity(maker=found[0].maker if found else OWN_MAKER, part=part, serial=serial)


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
