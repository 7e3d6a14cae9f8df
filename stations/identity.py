"""Identities made at the station: UUIDv7, so that an id is unique without asking anybody and sorts by birth.

The clock and the chance come by argument: a seeded factory repeats its ids, which a random UUID would not.
"""

import random
import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID

from drivers.clock import Clock
from stations.errors import StationError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COUNTER_BITS = 42
_TAIL_BITS = 32


class IdMaker:
    """Makes UUIDs of version 7, each greater than the one before.

    Layout (RFC 9562 §5.7, monotonicity by §6.2 method 1): 48 bits of Unix milliseconds, then a 42-bit counter
    in `rand_a` and the head of `rand_b`, then 32 random bits. The counter starts at a random value with its
    highest bit clear and counts within a millisecond; a simulated clock may stand still for a whole run. When
    the clock goes back, the last millisecond is kept.

    `clock.utc()` gives the time and `rng` the chance. Safe to call from several threads.
    """

    def __init__(self, clock: Clock, rng: random.Random) -> None:
        self._clock = clock
        self._rng = rng
        self._lock = threading.Lock()
        self._milliseconds = -1
        self._counter = 0

    def __call__(self) -> UUID:
        """The next id. Raises `StationError` when the clock stands before 1970, which no UUIDv7 can say."""
        with self._lock:
            now = (self._clock.utc() - _EPOCH) // timedelta(milliseconds=1)
            if now < 0:
                raise StationError(f"clock stands at {self._clock.utc().isoformat()}: no id can be made; set the clock")
            if now > self._milliseconds:
                self._begin(now)
            else:
                self._counter += 1
                if self._counter >> _COUNTER_BITS:
                    # RFC 9562 §6.2: on counter overflow the time stamp may run ahead of the clock.
                    self._begin(self._milliseconds + 1)
            return self._compose()

    def _begin(self, milliseconds: int) -> None:
        self._milliseconds = milliseconds
        self._counter = self._rng.getrandbits(_COUNTER_BITS - 1)

    def _compose(self) -> UUID:
        low_bits = _COUNTER_BITS - 12
        rand_a = self._counter >> low_bits
        rand_b = (self._counter & ((1 << low_bits) - 1)) << _TAIL_BITS | self._rng.getrandbits(_TAIL_BITS)
        return UUID(int=self._milliseconds << 80 | 0x7 << 76 | rand_a << 64 | 0b10 << 62 | rand_b)
