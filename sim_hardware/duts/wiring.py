"""How the conductors of a cable run from end to end, and everything that was done wrong to them.

Pairs are numbered from 1 as they leave the near end (end A). A healthy wiring is straight; defects alter it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, get_args

Conductor = Literal["P", "N"]
"""One conductor of a pair."""

SHIELD = "shield"


@dataclass(frozen=True, slots=True)
class Bridge:
    """A resistance that joins conductors that should be apart; points are "3.P" or "shield"."""

    a: str
    b: str
    ohm: float


@dataclass(slots=True)
class Wiring:
    """`far_pair[k]` is the place at the far end where pair k arrives, `series_ohm` what is added to a conductor."""

    pairs: int
    far_pair: dict[int, int] = field(init=False)
    swapped: set[int] = field(default_factory=set)
    series_ohm: dict[tuple[int, Conductor], float] = field(default_factory=dict)
    bridges: list[Bridge] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.far_pair = {pair: pair for pair in range(1, self.pairs + 1)}

    @classmethod
    def joined(cls, parts: Iterable["Wiring"]) -> "Wiring":
        """One cable out of sections that follow each other from the near end."""
        sections = list(parts)
        whole = cls(sections[0].pairs)
        for section in sections:
            for pair, arrived in whole.far_pair.items():
                whole.far_pair[pair] = section.far_pair[arrived]
                whole.swapped ^= {pair} & ({pair} if arrived in section.swapped else set())
                for conductor in get_args(Conductor):
                    added = section.series_ohm.get((arrived, conductor))
                    if added is not None:
                        whole.add_series(pair, conductor, added)
            whole.bridges.extend(section.bridges)
        return whole

    def check_pair(self, pair: int) -> None:
        """Raise ValueError for a pair that this cable does not have."""
        if pair not in self.far_pair:
            raise ValueError(f"pair {pair} does not exist: the cable has pairs 1 to {self.pairs}")

    def check_point(self, point: str) -> None:
        """Raise ValueError for a point that is neither "shield" nor a conductor such as "3.P"."""
        if point != SHIELD:
            pair, _, conductor = point.partition(".")
            if not pair.isdecimal() or conductor not in get_args(Conductor):
                raise ValueError(f"point {point!r}: expected a conductor such as 3.P, or {SHIELD}")
            self.check_pair(int(pair))

    def add_series(self, pair: int, conductor: Conductor, ohm: float) -> None:
        """Put a resistance in series with a conductor; infinite cuts it."""
        self.check_pair(pair)
        self.series_ohm[pair, conductor] = self.series_ohm.get((pair, conductor), 0.0) + ohm

    def cross(self, pair: int, other: int) -> None:
        """Exchange the far ends of two pairs."""
        self.check_pair(pair)
        self.check_pair(other)
        if pair == other:
            raise ValueError(f"pair {pair} cannot be crossed with itself")
        self.far_pair[pair], self.far_pair[other] = self.far_pair[other], self.far_pair[pair]

    def swap(self, pair: int) -> None:
        """Exchange P and N at the far end of a pair."""
        self.check_pair(pair)
        self.swapped ^= {pair}

    def bridge(self, a: str, b: str, ohm: float) -> None:
        """Join two points."""
        self.check_point(a)
        self.check_point(b)
        if a == b:
            raise ValueError(f"{a} cannot be joined to itself")
        self.bridges.append(Bridge(a, b, ohm))
