"""A page of the documentation typed as it stands: its console blocks as commands, and what came held to what it shows.

Identities and times are those of the day: a page's identity stands for the one that takes its place, everywhere the
same. A line that is only an ellipsis stands for any number of lines.
"""

import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

ELSE = "…"

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIME = re.compile(r"20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)?")
_SPOOL = re.compile(r"/[0-9a-f]{12}\b")
_SECONDS = re.compile(r"in [\d.]+ s$")


@dataclass
class Typed:
    """One command of the page, the exit code that it tells, and the lines that it shows."""

    words: list[str]
    code: int
    shown: list[str]


def typed(page: Path) -> list[Typed]:
    """Every command of the page's console blocks, in order; a backslash at the end of a line joins the next one."""
    found: list[Typed] = []
    for block in re.findall(r"^```console\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
        for line in re.sub(r"\\\n\s*", "", block).splitlines():
            if line.startswith("$ "):
                command, _, comment = line[2:].partition(" # ")
                code = re.match(r"exit (\d+)", comment)
                found.append(Typed(shlex.split(command), int(code[1]) if code else 0, []))
            else:
                found[-1].shown.append(line)
    return found


@dataclass
class Reader:
    """Reads the page beside what really comes: its identities by the real ones."""

    real: dict[str, str] = field(default_factory=dict)

    def agrees(self, shown: list[str], printed: list[str]) -> bool:
        """Whether the printed lines are the shown ones; an ellipsis stands for any number of them."""
        if not shown:
            return not printed
        if shown[0] == ELSE:
            return any(self.agrees(shown[1:], printed[skipped:]) for skipped in range(len(printed) + 1))
        return bool(printed) and self._line(shown[0], printed[0]) and self.agrees(shown[1:], printed[1:])

    def require(self, command: Typed, printed: list[str]) -> None:
        """Fail unless the command printed what the page shows."""
        told = [f"$ {shlex.join(command.words)}", "the page:", *command.shown, "came:", *printed]
        assert self.agrees(command.shown, printed), "\n".join(told)

    def words(self, command: Typed) -> list[str]:
        """The command with the identities of the day."""
        return [self.real.get(word, word) for word in command.words]

    def _line(self, shown: str, printed: str) -> bool:
        pair = [_SECONDS.sub("", _SPOOL.sub("", _TIME.sub("", text))).strip() for text in (shown, printed)]
        # A column of what differs has another width.
        kept = [re.sub(r"\s+", " ", _UUID.sub("", text)) for text in pair]
        found = list(zip(*(_UUID.findall(text) for text in pair), strict=False))
        return kept[0] == kept[1] and all(self.real.setdefault(mine, other) == other for mine, other in found)
