"""Many units at once: the plan says what is done, the model says how many at a time.

Sequential: one slot after the other. Parallel: every slot at its own pace. Batch: no slot begins a step before all
that are still testing have come to it, as in a chamber that has one temperature for all.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock

from stations.crew import Crew, wait_for
from stations.sharing import InstrumentUse, Sharing
from stations.turn import Look, Turn


class SlotModel(StrEnum):
    """How many at a time."""

    SEQUENTIAL = "sequential"
    PARALLEL = "parallel"
    BATCH = "batch"


@dataclass(frozen=True, slots=True)
class SlotTime:
    """What one slot did with its time: seconds from the group's start, and how much of them it only waited."""

    slot: str
    began_s: float
    ended_s: float
    waited_s: float

    @property
    def worked_s(self) -> float:
        """Seconds in which it did not wait for others."""
        return self.ended_s - self.began_s - self.waited_s


@dataclass(frozen=True, slots=True)
class SlotReport:
    """What came of a group of slots.

    `ideal_s` is a bound that no order of work could beat: neither can a shared instrument do its work in less than
    the time that it was held, nor a slot its own. For the sequential model it is the time of all slots together.
    """

    model: SlotModel
    slots: tuple[SlotTime, ...]
    instruments: tuple[InstrumentUse, ...]
    took_s: float
    ideal_s: float

    @property
    def bottleneck(self) -> InstrumentUse | None:
        """The shared instrument that was in use longest; None where nothing is shared."""
        return self.instruments[0] if self.instruments else None

    @property
    def ideal_utilisation(self) -> float:
        """The utilisation that the bottleneck would have in the ideal time; 0 without one."""
        return self.bottleneck.busy_s / self.ideal_s if self.bottleneck is not None and self.ideal_s else 0.0


class Rendezvous:
    """Where the slots of a batch wait for each other before every step; who leaves is waited for no more."""

    def __init__(self, crew: Crew, members: int) -> None:
        self._crew = crew
        self._bell = crew.bell("batch")
        self._mutex = Lock()
        self._members = members
        self._here = 0
        self._round = 0

    def wait(self, look: Look | None = None) -> None:
        """Wait until every member is here; whoever ends its wait by what `look` raises is not here any more."""
        with self._mutex:
            self._here += 1
            mine = self._round
            self._open_if_full()
        try:
            wait_for(self._crew, self._bell, lambda: self._round != mine, look)
        except BaseException:
            with self._mutex:
                if self._round == mine:
                    self._here -= 1
            raise

    def leave(self) -> None:
        """Come no more."""
        with self._mutex:
            self._members -= 1
            self._open_if_full()

    def _open_if_full(self) -> None:
        if self._here and self._here >= self._members:
            self._here = 0
            self._round += 1
            self._bell.ring()


class _SlotTurn:
    """How one slot takes its turn."""

    def __init__(self, crew: Crew, sharing: Sharing, together: Rendezvous | None) -> None:
        self._crew = crew
        self._sharing = sharing
        self._together = together
        self.waited_s = 0.0

    def begin_step(self, step: str, look: Look | None = None) -> None:
        """Wait for the batch, if this is one."""
        if self._together is not None:
            with self._waiting():
                self._together.wait(look)

    def holding(self, roles: Sequence[str], look: Look | None = None) -> AbstractContextManager[float]:
        """Hold shared instruments alone."""
        return self._counted(roles, look)

    def withdraw(self, role: str, why: str) -> None:
        """Keep a shared instrument from everybody."""
        self._sharing.withdraw(role, why)

    @contextmanager
    def _counted(self, roles: Sequence[str], look: Look | None) -> Iterator[float]:
        with ExitStack() as stack:
            with self._waiting():
                waited = stack.enter_context(self._sharing.holding(roles, look))
            yield waited

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        began = self._crew.now()
        try:
            yield
        finally:
            self.waited_s += self._crew.now() - began

    def leave(self) -> None:
        """Leave the batch."""
        together, self._together = self._together, None
        if together is not None:
            together.leave()


def run_slots(
    crew: Crew, slots: Mapping[str, Callable[[Turn], object]], *, model: SlotModel, shared: Iterable[str] = ()
) -> SlotReport:
    """Let every slot do its work, each with the turn that its executive takes, and tell how their time was spent.

    `shared` are the roles that slots share. A slot that raises does not keep the others from their end; the first
    exception is raised after that.
    """
    sharing = Sharing(crew, shared)
    together = Rendezvous(crew, len(slots)) if model is SlotModel.BATCH else None
    began = crew.now()
    times: dict[str, SlotTime] = {}
    raised: list[Exception] = []

    def work(name: str, act: Callable[[Turn], object]) -> None:
        turn = _SlotTurn(crew, sharing, together)
        mine = crew.now()
        try:
            act(turn)
        except Exception as error:  # noqa: BLE001 - raised below, once no other slot can be cut off by it
            raised.append(error)
        finally:
            turn.leave()
            times[name] = SlotTime(name, mine - began, crew.now() - began, turn.waited_s)

    for name, act in slots.items():
        if model is SlotModel.SEQUENTIAL:
            work(name, act)
        else:
            crew.actor(work, name, act, name=f"slot {name}")
    if model is not SlotModel.SEQUENTIAL:
        crew.run()
    if raised:
        raise raised[0]
    took = crew.now() - began
    told = tuple(times[name] for name in slots)
    uses = sharing.uses(took)
    worked = [time.worked_s for time in told]
    longest = sum(worked) if model is SlotModel.SEQUENTIAL else max(worked, default=0.0)
    ideal = max(longest, max((use.busy_s for use in uses), default=0.0))
    return SlotReport(model, told, uses, took, ideal)
