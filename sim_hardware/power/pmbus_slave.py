"""A power supply's PMBus slave: what its processor knows, as commands show it (PMBus 1.2 part II).

The output voltage is LINEAR16 with the exponent of VOUT_MODE, everything else LINEAR11; every answer ends with a packet
error code and a write with a wrong one is noted in STATUS_CML and not obeyed. D0h to D3h are inferred: the black box is
every maker's own.
"""

import math

from sim_hardware.duts.supply_controller import Alarm, Metered, SupplyController
from sim_hardware.power.event_code import event_code, hundredth_hours

VOUT_EXPONENT = -9
"""Up to 128 V in steps of 2 mV: 50 V is 6400h, 12 V is 1800h."""

_METERS: dict[int, Metered] = {
    0x88: "input_voltage",
    0x89: "input_current",
    0x8C: "output_current",
    0x96: "output_power",
    0x97: "input_power",
}
_TEXTS = {0x99: "maker", 0x9A: "part", 0x9B: "firmware", 0x9D: "date", 0x9E: "serial"}
_WRITES = {0x01: 1, 0x03: 0, 0x3B: 2, 0xD1: 1, 0xD3: 0}
"""Commands that can be written, and the bytes of their content."""

_DETAIL_BITS: dict[Alarm, tuple[int, int]] = {
    "OVER_VOLTAGE": (0x7A, 7),
    "UNDER_VOLTAGE": (0x7A, 4),
    "OVER_CURRENT": (0x7B, 7),
    "SHORT_CIRCUIT": (0x7B, 6),
    "AC_LOSS": (0x7C, 4),
    "OVER_TEMPERATURE": (0x7D, 7),
    "OVER_TEMPERATURE_WARNING": (0x7D, 6),
    "FAN_FAULT": (0x81, 7),
}
_SUMMARY_BITS = {0x7A: 15, 0x7B: 14, 0x7C: 13, 0x81: 10, 0x7D: 2}
_LOW_BITS: dict[Alarm, int] = {"OVER_VOLTAGE": 5, "OVER_CURRENT": 4, "SHORT_CIRCUIT": 4, "AC_LOSS": 3}


class NotAcknowledged(Exception):
    """A command that the slave does not have."""


class PmbusSlave:
    """The commands of one supply at a seven-bit address."""

    def __init__(self, controller: SupplyController, address: int, exponent: int = VOUT_EXPONENT) -> None:
        self.controller = controller
        self.address = address
        self.exponent = exponent
        self._operation = 0x80
        self._duty_word = 0
        self._selected = 0
        self._communication = 0

    def read(self, command: int) -> bytes:
        """What follows the repeated address: content and packet error code. Raises NotAcknowledged."""
        content = self._content(command)
        if content is None:
            self._communication |= 0x80
            raise NotAcknowledged(f"command {command:02X}h")
        return content + bytes((_crc8(bytes((self.address << 1, command, self.address << 1 | 1)) + content),))

    def write(self, command: int, content: bytes) -> None:
        """Obey a command, with or without packet error code. Raises NotAcknowledged."""
        length = _WRITES.get(command)
        if length is None:
            self._communication |= 0x80
            raise NotAcknowledged(f"write of command {command:02X}h")
        if len(content) not in (length, length + 1):
            self._communication |= 0x40
        elif content[length:] not in (b"", bytes((_crc8(bytes((self.address << 1, command)) + content[:length]),))):
            self._communication |= 0x20
        else:
            self._obey(command, int.from_bytes(content[:length], "little"))

    def _obey(self, command: int, value: int) -> None:
        controller = self.controller
        match command:
            case 0x01 if value in (0x00, 0x80):
                self._operation = value
                controller.set_output(value == 0x80)
            case 0x03:
                self._communication = 0
                controller.clear_alarms()
            case 0x3B if 0 <= (percent := _from_linear11(value)) <= 100:
                self._duty_word = value
                controller.set_fan_duty(percent / 100 or None)
            case 0xD1:
                self._selected = value
            case 0xD3:
                controller.clear_events()
            case _:
                self._communication |= 0x40

    def _content(self, command: int) -> bytes | None:
        controller = self.controller
        if command in _METERS:
            return _word(_linear11(controller.measured(_METERS[command])))
        if command in _TEXTS:
            return _block(getattr(controller, _TEXTS[command]).encode("ascii"))
        if command in _SUMMARY_BITS:
            return bytes((self._detail(command),))
        for first, values in ((0x8D, controller.temperatures()), (0x90, controller.fan_speeds())):
            if 0 <= command - first < min(len(values), 3):
                return _word(_linear11(values[command - first]))
        match command:
            case 0x01:
                return bytes((self._operation,))
            case 0x20:
                return bytes((self.exponent & 0x1F,))
            case 0x3A:
                return bytes((sum(bit for bit, _ in zip((0x80, 0x08), controller.fan_speeds(), strict=False)),))
            case 0x3B:
                return _word(self._duty_word)
            case 0x79:
                return _word(self._status_word())
            case 0x7E:
                return bytes((self._communication,))
            case 0x8B:
                volts = math.ldexp(controller.measured("output_voltage"), -self.exponent)
                return _word(max(0, min(0xFFFF, round(volts))))
            case 0xD0:
                return bytes((min(255, len(controller.events())),))
            case 0xD2:
                return self._event()
        return None

    def _event(self) -> bytes | None:
        events = self.controller.events()
        if self._selected >= len(events):
            return None
        name, hours = events[self._selected]
        return _block(bytes((self._selected, event_code(name))) + hundredth_hours(hours).to_bytes(4, "little"))

    def _detail(self, register: int) -> int:
        return sum(
            1 << bit for at, bit in {_DETAIL_BITS[alarm] for alarm in self.controller.alarms()} if at == register
        )

    def _status_word(self) -> int:
        alarms = self.controller.alarms()
        bits = {_SUMMARY_BITS[_DETAIL_BITS[alarm][0]] for alarm in alarms}
        bits |= {_LOW_BITS[alarm] for alarm in alarms if alarm in _LOW_BITS}
        if self._communication:
            bits.add(1)
        if not self.controller.output_is_on():
            bits |= {11, 6}
        return sum(1 << bit for bit in bits)


def _word(value: int) -> bytes:
    return value.to_bytes(2, "little")


def _block(content: bytes) -> bytes:
    return bytes((len(content),)) + content


def _linear11(value: float) -> int:
    """Y * 2^N with the smallest N that 11 bits of Y allow."""
    mantissa, exponent = math.frexp(value)
    exponent = max(-16, exponent - 10)
    digits = round(math.ldexp(value, -exponent)) if mantissa else 0
    if digits > 1023:
        exponent, digits = exponent + 1, round(math.ldexp(value, -exponent - 1))
    return (exponent & 0x1F) << 11 | (digits & 0x7FF)


def _from_linear11(word: int) -> float:
    digits, exponent = word & 0x7FF, word >> 11
    return math.ldexp(digits - 0x800 if digits & 0x400 else digits, exponent - 32 if exponent & 0x10 else exponent)


def _crc8(content: bytes) -> int:
    """The SMBus packet error code: x^8 + x^2 + x + 1."""
    crc = 0
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x107) if crc & 0x80 else crc << 1
    return crc
