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
class PairFlaws:
    """What waves meet on one pair beyond its wires.

    `sections` are lengths of another impedance: place as a share of the length, length in metres, ohms. `shield_leak`
    is the common-mode wave over the differential one, `excess_db` the added loss and `reflection` the added reflection
    at plug "A" or "B", all at the reference frequency.
    """

    sections: list[tuple[float, float, float]] = field(default_factory=list)
    shield_leak: float = 0.0
    skew_s: float = 0.0
    excess_db: float = 0.0
    reflection: dict[str, float] = field(default_factory=dict)

    def add(self, other: "PairFlaws") -> None:
        """Take over what another section of the cable adds."""
        self.sections += other.sections
        self.shield_leak += other.shield_leak
        self.skew_s += other.skew_s
        self.excess_db += other.excess_db
        for end, amplitude in other.reflection.items():
            self.reflection[end] = self.reflection.get(end, 0.0) + amplitude


@dataclass(slots=True)
class Wiring:
    """`far_pair[k]` is the place at the far end where pair k arrives, `series_ohm` what is added to a conductor.

    `loose_ohm` is what a joint at the far end adds whenever it loses contact, `couplings` the backward coupling of two
    pairs, `ground_ohm` what is added to "ground", "A.present" or "B.present".
    """

    pairs: int
    far_pair: dict[int, int] = field(init=False)
    swapped: set[int] = field(default_factory=set)
    series_ohm: dict[tuple[int, Conductor], float] = field(default_factory=dict)
    loose_ohm: dict[tuple[int, Conductor], float] = field(default_factory=dict)
    bridges: list[Bridge] = field(default_factory=list)
    couplings: dict[frozenset[int], float] = field(default_factory=dict)
    pair_flaws: dict[int, PairFlaws] = field(default_factory=dict)
    ground_ohm: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.far_pair = {pair: pair for pair in range(1, self.pairs + 1)}

    @classmethod
    def joined(cls, parts: Iterable["Wiring"]) -> "Wiring":
        """One cable out of sections that follow each other from the near end."""
        sections = list(parts)
        whole = cls(sections[0].pairs)
        for section in sections:
            arriving = {arrived: pair for pair, arrived in whole.far_pair.items()}
            for arrived, pair in arriving.items():
                whole.far_pair[pair] = section.far_pair[arrived]
                whole.swapped ^= {pair} & ({pair} if arrived in section.swapped else set())
                for conductor in get_args(Conductor):
                    for mine, its in ((whole.series_ohm, section.series_ohm), (whole.loose_ohm, section.loose_ohm)):
                        if (arrived, conductor) in its:
                            mine[pair, conductor] = mine.get((pair, conductor), 0.0) + its[arrived, conductor]
            whole.bridges.extend(section.bridges)
            for arrived, flaws in section.pair_flaws.items():
                whole.flaws(arriving[arrived]).add(flaws)
            for together, coupling in section.couplings.items():
                one, other = (arriving[arrived] for arrived in together)
                whole.couple(one, other, coupling)
            for contact, ohm in section.ground_ohm.items():
                whole.add_ground(contact, ohm)
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

    def loosen(self, pair: int, conductor: Conductor, ohm: float) -> None:
        """Let the far joint of a conductor make and break contact, with this resistance when broken."""
        self.check_pair(pair)
        self.loose_ohm[pair, conductor] = self.loose_ohm.get((pair, conductor), 0.0) + ohm

    def flaws(self, pair: int) -> PairFlaws:
        """What waves meet on this pair, to be added to."""
        self.check_pair(pair)
        return self.pair_flaws.setdefault(pair, PairFlaws())

    def couple(self, pair: int, other: int, coupling: float) -> None:
        """Let two pairs hear each other with this backward coupling coefficient."""
        self.check_pair(pair)
        self.check_pair(other)
        together = frozenset((pair, other))
        self.couplings[together] = self.couplings.get(together, 0.0) + coupling

    def add_ground(self, contact: str, ohm: float) -> None:
        """Put a resistance in series with the ground or with a module-present pin."""
        self.ground_ohm[contact] = self.ground_ohm.get(contact, 0.0) + ohm

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
