"""What families share that make one kind of unit, drawn whole, whose defects alter its parameters."""

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sim_hardware.duts.family import FamilyUnit, Sweep
from sim_hardware.duts.typed_defect import TypedDefect, parse_typed
from sim_hardware.physics.random_stream import random_stream

AnyDefect = TypeVar("AnyDefect", bound=TypedDefect)

ONCE, CERTAIN = (1.0,), (1.0, 1.0)
"""The magnitudes of a defect that is there or not, and where it is clear."""


@dataclass(frozen=True, slots=True)
class PlacedSweep(Sweep):
    """A sweep that makes its defect of a magnitude at a place that the stream draws."""

    make: Callable[[float, random.Random], Any]


class SingleKindFamily(Generic[AnyDefect]):
    """A `UnitFamily` but for `unit`: serial numbers, sweeps, and defects drawn or read."""

    def __init__(
        self,
        seed: int,
        kind: str,
        serial_format: str,
        sweeps: Sequence[PlacedSweep],
        defects: Mapping[str, type[AnyDefect]],
        *,
        noun: str = "",
    ) -> None:
        """`noun` is what a unit is called in messages and in the name of its stream of chance; else its kind."""
        self._seed = seed
        self._noun = noun or kind
        self._kind = kind
        self._serial_format = serial_format
        self._sweeps = tuple(sweeps)
        self._defects = dict(defects)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The one kind of unit that it makes."""
        return (self._kind,)

    def serial(self, kind: str, number: int) -> str:
        """A well-formed serial number."""
        self._check(kind)
        return self._serial_format.format(number)

    def sweeps(self, kind: str) -> tuple[PlacedSweep, ...]:
        """Every defect that a unit can have, with its magnitudes."""
        self._check(kind)
        return self._sweeps

    def defect(self, sweep: Sweep, magnitude: float, draw: random.Random, reached: Collection[str]) -> AnyDefect:
        """A defect of this magnitude at a drawn place; every place is within reach of a test that sees the defect."""
        if not isinstance(sweep, PlacedSweep):
            raise TypeError(f"sweep {sweep.name} is none of this family's")
        made: AnyDefect = sweep.make(magnitude, draw)
        return made

    def drawn_defects(self, kind: str, serial: str, rate: float) -> tuple[AnyDefect, ...]:
        """What is wrong with this unit: with the chance `rate` one clear defect, else nothing."""
        sweeps = self.sweeps(kind)
        draw = random_stream(self._seed, f"defect of {self._noun}", serial)
        if draw.random() >= rate:
            return ()
        sweep = sweeps[int(draw.random() * len(sweeps))]
        return (sweep.make(sweep.drawn_magnitude(draw), draw),)

    def parse(self, mapping: Mapping[str, Any]) -> AnyDefect:
        """The defect that a mapping such as {"kind": …} names. Raises `DefectError`."""
        return parse_typed(mapping, self._defects)

    def _check(self, kind: str) -> None:
        if kind != self._kind:
            raise ValueError(f"unknown kind of unit {kind!r}; this family makes {self._kind}")

    def _refuse(self, serial: str, defects: Sequence[Any], parts: Sequence[FamilyUnit]) -> None:
        """Refuse parts, and defects of other units. Raises ValueError."""
        if parts:
            raise ValueError(f"{serial}: a {self._noun} is not built of units; got {len(parts)}")
        for defect in defects:
            if type(defect).__name__ not in self._defects:
                raise ValueError(f"{type(defect).__name__} is no defect of a {self._noun}")
