"""What a module measures of itself: digital optical monitoring (DOM), its thresholds and its flags.

The three standards share scales (1/256 degC, 100 µV, 0.1 µW, 2 µA) and accuracies: temperature 3 K, supply 3 %, bias
10 %, optical power 3 dB; the last is no symmetrical interval, so those readings carry no uncertainty. A word at its
end says only that the value lies there or beyond: such a reading is over its range and has no value.
"""

from dataclasses import dataclass, field
from typing import Final, Literal

from drivers.reading import Reading

_WORD_END: Final = 0xFFFF
_TEMPERATURE_K: Final = 3.0
_SUPPLY, _BIAS = 0.03, 0.10

FlagKind = Literal["high alarm", "low alarm", "high warning", "low warning"]
FLAG_KINDS: Final[tuple[FlagKind, ...]] = ("high alarm", "low alarm", "high warning", "low warning")
"""In the order in which all three standards store flags and thresholds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneMonitors:
    """Monitors of one lane; None for what this module does not measure."""

    lane: int
    tx_power: Reading | None = None
    """Sent optical power, W."""
    rx_power: Reading | None = None
    """Received optical power, W."""
    tx_bias: Reading | None = None
    """Laser bias, A."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleMonitors:
    """All monitors of a module; None for what it does not measure."""

    temperature: Reading | None
    """Of its case, degC."""
    supply_voltage: Reading | None
    """At its pins, V."""
    lanes: tuple[LaneMonitors, ...] = ()


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Alarm and warning thresholds of one monitor, in its unit."""

    high_alarm: float
    low_alarm: float
    high_warning: float
    low_warning: float
    unit: str

    def exceeded_by(self, value: float) -> tuple[FlagKind, ...]:
        """The flags that this value ought to raise."""
        beyond = (
            value > self.high_alarm,
            value < self.low_alarm,
            value > self.high_warning,
            value < self.low_warning,
        )
        return tuple(kind for kind, raised in zip(FLAG_KINDS, beyond, strict=True) if raised)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleThresholds:
    """Thresholds of every monitor; None for what this module does not measure."""

    temperature: Thresholds | None = None
    supply_voltage: Thresholds | None = None
    tx_power: Thresholds | None = None
    rx_power: Thresholds | None = None
    tx_bias: Thresholds | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleFlags:
    """Flags that were latched since somebody read them last; lanes by monitor and kind, from 1."""

    temperature: frozenset[FlagKind] = frozenset()
    supply_voltage: frozenset[FlagKind] = frozenset()
    tx_power: dict[FlagKind, tuple[int, ...]] = field(default_factory=dict)
    rx_power: dict[FlagKind, tuple[int, ...]] = field(default_factory=dict)
    tx_bias: dict[FlagKind, tuple[int, ...]] = field(default_factory=dict)
    rx_loss: tuple[int, ...] = ()
    """Lanes whose receiver has no signal."""
    tx_fault: tuple[int, ...] = ()

    @property
    def any(self) -> bool:
        """Whether any flag was up."""
        return any(
            (
                self.temperature,
                self.supply_voltage,
                self.tx_power,
                self.rx_power,
                self.tx_bias,
                self.rx_loss,
                self.tx_fault,
            )
        )


def word(memory: bytes, at: int) -> int:
    """Unsigned 16 bits, high byte first."""
    return int.from_bytes(memory[at : at + 2], "big")


def signed_word(memory: bytes, at: int) -> int:
    """Signed 16 bits, high byte first."""
    return int.from_bytes(memory[at : at + 2], "big", signed=True)


def temperature(memory: bytes, at: int) -> Reading:
    """degC from a word of 1/256 degC."""
    raw = signed_word(memory, at)
    if raw in (0x7FFF, -0x8000):
        return Reading(None, "degC", over_range="OVER" if raw > 0 else "UNDER")
    return Reading(raw / 256, "degC", expanded_uncertainty=_TEMPERATURE_K)


def supply_voltage(memory: bytes, at: int) -> Reading:
    """V from a word of 100 µV."""
    return _scaled(word(memory, at), 10_000, "V", _SUPPLY)


def optical_power(memory: bytes, at: int) -> Reading:
    """W from a word of 0.1 µW."""
    return _scaled(word(memory, at), 10_000_000, "W", None)


def bias_current(memory: bytes, at: int, multiplier: int = 1) -> Reading:
    """A from a word of 2 µA times the module's multiplier."""
    return _scaled(word(memory, at), 500_000 // multiplier, "A", _BIAS)


def thresholds(memory: bytes, at: int, per_unit: int, unit: str, *, signed: bool = False) -> Thresholds:
    """Four words of `per_unit` steps: high alarm, low alarm, high warning, low warning, as in all three standards."""
    high_alarm, low_alarm, high_warning, low_warning = (
        (signed_word if signed else word)(memory, at + 2 * k) / per_unit for k in range(4)
    )
    return Thresholds(high_alarm, low_alarm, high_warning, low_warning, unit)


def _scaled(raw: int, per_unit: int, unit: str, accuracy: float | None) -> Reading:
    if raw == _WORD_END:
        return Reading(None, unit, over_range="OVER")
    # Divided, not multiplied by a step: so 33000 steps of 100 µV are 3.3 V and no digit more.
    value = raw / per_unit
    return Reading(value, unit, expanded_uncertainty=None if accuracy is None else accuracy * value)
