"""How light and patterns find their way from instruments through the unit to instruments.

Light is followed backwards: whoever looks at a terminal gets what is sent into its fibre, by an instrument, through an
instrument that passes light on, or by the unit, which asks in turn what arrives at its other ends. Nothing travels by
itself, and nothing is remembered: what is asked for now is what is there now.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from sim_hardware.physics.optical_link import dbm, milliwatts
from sim_hardware.power.grid import PowerGrid
from sim_hardware.world import DUT_ROLE


@dataclass(frozen=True, slots=True)
class Light:
    """Light of one wavelength, by its mean power; `carries` names the unit's input that modulates it, if any."""

    milliwatt: float
    wavelength_m: float
    carries: str = ""

    def after(self, loss_db: float) -> "Light":
        """What is left of it after a loss."""
        return replace(self, milliwatt=milliwatts(dbm(self.milliwatt) - loss_db))


@dataclass(frozen=True, slots=True)
class Passage:
    """A way through an instrument, in one direction; `loss_db` tells the loss now, None when it is shut."""

    into: str
    out: str
    loss_db: Callable[[], float | None]


@dataclass(frozen=True, slots=True)
class Lane:
    """What comes out of the unit on one lane: which of its inputs it carries, and how well.

    `run_on` is the chance that an error is followed by another, `inverted` that P and N are exchanged.
    """

    carries: str
    snr_db: float
    run_on: float = 0.0
    inverted: bool = False


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a generator sends, by its name, at this many bits a second."""

    name: str
    bit_rate: float


@dataclass(frozen=True, slots=True)
class Reception:
    """What an error detector finds on its input: the pattern that comes there and what the lane did to it."""

    pattern: Pattern
    lane: Lane


@runtime_checkable
class LitUnit(Protocol):
    """A unit with fibres. Terminals carry no role ("A.3", "TX1")."""

    @property
    def receivers(self) -> Sequence[str]:
        """The terminals at which it feels light."""
        ...

    def shine(self, arriving: Mapping[str, tuple[Light, ...]]) -> None:
        """From now on this light arrives at its receivers."""
        ...

    def light_out(self, terminal: str, arriving: Callable[[str], tuple[Light, ...]]) -> tuple[Light, ...]:
        """What it sends out of a terminal; `arriving` tells what arrives at another."""
        ...

    def reflectance(self, terminal: str, wavelength_m: float) -> float:
        """The share of the power that it throws back out of a terminal."""
        ...


@runtime_checkable
class LaneUnit(Protocol):
    """A unit with electrical lanes. Terminals carry no role ("A.TX3")."""

    def lane_out(self, terminal: str) -> Lane | None:
        """What comes out of a terminal; None when nothing does, or nothing that a detector could lock to."""
        ...


class SignalPaths:
    """The light and the lanes of one bench. Not thread-safe: one bench, one owner at a time."""

    def __init__(self, power: PowerGrid) -> None:
        self.power = power
        self.world = power.world
        self._sources: dict[str, Callable[[], Light | None]] = {}
        self._passages: list[Passage] = []
        self._generators: dict[str, Callable[[], Pattern | None]] = {}
        self._looked_at: object = None
        self._lit: LitUnit | None = None

    def add_source(self, terminal: str, light: Callable[[], Light | None]) -> None:
        """Let an instrument's terminal send this light; None is dark."""
        self._sources[terminal] = light

    def add_passage(self, passage: Passage) -> None:
        """Let light through an instrument."""
        self._passages.append(passage)

    def add_generator(self, terminal: str, pattern: Callable[[], Pattern | None]) -> None:
        """Let an instrument's terminal send this pattern; None is silence."""
        self._generators[terminal] = pattern

    def settle(self) -> None:
        """Bring the unit up to now: its power, and the light at its receivers."""
        self.power.advance()
        unit = self._lit_unit()
        if unit is not None and unit.receivers:
            at_unit = self._at_unit(frozenset())
            unit.shine({name: at_unit(name) for name in unit.receivers})

    def arriving(self, terminal: str) -> tuple[Light, ...]:
        """All light that arrives at an instrument's terminal now."""
        self.settle()
        return tuple(self._into(terminal, frozenset()))

    def reflected(self, terminal: str, wavelength_m: float) -> float:
        """The share of the power sent out of an instrument's terminal that comes back to it."""
        self.settle()
        return self._thrown_back(terminal, wavelength_m, frozenset())

    def received(self, terminal: str) -> Reception | None:
        """What an error detector finds on its input now; None for silence, and for noise that is no pattern."""
        self.settle()
        unit = self.world.dut
        reached = self.world.reach(terminal)
        lane = unit.lane_out(reached[0]) if len(reached) == 1 and isinstance(unit, LaneUnit) else None
        if lane is None:
            return None
        driven = self.world.net(f"{DUT_ROLE}:{lane.carries}")
        for generator, pattern in self._generators.items():
            if self.world.net(generator) == driven and (sent := pattern()) is not None:
                return Reception(sent, lane)
        return None

    def _lit_unit(self) -> LitUnit | None:
        dut = self.world.dut
        if dut is not self._looked_at:
            # Once a unit: looking through a protocol takes longer than asking.
            self._looked_at, self._lit = dut, dut if isinstance(dut, LitUnit) else None
        return self._lit

    def _into(self, terminal: str, seen: frozenset[int], without: frozenset[str] = frozenset()) -> Iterator[Light]:
        """Light that is sent into the fibre of a terminal; not by these terminals of the unit."""
        net = self.world.net(terminal)
        if net in seen:
            return
        seen |= {net}
        for source, light in self._sources.items():
            if self.world.net(source) == net and (sent := light()) is not None:
                yield sent
        for passage in self._passages:
            if self.world.net(passage.out) == net and (loss_db := passage.loss_db()) is not None:
                for passing in self._into(passage.into, seen):
                    yield passing.after(loss_db)
        unit = self._lit_unit()
        if unit is not None:
            for name in self.world.reach(terminal):
                if name not in without:
                    yield from unit.light_out(name, self._at_unit(seen))

    def _at_unit(self, seen: frozenset[int]) -> Callable[[str], tuple[Light, ...]]:
        return lambda name: tuple(self._into(f"{DUT_ROLE}:{name}", seen, frozenset({name})))

    def _thrown_back(self, terminal: str, wavelength_m: float, seen: frozenset[int]) -> float:
        net = self.world.net(terminal)
        if net in seen:
            return 0.0
        seen |= {net}
        back = 0.0
        for passage in self._passages:
            if self.world.net(passage.into) == net and (loss_db := passage.loss_db()) is not None:
                # There and back again.
                back += milliwatts(-2.0 * loss_db) * self._thrown_back(passage.out, wavelength_m, seen)
        unit = self._lit_unit()
        if unit is not None:
            back += sum(unit.reflectance(name, wavelength_m) for name in self.world.reach(terminal))
        return back
