"""Keysight N6700: a mainframe of one to four DC supply modules, with a watchdog over the wire."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import ClassVar, Final

from drivers.clock import Clock
from drivers.errors import DeviceError, OutOfRange, WrongInstrument
from drivers.power_supply._keysight_supply import KeysightSupply, OutputRating
from drivers.reading import InstrumentIdentity
from drivers.scpi import Identity
from drivers.session import Session

_MODULES: Final[Mapping[str, OutputRating]] = MappingProxyType(
    {
        model: OutputRating(volt, ampere, volt * 1.1)
        for model, volt, ampere in (
            ("N6731B", 5.0, 10.0),
            ("N6733B", 20.0, 2.5),
            ("N6734B", 35.0, 1.5),
            ("N6735B", 60.0, 0.8),
            ("N6743B", 20.0, 5.0),
            ("N6744B", 35.0, 3.0),
            ("N6745B", 60.0, 1.6),
            ("N6751A", 50.0, 5.0),
            ("N6752A", 50.0, 10.0),
            ("N6753A", 20.0, 50.0),
            ("N6754A", 60.0, 20.0),
            ("N6755A", 20.0, 50.0),
            ("N6756A", 60.0, 17.0),
            ("N6773A", 20.0, 15.0),
            ("N6775A", 60.0, 5.0),
        )
    }
)
"""V and A by module, from the maker's data sheets (unverified); their overvoltage protection goes to 110 %."""
_WATCHDOG_S: Final = (1, 3600)


class KeysightN6700(KeysightSupply):
    """N6700 through its SCPI dialect (VOLT 48,(@1), OUTP ON,(@1), MEAS:VOLT? (@1)), as public drivers show it.

    `modules` maps channels to module models and is found out at open.
    """

    __slots__ = ("_is_guarded", "_modules")

    capability: ClassVar[str] = "PowerSupply"
    expected: ClassVar[Identity] = Identity(r"(Agilent|Keysight) Technologies,N670[0-5][ABC]", (1,), (4,))
    programming_headroom: ClassVar[float] = 1.02
    least_overvoltage: ClassVar[float] = 1.0
    voltage_accuracy: ClassVar[tuple[float, float]] = (1e-3, 1e-3)
    current_accuracy: ClassVar[tuple[float, float]] = (1.5e-3, 2e-3)

    def __init__(
        self,
        session: Session,
        identity: InstrumentIdentity,
        clock: Clock,
        calibration_due: date | None = None,
        *,
        modules: Mapping[int, str] | None = None,
    ) -> None:
        super().__init__(session, identity, clock, calibration_due)
        self._modules = dict(modules or {})
        self._is_guarded = False

    def _prepare(self) -> None:
        answer = self._look("SYST:CHAN:COUN?")
        if answer not in ("1", "2", "3", "4"):
            raise self._garbled("SYST:CHAN:COUN?", f"expected 1 to 4 modules, got {answer[:60]!r}")
        for channel in range(1, int(answer) + 1):
            model = self._look(f"SYST:CHAN:MOD? (@{channel})").strip('"')
            if model not in _MODULES:
                raise WrongInstrument(
                    f"{self.resource}: the rating of {model} in channel {channel} is not known;"
                    f" known: {', '.join(_MODULES)}"
                )
            self._modules[channel] = model

    def arm_watchdog(self, seconds: int) -> None:
        """Set the watchdog: after 1 to 3600 s without any message all outputs latch off. Proven by read-back.

        *RST disarms it. Raises `OutOfRange`, `DeviceError` when it does not read back armed.
        """
        low, high = _WATCHDOG_S
        if not low <= seconds <= high or seconds != int(seconds):
            raise OutOfRange(f"{self.resource}: watchdog {seconds:g} s is outside {low} to {high} whole seconds")
        with self.exclusive():
            self._command(f"OUTP:PROT:WDOG:DEL {int(seconds)}")
            self._command("OUTP:PROT:WDOG ON")
            self.feed_watchdog()
            self._is_guarded = True

    def feed_watchdog(self) -> None:
        """Get whether the watchdog is armed, which is a message and so feeds it; raise `DeviceError` when it is not."""
        if not self._flags("OUTP:PROT:WDOG?", 1)[0]:
            raise DeviceError(f"{self.resource}: the watchdog is not armed; arm it before the output is switched on")

    def disarm_watchdog(self) -> None:
        """Set the watchdog off."""
        self._command("OUTP:PROT:WDOG OFF")
        self._is_guarded = False

    def set_output(self, on: bool, channel: int = 1) -> None:
        """Set the output as every supply does; on only while a watchdog that was armed still reads armed.

        Somebody else's *RST disarms it without a word. Raises `DeviceError` then, and as the other supplies.
        """
        with self.exclusive():
            if on and self._is_guarded:
                self.feed_watchdog()
            super().set_output(on, channel)

    def _output(self, channel: int) -> OutputRating:
        if channel not in self._modules:
            raise OutOfRange(
                f"{self.resource}: there is no channel {channel}; this {self.identity.model} has {list(self._modules)}"
            )
        return _MODULES[self._modules[channel]]

    def _channels(self) -> tuple[int, ...]:
        return tuple(self._modules)

    def _set(self, header: str, channel: int, value: str = "") -> str:
        return f"{header} {value},(@{channel})" if value else f"{header} (@{channel})"

    def _query(self, header: str, channel: int) -> str:
        return f"{header}? (@{channel})"
