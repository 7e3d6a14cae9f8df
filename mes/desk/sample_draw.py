"""Which pieces a sample takes, and what its results say: pure, so that anybody can repeat a draw from its seed."""

from collections.abc import Collection, Iterable
from enum import StrEnum
from hashlib import sha256


class SampleVerdict(StrEnum):
    """What the results of a sample say so far."""

    OPEN = "OPEN"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"


def drawn(items: Iterable[str], size: int, seed: str) -> frozenset[str]:
    """The `size` items whose SHA-256 together with the seed is smallest.

    Every item has the same chance, whatever the order in which they are named; a larger sample of the same seed holds
    the smaller one, and an item that leaves the population puts in one other at most. Raises `ValueError` when there
    are fewer items.
    """
    population = set(items)
    if not 1 <= size <= len(population):
        raise ValueError(f"a sample of {size} cannot be drawn from {len(population)} pieces")
    ranked = sorted(population, key=lambda item: (sha256(f"{seed}\0{item}".encode()).digest(), item))
    return frozenset(ranked[:size])


def verdict(size: int, acceptance_number: int, conforming: Collection[bool]) -> SampleVerdict:
    """What is said by the results of these pieces of a sample of this size.

    Rejection is certain with one nonconforming piece too many; acceptance only with the whole sample (MIL-STD-105E
    4.10.1), because it is the whole sample that the plan's risks are computed for.
    """
    if sum(not one for one in conforming) > acceptance_number:
        return SampleVerdict.REJECTED
    return SampleVerdict.ACCEPTED if len(conforming) >= size else SampleVerdict.OPEN
