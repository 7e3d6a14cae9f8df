"""What a family of units offers to whoever makes, tries and judges simulated ones: cables, supplies, shelves."""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sim_hardware.duts.design import TrueParameter
from sim_hardware.world import Dut


@dataclass(frozen=True, slots=True)
class Sweep:
    """One kind of defect and its magnitudes in `unit`, from harmless to clear; `clear` bounds what a line draws.

    `reach` names what a test must be wired to in order to see it ("pairs", "output", "telemetry", …).
    """

    name: str
    unit: str
    magnitudes: tuple[float, ...]
    clear: tuple[float, float]
    reach: str

    def drawn_magnitude(self, rng: random.Random) -> float:
        """A magnitude clearly out of specification, drawn evenly over its logarithm."""
        low, high = self.clear
        return float(low * (high / low) ** rng.random())

    def is_clear(self, magnitude: float) -> bool:
        """Whether a magnitude lies where no measurement can be in doubt."""
        return min(self.clear) <= magnitude <= max(self.clear)


class FamilyUnit(Dut, Protocol):
    """A simulated unit whose truth is known."""

    def true_parameters(self) -> tuple[TrueParameter, ...]:
        """Every true parameter, with its specification."""
        ...

    def out_of_specification(self) -> tuple[TrueParameter, ...]:
        """The true parameters that make this unit defective; empty for a good one."""
        ...


class UnitFamily(Protocol):
    """Makes the units of one product family: the same seed and serial number are the same unit in every process."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of unit that it makes, as fixtures name them in `UNIT`."""
        ...

    def serial(self, kind: str, number: int) -> str:
        """A well-formed serial number of a unit of this kind."""
        ...

    def unit(
        self, kind: str, serial: str, *, lot: str = "", defects: Sequence[Any] = (), parts: Sequence[FamilyUnit] = ()
    ) -> FamilyUnit:
        """A unit of this kind; with `parts` it is built of these, else of ones that nobody has seen before.

        Raises ValueError for a defect that a unit of this kind cannot have.
        """
        ...

    def sweeps(self, kind: str) -> tuple[Sweep, ...]:
        """Every defect that shows in a unit of this kind, with its magnitudes."""
        ...

    def defect(self, sweep: Sweep, magnitude: float, draw: random.Random, reached: Collection[str]) -> Any:
        """A defect of this magnitude at a place that `draw` chooses among those that a test reaches."""
        ...

    def drawn_defects(self, kind: str, serial: str, rate: float) -> tuple[Any, ...]:
        """What is wrong with the unit of this serial number: with the chance `rate` one clear defect, else nothing."""
        ...

    def parse(self, mapping: Mapping[str, Any]) -> Any:
        """The defect that a mapping such as {"kind": "Open", …} names. Raises `DefectError`."""
        ...
