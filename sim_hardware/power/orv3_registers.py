"""What an Open Rack V3 supply shows in its Modbus registers, translated from what its processor knows.

The map is that of public rack monitors, its alarm bits those of a public decoder of the same layout. Inferred are: the
maker's name (104), least fan duty (112), clear alarms (113), output (114), black box (128 to 134), and fewer fraction
bits where the public ones cannot hold a 12 kW supply or a shelf.
"""

import math

from sim_hardware.duts.supply_controller import Alarm, Metered, SupplyController
from sim_hardware.power.event_code import event_code, hundredth_hours

LAYOUTS = {"psu": (3, 6, 10), "hpr": (2, 6, 10), "shelf": (0, 5, 6)}
"""Fraction bits of power, output current and input current."""

_OWN_CONTROL = 0xFFFF
_NO_FAN = 0xFFFF
_TEXTS = {104: ("maker", 8), 8: ("part", 8), 16: ("date", 8), 24: ("serial", 16), 48: ("firmware", 4)}
_ALARM_BITS: dict[Alarm, tuple[tuple[int, int], ...]] = {
    "AC_LOSS": ((60, 8), (61, 8)),
    "UNDER_VOLTAGE": ((60, 9), (62, 0)),
    "OVER_VOLTAGE": ((60, 9), (62, 1)),
    "OVER_CURRENT": ((60, 9), (62, 2)),
    "SHORT_CIRCUIT": ((60, 9), (62, 3)),
    "OVER_TEMPERATURE": ((60, 10), (63, 0)),
    "OVER_TEMPERATURE_WARNING": ((60, 2),),
    "FAN_FAULT": ((60, 11), (63, 8)),
}


class NoSuchRegister(Exception):
    """A register that the map does not have, or that cannot be written."""


class RefusedValue(Exception):
    """A value that the register cannot take."""


class Orv3Registers:
    """The holding registers of one supply."""

    def __init__(self, controller: SupplyController, layout: str = "psu") -> None:
        self.controller = controller
        power, output_ampere, input_ampere = LAYOUTS[layout]
        self._meters: dict[int, tuple[Metered, int]] = {
            79: ("output_voltage", 10),
            80: ("output_current", output_ampere),
            82: ("output_power", power),
            83: ("bulk_voltage", 6),
            84: ("input_frequency", 0),
            86: ("power_factor", 9),
            87: ("input_power", power),
            88: ("input_voltage", 6),
            89: ("input_current", input_ampere),
        }
        self._duty = _OWN_CONTROL
        self._output = 1
        self._selected = 0

    def read(self, register: int, count: int) -> list[int]:
        """Registers from this one on. Raises NoSuchRegister."""
        return [self._register(at) for at in range(register, register + count)]

    def write(self, register: int, values: list[int]) -> None:
        """Set registers from this one on. Raises NoSuchRegister, RefusedValue."""
        for at, value in enumerate(values, start=register):
            self._set(at, value)

    def _register(self, at: int) -> int:
        if at in self._meters:
            name, precision = self._meters[at]
            return _unsigned(self.controller.measured(name), precision)
        for first, (name_of_text, length) in _TEXTS.items():
            if first <= at < first + length:
                return _text_word(getattr(self.controller, name_of_text), name_of_text, length, at - first)
        if 60 <= at <= 64:
            alarms = self.controller.alarms()
            return sum(1 << bit for register, bit in {p for a in alarms for p in _ALARM_BITS[a]} if register == at)
        if 67 <= at <= 68:
            speeds = self.controller.fan_speeds()
            return _unsigned(speeds[at - 67], 0) if at - 67 < len(speeds) else _NO_FAN
        if 69 <= at <= 70:
            inlet, *others = self.controller.temperatures()
            return _signed(max(others, default=inlet) if at == 70 else inlet, 7)
        if 130 <= at <= 133:
            return self._event()[at - 130]
        if at == 128:
            return len(self.controller.events())
        known = {112: self._duty, 113: 0, 114: self._output, 129: self._selected, 134: 0}
        if at not in known:
            raise NoSuchRegister(at)
        return known[at]

    def _event(self) -> tuple[int, int, int, int]:
        events = self.controller.events()
        if self._selected >= len(events):
            raise NoSuchRegister(130)
        name, hours = events[self._selected]
        count = hundredth_hours(hours)
        return self._selected, event_code(name), count >> 16 & 0xFFFF, count & 0xFFFF

    def _set(self, at: int, value: int) -> None:
        match at:
            case 112 if value <= 10_000 or value == _OWN_CONTROL:
                self._duty = value
                self.controller.set_fan_duty(None if value == _OWN_CONTROL else value / 10_000)
            case 113 if value == 1:
                self.controller.clear_alarms()
            case 114 if value <= 1:
                self._output = value
                self.controller.set_output(bool(value))
            case 129:
                self._selected = value
            case 134 if value == 1:
                self.controller.clear_events()
            case 112 | 113 | 114 | 134:
                raise RefusedValue(f"register {at}: {value}")
            case _:
                raise NoSuchRegister(at)


def _unsigned(value: float, precision: int) -> int:
    """What does not fit shows as all ones; what is below zero as zero, as an unsigned register has it."""
    scaled = math.ldexp(value, precision)
    return 0xFFFF if math.isnan(scaled) or scaled >= 0xFFFF else max(0, round(scaled))


def _signed(value: float, precision: int) -> int:
    return max(-0x8000, min(0x7FFF, round(math.ldexp(value, precision)))) & 0xFFFF


def _text_word(text: str, name: str, length: int, index: int) -> int:
    content = text.encode("ascii")
    if len(content) > 2 * length:
        raise ValueError(f"{name} {text!r} does not fit the {2 * length} characters that its registers have")
    return int.from_bytes(content.ljust(2 * length, b"\0")[2 * index : 2 * index + 2], "big")
