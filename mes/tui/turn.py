"""One question of a kind at a time, so that a database slower than the screen is never asked faster than it answers.

A thread cannot be taken back: a worker that is cancelled still waits for its answer. Questions that come while one
is under way become one more question after it.
"""

from dataclasses import dataclass


@dataclass(slots=True)
class Turn:
    """Whose turn it is to ask."""

    under_way: bool = False
    again: bool = False

    def begin(self) -> bool:
        """Whether to ask now; otherwise the end of the question under way will say to."""
        self.again = self.under_way
        self.under_way = True
        return not self.again

    def end(self) -> bool:
        """The question has an answer, or none; whether to ask again."""
        self.under_way = False
        return self.again
