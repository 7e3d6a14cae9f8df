"""The PCIe tree of a machine by `lspci -vv` (pciutils): every function with what its link could carry, and carries."""

import re
from dataclasses import dataclass
from typing import Final

from drivers.device_documents._text import document_text
from drivers.errors import DocumentError

_DOCUMENT: Final = "lspci -vv"
_HEAD: Final = re.compile(r"(?:[0-9a-f]{4}:)?(?P<address>[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]) (?P<kind>[^:]+): (?P<name>.+)")
_LINK: Final = re.compile(
    r"\s+(?P<what>LnkCap|LnkSta):\s.*?Speed (?P<speed>\d+(?:\.\d+)?)GT/s(?: \([a-z ]+\))?, Width x(?P<width>\d+)\b"
)
_VITAL: Final = re.compile(r"\s+\[(?P<what>SN|PN)\] [A-Za-z ]+: (?P<text>\S.*)")


@dataclass(frozen=True, slots=True)
class PcieFunction:
    """One function: address, class and name; link speeds in GT/s and widths in lanes, None where it has no link.

    `serial` and `part` are from its vital product data, None without any.
    """

    address: str
    kind: str
    name: str
    capable_gts: float | None
    capable_width: int | None
    speed_gts: float | None
    width: int | None
    serial: str | None
    part: str | None


def parse_pcie_tree(content: str | bytes, *, complete: bool = False) -> tuple[PcieFunction, ...]:
    """Every function in the order of the output.

    Raises `DocumentError` for a block that does not begin with a function, a link with a capability and no state, or a
    last line without an end, unless `complete` says that the caller knows the output to be whole.
    """
    text = document_text(_DOCUMENT, content)
    if text and not text.endswith("\n") and not complete:
        raise DocumentError(_DOCUMENT, "its end", "has no end of line: the output may be cut; capture it again")
    blocks = [block for block in re.split(r"\n\s*\n", text.strip("\n")) if block.strip()]
    found = tuple(_function(number, block) for number, block in enumerate(blocks, 1))
    addresses = [one.address for one in found]
    for address in addresses:
        if addresses.count(address) > 1:
            raise DocumentError(_DOCUMENT, address, "is listed twice")
    return found


def _function(number: int, block: str) -> PcieFunction:
    first, *rest = block.split("\n")
    head = _HEAD.fullmatch(first.rstrip())
    if head is None:
        raise DocumentError(_DOCUMENT, f"function {number}", f"{first[:60]!r} is no address with a class and a name")
    links: dict[str, tuple[float, int]] = {}
    vital: dict[str, str] = {}
    for line in rest:
        if (link := _LINK.match(line)) is not None:
            links[link["what"]] = float(link["speed"]), int(link["width"])
        elif (told := _VITAL.match(line)) is not None:
            vital[told["what"]] = told["text"].rstrip()
    if len(links) == 1:
        raise DocumentError(_DOCUMENT, head["address"], f"has {next(iter(links))} alone; the output may be cut")
    capable, state = links.get("LnkCap"), links.get("LnkSta")
    return PcieFunction(
        head["address"],
        head["kind"],
        head["name"],
        None if capable is None else capable[0],
        None if capable is None else capable[1],
        None if state is None else state[0],
        None if state is None else state[1],
        vital.get("SN"),
        vital.get("PN"),
    )
