"""The codes that all management standards share: SFF-8024, tables of identifiers and connectors.

Which map a module has follows from its identifier alone (byte 0); one that this table gives no map is decoded by none.
"""

from typing import Final, Literal

from drivers.errors import MemoryMapError

MapName = Literal["CMIS", "SFF-8636", "SFF-8472"]

FORM_FACTORS: Final[dict[int, str]] = {
    0x03: "SFP",
    0x0B: "DWDM-SFP",
    0x0C: "QSFP",
    0x0D: "QSFP+",
    0x11: "QSFP28",
    0x18: "QSFP-DD",
    0x19: "OSFP",
    0x1A: "SFP-DD",
    0x1B: "DSFP",
    0x1E: "QSFP+ with CMIS",
    0x1F: "SFP-DD with CMIS",
    0x20: "SFP+ with CMIS",
    0x21: "OSFP-XD",
}
"""Form factors by identifier; 1Fh to 21h unverified."""

_MAPS: Final[dict[int, MapName]] = {
    **dict.fromkeys((0x03, 0x0B), "SFF-8472"),
    **dict.fromkeys((0x0C, 0x0D, 0x11), "SFF-8636"),
    **dict.fromkeys((0x18, 0x19, 0x1E, 0x1F, 0x20, 0x21), "CMIS"),
}

CONNECTORS: Final[dict[int, str]] = {
    0x01: "SC",
    0x07: "LC",
    0x08: "MT-RJ",
    0x09: "MU",
    0x0A: "SG",
    0x0B: "optical pigtail",
    0x0C: "MPO 1x12",
    0x0D: "MPO 2x16",
    0x20: "HSSDC II",
    0x21: "copper pigtail",
    0x22: "RJ45",
    0x23: "no separable connector",
    0x24: "MXC 2x16",
    0x25: "CS",
    0x26: "SN",
    0x27: "MPO 2x12",
    0x28: "MPO 1x16",
}


def map_of(identifier: int) -> MapName:
    """The management standard of a module with this identifier.

    Raises `MemoryMapError` for one that has none here: its bytes mean something else, or nothing.
    """
    if (found := _MAPS.get(identifier)) is not None:
        return found
    name = FORM_FACTORS.get(identifier, "not in the table")
    raise MemoryMapError(
        f"identifier {identifier:02X}h ({name}): none of SFF-8472, SFF-8636 and CMIS is this module's map; "
        "look at the raw bytes"
    )


def form_factor(identifier: int) -> str:
    """The name of a form factor; "code 7Fh" for an identifier that is not in the table."""
    return FORM_FACTORS.get(identifier, f"code {identifier:02X}h")


def connector(code: int) -> str:
    """The name of a connector; "unspecified" for 0, "code 7Fh" for one that is not in the table."""
    return "unspecified" if code == 0 else CONNECTORS.get(code, f"code {code:02X}h")
