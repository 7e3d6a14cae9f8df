"""docs/importing.md followed word for word: its maps are those that ship, its commands print what it shows."""

import re
import sys
from pathlib import Path

import pytest

from mes.cli.main import main
from mes.importing import map_document
from mes.records import Document
from tests.test_first_instrument import Block, commands_of, pattern

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/importing.md"
TEXT = PAGE.read_text(encoding="utf-8")

TABLES = {
    "(top)": map_document.ImportMap,
    "[file]": map_document.FileForm,
    "[unit]": map_document.UnitColumns,
    "[run]": map_document.RunColumns,
    "[time]": map_document.TimeColumns,
    "[outcome]": map_document.OutcomeColumns,
    "[plan]": map_document.PlanWords,
    "[[measurand]]": map_document.WideMeasurand,
    "[measurements]": map_document.TidyMeasurements,
    "[[instrument]]": map_document.Instrument,
    "{ column }": map_document.FromColumn,
}


def blocks(language: str) -> list[str]:
    """The fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


def test_the_page_shows_what_ships() -> None:
    """Every piece of a map and of a table stands so in the files beside the page."""
    shipped = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs/importing").iterdir()))
    for block in [*blocks("toml"), *(block.replace("…\n", "") for block in blocks("text"))]:
        assert block in shipped


@pytest.mark.parametrize("table", TABLES)
def test_the_page_names_every_key_of_a_map(table: str) -> None:
    """And none that is not there; the tables of the map have rows of their own."""
    row = re.search(rf"^\| (?:`{re.escape(table)}`|{re.escape(table)}) \| (.*) \|$", TEXT, re.MULTILINE)
    assert row, f"docs/importing.md has no row for {table}"
    told = set(re.findall(r"(?:^|, )`([a-z_]+)`", re.sub(r" \([^)]*\)", "", row[1])))
    tables: dict[str, type[Document]] = TABLES  # type: ignore[assignment]
    keys = set(tables[table].model_fields)
    if table == "(top)":
        keys -= {"file", "unit", "run", "time", "outcome", "plan", "measurand", "measurements", "instrument"}
    assert told == keys


def test_links_of_the_page_lead_somewhere() -> None:
    """Every link is a file beside the page."""
    links = re.findall(r"\]\(([^)#:]+)\)", TEXT)
    assert links
    assert not [link for link in links if not (PAGE.parent / link).exists()]


def test_the_commands_of_the_page_print_what_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One after the other in one home, as whoever follows the page types them."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("RACKLINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_COLOR", "1")
    commands = [command for block in blocks("console") for command in commands_of(Block("console", block, "", ""))]
    assert len(commands) >= 8
    for command in commands:
        assert command.words[0] == "mes"
        monkeypatch.setattr(sys, "argv", list(command.words))
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        told = "".join(f"{line.rstrip()}\n" for line in (printed.out + printed.err).splitlines())
        assert int(ended.value.code or 0) == command.code, f"{command.words}\n{told}"
        assert re.fullmatch(pattern(command.shown), told), f"{command.words} shows\n{command.shown}and prints\n{told}"
