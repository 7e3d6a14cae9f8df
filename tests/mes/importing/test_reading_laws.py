"""Laws of reading: every line of a table is in one run or is refused, and no bytes are more than a file can be."""

import csv
import tempfile
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from mes.importers import load_importer
from mes.importing.history import HistoricRun, HistoryRefused

CELLS = st.one_of(
    st.sampled_from(["DAC1", "DAC2", "OK", "NOK", "1100", "nan", "1,5", "b1", "mOhm", "V"]),
    st.sampled_from(["", " ", "2025-03-03 08:00:00"]),
    st.text(alphabet=st.characters(blacklist_categories=("Cs",)), max_size=8),
)


def told(by: str, content: bytes) -> tuple[int, list[tuple[int, int]], list[tuple[int, int]]]:
    """The number of lines, and the first and last line of every run and of every refusal. Raises `HistoryRefused`."""
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "map.toml").write_text(by, encoding="utf-8")
        (Path(name) / "table.csv").write_bytes(content)
        history = load_importer("csv").open_history(Path(name) / "table.csv", Path(name) / "map.toml", None)
        everything = list(history.runs())
    runs = [one.lines for one in everything if isinstance(one, HistoricRun)]
    return history.lines, runs, [one.run_lines for one in everything if not isinstance(one, HistoricRun)]


def written(columns: tuple[str, ...], rows: list[list[str]]) -> bytes:
    """A table as a spreadsheet writes it."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, *rows])
        file.seek(0)
        return file.read().encode()


@settings(max_examples=25)
@given(st.data())
def test_every_line_is_one_run_or_is_refused(wide_map: str, tidy_map: str, tidy_columns, data: st.DataObject) -> None:
    """Nothing is passed over and nothing is counted twice, in either layout, whatever the cells hold."""
    tidy = data.draw(st.booleans())
    columns = tidy_columns if tidy else ("Serial", "Start", "Bench", "Result", "R")
    rows = data.draw(st.lists(st.lists(CELLS, min_size=2, max_size=len(columns)), max_size=8))
    # A row of one blank cell is a blank line; these have two cells and more.
    lines, runs, refused = told(tidy_map if tidy else wide_map, written(columns, rows))
    in_runs = [line for first, last in runs for line in range(first, last + 1)]
    in_refused = {line for first, last in refused for line in range(first, last + 1)}
    assert len(in_runs) == len(set(in_runs))
    assert set(in_runs) | in_refused == set(range(2, lines + 1) if rows else ())
    assert not set(in_runs) & in_refused


@settings(max_examples=25)
@given(st.binary(max_size=200))
@example(b"\r")
def test_whatever_the_bytes_are(wide_map: str, content: bytes) -> None:
    """A file is read, or refused with its name in the message."""
    for table in (b"Serial,Start,Bench,Result,R\n" + content, content):
        refusal = ""
        try:
            told(wide_map, table)
        except HistoryRefused as refused:
            refusal = str(refused)
        assert not refusal or "table.csv" in refusal
