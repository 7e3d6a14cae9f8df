"""The network links of a Linux machine, by `ip -j link show` (iproute2)."""

import re
from dataclasses import dataclass
from typing import Final

from drivers.device_documents._json_tree import json_tree

_DOCUMENT: Final = "ip -j link"
_MAC: Final = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}")


@dataclass(frozen=True, slots=True)
class LinuxLink:
    """One link: its name, whether it is up, its MAC address in lower case."""

    name: str
    is_up: bool
    mac: str


def parse_links(content: str | bytes) -> tuple[LinuxLink, ...]:
    """Every Ethernet link. Raises `DocumentError`, also for an address that is none."""
    found = []
    for node in json_tree(_DOCUMENT, content).elements():
        if node.member("link_type").text() != "ether":
            continue
        address = node.member("address")
        if _MAC.fullmatch(address.text()) is None:
            raise address.wrong(f"{address.text()[:40]!r} is no MAC address")
        found.append(LinuxLink(node.member("ifname").text(), node.member("operstate").text() == "UP", address.text()))
    return tuple(found)
