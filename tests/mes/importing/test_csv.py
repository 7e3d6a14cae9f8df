"""Delimited files: a wrong line is refused by its number, a wrong file before anything of it is imported."""

import pytest

from mes.importing.history import HistoryRefused
from mes.vocabulary import Outcome

GOOD = ("DAC1", "2025-03-03 08:00:00", "b1", "OK", "1100")


def told(refused) -> list[tuple[int, str, str]]:
    """Line, column and value of each."""
    return [(one.line, one.column, one.value) for one in refused]


def test_a_line_is_a_run_in_si(files) -> None:
    """Milliohms become ohms, as do the limits of the map; the plan has the unit and limits of the values."""
    (run,), refused = files.write([GOOD]).read()
    assert refused == []
    assert (run.values, run.outcome, run.lines) == ((1.1,), Outcome.PASSED, (2, 2))
    (measurand,) = run.plan.measurands
    assert (measurand.unit, measurand.low, measurand.high) == ("ohm", 0.5, 2.0)


def test_each_wrong_line_is_told_and_the_others_are_read(files) -> None:
    """File, line, column, value and reason; what is around it is not harmed."""
    rows = [
        GOOD,
        ("", "2025-03-03 08:00:00", "b1", "OK", "1100"),
        ("DAC3", "yesterday", "b1", "OK", "1100"),
        ("DAC4", "2025-03-03 08:00:00", "b1", "FINE", "1100"),
        ("DAC5", "2025-03-03 08:00:00", "b1", "OK", "nan"),
        ("DAC6", "2025-03-03 08:00:00", "b1", "OK"),
        ("DAC7", "2025-03-03 08:00:00", "b\n1", "OK", "1100"),
        ("DAC8", "2025-03-03 08:00:00", "b1", "NOK", ""),
    ]
    runs, refused = files.write(rows).read()
    assert [run.unit.serial for run in runs] == ["DAC1", "DAC8"]
    assert told(refused) == [
        (3, "Serial", ""),
        (4, "Start", "yesterday"),
        (5, "Result", "FINE"),
        (6, "R", "nan"),
        (7, "", "DAC6,2025-03-03 08:00:00,b1,OK"),
        (8, "Bench", "b\n1"),
    ]
    assert runs[1].lines == (10, 10)  # behind a cell of two lines
    assert "known are: NOK, OK" in refused[2].reason


def test_limits_of_a_line_make_a_plan_of_their_own(files, wide_map) -> None:
    """Every set of limits is a revision with a name; contradictory ones are refused."""
    by = wide_map.replace("low = 500", 'low = { column = "LSL" }').replace("high = 2000", 'high = { column = "USL" }')
    columns = ("Serial", "Start", "Bench", "Result", "R", "LSL", "USL")
    bands = [("500", "2000"), ("500", "2000"), ("600", "2000"), ("3000", "2000"), ("", "2000")]
    rows = [(f"DAC{i}", *GOOD[1:], *band) for i, band in enumerate(bands)]
    runs, refused = files.write(rows, columns, by).read()
    assert len({run.plan.digest for run in runs}) == len({run.plan.limit_revision for run in runs}) == 3
    assert runs[0].plan is runs[1].plan
    assert runs[3].plan.measurands[0].low is None
    assert told(refused) == [(5, "LSL", "3")]


def test_one_limit_revision_has_one_set_of_limits(files, wide_map) -> None:
    """A table that names its limit revision cannot change the limits under that name."""
    by = wide_map.replace("low = 500", 'low = { column = "LSL" }') + '\n[plan]\nlimit_revision = { column = "Rev" }\n'
    columns = ("Serial", "Start", "Bench", "Result", "R", "LSL", "Rev")
    rows = [("DAC1", *GOOD[1:], "500", "L1"), ("DAC2", *GOOD[1:], "600", "L2"), ("DAC3", *GOOD[1:], "600", "L1")]
    runs, refused = files.write(rows, columns, by).read()
    assert [run.plan.limit_revision for run in runs] == ["L1", "L2"]
    assert told(refused) == [(4, "Rev", "L1")]


def test_a_contradiction_is_kept_as_stated_or_refused_by_wish(files, wide_map) -> None:
    """History is not judged anew: the stated outcome stays, and the record says what contradicts it."""
    rows = [("DAC1", *GOOD[1:4], "2100"), ("DAC2", *GOOD[1:3], "NOK", "1100")]
    runs, refused = files.write(rows).read()
    assert [(run.outcome, run.failures) for run in runs] == [(Outcome.PASSED, ()), (Outcome.FAILED, ())]
    assert ["stated PASSED" in runs[0].reason, "stated FAILED" in runs[1].reason, refused] == [True, True, []]
    strict = wide_map.replace('column = "Result"', 'column = "Result"\ncontradictions = "refuse"')
    runs, refused = files.write(rows, by=strict).read()
    assert (runs, told(refused)) == ([], [(2, "Result", "PASSED"), (3, "Result", "FAILED")])


def test_limits_judge_only_where_nothing_is_stated(files, wide_map) -> None:
    """from_limits: outside failed, and a run that measured nothing has no outcome."""
    by = wide_map.replace('column = "Result"', "from_limits = true").replace(
        'words = { OK = "PASSED", NOK = "FAILED" }', ""
    )
    rows = [(f"DAC{i}", *GOOD[1:4], value) for i, value in enumerate(("1100", "2100", ""))]
    runs, refused = files.write(rows, by=by).read()
    assert [run.outcome for run in runs] == [Outcome.PASSED, Outcome.FAILED]
    assert [failure.value for failure in runs[1].failures] == [2.1]
    assert [one.line for one in refused] == [4]


def test_duration_and_end_make_the_start(files, wide_map) -> None:
    """Two of start, end and duration say the third; an end before its start is refused."""
    columns = ("Serial", "Start", "Bench", "Result", "R", "End", "Took")
    both = wide_map.replace("started = {", 'finished = { column = "End" }\nstarted = {')
    runs, refused = files.write(
        [(*GOOD, "2025-03-03 08:01:00", ""), ("DAC2", *GOOD[1:], "2025-03-03 07:59:00", "")], columns, both
    ).read()
    assert (runs[0].finished_at - runs[0].started_at).total_seconds() == 60
    assert told(refused) == [(3, "End", "2025-03-03 07:59:00")]
    lasted = wide_map.replace(
        'started = { column = "Start" }', 'finished = { column = "End" }\nduration = { column = "Took" }'
    )
    (run,), _ = files.write([(*GOOD, "2025-03-03 08:01:00", "90.5")], columns, lasted).read()
    assert (run.finished_at - run.started_at).total_seconds() == 90.5


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"Serial;Start;Bench;Result;R\nDAC1;2025;b1;OK;1\n", 'write delimiter = ";"'),
        (b"Serial,Start,Bench,Result\n", 'no column "R"'),
        (b"Serial,Start,Bench,Result,R,R\n", "twice"),
        (b'Serial,Start,Bench,Result,R\n"DAC1,2025,b1,OK,1\nDAC2,2025,b1,OK,1\n', "line 2: a quote that opens"),
        (b'Serial,Start,Bench,Result,R\n"DAC1"x,2025,b1,OK,1\n', "line 2: is no row"),
        (b"Serial,Start,Bench,Result,R\n" + b"x" * 70_000 + b"\n", "line 2: a row is longer"),
        (b"Serial,Start,Bench,Result,R\n" + b'"' + b"x\n" * 40_000 + b'"\n', "a row is longer"),
        (b"Serial,Start,Bench,Result,R\xff\n", "column names are no utf-8 text"),
    ],
    ids=["empty", "delimiter", "column", "twice", "quote", "strict", "long", "long-quoted", "encoding"],
)
def test_a_file_that_is_none_is_refused_as_a_whole(files, content: bytes, reason: str) -> None:
    """What makes every later line doubtful is found before the first is imported."""
    files.write([GOOD])
    files.table.write_bytes(content)
    with pytest.raises(HistoryRefused, match=reason):
        files.history()


def test_bytes_of_another_encoding_spoil_their_line_only(files, wide_map) -> None:
    """In the encoding of the file they are text; a UTF-16 file is read as one."""
    files.write([GOOD, ("DAC2", GOOD[1], "b\xe4nk", "OK", "1100")])
    text = files.table.read_text(encoding="utf-8")
    files.table.write_bytes(text.encode("cp1252"))
    runs, refused = files.read()
    assert ([run.unit.serial for run in runs], [one.line for one in refused]) == (["DAC1"], [3])
    assert "file.encoding" in refused[0].reason
    for encoding in ("cp1252", "utf-16", "utf-8-sig"):
        files.table.write_bytes(text.encode(encoding))
        files.map.write_text(f'{wide_map}\n[file]\nencoding = "{encoding}"\n', encoding="utf-8")
        runs, refused = files.read()
        assert ([run.station for run in runs], refused) == (["b1", "bänk"], [])


def test_a_table_without_names_below_a_preamble(files, wide_map) -> None:
    """Lines above are passed over and counted; the names come from the map; a blank line says nothing."""
    form = '\n[file]\nskip_lines = 2\ncolumns = ["Serial", "Start", "Bench", "Result", "R"]\n'
    files.write([GOOD], by=wide_map + form)
    files.table.write_text("made by a tester\n\n" + ",".join(GOOD) + "\n\n" + ",".join(GOOD) + "\n", encoding="utf-8")
    runs, refused = files.read()
    assert ([run.lines[0] for run in runs], refused) == ([3, 5], [])


EVERYTHING = """
name = "everything"
collection = "MANUAL"
[unit]
maker = { column = "Maker", empty = "own" }
part = { column = "Part" }
revision = { column = "Rev" }
serial = { column = "Serial" }
[run]
operation = { column = "Op", words = { FT = "final_test" } }
station = "final-1"
fixture = { column = "Fixture" }
operator = { column = "By" }
number = { column = "No" }
[time]
finished = { column = "End" }
duration = { column = "Took" }
[outcome]
column = "Result"
words = { OK = "PASSED", NOK = "FAILED", STOP = "ABORTED", ERR = "ERROR" }
reason = { column = "Why" }
[plan]
name = { column = "Plan" }
revision = { column = "PlanRev" }
limit_revision = "L7"
[[measurand]]
name = "media"
column = "Media"
text = true
one_of = ["copper", "optical"]
clause = "SFF-8024"
[[measurand]]
name = "gain"
column = "Gain"
unit = "dB"
nominal = 3
required = false
[[instrument]]
role = "vna"
model = "N5227B"
serial = { column = "VNA" }
"""
EVERY_COLUMN = (
    *("Maker", "Part", "Rev", "Serial", "Op", "Fixture", "By", "No", "End", "Took", "Result", "Why"),
    *("Plan", "PlanRev", "Media", "Gain", "VNA"),
)


def test_all_that_a_map_can_say(files) -> None:
    """Each column arrives where the map says; a run that was stopped or in error judged nothing."""
    common = ("", "DAC", "B", "S1", "FT", "F3", "mei")
    end = ("2025-03-03T08:00:10Z", "10")
    rows = [
        (*common, "1", *end, "OK", "", "ft", "2", "copper", "3.1", "MY1"),
        (*common, "2", *end, "NOK", "wrong plug", "ft", "2", "glass", "", "MY1"),
        (*common, "3", *end, "STOP", "alarm", "ft", "2", "glass", "", "MY1"),
        (*common, "4", *end, "ERR", "", "ft", "2", "", "", "MY1"),
        (*common, "5", *end, "OK", "", "ft", "2", "c" * 1001, "", "MY1"),
    ]
    runs, refused = files.write(rows, EVERY_COLUMN, EVERYTHING).read()
    assert told(refused) == [(6, "Media", "c" * 60)]
    first, wrong, stopped, error = runs
    assert (first.unit.maker, first.unit.part, first.revision, first.operation) == ("own", "DAC", "B", "final_test")
    assert (first.fixture, first.operator, first.number) == ("F3", "mei", "1")
    assert (first.plan.name, first.plan.revision, first.plan.limit_revision) == ("ft", "2", "L7")
    assert (first.texts, first.values) == ({"media": "copper"}, (None, 3.1))
    assert [(one.role, one.model, one.serial) for one in first.instruments] == [("vna", "N5227B", "MY1")]
    media, gain = first.plan.measurands
    assert (media.clause, gain.nominal, gain.required) == ("SFF-8024", 3.0, False)
    assert (wrong.reason, [one.text for one in wrong.failures]) == ("wrong plug", ["glass"])
    assert [run.outcome for run in (stopped, error)] == [Outcome.ABORTED, Outcome.ERROR]
    assert (stopped.failures, stopped.remarks, error.reason) == ((), (), "")
