"""Instruments that several slots share: granted one holder at a time, first come first served, without deadlock.

Whoever needs several takes them in one order that is the same for everybody, so that no two can each hold what the
other waits for. An instrument that its holder could not prove off is granted to nobody any more. How long each was used
and waited for is kept: it says which instrument to buy next.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from stations.crew import Crew
from stations.errors import InstrumentWithdrawn, PlanError
from stations.fair_queue import FairQueue
from stations.turn import Look


@dataclass(frozen=True, slots=True)
class InstrumentUse:
    """How much one shared instrument was in use.

    `busy_s` is how long somebody held it, `waited_s` how long those who got it waited for it altogether, `utilisation`
    the share of the whole time in which it was held.
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
        self._queues = {role: FairQueue(crew, role) for role in in_order(roles)}
        self._uses = {role: _Use() for role in self._queues}
        self._withdrawn: dict[str, str] = {}

    @contextmanager
    def holding(self, roles: Sequence[str], look: Look | None = None) -> Iterator[float]:
        """Hold these instruments alone while entered; gives the seconds that were waited for them.

        A wait has no limit of its own; `look` is called every half second of it and may end it by raising: then
        nothing is held and no place in a queue is kept.

        Raises `PlanError` for a role that is not shared here, `InstrumentWithdrawn` for one that was not proven off.
        """
        if unknown := [role for role in roles if role not in self._queues]:
            raise PlanError(f"{', '.join(unknown)} is not shared here; shared are {', '.join(self._queues) or 'none'}")
        self._check(roles)
        asked_at = self._crew.now()
        with ExitStack() as stack:
            for role in in_order(roles):
                began = self._crew.now()
                stack.enter_context(self._queues[role].holding(look))
                self._check(roles)
                stack.enter_context(self._used(role, began))
            yield self._crew.now() - asked_at

    def withdraw(self, role: str, why: str) -> None:
        """Grant this instrument to nobody any more; its holder says so, before it lets go."""
        self._withdrawn[role] = why

    def _check(self, roles: Sequence[str]) -> None:
        if live := [role for role in roles if role in self._withdrawn]:
            why = "; ".join(self._withdrawn[role] for role in live)
            raise InstrumentWithdrawn(
                f"{', '.join(live)} is granted to no slot any more: {why}; switch it off by hand, then start again"
            )

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
