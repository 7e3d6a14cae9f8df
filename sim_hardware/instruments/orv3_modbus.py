"""The RS-485 line of Open Rack V3 supplies: what the processors of the unit in the fixture answer over Modbus RTU.

A supply answers at `address`. A shelf answers there for itself, and for its supplies by slot at `addresses`. Whoever
has no processor, is pulled out or held in reset is silent.
"""

from collections.abc import Sequence

from sim_hardware.clock import BenchClock
from sim_hardware.instruments.serial_instrument import SerialInstrument
from sim_hardware.power.bus_controllers import own_controller, slot_controllers
from sim_hardware.power.grid import PowerGrid
from sim_hardware.power.modbus_slave import ModbusSlave
from sim_hardware.power.orv3_registers import LAYOUTS, Orv3Registers

_TURNAROUND_S = 0.005
_CHARACTER_BITS = 10  # 8N1


class Orv3Modbus(SerialInstrument):
    """`layout` is that of the unit at `address`: psu, hpr or shelf; the supplies of a shelf have `slot_layout`.

    Raises ValueError for an address outside 1 to 255, one used twice, or an unknown layout.
    """

    def __init__(
        self,
        power: PowerGrid,
        clock: BenchClock,
        role: str,
        serial: str,
        *,
        address: int = 1,
        addresses: Sequence[int] = (),
        layout: str = "psu",
        slot_layout: str = "psu",
        baud: int = 19200,
    ) -> None:
        super().__init__(power, clock, role, serial)
        taken = [address, *addresses]
        if len(set(taken)) != len(taken) or not all(1 <= unit <= 255 for unit in taken):
            raise ValueError(f"Modbus addresses {taken}: each 1 to 255, each once")
        for name in (layout, slot_layout):
            if name not in LAYOUTS:
                raise ValueError(f"register layout {name!r}: known are {', '.join(LAYOUTS)}")
        self._layouts = {address: layout, **dict.fromkeys(addresses, slot_layout)}
        self._addresses = tuple(addresses)
        self._address = address
        self._banks: dict[int, Orv3Registers] = {}
        self._slave = ModbusSlave(self._units)
        self._character_s = _CHARACTER_BITS / baud
        self._silence_s = 3.5 * self._character_s
        self._frame = bytearray()
        self._last_at = 0.0

    def received(self, content: bytes) -> None:
        """Take bytes as one frame until the line falls silent for 3.5 characters; a frame that fits is answered."""
        now = self.clock.now()
        if now - self._last_at >= self._silence_s:
            self._frame.clear()
        self._last_at = now
        self._frame += content
        answer = self._slave.answer(bytes(self._frame))
        if answer and self.port is not None:
            characters = len(self._frame) + len(answer)
            self._frame.clear()
            self.port.send(answer, _TURNAROUND_S + characters * self._character_s)

    def disconnected(self) -> None:
        """The client has closed the line."""
        super().disconnected()
        self._frame.clear()

    def _units(self) -> dict[int, Orv3Registers]:
        """Who would answer now; a unit's registers live as long as its processor sits there."""
        self.power.advance()
        dut = self.world.dut
        found = {self._address: own_controller(dut)}
        found.update(zip(self._addresses, slot_controllers(dut) or (), strict=False))
        banks = {}
        for unit, controller in found.items():
            if controller is not None:
                bank = self._banks.get(unit)
                if bank is None or bank.controller is not controller:
                    bank = Orv3Registers(controller, self._layouts[unit])
                banks[unit] = bank
        self._banks = banks
        return banks
