"""The two-wire bus of a fixture with the supplies of the unit on it, and with the faults that such a bus has.

It looks like any adapter: a device that is not there, held in reset or without power does not acknowledge, and a Linux
adapter then raises OSError (ENXIO). A transfer takes its time at 100 kHz.
"""

import errno

from sim_hardware.clock import BenchClock
from sim_hardware.faults import Fault, FaultRules
from sim_hardware.power.bus_controllers import own_controller, slot_controllers
from sim_hardware.power.grid import PowerGrid
from sim_hardware.power.pmbus_slave import NotAcknowledged, PmbusSlave

FIRST_ADDRESS = 0x58
"""Of the unit's own processor, or of the supply in slot 1; the other slots follow."""
BUS_FAULTS = frozenset({"drop", "garbage", "truncate", "stale", "error"})
"""Faults that a two-wire bus can have: no acknowledge, flipped bits, a device that lets go of the bus, an old answer, a
refused command."""
_BIT_S = 1e-5
_BITS_PER_BYTE = 9


class PmbusBus:
    """An SMBus adapter; its faults match what it does, such as "read 58h 8B" or "write 58h 3B"."""

    def __init__(self, power: PowerGrid, clock: BenchClock, rules: FaultRules) -> None:
        self._power = power
        self._clock = clock
        self._rules = rules
        self._slaves: dict[int, PmbusSlave] = {}
        self._previous: bytes | None = None

    def read_block(self, address: int, register: int, length: int) -> bytes:
        """Get `length` bytes of a command; past its end the bus reads as ones. Raises OSError (ENXIO)."""
        self._clock.sleep((length + 3) * _BITS_PER_BYTE * _BIT_S)
        hits = self._struck(f"read {address:02X}h {register:02X}")
        try:
            content = self._at(address).read(register)
        except NotAcknowledged as error:
            raise _not_acknowledged(str(error)) from error
        answer = bytearray(content[:length].ljust(length, b"\xff"))
        for fault in hits:
            match fault.kind:
                case "garbage":
                    for place in self._rules.rng.sample(range(length), min(fault.count, length)):
                        answer[place] ^= 1 << self._rules.rng.randrange(8)
                case "truncate":
                    answer[fault.count :] = b"\xff" * len(answer[fault.count :])
                case "stale":
                    answer = bytearray((self._previous or content)[:length].ljust(length, b"\xff"))
        self._previous = content
        return bytes(answer)

    def write_block(self, address: int, register: int, content: bytes) -> None:
        """Send a command with its content. Raises OSError (ENXIO)."""
        self._clock.sleep((len(content) + 2) * _BITS_PER_BYTE * _BIT_S)
        hits = self._struck(f"write {address:02X}h {register:02X}")
        sent = bytearray(content)
        for fault in hits:
            if fault.kind == "garbage" and sent:
                sent[self._rules.rng.randrange(len(sent))] ^= 1 << self._rules.rng.randrange(8)
        try:
            self._at(address).write(register, bytes(sent))
        except NotAcknowledged as error:
            raise _not_acknowledged(str(error)) from error

    def close(self) -> None:
        """Let go of the bus."""

    def _struck(self, transfer: str) -> list[Fault]:
        hits = self._rules.strike(transfer)
        if any(fault.kind in ("drop", "error") for fault in hits):
            raise _not_acknowledged(transfer)
        return hits

    def _at(self, address: int) -> PmbusSlave:
        self._power.advance()
        dut = self._power.world.dut
        slots = slot_controllers(dut)
        by_slot = (own_controller(dut),) if slots is None else slots
        slot = address - FIRST_ADDRESS
        controller = by_slot[slot] if 0 <= slot < len(by_slot) else None
        if controller is None:
            self._slaves.pop(address, None)
            raise _not_acknowledged(f"no device at address {address:#04x}")
        slave = self._slaves.get(address)
        if slave is None or slave.controller is not controller:
            slave = self._slaves[address] = PmbusSlave(controller, address)
        return slave


def _not_acknowledged(act: str) -> OSError:
    return OSError(errno.ENXIO, f"not acknowledged: {act}")
