"""The documentation is held to the product: names, paths, record kinds, tables, exit codes and every console line."""

import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import takewhile
from pathlib import Path
from typing import Any, get_args

import pytest
import typer.main
from sqlmodel import SQLModel

import mes.cli.main
import mes.models  # registers every table
import stations.cli.main
from drivers.catalogue import driver_names
from mes.command_line import Exit
from mes.records import AnyRecord
from stations.fixture import fixture_kinds
from stations.plan import plan_names

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
ARCHITECTURE = ROOT / "docs/architecture.md"
DECISIONS = sorted((ROOT / "docs/decisions").glob("*.md"))
DOCUMENTS = (README, ROOT / "CHANGELOG.md", ARCHITECTURE, *DECISIONS)
PROGRAMS = {"mes": mes.cli.main, "station": stations.cli.main}

FULL_SCREEN = ("mes console",)
"""Commands of console lines that need a terminal; the tests of their screens run them."""

every_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
every_decision = pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)


def text(path: Path) -> str:
    """What a document says."""
    return path.read_text(encoding="utf-8")


def commands() -> list[str]:
    """Every command of both programs, as a person types it."""
    found = []
    for program, module in PROGRAMS.items():
        group: Any = typer.main.get_command(module.app)
        found += [f"{program} {name}" for name in group.list_commands(None)]
    return found


def blocks(path: Path, language: str) -> list[str]:
    """The fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text(path), re.DOTALL | re.MULTILINE)


def section(path: Path, heading: str) -> str:
    """What stands under a heading of the second level."""
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text(path), re.DOTALL | re.MULTILINE)
    assert found, f"{path.name} has no section {heading!r}"
    return found[1]


def first_cells(table: str) -> list[str]:
    """The names in code type in the first column of a table."""
    return [name for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for name in re.findall(r"`(.+?)`", row)]


@pytest.mark.parametrize("command", commands())
def test_readme_explains_every_command(command: str) -> None:
    """A command that exists has a row in the table of commands."""
    rows = [" ".join(name.split()[:2]) for name in first_cells(section(README, "Commands"))]
    assert command in rows


def test_readme_explains_no_command_that_is_not_there() -> None:
    """Every row of the table of commands is a command of one of the programs."""
    rows = {" ".join(name.split()[:2]) for name in first_cells(section(README, "Commands"))}
    assert rows <= set(commands())


@pytest.mark.parametrize("name", [*plan_names(), *fixture_kinds(), *driver_names()])
def test_readme_names_every_plan_fixture_and_driver(name: str) -> None:
    """Whatever a station's file may name is found in README."""
    is_named = f"`{name}`" in text(README)
    assert is_named, f"README.md does not name `{name}`; write it into the table under Plans, fixtures, drivers"


def test_readme_tells_every_exit_code() -> None:
    """The codes in the sentence are those of `mes.command_line.Exit`."""
    sentence = re.search(r"^Exit codes: (.*?)\n\n", text(README), re.DOTALL | re.MULTILINE)
    assert sentence
    told = re.findall(r"(?:^|, )(\d+) ", sentence[1].replace("\n", " "))
    assert [int(code) for code in told] == [code.value for code in Exit]


def test_the_two_first_commands_stay_the_first() -> None:
    """A stranger sees `make demo` and `make test` before anything else that can be typed."""
    assert blocks(README, "console")[0].splitlines() == ["$ make demo", "$ make test"]


def test_architecture_lists_the_record_kinds_that_exist() -> None:
    """Neither a kind that is missing nor one that is only planned."""
    union, _ = get_args(AnyRecord)
    kinds = sorted(record.model_fields["kind"].default for record in get_args(union))
    assert sorted(first_cells(section(ARCHITECTURE, "Records"))) == kinds


def test_architecture_lists_the_tables_that_exist() -> None:
    """Every table of the database, and no other."""
    assert sorted(first_cells(section(ARCHITECTURE, "Tables"))) == sorted(SQLModel.metadata.tables)


def mapped_paths() -> list[str]:
    """Every path of the folder map: a line names modules and folders (``tui/``), two spaces deeper is one folder in."""
    (tree,) = blocks(ARCHITECTURE, "text")
    found: list[str] = []
    folders: list[str] = []
    for line in tree.splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        names = [*takewhile(re.compile(r"[\w.]+(\.py|/)").fullmatch, line.split())]
        assert names, line
        found += ["".join(folders[:depth]) + name for name in names]
        folders = [*folders[:depth], names[-1]]
    return found


def test_the_folder_map_names_only_what_exists() -> None:
    """Every module and folder of the map is there, folders marked as folders."""
    paths = mapped_paths()
    assert not [path for path in paths if (ROOT / path).is_dir() != path.endswith("/") or not (ROOT / path).exists()]
    assert {"mes/gate/rules/", "mes/vector.py", "drivers/switch_matrix/", "tests/line/"} <= set(paths)


@every_document
def test_paths_in_code_type_exist(path: Path) -> None:
    """A path in backticks that begins in one of the repository's folders leads somewhere."""
    tops = "mes|stations|drivers|sim_hardware|tests|docs"
    named = re.findall(rf"`((?:{tops})/[\w./-]+)`", text(path))
    assert not [name for name in named if not (ROOT / name).exists()]


@every_document
def test_modules_in_code_type_exist(path: Path) -> None:
    """A dotted name in backticks that begins with a package is a module, or a name in one."""
    for name in re.findall(r"`((?:mes|stations|drivers|sim_hardware)(?:\.\w+)+)`", text(path)):
        module, _, attribute = name.rpartition(".")
        known = find_spec(module) is not None and (
            find_spec(name) is not None
            if (ROOT / module.replace(".", "/")).is_dir()
            else hasattr(__import__(module, fromlist=[attribute]), attribute)
        )
        assert known, name


def anchor(heading: str) -> str:
    """The anchor that a heading gets: lower case, without punctuation, spaces as hyphens."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@every_document
def test_internal_links_resolve(path: Path) -> None:
    """Every link that does not leave the repository leads to a file, and its anchor to a heading."""
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", text(path)):
        name, _, wanted = target.partition("#")
        file = (path.parent / name).resolve() if name else path
        assert file.exists(), target
        if wanted:
            assert wanted in {anchor(h) for h in re.findall(r"^#+ (.+)$", text(file), re.MULTILINE)}, target


@every_document
def test_nothing_names_a_machine_or_a_host(path: Path) -> None:
    """No absolute path of a machine; no address but the form of a database URL and the changelog's standard."""
    assert not re.findall(r"(?<![\w.~])/(?:home|root|tmp|work|usr|Users)/\S*", text(path))
    schemes = {"sqlite", "postgresql", "sim", "sim-i2c"}
    urls = re.findall(r"([\w-]+)://(\S*)", text(path))
    assert not [url for url in urls if url[0] not in schemes and not url[1].startswith("keepachangelog.com/")]


def test_the_lock_file_names_no_host() -> None:
    """Where packages come from is the machine's configuration; what they are is the lock file's hashes."""
    lock = text(ROOT / "requirements.lock")
    assert "://" not in lock
    assert not re.findall(r"^--", lock, re.MULTILINE)
    assert len(re.findall(r"^[\w.\[\]-]+==", lock, re.MULTILINE)) <= lock.count("--hash=sha256:")


def test_decisions_are_numbered_without_a_gap() -> None:
    """0001, 0002, … in the order in which they were taken."""
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


@every_decision
def test_a_decision_is_short_and_has_its_three_parts(path: Path) -> None:
    """Number and title, then context, decision and consequences, in under 60 lines."""
    lines = text(path).splitlines()
    assert len(lines) < 60
    assert lines[0].startswith(f"# {int(path.name[:4])}. ")
    assert [line for line in lines if line.startswith("## ")] == ["## Context", "## Decision", "## Consequences"]


@every_decision
def test_every_decision_is_in_the_list(path: Path) -> None:
    """docs/architecture.md leads to each of them."""
    assert f"](decisions/{path.name})" in text(ARCHITECTURE)


@dataclass(frozen=True, slots=True)
class ConsoleLine:
    """One command of README; a comment behind it tells its exit code (``# exit 1: …``) when that is not 0."""

    words: tuple[str, ...]
    code: int

    @property
    def captured(self) -> tuple[str, ...]:
        """The words that name a captured file by its bare name."""
        return tuple(word for word in self.words if re.fullmatch(r"[\w+-]+\.(s4p|json|bin)", word))


def console_lines() -> list[ConsoleLine]:
    """Every command in README's console blocks, in order."""
    found = []
    for block in blocks(README, "console"):
        for line in re.sub(r"\\\n\s*", "", block).splitlines():
            if line.startswith("$ "):
                command, _, comment = line[2:].partition(" # ")
                code = re.match(r"exit (\d+)", comment.strip())
                found.append(ConsoleLine(tuple(shlex.split(command)), int(code[1]) if code else 0))
    return found


def run(line: ConsoleLine, home: Path, captured: dict[str, Path]) -> subprocess.CompletedProcess[str]:
    """Run one line as the real program, in this home, without a terminal."""
    program, *arguments = [str(captured.get(word, word)) for word in line.words]
    done = subprocess.run(
        [sys.executable, "-c", f"from {PROGRAMS[program].__name__} import main; main()", *arguments],
        cwd=ROOT,
        env={**os.environ, "RACKLINE_HOME": str(home), "PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == line.code, f"{shlex.join(line.words)}: exit {done.returncode}\n{done.stdout}{done.stderr}"
    return done


def offline() -> list[ConsoleLine]:
    """The lines that run anywhere: of our programs, and without a screen."""
    lines = [line for line in console_lines() if line.words[0] in PROGRAMS]
    return [line for line in lines if " ".join(line.words[:2]) not in FULL_SCREEN]


def test_console_lines_are_of_our_programs_or_make() -> None:
    """README asks for nothing that is not in the repository, and `make` only for what the Makefile has."""
    targets = set(re.findall(r"^([a-z-]+):", text(ROOT / "Makefile"), re.MULTILINE))
    for line in console_lines():
        program, wanted = line.words[:2]
        assert program in {"make", *PROGRAMS}
        assert program != "make" or wanted in targets, f"make {wanted}: no such target"
        assert (program, wanted) not in {("station", "run"), ("station", "demo")} or "--headless" in line.words


def test_the_programs_do_what_readme_shows(tmp_path: Path) -> None:
    """Every line that needs no captured file ends as README says, one after the other in one home."""
    lines = [line for line in offline() if not line.captured]
    assert lines
    for line in lines:
        run(line, tmp_path, {})


def test_readme_plays_captured_files(tmp_path: Path) -> None:
    """The lines that play a captured cable or memory end as README says: the real cable fails, and passes at 19 dB."""
    folder = os.environ.get("RACKLINE_REALDATA")
    if not folder:
        pytest.skip("RACKLINE_REALDATA is not set: captured data cannot be read")
    lines = [line for line in offline() if line.captured]
    assert {line.code for line in lines} == {0, 1}
    for line in lines:
        run(line, tmp_path, {name: found for name in line.captured for found in Path(folder).glob(f"*/{name}")})


def test_the_demo_prints_the_document_that_readme_describes(tmp_path: Path) -> None:
    """Every key of the document in README is in the demo's, and the counts of runs add up."""
    shown = re.search(r"`(\{\"schema\".*?\})`", text(README), re.DOTALL)
    assert shown
    words = ("station", "demo", "--headless", "--units", "2", "--json")
    document = json.loads(run(ConsoleLine(words, 0), tmp_path, {}).stdout)
    assert set(re.findall(r'"(\w+)":', shown[1])) <= document.keys()
    assert document["runs"] == document["passed"] + document["failed"] + document["errors"]
