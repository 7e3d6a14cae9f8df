"""When a step may be tried again: declared above the step, and every attempt stays in the record.

First-pass results are worth as much as final ones. So a retry is a new event and never a correction: the vector holds
the attempt that decided, the step's result every attempt before it.
"""

from dataclasses import dataclass
from typing import Literal

from mes.vocabulary import Outcome

RetriedOutcome = Literal["ERROR", "FAILED"]


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a step is tried, the first attempt counted, and after which outcomes.

    A step that is `hazardous` is tried again only where its retry says so too; then the whole bench is made safe, and
    proven safe, between two attempts. Any other step finds the bench as its failed attempt left it. STOP is never
    answered by another attempt.

    Raises ValueError for what could never retry.
    """

    attempts: int = 2
    on: tuple[RetriedOutcome, ...] = ("ERROR",)
    hazardous: bool = False

    def __post_init__(self) -> None:
        if self.attempts < 2:
            raise ValueError(f"a retry of {self.attempts} attempts tries nothing again; the first one counts, write 2")
        if not self.on or not set(self.on) <= {"ERROR", "FAILED"}:
            raise ValueError(f'a retry after {self.on!r} is none; write ("ERROR",), ("FAILED",) or both')

    def allows(self, outcome: Outcome, attempt: int) -> bool:
        """Whether there is another attempt after attempt number `attempt`, counted from 1, ended so."""
        return attempt < self.attempts and outcome.value in self.on
