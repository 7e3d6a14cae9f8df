"""Which MAC addresses belong to a unit: the maker's rule from serial number to the first of its addresses.

The label carries the serial number; the addresses were allotted with it.
"""

from collections.abc import Mapping
from typing import Any


def mac_of(serial: str, rule: Mapping[str, Any]) -> str:
    """The first address of the unit of this serial number, in lower case with colons.

    `rule` gives `prefix`, the first three bytes in hexadecimal, and `each`, how many addresses a unit has; the digits
    of the serial number count units. Raises ValueError for a prefix of another length.
    """
    digits = "".join(letter for letter in serial if letter.isdigit())
    number = int(digits or "0") * int(rule["each"])
    prefix = bytes.fromhex(str(rule["prefix"]))
    if len(prefix) != 3:
        raise ValueError(f"mac.prefix {rule['prefix']!r}: three bytes in hexadecimal are wanted")
    # A block that is used up begins anew.
    return (prefix + (number & 0xFFFFFF).to_bytes(3, "big")).hex(":")
