"""A server power supply on its two-wire management bus, by the PMBus commands that public supply drivers read.

Numbers are LINEAR11, the output voltage LINEAR16 with the exponent that the supply states. Marked inferred is what the
standard leaves to makers: the black box.
"""

from datetime import date
from typing import Any, ClassVar, Final, Self

from drivers.capabilities import SupplyEvent, SupplyIdentity
from drivers.clock import Clock
from drivers.errors import DeviceError, OutOfRange
from drivers.place import Place
from drivers.pmbus import PmbusPort, decode_linear11, encode_linear11
from drivers.reading import InstrumentIdentity, Reading
from drivers.resource_suffix import number_in, split_resource
from drivers.supply_telemetry._black_box import supply_event
from drivers.wire_driver import WireDriver

_OPERATION, _CLEAR_FAULTS = 0x01, 0x03
_FAN_CONFIG, _FAN_COMMAND = 0x3A, 0x3B
_STATUS_WORD: Final = 0x79
_READ_VIN, _READ_IIN, _READ_VOUT, _READ_IOUT = 0x88, 0x89, 0x8B, 0x8C
_READ_TEMPERATURES, _READ_FANS = (0x8D, 0x8E, 0x8F), (0x90, 0x91)
_READ_POUT, _READ_PIN = 0x96, 0x97
_MFR_ID, _MFR_MODEL, _MFR_REVISION, _MFR_DATE, _MFR_SERIAL = 0x99, 0x9A, 0x9B, 0x9D, 0x9E
_EVENT_COUNT, _EVENT_SELECT, _EVENT, _CLEAR_EVENTS = 0xD0, 0xD1, 0xD2, 0xD3  # inferred

_DEFAULT_ADDRESS: Final = 0x58
_ON, _OFF = 0x80, 0x00

_DETAILS: Final = {15: 0x7A, 14: 0x7B, 13: 0x7C, 10: 0x81, 2: 0x7D, 1: 0x7E}
"""Bits of STATUS_WORD that say in which register the detail is (PMBus 1.2 part II, 17.2)."""
_STATES: Final = frozenset({11, 7, 6})
"""POWER_GOOD#, BUSY and OFF: states, not complaints."""
_IN_DETAIL: Final = {5: 15, 4: 14, 3: 13}
"""Faults of the low byte, each shown again by the detail that this bit of the high byte leads to."""

_NAMED_BITS: Final = {
    (0x7A, 7): "OVER_VOLTAGE",
    (0x7A, 4): "UNDER_VOLTAGE",
    (0x7B, 7): "OVER_CURRENT",
    (0x7B, 6): "SHORT_CIRCUIT",
    (0x7C, 4): "AC_LOSS",
    (0x7C, 3): "AC_LOSS",
    (0x7D, 7): "OVER_TEMPERATURE",
    (0x7D, 6): "OVER_TEMPERATURE_WARNING",
    (0x81, 7): "FAN_FAULT",
    (0x81, 6): "FAN_FAULT",
}


class PmbusSupply(WireDriver):
    """A power supply in the dialect of PMBus 1.2 with packet error codes.

    The resource names bus and device: ``/dev/i2c-3?address=0x58&exponent=-9``; without a suffix device 58h. `exponent`
    is what the product's VOUT_MODE must say; a supply that says another is refused instead of read wrong by a power
    of two. The identity is the bus, not the supply: supplies come and go while the station holds the bus.
    """

    __slots__ = ("_exponent", "_port")

    capability: ClassVar[str] = "SupplyTelemetry"
    wire: ClassVar[str] = "two-wire bus"

    def __init__(
        self,
        resource: str,
        port: PmbusPort,
        identity: InstrumentIdentity,
        clock: Clock,
        calibration_due: date | None = None,
        *,
        exponent: int | None = None,
    ) -> None:
        super().__init__(resource, identity, clock, calibration_due)
        self._port = port
        self._exponent = exponent

    @classmethod
    def attach(
        cls,
        resource: str,
        place: Place,
        identity: InstrumentIdentity,
        *,
        calibration_due: date | None = None,
        timeout_s: float = 5.0,
        **options: Any,
    ) -> Self:
        """Open the bus, saying nothing to it; `options` are the driver's."""
        wire, given = split_resource(resource, ("address", "exponent"))
        address = number_in(resource, given, "address", _DEFAULT_ADDRESS, 0x08, 0x77)
        if "exponent" in given:
            options["exponent"] = number_in(resource, given, "exponent", 0, -16, 15)
        port = PmbusPort(wire, place.smbus(wire), address, place.lock())
        return cls(resource, port, identity, place.clock, calibration_due, **options)

    def read_identity(self) -> SupplyIdentity:
        """Get who it is, by MFR_ID, MFR_MODEL, MFR_SERIAL, MFR_REVISION and MFR_DATE."""
        read = self._port.read_text
        return SupplyIdentity(
            maker=read(_MFR_ID),
            part=read(_MFR_MODEL),
            serial=read(_MFR_SERIAL),
            firmware=read(_MFR_REVISION),
            date=read(_MFR_DATE),
        )

    def read_input_voltage(self) -> Reading:
        """Get the input voltage in V rms."""
        return self._linear11(_READ_VIN, "V")

    def read_input_current(self) -> Reading:
        """Get the input current in A rms."""
        return self._linear11(_READ_IIN, "A")

    def read_input_power(self) -> Reading:
        """Get the input power in W."""
        return self._linear11(_READ_PIN, "W")

    def read_output_voltage(self) -> Reading:
        """Get the output voltage in V. Raises `DeviceError` when VOUT_MODE is not what the product has."""
        return self._reading(self._port.read_linear16(_READ_VOUT, self._exponent), "V")

    def read_output_current(self) -> Reading:
        """Get the output current in A."""
        return self._linear11(_READ_IOUT, "A")

    def read_output_power(self) -> Reading:
        """Get the output power in W."""
        return self._linear11(_READ_POUT, "W")

    def read_temperatures(self) -> tuple[Reading, ...]:
        """Get its three sensors in degC: inlet, then the hot spots."""
        return tuple(self._linear11(command, "degC") for command in _READ_TEMPERATURES)

    def read_fan_speeds(self) -> tuple[Reading, ...]:
        """Get those fans in 1/min that FAN_CONFIG_1_2 says are installed."""
        installed = self._port.read_byte(_FAN_CONFIG)
        commands = [command for command, bit in zip(_READ_FANS, (7, 3), strict=True) if installed >> bit & 1]
        return tuple(self._linear11(command, "1/min") for command in commands)

    def set_fan_duty(self, duty: float | None) -> None:
        """Set the least duty of the fans (0 to 1), proven by read-back; None gives them back to the supply: 0 %."""
        if duty is not None and not 0.0 <= duty <= 1.0:
            raise OutOfRange(f"{self.resource}: fan duty {duty!r} is outside 0 to 1")
        word = encode_linear11(100.0 * (duty or 0.0))
        self._port.write_word(_FAN_COMMAND, word)
        found = decode_linear11(self._port.read_word(_FAN_COMMAND))
        if found != decode_linear11(word):
            raise DeviceError(f"{self.resource}: FAN_COMMAND_1 holds {found:g} % after {decode_linear11(word):g} %")

    def set_output(self, on: bool) -> None:
        """Set the main output on or off by OPERATION, and prove by read-back that the command was taken."""
        wanted = _ON if on else _OFF
        self._port.write_byte(_OPERATION, wanted)
        if (found := self._port.read_byte(_OPERATION)) != wanted:
            raise DeviceError(f"{self.resource}: OPERATION holds {found:02X}h after {wanted:02X}h was written")

    def read_alarms(self) -> tuple[str, ...]:
        """Get what it complains of now, sorted; a bit without a standard name is called by register and bit.

        What STATUS_WORD sums up and no other register explains is called by its bit of STATUS_WORD.
        """
        word = self._port.read_word(_STATUS_WORD)
        raised = [bit for bit in range(16) if word >> bit & 1 and bit not in _STATES]
        names: set[str] = set()
        for bit in raised:
            register = _DETAILS.get(bit)
            if register is None and _IN_DETAIL.get(bit) in raised:
                continue
            detail = 0 if register is None else self._port.read_byte(register)
            found = {
                _NAMED_BITS.get((register, place), f"STATUS_{register:02X}h.{place}")
                for place in range(8)
                if register is not None and detail >> place & 1
            }
            names |= found or {f"STATUS_WORD.{bit}"}
        return tuple(sorted(names))

    def clear_alarms(self) -> None:
        """Set the latched alarms back (CLEAR_FAULTS); a latched output may come back."""
        self._port.send(_CLEAR_FAULTS)

    def read_events(self) -> tuple[SupplyEvent, ...]:
        """Get its black box, oldest first. Raises `DeviceError` for an entry that is not the one asked for."""
        return tuple(self._event(index) for index in range(self._port.read_byte(_EVENT_COUNT)))

    def clear_events(self) -> None:
        """Set its black box back to empty."""
        self._port.send(_CLEAR_EVENTS)

    def resync(self) -> None:
        """Get trust in the bus back after a wrong check byte; raise `LinkError` when it is still wrong."""
        self._port.resync()

    def _hang_up(self) -> None:
        self._port.close()

    def _linear11(self, command: int, unit: str) -> Reading:
        return self._reading(self._port.read_linear11(command), unit)

    def _reading(self, value: float, unit: str) -> Reading:
        return Reading(value, unit, at=self.clock.utc(), instrument=self.identity)

    def _event(self, asked: int) -> SupplyEvent:
        self._port.write_byte(_EVENT_SELECT, asked)
        block = self._port.read_block(_EVENT)
        if len(block) != 6:
            raise DeviceError(f"{self.resource}: black box: an entry of {len(block)} bytes instead of 6: {block!r}")
        return supply_event(self.resource, asked, block[0], block[1], int.from_bytes(block[2:], "little"))
