"""ESPEC temperature chambers with a P-300 or SCP-220 controller: ASCII on a serial line, OK: and NA: answers."""

import re
from typing import ClassVar, Final

from drivers.errors import DeviceError, Garbled, OutOfRange, WrongInstrument
from drivers.line_driver import LineDriver
from drivers.reading import InstrumentIdentity, Reading

_NUMBER: Final = r"[+-]?\d+(?:\.\d+)?"
_SHAPES: Final = {
    "TYPE?": re.compile(rf"[^,]+(?:,[^,]+)?,[^,]+,{_NUMBER}"),
    "ROM?": re.compile(r"[^,]+(?:,[^,]+)*"),
    "MODE?": re.compile(r"OFF|STANDBY|CONSTANT|RUN"),
    "TEMP?": re.compile(rf"{_NUMBER},{_NUMBER},{_NUMBER},{_NUMBER}"),
    "MON?": re.compile(rf"{_NUMBER},(?:{_NUMBER})?,(?:OFF|STANDBY|CONSTANT|RUN),\d+"),
    "ALARM?": re.compile(r"\d+(?:,\d+)*"),
}
"""What whole answers look like; a setting is answered by OK: and itself."""

_RESOLUTION_C: Final = 0.1
_CALM: Final = ("STANDBY", "OFF")
_UNCERTAINTY_C: Final = 0.5
"""The sensor and its converter; the unevenness of the air in the chamber comes on top."""


class EspecP300(LineDriver):
    """P-300 or SCP-220 controller through ESPEC's ASCII dialect (TEMP?, TEMP, S45.0, MODE, CONSTANT), CR LF.

    After the maker's own open library for these controllers. The controller tells no serial number: the identity has
    the one that the configuration promises. Safe is STANDBY: neither heating nor cooling; the air stays as warm as it
    is for a while.
    """

    __slots__ = ()

    capability: ClassVar[str] = "ClimateChamber"
    ending: ClassVar[bytes] = b"\r\n"
    terminator: ClassVar[bytes] = b"\r\n"
    probes: ClassVar[tuple[str, ...]] = ("TYPE?", "MODE?")

    def _identify(self, serial: str | None) -> InstrumentIdentity:
        controller = self._look("TYPE?").split(",")[-2]
        if re.fullmatch(r"P-?300|SCP-?220", controller) is None:
            raise WrongInstrument(f"{self.resource}: expected a P-300 or SCP-220 controller, found {controller}")
        return InstrumentIdentity(maker="ESPEC", model=controller, serial=serial or "", firmware=self._look("ROM?"))

    @classmethod
    def _take(cls, command: str, frame: bytes) -> str:
        text = frame.decode("latin-1").strip()
        if text.startswith("NA:"):
            raise DeviceError(f"{command!r} refused: {text[3:].strip()}")
        shape = _SHAPES.get(command)
        if shape is not None and shape.fullmatch(text) is None:
            raise Garbled(f"expected an answer to {command!r}, got {text[:60]!r}")
        if shape is None and text.replace(" ", "") != f"OK:{command}".replace(" ", ""):
            raise Garbled(f"expected OK: and the setting, got {text[:60]!r}")
        return text

    def set_temperature(self, celsius: float) -> None:
        """Set the air temperature that the chamber brings about, in degC to 0.1 K, and start it.

        Raises `OutOfRange` outside the limits that the chamber is set to or between its steps, `DeviceError` when it
        refuses, does not hold the setting or does not run.
        """
        target = round(celsius, 1)
        if abs(target - celsius) > 1e-6:
            raise OutOfRange(f"{self.resource}: {celsius:g} degC lies between the steps of {_RESOLUTION_C:g} K")
        with self.exclusive():
            _, _, highest, lowest = self._temperatures()
            if not lowest <= target <= highest:
                raise OutOfRange(f"{self.resource}: {target:g} degC is outside {lowest:g} to {highest:g} degC")
            self._ask(f"TEMP, S{target:.1f}")
            held = self._temperatures()[1]
            if abs(held - target) > _RESOLUTION_C / 2:
                raise DeviceError(f"{self.resource}: set to {target:g} degC, the chamber holds {held:g} degC")
            self._ask("MODE, CONSTANT")
            if (mode := self._look("MODE?")) != "CONSTANT":
                raise DeviceError(f"{self.resource}: MODE, CONSTANT was sent and the chamber says {mode}")

    def measure_temperature(self) -> Reading:
        """Measure the air temperature in degC. Raises `DeviceError` when the chamber has an alarm."""
        question = "MON?"
        temperature, _, _, alarms = self._look(question).split(",")
        if alarms != "0":
            codes = self._look("ALARM?").split(",")[1:]
            raise DeviceError(f"{self.resource}: the chamber has alarms {', '.join(codes)}; see its panel")
        return self._reading(self._number(question, temperature), "degC", expanded_uncertainty=_UNCERTAINTY_C)

    def stop(self) -> None:
        """Set heating and cooling off (STANDBY), and prove it by read-back; raise `DeviceError` when it goes on."""
        with self.exclusive():
            # A chamber that somebody switched off at its panel is not switched on to stand by.
            if self._look("MODE?") == "OFF":
                return
            self._ask("MODE, STANDBY")
            if (mode := self._look("MODE?")) not in _CALM:
                raise DeviceError(f"{self.resource}: MODE, STANDBY was sent and the chamber says {mode}")

    def _switch_off(self) -> None:
        self.stop()

    def _temperatures(self) -> tuple[float, float, float, float]:
        """Measured, set, highest and lowest allowed temperature, in degC."""
        measured, target, highest, lowest = map(float, self._look("TEMP?").split(","))
        return measured, target, highest, lowest
