"""An Open Rack V3 power supply over Modbus RTU.

The registers are those that public rack monitors poll, value = raw / 2^precision, high byte first, unsigned but for
temperatures; the alarm bits are those of a public decoder of the same layout. Marked inferred is what no public map
gives: the maker's name, switching, the least fan duty, clearing and the black box.
"""

from datetime import date
from typing import Any, ClassVar, Final, Self

from drivers.capabilities import SupplyEvent, SupplyIdentity
from drivers.clock import Clock
from drivers.errors import DeviceError, OutOfRange
from drivers.modbus import HIGHEST_UNIT, ModbusPort
from drivers.place import Place
from drivers.reading import InstrumentIdentity, Reading
from drivers.resource_suffix import number_in, split_resource
from drivers.supply_telemetry._black_box import supply_event
from drivers.wire_driver import WireDriver

_PART, _DATE, _SERIAL, _FIRMWARE = (8, 8), (16, 8), (24, 16), (48, 4)
_MAKER: Final = (104, 8)  # inferred
_ALARMS: Final = 60
_FANS: Final = 67
_TEMPERATURES: Final = 69
_DUTY, _CLEAR_ALARMS, _OUTPUT = 112, 113, 114  # inferred
_EVENT_COUNT, _EVENT_SELECT, _EVENT, _CLEAR_EVENTS = 128, 129, 130, 134  # inferred

_OWN_CONTROL: Final = 0xFFFF
_DUTY_SCALE: Final = 10_000
_SATURATED: Final = 0xFFFF
_HOTTEST, _COLDEST = 0x7FFF, 0x8000

_PRECISIONS: Final = {"psu": (3, 6, 10), "hpr": (2, 6, 10), "shelf": (0, 5, 6)}
"""Fraction bits of power, output current and input current. With the public 3 bits 16 of them end at 8191 W, and with
10 at 64 A: what a 12 kW supply and a whole shelf use instead is inferred."""

_NAMED_BITS: Final = {
    (61, 0): "AC_LOSS",
    (61, 8): "AC_LOSS",
    (62, 0): "UNDER_VOLTAGE",
    (62, 1): "OVER_VOLTAGE",
    (62, 2): "OVER_CURRENT",
    (62, 3): "SHORT_CIRCUIT",
    **{(63, bit): "OVER_TEMPERATURE" for bit in range(6)},
    (63, 8): "FAN_FAULT",
    (60, 2): "OVER_TEMPERATURE_WARNING",  # inferred: the summary's own temperature bit
}


class Orv3Modbus(WireDriver):
    """An ORv3 supply, 12 kW supply or shelf in the dialect of the Open Rack V3 Modbus map.

    The resource names line and unit: ``/dev/ttyUSB0?unit=200&baud=19200&layout=psu``; without a suffix unit 1
    (inferred) at 19200 baud; a high-power supply has ``baud=115200&layout=hpr``. Several drivers may share a line. The
    identity is the line's, not the supply's: supplies come and go while the station holds the line.
    """

    __slots__ = ("_port", "_precisions")

    capability: ClassVar[str] = "SupplyTelemetry"
    wire: ClassVar[str] = "Modbus RTU line"

    def __init__(
        self,
        resource: str,
        port: ModbusPort,
        layout: str,
        identity: InstrumentIdentity,
        clock: Clock,
        calibration_due: date | None = None,
    ) -> None:
        super().__init__(resource, identity, clock, calibration_due)
        self._port = port
        self._precisions = _PRECISIONS[layout]

    @classmethod
    def attach(
        cls,
        resource: str,
        place: Place,
        identity: InstrumentIdentity,
        *,
        calibration_due: date | None = None,
        timeout_s: float = 1.0,
        **options: Any,
    ) -> Self:
        """Open the line, saying nothing to it; `options` are the driver's."""
        wire, given = split_resource(resource, ("unit", "baud", "layout"))
        layout = given.get("layout", "psu")
        if layout not in _PRECISIONS:
            raise OutOfRange(f"{resource}: layout {layout!r} is none of {', '.join(_PRECISIONS)}")
        unit = number_in(resource, given, "unit", 1, 1, HIGHEST_UNIT)
        baud_rate = number_in(resource, given, "baud", 19200, 1200, 1_000_000)
        line = place.shared(wire, timeout_s, baud_rate=baud_rate)
        port = ModbusPort(line, unit, place.clock, timeout_s)
        return cls(resource, port, layout, identity, place.clock, calibration_due, **options)

    def read_identity(self) -> SupplyIdentity:
        """Get who it is. Raises `DeviceError` for a register that holds no text."""
        return SupplyIdentity(
            maker=self._text(*_MAKER),
            part=self._text(*_PART),
            serial=self._text(*_SERIAL),
            firmware=self._text(*_FIRMWARE),
            date=self._text(*_DATE),
        )

    def read_input_voltage(self) -> Reading:
        """Get the input voltage in V rms."""
        return self._number(88, 6, "V")

    def read_input_current(self) -> Reading:
        """Get the input current in A rms."""
        return self._number(89, self._precisions[2], "A")

    def read_input_power(self) -> Reading:
        """Get the input power in W."""
        return self._number(87, self._precisions[0], "W")

    def read_power_factor(self) -> Reading:
        """Get the power factor of the input."""
        return self._number(86, 9, "1")

    def read_bulk_voltage(self) -> Reading:
        """Get the voltage of the bulk capacitor in V."""
        return self._number(83, 6, "V")

    def read_output_voltage(self) -> Reading:
        """Get the output voltage in V."""
        return self._number(79, 10, "V")

    def read_output_current(self) -> Reading:
        """Get the output current in A."""
        return self._number(80, self._precisions[1], "A")

    def read_output_power(self) -> Reading:
        """Get the output power in W."""
        return self._number(82, self._precisions[0], "W")

    def read_temperatures(self) -> tuple[Reading, ...]:
        """Get its two sensors in degC: inlet, then the hottest place."""
        return tuple(self._temperature(raw) for raw in self._port.read_registers(_TEMPERATURES, 2))

    def read_fan_speeds(self) -> tuple[Reading, ...]:
        """Get those of its two fans in 1/min that are fitted; all ones is no fan (inferred)."""
        speeds = self._port.read_registers(_FANS, 2)
        return tuple(self._reading(raw, 0, "1/min") for raw in speeds if raw != _SATURATED)

    def set_fan_duty(self, duty: float | None) -> None:
        """Set the least duty of the fans (0 to 1), None for its own control, and prove it by read-back."""
        if duty is not None and not 0.0 <= duty <= 1.0:
            raise OutOfRange(f"{self.resource}: fan duty {duty!r} is outside 0 to 1")
        self._set(_DUTY, _OWN_CONTROL if duty is None else round(duty * _DUTY_SCALE))

    def set_output(self, on: bool) -> None:
        """Set the main output on or off by command, and prove by read-back that the command was taken."""
        self._set(_OUTPUT, int(on))

    def read_alarms(self) -> tuple[str, ...]:
        """Get what it complains of now, sorted; a bit without a standard name is called by register and bit."""
        words = self._port.read_registers(_ALARMS, 5)
        bits = [(_ALARMS + k, bit) for k, word in enumerate(words) for bit in range(16) if word >> bit & 1]
        named = {_NAMED_BITS[place] for place in bits if place in _NAMED_BITS}
        # The first word sums up the others; alone, it must not go unheard.
        detailed = bool(named) or any(register > _ALARMS for register, _ in bits)
        unnamed = [place for place in bits if place not in _NAMED_BITS and not (place[0] == _ALARMS and detailed)]
        return tuple(sorted(named | {f"ALARM_{register}.{bit}" for register, bit in unnamed}))

    def clear_alarms(self) -> None:
        """Set the latched alarms back; a latched output may come back."""
        self._port.write_register(_CLEAR_ALARMS, 1)

    def read_events(self) -> tuple[SupplyEvent, ...]:
        """Get its black box, oldest first. Raises `DeviceError` for an entry that is not the one asked for."""
        (count,) = self._port.read_registers(_EVENT_COUNT, 1)
        return tuple(self._event(index) for index in range(count))

    def clear_events(self) -> None:
        """Set its black box back to empty."""
        self._port.write_register(_CLEAR_EVENTS, 1)

    def resync(self) -> None:
        """Get question and answer together again after a failure; raise `LinkError` when that fails."""
        self._port.resync(*_SERIAL)

    def _hang_up(self) -> None:
        self._port.close()

    def _text(self, register: int, count: int) -> str:
        raw = b"".join(word.to_bytes(2, "big") for word in self._port.read_registers(register, count))
        text = raw.rstrip(b"\0 ").decode("latin-1")
        if not (text.isascii() and text.isprintable()):
            raise DeviceError(f"{self.resource}: registers {register} to {register + count - 1} hold no text: {raw!r}")
        return text

    def _number(self, register: int, precision: int, unit: str) -> Reading:
        (raw,) = self._port.read_registers(register, 1)
        return self._reading(raw, precision, unit)

    def _reading(self, raw: int, precision: int, unit: str) -> Reading:
        over = raw == _SATURATED
        return Reading(
            None if over else raw / 2**precision,
            unit,
            over_range="OVER" if over else None,
            at=self.clock.utc(),
            instrument=self.identity,
        )

    def _temperature(self, raw: int) -> Reading:
        at, by = self.clock.utc(), self.identity
        if raw in (_HOTTEST, _COLDEST):
            return Reading(None, "degC", over_range="OVER" if raw == _HOTTEST else "UNDER", at=at, instrument=by)
        return Reading((raw - 0x10000 if raw & 0x8000 else raw) / 2**7, "degC", at=at, instrument=by)

    def _set(self, register: int, value: int) -> None:
        self._port.write_register(register, value)
        (found,) = self._port.read_registers(register, 1)
        if found != value:
            raise DeviceError(f"{self.resource}: register {register} holds {found} after {value} was written")

    def _event(self, asked: int) -> SupplyEvent:
        self._port.write_register(_EVENT_SELECT, asked)
        index, code, high, low = self._port.read_registers(_EVENT, 4)
        return supply_event(self.resource, asked, index, code, high << 16 | low)
