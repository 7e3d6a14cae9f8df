"""docs/first-instrument.md followed word for word: its files are written, its commands run, their output compared."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/first-instrument.md"
TEXT = PAGE.read_text(encoding="utf-8")

COPIED = (
    *("drivers", "sim_hardware", "stations", "mes", "docs", "tests/drivers"),
    *("tests/conftest.py", "tests/test_documentation.py"),
    *("README.md", "CHANGELOG.md", "Makefile", "pyproject.toml", "requirements.lock"),
)
"""What the page's commands see of the repository."""

NOT_RUN = ("git", "make", ".")
"""Commands that get the repository and its environment, or run every test of it: whoever reads this has done that."""

PROGRAMS = {
    "station": ("-c", "from stations.cli.main import main; main()"),
    "mes": ("-c", "from mes.cli.main import main; main()"),
    "pytest": ("-m", "pytest", "-p", "no:cacheprovider"),
}


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, what it holds, the sentence before it and the section that it stands in."""

    language: str
    content: str
    before: str
    section: str


@dataclass(frozen=True, slots=True)
class Command:
    """A line that the page shows, the exit code that it tells (``# exit 1``), and the output that it shows."""

    words: tuple[str, ...]
    code: int
    shown: str


def page_blocks() -> list[Block]:
    """Every fenced block of the page, in order."""
    found = []
    for match in re.finditer(r"^```(\w+)\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE):
        above = TEXT[: match.start()]
        section = re.findall(r"^## (.+)$", above, re.MULTILINE)[-1]
        found.append(Block(match[1], match[2], above.rstrip().rpartition("\n\n")[2], section))
    return found


def commands_of(block: Block) -> list[Command]:
    """The commands of a console block, each with what stands below it."""
    found = []
    for match in re.finditer(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", block.content, re.MULTILINE):
        line, _, comment = match[1].partition(" # ")
        code = re.match(r"exit (\d+)", comment.strip())
        found.append(Command(tuple(shlex.split(line)), int(code[1]) if code else 0, match[2]))
    return found


def file_of(block: Block) -> str | None:
    """The path of the file that a block is, as the sentence before it says."""
    named = re.search(r"Write\s+`([\w./-]+)`:$", block.before)
    return named[1] if named else None


MISTAKES = "When it says no"
STEPS = [block for block in page_blocks() if block.section != MISTAKES]
FILES = {path: block.content for block in STEPS if (path := file_of(block))}


def mistakes() -> list[tuple[str, Block, Block]]:
    """Every mistake: the sentence that tells it, the change that makes it, and the console block that shows it."""
    shown = [block for block in page_blocks() if block.section == MISTAKES]
    return [(change.before, change, console) for change, console in zip(shown[::2], shown[1::2], strict=True)]


def copy_of_the_house(folder: Path) -> Path:
    """The repository as a newcomer has it."""
    for name in COPIED:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)  # with its bytecode, which is valid as long as times are kept
        else:
            shutil.copy(source, target)
    return folder


def add_row(clone: Path, row: str) -> None:
    """Add a row to README's table of plans, fixtures and drivers."""
    readme = clone / "README.md"
    told, table = re.split(r"(?<=\n)(?=\| plan \| fixture \|)", readme.read_text(encoding="utf-8"), maxsplit=1)
    readme.write_text(told + table.replace("|\n\n", f"|\n{row}\n", 1), encoding="utf-8")


def follow(clone: Path, home: Path, command: Command) -> None:
    """Run a command as the page says; it must end with the page's exit code, and print what the page shows."""
    program, *arguments = command.words
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [sys.executable, *PROGRAMS[program], *arguments],
        cwd=clone,
        env={**inherited, "RACKLINE_HOME": str(home), "PYTHONPATH": str(clone), "NO_COLOR": "1", "COLUMNS": "120"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=110,
    )
    printed = "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines())
    line = shlex.join(command.words)
    assert "Traceback" not in printed, f"{line}\n{printed}"
    assert done.returncode == command.code, f"{line}: exit {done.returncode}, the page says {command.code}\n{printed}"
    fits = re.fullmatch(pattern(command.shown), printed)
    assert fits, f"{line}: the page shows\n{command.shown}and it prints\n{printed}"


def pattern(shown: str) -> str:
    """The output that a page shows as a regular expression: … is anything in its line, alone it is any lines."""
    lines = (r"(?:.*\n)*" if line == "…" else re.escape(line).replace("…", ".*") + r"\n" for line in shown.splitlines())
    return "".join(lines)


def test_nothing_shown_is_left_out() -> None:
    """Every block is a file, a command, README's row or a mistake; every command is of a program that is known."""
    assert len(FILES) == 7
    assert {block.language for block in STEPS if not file_of(block)} == {"console", "markdown"}
    shown = [command for block in page_blocks() if block.language == "console" for command in commands_of(block)]
    assert {command.words[0] for command in shown} <= {*PROGRAMS, *NOT_RUN}
    assert all((change.language, console.language) == ("diff", "console") for _, change, console in mistakes())


def test_the_files_live_only_in_the_page() -> None:
    """What the page lets somebody write is not there already."""
    there = [path for path in FILES if (ROOT / path).exists()]
    assert not there, f"{', '.join(there)}: put away what you wrote along the page: git stash --include-untracked"


def test_links_and_paths_of_the_page_lead_somewhere() -> None:
    """Every link is a file, and every path in code type is one, or is written by the page."""
    assert not [link for link in re.findall(r"\]\(([^)#:]+)\)", TEXT) if not (PAGE.parent / link).exists()]
    prose = re.sub(r"^```.*?^```$", "", TEXT, flags=re.DOTALL | re.MULTILINE)
    named = re.findall(r"`((?:mes|stations|drivers|sim_hardware|tests|docs)/[\w./-]+)`", prose)
    assert not [name for name in named if name not in FILES and not (ROOT / name).exists()]
    assert not re.findall(r"(?<![\w.~])/(?:home|root|tmp|work|usr|Users)/\S*", TEXT)


@pytest.mark.timeout(300)  # a dozen programs, one after the other
def test_the_page_leads_to_a_unit_that_passes_and_one_that_fails(tmp_path: Path) -> None:
    """Written and run in the page's order, in a copy of the repository, every command prints what the page shows."""
    clone = copy_of_the_house(tmp_path / "clone")
    followed = 0
    for block in STEPS:
        if path := file_of(block):
            (clone / path).write_text(block.content, encoding="utf-8")
        elif block.language == "markdown":
            add_row(clone, block.content)
        for command in commands_of(block) if block.language == "console" else ():
            if command.words[0] not in NOT_RUN:
                follow(clone, tmp_path / "home", command)
                followed += 1
    assert followed >= 8


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository with the page's files in it."""
    clone = copy_of_the_house(tmp_path_factory.mktemp("clone"))
    for path, content in FILES.items():
        (clone / path).write_text(content, encoding="utf-8")
    return clone


def test_the_files_of_the_page_are_in_the_style_of_the_house(written: Path) -> None:
    """What `make check` would say of style, it says of nothing in the page."""
    paths = [path for path in FILES if path.endswith(".py")]
    for look in (("check",), ("format", "--check")):
        words = [sys.executable, "-m", "ruff", *look, "--no-cache", *paths]
        done = subprocess.run(words, cwd=written, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("change", "console"), [pytest.param(*two, id=told) for told, *two in mistakes()])
def test_a_newcomers_mistake_is_answered_as_the_page_shows(
    written: Path, tmp_path: Path, change: Block, console: Block
) -> None:
    """One thing wrong at a time: a message that names it, and never a traceback."""
    name, removed, added = re.fullmatch(r"--- (.+)\n-(.+\n)\+(.+\n)", change.content).groups()  # type: ignore[union-attr]
    path = written / name
    whole = path.read_text(encoding="utf-8")
    assert whole.count(removed) == 1, f"{name} has not this line: {removed}"
    path.write_text(whole.replace(removed, added), encoding="utf-8")
    try:
        for command in commands_of(console):
            follow(written, tmp_path, command)
    finally:
        path.write_text(whole, encoding="utf-8")
