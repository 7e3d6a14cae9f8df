"""Chance as an argument: one independent random stream per (seed, name).

Every consumer has a stream of its own, so adding an instrument or a draw shifts no other; the hash is a stable one
(not Python's salted `hash`), so the same serial number is the same copper in every process.
"""

import hashlib
import random

import numpy as np


def stable_hash(seed: int, *names: str) -> int:
    """A 64-bit number that depends on the seed and the names alone, equal in every process and Python version."""
    digest = hashlib.blake2b("\x1f".join((str(seed), *names)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big")


def random_stream(seed: int, *names: str) -> random.Random:
    """The random stream of one named consumer."""
    return random.Random(stable_hash(seed, *names))


def noise_stream(seed: int, *names: str) -> np.random.Generator:
    """The same for arrays of noise."""
    return np.random.Generator(np.random.PCG64(stable_hash(seed, *names)))
