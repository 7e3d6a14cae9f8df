"""How one run takes its turn among others: in step with them, and holding shared instruments alone.

The executive only says where it is. Who waits for whom is the business of the model that runs the slots
(`stations.slots`); a run that is alone waits for nobody.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

Look = Callable[[], None]
"""What whoever waits does meanwhile, time and again; what it raises ends the wait, and the place in the queue."""


class Turn(Protocol):
    """What a run asks of those who run beside it."""

    def begin_step(self, step: str, look: Look | None = None) -> None:
        """Wait until every slot that has to be in step is here, if they have to be."""
        ...

    def holding(self, roles: Sequence[str], look: Look | None = None) -> AbstractContextManager[float]:
        """Hold these shared instruments alone while entered; gives the seconds that were waited for them.

        Raises `InstrumentWithdrawn` for one that is granted to nobody any more.
        """
        ...

    def withdraw(self, role: str, why: str) -> None:
        """Say, while holding it, that a shared instrument is not proven off: nobody is granted it any more."""
        ...

    def leave(self) -> None:
        """Say that this run begins no more steps, so that nobody waits for it. Saying it twice is no error."""
        ...


class _Alone:
    """Nobody beside this run."""

    def begin_step(self, step: str, look: Look | None = None) -> None:
        """Go on."""

    def holding(self, roles: Sequence[str], look: Look | None = None) -> AbstractContextManager[float]:
        """Nobody else holds anything."""
        return nullcontext(0.0)

    def withdraw(self, role: str, why: str) -> None:
        """Nobody else would be granted it."""

    def leave(self) -> None:
        """Nobody waits."""


ALONE: Turn = _Alone()
