"""The defect and repair codes in force: once a site has loaded any, nobody can write another."""

from sqlalchemy import Connection, select

from mes.command_line import CommandError, Exit
from mes.definitions.faults import near
from mes.models import table_of
from mes.models.shop import CodeTableRow
from mes.records import CodeTable, DefectCode, RepairCode

_CODES = table_of(CodeTableRow)


def tables_in_force(connection: Connection) -> tuple[CodeTable, ...]:
    """Of each code table the revision released last, by name."""
    rows = connection.execute(select(_CODES).order_by(_CODES.c.name, _CODES.c.released_at, _CODES.c.digest))
    return tuple({row.name: CodeTable.model_validate(row.content) for row in rows}.values())


def defect_codes(connection: Connection, code: str) -> tuple[DefectCode, ...]:
    """What the tables in force say of a defect code, several where several tables have it; none where none is loaded.

    Raises `CommandError` for a code that no table has, with the nearest.
    """
    known = [one for table in tables_in_force(connection) for one in table.defects]
    _require("defect", code, {one.code for one in known})
    return tuple(one for one in known if one.code == code)


def repair_codes(connection: Connection, code: str) -> tuple[RepairCode, ...]:
    """The same of a repair code."""
    known = [one for table in tables_in_force(connection) for one in table.repairs]
    _require("repair", code, {one.code for one in known})
    return tuple(one for one in known if one.code == code)


def _require(noun: str, code: str, known: set[str]) -> None:
    if known and code not in known:
        raise CommandError(
            f"{noun} code {code!a}: is in no code table; {near(code, known)} A new code is loaded by `mes load`;"
            " nothing was recorded",
            Exit.NO,
        )
