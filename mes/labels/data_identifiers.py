"""ANSI MH10.8.2 data identifiers: what the letters before a field mean, and what such a field may hold.

An identifier that is not here is read all the same and has no title: the standard has hundreds, and partners agree on
more. Titles follow MH10.8.2-2021; that suppliers use 1V for who made it is inferred from electronics practice.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from mes.labels.serial_format import is_week

_IDENTIFIED: Final = re.compile(r"(\d{0,3}[A-Z])(.*)", re.ASCII | re.DOTALL)
_NUMBER: Final = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)
_MEASURED: Final = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)([A-Z0-9]{2})", re.ASCII)

TITLES: Final[Mapping[str, str]] = {
    "P": "part number, assigned by the customer",
    "1P": "part number, assigned by the supplier",
    "2P": "revision of the part",
    "S": "serial number",
    "25S": "serial number with its issuer",
    "T": "lot, assigned by the customer",
    "1T": "lot, assigned by the supplier",
    "Q": "quantity",
    "7Q": "quantity with its unit",
    "D": "date, YYMMDD",
    "9D": "date code",
    "10D": "date code, YYWW",
    "11D": "date code, YYYYWW",
    "12D": "date, YYYYMMDD",
    "14D": "last day of use, YYYYMMDD",
    "16D": "production date, YYYYMMDD",
    "4L": "country of origin",
    "V": "supplier, code assigned by the customer",
    "1V": "maker, code assigned by the supplier",
    "K": "order number, assigned by the customer",
    "1K": "order number, assigned by the supplier",
}

ISSUERS: Final[Mapping[str, int]] = {"UN": 9, "LD": 6, "D": 5}
"""Length of a company's number by issuing agency (ISO/IEC 15459): DUNS, DoDAAC, CAGE; of others it varies."""


def split_field(text: str) -> tuple[str, str] | None:
    """Identifier and value of a field: up to three digits and a letter, then the value; None when it has none."""
    found = _IDENTIFIED.fullmatch(text)
    return None if found is None else (found[1], found[2])


def fault_of(identifier: str, value: str) -> str:
    """What is wrong with the value of a field; empty when nothing is."""
    if not value:
        return "is empty"
    check = _CHECKS.get(identifier)
    return "" if check is None else check(value)


def quantity_of(identifier: str, value: str) -> tuple[float, str]:
    """The number and the unit (empty: not said) of a quantity that has no fault."""
    measured = _MEASURED.fullmatch(value) if identifier == "7Q" else None
    return (float(value), "") if measured is None else (float(measured[1]), measured[2])


def issued_serial(value: str) -> str | None:
    """The serial number in a 25S field, behind issuer and company; None where their length is not known here."""
    for agency, length in ISSUERS.items():
        if value.startswith(agency):
            return value[len(agency) + length :] or None
    return None


def _quantity(value: str) -> str:
    return "" if _NUMBER.fullmatch(value) else "is no number"


def _measured(value: str) -> str:
    return "" if _MEASURED.fullmatch(value) else "is no number with a unit of two characters (ANSI X12.3)"


def _country(value: str) -> str:
    return "" if re.fullmatch("[A-Z]{2}", value) else "is no country of two letters (ISO 3166-1)"


def _week(value: str) -> str:
    return "" if is_week(value) else "is no year and week (YYWW)"


def _long_week(value: str) -> str:
    return "" if len(value) == 6 and is_week(value[2:]) and value[:2].isdigit() else "is no year and week (YYYYWW)"


def _day(value: str) -> str:
    return "" if _is_day(value, 8) else "is no day (YYYYMMDD)"


def _short_day(value: str) -> str:
    return "" if _is_day(value, 6) else "is no day (YYMMDD)"


def _is_day(value: str, length: int) -> bool:
    if len(value) != length or not (value.isascii() and value.isdigit()):
        return False
    try:
        date.fromisoformat(value if length == 8 else f"20{value}")
    except ValueError:
        return False
    return True


_CHECKS: Final[Mapping[str, Callable[[str], str]]] = {
    "Q": _quantity,
    "7Q": _measured,
    "4L": _country,
    "D": _short_day,
    "10D": _week,
    "11D": _long_week,
    "12D": _day,
    "14D": _day,
    "16D": _day,
}
