"""What can be wrong with any plug that has electronics: its power, its heat, its supply, its memory, its controller."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from sim_hardware.duts.defect import DefectError
from sim_hardware.duts.pluggable.module_end import EndParameters
from sim_hardware.duts.single_kind_family import CERTAIN, ONCE, PlacedSweep
from sim_hardware.duts.typed_defect import TypedDefect

TEXTS = ("part", "serial", "form_factor")
"""What of an identity may be programmed wrongly and is looked at."""


class HasEnds(Protocol):
    """Parameters of a unit before it is made: its plugs by name."""

    ends: dict[str, EndParameters]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndDefect(TypedDefect):
    """Base of what is wrong with one plug."""

    end: str

    def alter(self, parameters: HasEnds) -> None:
        """Do to a unit's plug what this defect does. Raises ValueError for a plug that it does not have."""
        if self.end not in parameters.ends:
            raise ValueError(f"{type(self).__name__}: there is no plug {self.end}; {', '.join(parameters.ends)}")
        self.alter_end(parameters.ends[self.end])

    def alter_end(self, end: EndParameters) -> None:
        """Do to the plug what this defect does."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcessPower(EndDefect):
    """Electronics that draw this many times their power."""

    ratio: float

    def alter_end(self, end: EndParameters) -> None:
        """Draw more."""
        end.full_power_w *= self.ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class PoorHeatPath(EndDefect):
    """A pad that does not touch: so many times the thermal resistance."""

    ratio: float

    def alter_end(self, end: EndParameters) -> None:
        """Lift the pad."""
        end.heat_k_w *= self.ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortedSupply(EndDefect):
    """A capacitor that leaks, or a solder bridge, across the supply pins."""

    ohm: float

    def alter_end(self, end: EndParameters) -> None:
        """Bridge the pins."""
        end.short_ohm = self.ohm


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorDrift(EndDefect):
    """A voltmeter in the module that shows so many times the truth."""

    ratio: float

    def alter_end(self, end: EndParameters) -> None:
        """Misread the supply."""
        end.supply_gain = self.ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongFirmware(EndDefect):
    """Firmware of another minor revision."""

    minor: int

    def alter_end(self, end: EndParameters) -> None:
        """Load the other one."""
        end.firmware = (end.firmware[0], self.minor)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadChecksum(EndDefect):
    """A memory whose checksum of page 00h is off by `offset` (1 to 255)."""

    offset: int

    def __post_init__(self) -> None:
        super(BadChecksum, self).__post_init__()
        if self.offset > 255:
            raise DefectError(f"BadChecksum: offset = {self.offset!r} must lie in 1 to 255")

    def alter_end(self, end: EndParameters) -> None:
        """Spoil it."""
        end.checksum_error = self.offset


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongText(EndDefect):
    """A memory that tells another part, serial number or form factor, its checksum right."""

    field: str

    def __post_init__(self) -> None:
        super(WrongText, self).__post_init__()
        if self.field not in TEXTS:
            raise DefectError(f"WrongText: field = {self.field!r}; possible: {', '.join(TEXTS)}")

    def alter_end(self, end: EndParameters) -> None:
        """Program the other text."""
        identity = end.identity
        match self.field:
            case "part":
                end.identity = replace(identity, part=_other(identity.part))
            case "serial":
                end.identity = replace(identity, serial=_other(identity.serial))
            case _:
                other = "QSFP-DD" if identity.form_factor == "OSFP" else "OSFP"
                end.identity = replace(identity, form_factor=other)


def _other(told: str) -> str:
    return told[:-1] + ("7" if told[-1] != "7" else "1")


@dataclass(frozen=True, slots=True, kw_only=True)
class ControllerFault(EndDefect):
    """A module that goes to ModuleFault for a cause of CMIS byte 41: 1 to 3."""

    cause: int

    def __post_init__(self) -> None:
        super(ControllerFault, self).__post_init__()
        if self.cause > 3:
            raise DefectError(f"ControllerFault: cause = {self.cause!r} must lie in 1 to 3")

    def alter_end(self, end: EndParameters) -> None:
        """Fail."""
        end.fault = self.cause


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoredLowPower(EndDefect):
    """Electronics that stay on whatever low power mode asks for."""

    def alter_end(self, end: EndParameters) -> None:
        """Stay on."""
        end.ignores_low_power = True


END_DEFECTS: Mapping[str, type[EndDefect]] = {
    kind.__name__: kind
    for kind in (
        ExcessPower,
        PoorHeatPath,
        ShortedSupply,
        MonitorDrift,
        WrongFirmware,
        BadChecksum,
        WrongText,
        ControllerFault,
        IgnoredLowPower,
    )
}


def end_sweeps(ends: Sequence[str]) -> tuple[PlacedSweep, ...]:
    """What can be wrong with any of these plugs."""

    def sweep(
        name: str,
        unit: str,
        magnitudes: tuple[float, ...],
        clear: tuple[float, float],
        reach: str,
        make: Callable[[str, float, random.Random], EndDefect],
    ) -> PlacedSweep:
        return PlacedSweep(
            name, unit, magnitudes, clear, reach, make=lambda x, draw: make(draw.choice(list(ends)), x, draw)
        )

    return (
        sweep(
            "excess_power",
            "1",
            (1.05, 1.12, 1.2, 1.35, 1.5, 1.8),
            (1.45, 1.9),
            "supply",
            lambda end, x, _: ExcessPower(end=end, ratio=x),
        ),
        sweep(
            "poor_heat_path",
            "1",
            (1.1, 1.25, 1.35, 1.6, 1.9, 2.4),
            (1.75, 2.5),
            "memories",
            lambda end, x, _: PoorHeatPath(end=end, ratio=x),
        ),
        sweep(
            "shorted_supply",
            "ohm",
            (100.0, 30.0, 14.0, 4.0, 1.5, 0.5, 0.05),
            (2.5, 0.05),
            "supply",
            lambda end, x, _: ShortedSupply(end=end, ohm=x),
        ),
        sweep(
            "monitor_drift",
            "1",
            (1.005, 1.015, 1.025, 1.035, 1.06, 1.15),
            (1.045, 1.2),
            "memories",
            lambda end, x, _: MonitorDrift(end=end, ratio=x),
        ),
        sweep(
            "monitor_drift_down",
            "1",
            (0.995, 0.985, 0.975, 0.965, 0.95, 0.92),
            (0.955, 0.9),
            "memories",
            lambda end, x, _: MonitorDrift(end=end, ratio=x),
        ),
        sweep(
            "wrong_firmware",
            "1",
            ONCE,
            CERTAIN,
            "memories",
            lambda end, _, draw: WrongFirmware(end=end, minor=draw.choice((1, 2, 3))),
        ),
        sweep(
            "bad_checksum",
            "1",
            (1.0, 16.0, 255.0),
            (1.0, 255.0),
            "memories",
            lambda end, x, _: BadChecksum(end=end, offset=int(x)),
        ),
        sweep(
            "wrong_part_number", "1", ONCE, CERTAIN, "memories", lambda end, _x, _d: WrongText(end=end, field="part")
        ),
        sweep(
            "wrong_serial_number",
            "1",
            ONCE,
            CERTAIN,
            "memories",
            lambda end, _x, _d: WrongText(end=end, field="serial"),
        ),
        sweep(
            "wrong_form_factor",
            "1",
            ONCE,
            CERTAIN,
            "memories",
            lambda end, _x, _d: WrongText(end=end, field="form_factor"),
        ),
        sweep(
            "controller_fault",
            "1",
            ONCE,
            CERTAIN,
            "memories",
            lambda end, _, draw: ControllerFault(end=end, cause=draw.choice((1, 2, 3))),
        ),
        sweep("low_power_ignored", "1", ONCE, CERTAIN, "low_power", lambda end, _x, _d: IgnoredLowPower(end=end)),
    )
