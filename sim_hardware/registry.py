"""Which simulated serial lines exist in this process: how a `sim://<bench>/<role>` URL finds its device.

A URL is all that a driver has, so there must be one place in the process that knows it; a bench announces itself
when it is made and is forgotten when it closes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import serial

from sim_hardware.byte_device import ByteDevice
from sim_hardware.clock import BenchClock
from sim_hardware.faults import FaultRules
from sim_hardware.scpi_device import ScpiDevice

HANDLERS = "sim_hardware.serial_handlers"

_benches: dict[str, Mapping[str, "Outlet"]] = {}


class BenchNameTaken(ValueError):
    """Two simulated benches of one process cannot have the same name."""


class UnknownOutlet(LookupError):
    """No simulated serial line goes by that URL."""


@dataclass(frozen=True, slots=True)
class Outlet:
    """One serial line of a bench: what is behind it, on which clock, with which faults."""

    device: ScpiDevice | ByteDevice
    clock: BenchClock
    rules: FaultRules | None = None


def announce(bench: str, outlets: Mapping[str, Outlet]) -> None:
    """Make the lines of a bench reachable by role; the mapping may grow later.

    Also tells pyserial of the `sim://` handler. Raises BenchNameTaken.
    """
    if bench in _benches:
        raise BenchNameTaken(f"a simulated bench named {bench!r} is already open in this process; close it first")
    if HANDLERS not in serial.protocol_handler_packages:
        serial.protocol_handler_packages.append(HANDLERS)
    _benches[bench] = outlets


def forget(bench: str) -> None:
    """Let the name of a closed bench go; forgetting twice is no error."""
    _benches.pop(bench, None)


def find(bench: str, role: str) -> Outlet:
    """Give the line of a role. Raises UnknownOutlet, naming what there is."""
    if bench not in _benches:
        raise UnknownOutlet(f"no simulated bench {bench!r}; open are: {', '.join(sorted(_benches)) or 'none'}")
    if role not in _benches[bench]:
        raise UnknownOutlet(
            f"simulated bench {bench!r} has no serial line {role!r}; it has: {', '.join(_benches[bench]) or 'none'}"
        )
    return _benches[bench][role]
