"""One unit's part in a run: its order, what was judged of it, how its run ended. A run of several has several."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from drivers.reading import Reading
from mes.vocabulary import Outcome, RunEnding
from stations.events import Event, RunOrder
from stations.limits import Judgement

_JUDGED = (Outcome.PASSED, Outcome.FAILED)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one attempt at a step found of one unit."""

    outcome: Outcome
    message: str
    judgements: Mapping[str, Judgement]
    readings: tuple[Reading, ...] = ()

    @property
    def failures(self) -> dict[str, Judgement]:
        """What was out of limits."""
        return {name: j for name, j in self.judgements.items() if j.outcome is Outcome.FAILED}


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a run that was cut off had found: it goes on after its last finished step.

    `elapsed_s` is how long after its start that step ended, `gap_s` how long nothing was known since.
    """

    steps: Collection[str]
    judgements: Mapping[str, Judgement]
    elapsed_s: float
    gap_s: float
    after: str
    values: Mapping[str, float] = field(default_factory=dict)
    """The numbers that were recorded."""


@dataclass(slots=True)
class UnitRun:
    """The state of one unit's run; everything that happens to it goes to `publish`."""

    order: RunOrder
    publish: Callable[[Event], None]
    earlier: Earlier | None = None
    ending: RunEnding = RunEnding.COMPLETED
    stopped_at_failure: bool = False
    judgements: dict[str, Judgement] = field(default_factory=dict)
    readings: list[Reading] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    attached: dict[str, str] = field(default_factory=dict)
    """The step that gave a name to what it attached."""
    attempts: list[Attempt] = field(default_factory=list)
    """The earlier attempts at the present step."""

    def __post_init__(self) -> None:
        if self.earlier is not None:
            self.judgements.update(self.earlier.judgements)

    @property
    def takes_part(self) -> bool:
        """Whether there is anything left to test on this unit."""
        return self.ending is RunEnding.COMPLETED and not self.stopped_at_failure

    def has_done(self, step: str) -> bool:
        """Whether this step ended before the run was cut off."""
        return self.earlier is not None and step in self.earlier.steps

    def end(self, ending: RunEnding, *reasons: str) -> None:
        """Say how the run ends. What is known first stands: an error does not become an abort."""
        if self.ending is RunEnding.COMPLETED:
            self.ending = ending
        self.reasons += reasons

    def decide(self, attempt: Attempt) -> None:
        """Take the last attempt at the present step for its result.

        An attempt that did not come to its end does not wash away what an earlier one had found out of limits.
        """
        self.judgements |= attempt.judgements
        self.readings += attempt.readings
        if attempt.outcome not in _JUDGED:
            for earlier in self.attempts:
                self.judgements |= earlier.failures
        self.attempts.clear()
