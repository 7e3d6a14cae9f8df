"""MAC addresses: EUI-48 of IEEE 802, read in every usual spelling and written in one."""

import re

_SPELLINGS = re.compile(
    r"(?:[0-9a-f]{2}(?::[0-9a-f]{2}){5}|[0-9a-f]{2}(?:-[0-9a-f]{2}){5}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}|[0-9a-f]{12})",
    re.ASCII | re.IGNORECASE,
)
_GROUP = 1 << 40
"""The I/G bit: the lowest of the first octet (IEEE 802-2014 §8.2.2)."""
_LOCAL = 1 << 41
"""The U/L bit beside it."""

LAST = (1 << 48) - 1
"""The highest address there is."""


def read_mac(text: str) -> int:
    """The address in a text: pairs between colons or hyphens, fours between dots, or twelve digits. Raises ValueError.

    What device memories put around it (blanks) is passed over.
    """
    found = text.strip()
    if _SPELLINGS.fullmatch(found) is None:
        raise ValueError(f"{text!r}: is no MAC address; write it as 02:00:5e:10:00:00")
    return int(re.sub("[^0-9a-fA-F]", "", found), 16)


def write_mac(address: int) -> str:
    """The address in lower case with colons. Raises ValueError for what has no 48 bits."""
    if not 0 <= address <= LAST:
        raise ValueError(f"{address}: is no number of 48 bits")
    return address.to_bytes(6, "big").hex(":")


def is_group(address: int) -> bool:
    """Whether it names a group of stations, which no unit may have as its own."""
    return bool(address & _GROUP)


def is_local(address: int) -> bool:
    """Whether it is locally administered: no IEEE assignment stands behind it."""
    return bool(address & _LOCAL)
