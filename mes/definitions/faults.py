"""What is wrong in a definition file: each fault with its file, its key, the problem and what to write instead."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that must be mended; `key` is the dotted key in the file, empty for the file as a whole."""

    file: str
    key: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}: {self.key}" if self.key else self.file
        return f"{place}: {self.problem}; {self.remedy}"


class DefinitionsRefused(Exception):
    """The files cannot mean what they say, or would alter what is released; every fault is named, nothing is done."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


def near(name: str, known: Iterable[str]) -> str:
    """What to write in the place of a name that is not known: the nearest ones, or where to define it."""
    names = sorted(set(known))
    close = get_close_matches(name, names, 3, 0.6)
    if close:
        return f"did you mean {' or '.join(close)}?"
    return f"known are: {', '.join(names[:12])}" if names else "none is known yet"
