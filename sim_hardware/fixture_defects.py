"""What goes wrong with a fixture and its instruments, not with a unit: typed, with a magnitude, done to the world.

What comes of it is physics: a welded contactor leads the mains to wherever it leads them, a worn probe is a resistance
in series, an instrument that drifts is wrong. Whether anybody notices is for the product to show.
"""

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import partial
from typing import Any

from sim_hardware.calibration import DAYS_PER_YEAR, Age
from sim_hardware.duts.defect import DefectError
from sim_hardware.world import FIXTURE_ROLE, World

CODE_BITS = 8
"""Bridges of a fixture's coding plug, CODE.0 the lowest; a fixture may wire fewer."""


def fit_coding_plug(world: World, code: int) -> None:
    """Put a coding plug of this number into the fixture: terminals ``fixture:CODE.0`` and on, high for a one."""
    for bit in range(CODE_BITS):
        world.add_level(f"{FIXTURE_ROLE}:CODE.{bit}", partial(_has_bit, code, bit))


def _has_bit(code: int, bit: int) -> bool:
    return bool(code >> bit & 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class FixtureDefect:
    """Base of all defects of a fixture."""

    def __post_init__(self) -> None:
        kind = type(self).__name__
        for field in fields(self):
            value = getattr(self, field.name)
            wanted = {str: "a text", int: "a whole number", float: "a number"}[field.type]  # type: ignore[index]
            if isinstance(value, bool) or not isinstance(value, (int, float) if field.type is float else field.type):  # type: ignore[arg-type]
                raise DefectError(f"{kind}: {field.name} = {value!r} is not {wanted}")
            if field.type is float and not math.isfinite(value):
                raise DefectError(f"{kind}: {field.name} = {value!r} must be finite")

    def prepare(self, world: World) -> None:
        """Do what must be done before instruments are put there and wired; nothing by default."""

    def apply(self, world: World) -> None:
        """Do it to the bench as it stands; nothing by default. Raises `DefectError` for what is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WornProbe(FixtureDefect):
    """The probe that an instrument's terminal ("load:+") reaches the unit by has `ohm`, and more with each unit."""

    probe: str
    ohm: float
    per_cycle_ohm: float = 0.0

    def prepare(self, world: World) -> None:
        """The wire from that terminal is no longer without resistance."""
        if min(self.ohm, self.per_cycle_ohm) < 0.0 or not self.ohm + self.per_cycle_ohm:
            raise DefectError(f"WornProbe: {self.ohm} and {self.per_cycle_ohm} ohm must not be negative, nor both zero")
        world.wear(self.probe, self.ohm, self.per_cycle_ohm)

    def apply(self, world: World) -> None:
        """A probe that nothing is wired to cannot be worn."""
        if not world.has_worn_wire(self.probe):
            raise DefectError(f"WornProbe: no probe of this fixture is wired to {self.probe!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class WeldedContactor(FixtureDefect):
    """The contacts of this relay or contactor of a role stick closed, whatever its coil does."""

    role: str
    contactor: int

    def apply(self, world: World) -> None:
        """It is closed from now on."""
        _relay(world.relays.weld, self)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPole(FixtureDefect):
    """The contacts of this relay or contactor are burnt away: its armature moves, and nothing conducts."""

    role: str
    contactor: int

    def apply(self, world: World) -> None:
        """It is open from now on."""
        _relay(world.relays.burn, self)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongFixture(FixtureDefect):
    """Another fixture stands here: its coding plug has this number."""

    code: int

    def apply(self, world: World) -> None:
        """The other plug is in."""
        fit_coding_plug(world, self.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationDrift(FixtureDefect):
    """The gain of a role's instrument moves by `per_year` (relative), and has done so for `days`."""

    role: str
    per_year: float
    days: float = DAYS_PER_YEAR

    def prepare(self, world: World) -> None:
        """It was calibrated so long ago."""
        world.set_age(self.role, Age(self.days, self.per_year))


FIXTURE_DEFECTS: dict[str, type[FixtureDefect]] = {
    kind.__name__: kind for kind in (WornProbe, WeldedContactor, OpenPole, WrongFixture, CalibrationDrift)
}


def parse_fixture_defect(mapping: Mapping[str, Any]) -> FixtureDefect:
    """Read a defect such as {"kind": "WeldedContactor", "role": "relays", "contactor": 0}.

    Raises `DefectError` for an unknown kind or key, a missing key, or a value out of place.
    """
    arguments = dict(mapping)
    kind = arguments.pop("kind", None)
    if kind not in FIXTURE_DEFECTS:
        close = difflib.get_close_matches(str(kind), FIXTURE_DEFECTS, n=2) or list(FIXTURE_DEFECTS)
        raise DefectError(f"unknown kind of fixture defect {kind!r}; did you mean {', '.join(close)}?")
    try:
        return FIXTURE_DEFECTS[kind](**arguments)
    except TypeError as error:
        known = ", ".join(field.name for field in fields(FIXTURE_DEFECTS[kind]))
        raise DefectError(f"{kind}: {error}; its keys are {known}") from error


def _relay(act: Any, defect: WeldedContactor | OpenPole) -> None:
    try:
        act(f"{defect.role}:relay {defect.contactor}")
    except ValueError as error:
        raise DefectError(f"{type(defect).__name__}: {error}") from error
