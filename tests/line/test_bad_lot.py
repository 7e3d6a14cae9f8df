"""docs/bad-lot.md typed as it stands: a supplier reports a bad lot, from where-used to hold, signature and trail.

The programs run in this process, which spares their start; their output is held to the page's. Identities and times
are those of the day: a page's identity stands for the one that takes its place, everywhere the same.
"""

import json
import re
import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/bad-lot.md"
PROGRAMS = {"mes": "mes.cli.main", "station": "stations.cli.main"}
DATABASE, ELSE = "bad-lot.db", "…"
SIMULATED = "SIMULATED site"

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


def typed() -> list[Typed]:
    """Every command of the page's console blocks, in order."""
    found: list[Typed] = []
    for block in re.findall(r"^```console\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
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

    def _line(self, shown: str, printed: str) -> bool:
        pair = [_SECONDS.sub("", _SPOOL.sub("", _TIME.sub("", text))).strip() for text in (shown, printed)]
        # A column of what differs has another width.
        kept = [re.sub(r"\s+", " ", _UUID.sub("", text)) for text in pair]
        found = list(zip(*(_UUID.findall(text) for text in pair), strict=False))
        return kept[0] == kept[1] and all(self.real.setdefault(mine, other) == other for mine, other in found)


@pytest.fixture
def program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., list[str]]:
    """Runs one command in this process, in a home of its own; the lines that it printed."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("RACKLINE_HOME", str(tmp_path))
    monkeypatch.setenv("NO_COLOR", "1")
    database = str(tmp_path / DATABASE)

    def run(*words: str, code: int = 0) -> list[str]:
        monkeypatch.setattr(sys, "argv", [database if word == DATABASE else word for word in words])
        with pytest.raises(SystemExit) as ended:
            import_module(PROGRAMS[words[0]]).main()
        said = capsys.readouterr()
        assert int(ended.value.code or 0) == code, f"{shlex.join(words)}\n{said.out}{said.err}"
        told = (said.out or said.err).replace(database, DATABASE)
        return [line.rstrip() for line in told.splitlines() if not line.startswith(SIMULATED)]

    return run


def test_the_story_is_what_the_page_tells(program: Callable[..., list[str]]) -> None:
    """Every command of the page ends and prints as it shows; a rebuild then tells the same trail again."""
    commands, reader = typed(), Reader()
    assert len(commands) > 20
    for command in commands:
        printed = program(*(reader.real.get(word, word) for word in command.words), code=command.code)
        assert reader.agrees(command.shown, printed), "\n".join(
            [f"$ {shlex.join(command.words)}", "the page:", *command.shown, "came:", *printed]
        )
    (hold,) = json.loads("\n".join(program("mes", "holds", "--json", "--db", DATABASE)))["holds"]
    asked = [("trail", hold["id"]), ("unit", "DAC0000001"), ("lot", "PA-0091"), ("level", "KIT0000001")]
    before = [program("mes", *words, "--json", "--db", DATABASE) for words in asked]
    program("mes", "rebuild", "--db", DATABASE)
    assert [program("mes", *words, "--json", "--db", DATABASE) for words in asked] == before


def test_a_page_that_says_something_else_is_found_out() -> None:
    """Another word, a line too many or another identity in one of its places is no agreement."""
    first, second = "0" * 8 + "-0000-7000-8000-" + "0" * 12, "1" * 8 + "-0000-7000-8000-" + "1" * 12
    shown = [f"hold {first} placed", ELSE, f"release {first}"]
    assert Reader().agrees(shown, [f"hold {second} placed", "on x", f"release {second}"])
    assert not Reader().agrees(shown, [f"hold {second} placed", "on x", f"release {first}"])
    assert not Reader().agrees(shown, [f"hold {second} lifted", f"release {second}"])
    assert not Reader().agrees(["a"], ["a", "b"])
