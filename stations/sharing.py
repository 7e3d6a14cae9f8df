"""Instruments that several slots share: granted one holder at a time, first come first served, without deadlock.

Whoever needs several takes them in one order that is the same for everybody, so that no two can each hold what the
other waits for. How long each was used and waited for is kept: it says which instrument to buy next.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from stations.crew import Crew
from stations.errors import PlanError


@dataclass(frozen=True, slots=True)
class InstrumentUse:
    """How much one shared instrument was in use.

    `busy_s` is how long somebody held it, `waited_s` how long slots waited for it altogether, `utilisation` the share
    of the whole time in which it was held.
    """

    role: str
    grants: int
    busy_s: float
    waited_s: float
    utilisation: float


@dataclass(slots=True)
class _Use:
    grants: int = 0
    busy_s: float = 0.0
    waited_s: float = 0.0


def in_order(roles: Iterable[str]) -> tuple[str, ...]:
    """The order in which everybody takes shared instruments."""
    return tuple(sorted(set(roles)))


class Sharing:
    """Grants the shared instruments of one group of slots."""

    def __init__(self, crew: Crew, roles: Iterable[str]) -> None:
        self._crew = crew
        self._locks = {role: crew.resource(role) for role in in_order(roles)}
        self._uses = {role: _Use() for role in self._locks}

    @contextmanager
    def holding(self, roles: Sequence[str]) -> Iterator[float]:
        """Hold these instruments alone while entered; gives the seconds that were waited for them.

        Raises `PlanError` for a role that is not shared here.
        """
        if unknown := [role for role in roles if role not in self._locks]:
            raise PlanError(f"{', '.join(unknown)} is not shared here; shared are {', '.join(self._locks) or 'none'}")
        asked_at = self._crew.now()
        with ExitStack() as stack:
            for role in in_order(roles):
                began = self._crew.now()
                stack.enter_context(self._locks[role])
                stack.enter_context(self._used(role, began))
            yield self._crew.now() - asked_at

    @contextmanager
    def _used(self, role: str, asked_at: float) -> Iterator[None]:
        # Only the holder comes here, so that the counts need no lock of their own.
        use, granted_at = self._uses[role], self._crew.now()
        use.grants += 1
        use.waited_s += granted_at - asked_at
        try:
            yield
        finally:
            use.busy_s += self._crew.now() - granted_at

    def uses(self, over_s: float) -> tuple[InstrumentUse, ...]:
        """What became of each shared instrument in this many seconds, the busiest first."""
        found = [
            InstrumentUse(role, u.grants, u.busy_s, u.waited_s, u.busy_s / over_s if over_s else 0.0)
            for role, u in self._uses.items()
        ]
        return tuple(sorted(found, key=lambda use: (-use.busy_s, use.role)))
