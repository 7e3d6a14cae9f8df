"""One value a line: lines of a run stand together, and one bad line takes its run along and no other."""

import pytest

from mes.importing import tidy
from mes.importing.history import HistoryRefused
from mes.vocabulary import Outcome


@pytest.fixture
def read(files, tidy_map, tidy_columns):
    """Writes lines, and reads runs and refused lines."""

    def read(rows, by: str = tidy_map, columns=tidy_columns):
        return files.write(rows, columns, by).read()

    return read


def line(
    serial: str, test: str, value: str, result: str = "OK", unit: str = "mOhm", low: str = "500", high: str = "2000"
):
    """One value of a unit."""
    return (serial, "2025-03-03 08:00:00", test, value, unit, low, high, result)


def test_a_run_that_broke_off_is_of_the_same_plan(read) -> None:
    """The vector is laid out by all measurands of the test; what was not reached is not measured."""
    runs, refused = read(
        [
            line("DAC1", "r1", "2100", "NOK"),
            line("DAC2", "r1", "1100"),
            line("DAC2", "r2", "1200"),
            line("DAC2", "media", "copper", unit="", low="", high=""),
        ]
    )
    assert refused == []
    assert [run.values for run in runs] == [(2.1, None, None), (1.1, 1.2, None)]
    assert runs[0].plan is runs[1].plan
    assert [run.outcome for run in runs] == [Outcome.FAILED, Outcome.PASSED]
    assert runs[1].texts == {"media": "copper"}
    assert [failure.measurand for failure in runs[0].failures] == ["r1"]


def test_one_bad_line_takes_its_run_along(read) -> None:
    """Every bad line is told, with the lines of the run that falls; the runs around it are imported."""
    runs, refused = read(
        [
            line("DAC1", "r1", "1100"),
            line("DAC2", "r1", "NaN"),
            line("DAC2", "r2", "1100", unit="parsec"),
            line("DAC2", "r3", "1100"),
            line("DAC3", "r1", "1100"),
        ]
    )
    assert [run.unit.serial for run in runs] == ["DAC1", "DAC3"]
    assert [(one.line, one.column, one.run_lines) for one in refused] == [(3, "Value", (3, 5)), (4, "Unit", (3, 5))]


def test_a_line_that_is_no_row_spoils_both_its_neighbours(read) -> None:
    """It may belong to the run before it or behind it; inside a run it spoils that one alone."""
    broken = ("DAC2", "torn off")
    runs, refused = read([line("DAC1", "r1", "1"), broken, line("DAC2", "r1", "1"), line("DAC3", "r1", "1100")])
    assert [run.unit.serial for run in runs] == ["DAC3"]
    assert [(one.line, one.run_lines) for one in refused] == [(3, (2, 3)), (3, (3, 4))]
    runs, refused = read([line("DAC1", "r1", "1100"), broken, line("DAC1", "r2", "1"), line("DAC3", "r1", "1100")])
    assert [run.unit.serial for run in runs] == ["DAC3"]
    assert [one.run_lines for one in refused] == [(2, 4)]


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        (line("DAC1", "r1", "1200"), "stands twice in its run"),
        (line("DAC1", "r2", "1200", low="3000"), "low limit of r2 is above"),
        (("DAC1", "2025-03-03 08:00:00", "r2", "1", "mOhm", "", "", "so so"), "is no outcome"),
    ],
)
def test_what_one_run_cannot_say(read, second, reason: str) -> None:
    """A measurand twice, limits that exclude everything, a word that is no outcome."""
    runs, refused = read([line("DAC1", "r1", "1100"), second])
    assert runs == []
    assert reason in refused[0].reason


def test_a_measurand_keeps_its_unit(read) -> None:
    """A column of volts is not continued in amperes; milliohms and ohms are one unit."""
    runs, refused = read([line("DAC1", "r", "1100"), line("DAC2", "r", "1.1", unit="Ohm", low="0.5", high="2")])
    assert ([run.values for run in runs], runs[0].plan is runs[1].plan) == ([(1.1,), (1.1,)], True)
    runs, refused = read([line("DAC1", "r", "1100"), line("DAC2", "r", "1", unit="V")])
    assert [one.reason for one in refused] == ["is in V, and was in ohm before"]


def test_lines_of_a_run_say_the_same_of_it(read, tidy_map, tidy_columns) -> None:
    """Another station within a run is a fault; a column that numbers runs lets each line have its moment."""
    by = tidy_map.replace('station = "final-1"', 'station = { column = "Bench" }\nnumber = { column = "No" }')
    columns = (*tidy_columns, "Bench", "No")
    first = line("DAC1", "r1", "1100")
    later = ("DAC1", "2025-03-03 08:00:07", "r2", "1100", "mOhm", "", "", "OK")
    (run,), _ = read([(*first, "b1", "1"), (*later, "b1", "1")], by, columns)
    assert (run.finished_at - run.started_at).total_seconds() == 7
    runs, refused = read([(*first, "b1", "1"), (*later, "b2", "1")], by, columns)
    assert ([one.reason for one in refused], runs) == (["station differs from the first line of its run"], [])


def test_a_file_that_is_one_single_run_is_refused(files, tidy_map, tidy_columns, monkeypatch) -> None:
    """Thousands of lines of one unit at one moment are no run: the key is missing, and memory has an end."""
    monkeypatch.setattr(tidy, "_MOST_LINES", 100)
    history = files.write([line("DAC1", f"r{i % 7}", "1100") for i in range(101)], tidy_columns, tidy_map).history()
    with pytest.raises(HistoryRefused, match="are one run by the columns Serial, Start"):
        list(history.runs())
