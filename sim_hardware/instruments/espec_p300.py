"""ESPEC temperature chamber with a P-300 controller: ASCII commands, CR LF, OK: and NA: answers.

The air follows the setting as a first-order lag on the bench's clock, and goes back to the room's temperature in
standby, more slowly. The unit in the fixture stands in that air: a unit that has `ambient_c` is told it whenever it
has changed by half a kelvin, and at every look at the chamber.
"""

import math
from collections.abc import Collection
from functools import partial
from typing import Protocol, runtime_checkable

from sim_hardware.clock import BenchClock
from sim_hardware.instruments.serial_instrument import SerialInstrument
from sim_hardware.power.grid import PowerGrid

ROOM_C = 23.0

_CHARACTER_S = 10 / 9600
_STEP_C = 0.5
_LONGEST_PAUSE_S = 60.0
_HIGHEST_C, _LOWEST_C = 130.0, -40.0
_MODES = ("OFF", "STANDBY", "CONSTANT")


@runtime_checkable
class InAir(Protocol):
    """A unit that feels the temperature of the air around it."""

    ambient_c: float


class EspecP300(SerialInstrument):
    """`lag_s` is the time constant of the air under control, `idle_lag_s` in standby; `alarms` are shown as given."""

    def __init__(
        self,
        power: PowerGrid,
        clock: BenchClock,
        role: str,
        serial: str,
        *,
        lag_s: float = 300.0,
        idle_lag_s: float = 1800.0,
        alarms: Collection[int] = (),
    ) -> None:
        super().__init__(power, clock, role, serial)
        if not lag_s > 0.0 or not idle_lag_s > 0.0:
            raise ValueError(f"{role}: time constants {lag_s!r} and {idle_lag_s!r} s must be positive")
        self.alarms = list(alarms)
        self.mode = "STANDBY"
        self._lag_s = lag_s
        self._idle_lag_s = idle_lag_s
        self._target_c = ROOM_C
        self._from_c = ROOM_C
        self._since = clock.now()
        self._changes = 0
        self._offset_c = self.calibration_error("temperature").gauss(0.0, 0.1)
        self._line = bytearray()
        self._looked_at: object = None
        self._in_air: InAir | None = None

    @property
    def running(self) -> bool:
        """Whether it heats or cools."""
        return self.mode == "CONSTANT"

    def air_c(self, now: float | None = None) -> float:
        """The temperature of the air at this time of the clock, by default now."""
        goal, lag_s = self._course()
        elapsed = (self.clock.now() if now is None else now) - self._since
        return goal + (self._from_c - goal) * math.exp(-max(0.0, elapsed) / lag_s)

    def received(self, content: bytes) -> None:
        """Carry out every whole line."""
        self._line += content
        while b"\n" in self._line:
            line, _, rest = bytes(self._line).partition(b"\n")
            self._line[:] = rest
            # The unit works out by itself what the air does to it: nothing on its ports has changed.
            self.power.advance()
            self._tell_unit(self.clock.now())
            answer = self._obey(line.decode("latin-1").strip()) + "\r\n"
            if self.port is not None:
                self.port.send(answer.encode("latin-1"), len(answer) * _CHARACTER_S)

    def _obey(self, command: str) -> str:
        shown = f"{self.air_c() + self._offset_c:.1f}"
        words = [word.strip() for word in command.split(",")]
        match words:
            case ["TYPE?"]:
                return f"T,P300,{_HIGHEST_C:.1f}"
            case ["ROM?"]:
                return "P300 2.13"
            case ["TEMP?"]:
                return f"{shown},{self._target_c:.1f},{_HIGHEST_C:.1f},{_LOWEST_C:.1f}"
            case ["MODE?"]:
                return self.mode
            case ["MON?"]:
                return f"{shown},,{self.mode},{len(self.alarms)}"
            case ["ALARM?"]:
                return ",".join(map(str, (len(self.alarms), *self.alarms)))
            case ["TEMP", setting] if setting.startswith("S"):
                return self._set_target(command, setting.removeprefix("S"))
            case ["MODE", mode] if mode in _MODES:
                self._start_from_here(mode, self._target_c)
                return f"OK:{command}"
            case ["MODE" | "TEMP", *_]:
                return "NA:PARA ERR"
        return "NA:CMD ERR"

    def _set_target(self, command: str, digits: str) -> str:
        try:
            target_c = float(digits)
        except ValueError:
            return "NA:PARA ERR"
        if not _LOWEST_C <= target_c <= _HIGHEST_C:
            return "NA:DATA OUT OF RANGE"
        self._start_from_here(self.mode, target_c)
        return f"OK:{command}"

    def _course(self) -> tuple[float, float]:
        """Where the air's temperature goes, in degC, and its time constant in s."""
        return (self._target_c, self._lag_s) if self.running else (ROOM_C, self._idle_lag_s)

    def _start_from_here(self, mode: str, target_c: float) -> None:
        now = self.clock.now()
        self._from_c, self._since = self.air_c(now), now
        self.mode, self._target_c = mode, target_c
        self._changes += 1
        self._follow(now, self._changes)

    def _follow(self, now: float, change: int) -> None:
        """Tell the unit, and again when the air has moved on, until it is there or another course was set."""
        if change != self._changes:
            return
        self._tell_unit(now)
        goal, lag_s = self._course()
        left = abs(self.air_c(now) - goal)
        if left < _STEP_C / 2:
            return
        pause = min(_LONGEST_PAUSE_S, -lag_s * math.log(1.0 - min(_STEP_C / left, 0.5)))
        self.power.at(now + pause, partial(self._follow, now + pause, change), on_ports=False)

    def _tell_unit(self, now: float) -> None:
        unit = self.world.dut
        if unit is not self._looked_at:
            # Once a unit: the air moves all the time, and looking through a protocol takes longer than telling.
            self._looked_at, self._in_air = unit, unit if isinstance(unit, InAir) else None
        if self._in_air is not None:
            self._in_air.ambient_c = self.air_c(now)
