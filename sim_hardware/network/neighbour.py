"""Who answers at the other end of a cable, as LLDP (IEEE 802.1AB) announces it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One announced end: system name, chassis ID (a MAC address), and the port by its interface name."""

    chassis_name: str
    chassis_id: str
    port_id: str
    port_description: str = ""
