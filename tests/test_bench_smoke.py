"""The bench itself: every part of ours does its work at a tiny size and says what it should; no time is judged."""

import json
from pathlib import Path

import pytest

from tests.bench import (
    bench_analyzer,
    bench_executive,
    bench_factory,
    bench_families,
    bench_help,
    bench_import,
    bench_ingest,
    bench_link,
    bench_memory,
    bench_serving,
    bench_slots,
    bench_spool,
)
from tests.bench.__main__ import BENCHES, machine
from tests.bench.figure import Figure, alone, compared, shown, table
from tests.bench.scale import __main__ as bench_scale
from tests.bench.scale.growth import Cost, Point, exponent, plot, rows
from tests.bench.scale.hall import Hall


def test_executive_and_its_record(tmp_path: Path) -> None:
    """Runs without work pass, in threads, inline, and into a spool."""
    for seconds in (
        bench_executive.ours(3, 2, 1),
        bench_executive.ours(3, 2, 1, inline=True),
        bench_executive.recorded(3, 2, 1, tmp_path),
    ):
        assert [second > 0 for second in seconds] == [True]


def test_slots_share_one_analyser() -> None:
    """Every slot passes, and the analyser cannot be busier than all the time."""
    report, seconds = bench_slots.shared(4)
    assert report.bottleneck is not None
    assert 0 < report.bottleneck.utilisation <= report.ideal_utilisation <= 1
    assert seconds > 0


def test_every_family_is_tested_whole() -> None:
    """One healthy unit of each passes its shipped plan, after one that warms up; both ORv3 runs have a goal."""
    rows = bench_families.figures(quick=True, units=1)
    asked = [row for row in rows if row.goal]
    assert [(row.unit, row.goal, row.ours.median > 0) for row in asked] == [("s", "≤ 0.2 s", True)] * 2
    rates = [row for row in rows if row.unit == "units/s"]
    assert [row.row.rpartition(", ")[2] for row in rates] == [
        name.rpartition(", ")[2] for name in bench_families.FAMILIES
    ]
    assert min(row.ours.low for row in rates) > 0


def test_a_lane_is_swept_beside_its_physics() -> None:
    """One lane of a few points: both cost something."""
    ((ours, physics),) = bench_analyzer.seconds(1, lanes=1, points=11)
    assert ours > 0
    assert physics > 0


def test_questions_in_process_and_over_tcp() -> None:
    """Each block is one pair: our session and what lies below it."""
    for pairs in (bench_link.in_process(5, 2), bench_link.over_tcp(5, 2)):
        assert [(ours > 0, theirs > 0) for ours, theirs in pairs] == [(True, True)] * 2


def test_spool_beside_bare_insert(tmp_path: Path) -> None:
    """Every commit has its bare twin."""
    assert len(bench_spool.pairs(3, tmp_path)) == 3


def test_ingest_beside_the_same_rows(tmp_path: Path) -> None:
    """Our ledger and the bare insert end with the same rows in every table that grows."""
    twin = bench_ingest.SqliteTwin(tmp_path)
    try:
        twin.prepare(6)
        for _, rows in twin.pairs(2, 3):
            assert {table: len(told) for table, told in rows.items() if table != "run_failure"} == {
                "journal": 4,
                "test_run": 2,
                "run_instrument": 4,
            }
            assert twin.bare(rows) > 0
            assert twin.vectors(rows) > 0
        for name in ("test_run", "run_instrument"):
            query = f"SELECT * FROM {name} ORDER BY 1, 2"
            assert twin._reader.execute(query).fetchall() == twin._twin.execute(query).fetchall()
        assert twin.size()["site"] > 0
    finally:
        twin.close()


def test_import_of_a_history(tmp_path: Path) -> None:
    """Every line of the made-up file is a run, and the process knows how much memory it had."""
    told = bench_import.imported(*bench_import.history(tmp_path, 30), f"sqlite:///{tmp_path / 'site.db'}")
    assert (told["runs"], told["seconds"] > 0, told["peak"] > 10e6) == (30, True, True)


def test_a_hall_is_loaded_and_every_question_answered(tmp_path: Path) -> None:
    """A hall of two racks has 160 cables; its lot reaches 182 units, and every question costs something."""
    hall = Hall(racks=2, measurands=10)
    (point,) = bench_scale.figures(tmp_path, ["sqlite"], {"sqlite": 160}, hall, (), 1, lambda _: None)
    assert (hall.cables, hall.holders) == (160, 182)
    assert point.runs >= 162
    assert point.costs.keys() == bench_scale.ASKED.keys()
    assert min(cost.median for cost in point.costs.values()) > 0
    # Kept, and gone on with: nothing is loaded twice. The kits asked about were of 64 cables, tested for them.
    (again,) = bench_scale.figures(tmp_path, ["sqlite"], {"sqlite": 160}, hall, ("tree",), 1, lambda _: None)
    assert (again.runs, again.costs.keys()) == (point.runs + 64, {"tree"})
    assert Point.from_document(json.loads(json.dumps(point.document()))) == point


def test_growth_is_told_by_its_exponent() -> None:
    """What doubles with the work grows by the power of 1, what stays by 0; a plot has a letter for each question."""
    assert exponent((100, 2.0), (1000, 20.0)) == pytest.approx(1.0)
    assert exponent((100, 2.0), (1000, 2.0)) == 0.0
    assert exponent((100, 2.0), (100, 3.0)) is None
    points = [
        Point("sqlite", runs, runs, 100, 0.5, runs, costs={"tree": Cost.of([cost] * 3, [cost] * 3)})
        for runs, cost in ((10_000, 0.02), (100_000, 0.2))
    ]
    asked = {"tree": ("tree of parts", "≤ 10 ms", False), "gate": ("gate", "", True)}
    assert rows(points, asked)[-1] == ("tree of parts", ["20 ms / 20 ms", "200 ms / 200 ms  n^+1.00"], "≤ 10 ms")
    assert sum(line.count("a") for line in plot(points, asked) if "│" in line) == 2
    assert bench_scale.decades(1e6) == [10_000, 100_000, 1_000_000]


def test_line_and_station_memory(tmp_path: Path) -> None:
    """One unit down the line, and one run in a station, are enough to see that both benches work."""
    rate = bench_factory.worked(1, tmp_path)
    assert (rate.units, rate.simulated_s > 0, rate.seconds > 0) == (1, True, True)


def test_help_is_asked_of_both_programs() -> None:
    """The hello and our program both end well."""
    assert bench_help.seconds_of(bench_help._HELLO) > 0


def test_resident_memory_is_that_of_a_process() -> None:
    """A Python with numpy in it takes more than 10 MB and less than all."""
    assert 10e6 < bench_memory.resident_bytes() < 24e9


def test_table_says_goals_ratios_and_notes() -> None:
    """More is better in every ratio: ours by theirs for rates, theirs by ours for times."""
    slow = compared("a", "s", [(2e-6, 4e-6), (2e-6, 6e-6), (2e-6, 5e-6)], "peer", goal="≥ 3 ×", met=lambda r: r >= 3)
    share = compared("b", "runs/s", [(50.0, 100.0)], "limit", better="more", share=True, note="why")
    size = alone("c", "B", [12.0, 11.0, 13.0], goal="≤ 16 B", met=lambda b: b <= 16, note="why")
    lines = table([slow, share, size]).splitlines()
    assert lines[2:5] == [
        "| a | 2 µs | peer: 5 µs | 2–2.5–3 × | ≥ 3 × | **no** |",
        "| b [1] | 50 runs/s | limit: 100 runs/s | 50–50–50 % |  |  |",
        "| c [1] | 12 B (11 B … 13 B) |  |  | ≤ 16 B | yes |",
    ]
    assert lines[-1] == "1. why"
    assert [shown(value, "s") for value in (1.5, 0.0021, 3.6e-5, 4e-9)] == ["1.5 s", "2.1 ms", "36 µs", "4 ns"]


def test_document_of_a_row_is_json() -> None:
    """What goes into benchmarks.json has the keys that its readers look for."""
    figure: Figure = alone("c", "B", [12.0], goal="≤ 16 B", met=lambda b: b <= 16)
    document = json.loads(json.dumps(figure.document()))
    assert document["ours"] == {"low": 12.0, "median": 12.0, "high": 12.0, "repeats": 1}
    assert {"row", "unit", "other", "theirs", "ratio", "share", "goal", "met", "note"} <= document.keys()
    assert Figure.from_document(document) == figure
    assert {"cpu", "cores", "memory_gib", "python"} <= machine().keys()


@pytest.mark.parametrize("name", BENCHES)
def test_every_bench_has_figures(name: str) -> None:
    """A bench is a module with `figures(quick)`; the peers' scripts lie beside it."""
    module = {
        "executive": bench_executive,
        "slots": bench_slots,
        "families": bench_families,
        "analyzer": bench_analyzer,
        "link": bench_link,
        "serving": bench_serving,
        "spool": bench_spool,
        "ingest": bench_ingest,
        "import": bench_import,
        "factory": bench_factory,
        "memory": bench_memory,
        "help": bench_help,
    }[name]
    assert callable(module.figures)
    assert (Path(module.__file__ or "").parent / "peers" / "openhtf_steps.py").is_file()
