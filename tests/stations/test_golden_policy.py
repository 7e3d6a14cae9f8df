"""The golden-unit policy: a station whose testers were not shown to see works no unit."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mes.command_line import CommandError, locate
from mes.database import read_only_engine
from mes.ledger import open_ledger
from mes.queries.equipment import equipment
from mes.vocabulary import Verdict
from stations import composition
from stations.cli.main import app
from stations.config import load_station_config
from stations.errors import CheckOverdue, ConfigurationError, FaultLatched, ScanRefused
from stations.fault_latch import FaultLatch
from stations.golden_check import Checked
from stations.hand_run import RunEvents, insert_simulated
from stations.lease import StopSwitch
from stations.plan import load_plan
from stations.plan_revision import PlanRevision
from stations.tui.desk import StationDesk
from stations.tui.earlier_runs import EarlierRuns
from stations.tui.happenings import Happening, RunHappened, UnitTaken
from stations.tui.opening import opening_state
from stations.tui.reduction import reduce
from stations.tui.state import Moment, Phase

CONFIG = Path(__file__).parents[2] / "stations/configs/psu-test.toml"
START = datetime(2027, 3, 1, 6, tzinfo=UTC)
MOMENT = Moment(0.0, 0.0, START)
GOLDEN, BAD, UNIT = "PSU0000900", "PSU0000901", "PSU0000001"
POLICY = f'[golden]\nserial = "{GOLDEN}"\nevery_s = 3600\n'
CHALLENGE = f"""[challenge]
serial = "{BAD}"
must_fail = "withstand_judgement"
every_s = 7200
defect = {{ kind = "NickedInsulation", volt = 1500.0 }}
"""
TIGHT = 'revision = "golden-1"\nplan = "orv3_psu_test"\n[limits.bond_resistance]\nhigh = 1e-6\nunit = "ohm"\n'

Open = Callable[..., AbstractContextManager[composition.TestStation]]


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """The supply's station with a policy, its plan cut short after the safety tests; all in one home."""
    bind = type(load_plan("orv3_psu_test")).bind

    def safety(plan: Any, *arguments: Any) -> PlanRevision:
        whole: PlanRevision = bind(plan, *arguments)
        return replace(whole, steps=whole.steps[:3]).sealed()

    monkeypatch.setattr("stations.plan.TestPlan.bind", safety)

    @contextmanager
    def open_station(
        policy: str = POLICY, *edits: tuple[str, str], events: RunEvents | None = None, **given: Any
    ) -> Iterator[composition.TestStation]:
        config = load_station_config(written(tmp_path, policy, *edits)).overridden(**given)
        ledger = open_ledger(locate(tmp_path, None).url, simulated_site=True)
        try:
            with composition.open_test_station(
                config,
                location=locate(tmp_path, None),
                ledger=ledger,
                clock=composition.station_clock(config, START),
                chance=random.SystemRandom(),
                listener=events or RunEvents(),
            ) as station:
                yield station
        finally:
            ledger.close()

    return open_station


def written(folder: Path, policy: str, *edits: tuple[str, str]) -> Path:
    """The shipped station's file with this policy, and with other text."""
    text = CONFIG.read_text("utf-8").replace('"../products/', f'"{CONFIG.parents[1] / "products"}/') + "\n" + policy
    for old, new in edits:
        # The last one: the shipped file shows the same keys in a comment above.
        before, found, after = text.rpartition(old)
        assert found, old
        text = before + new + after
    path = folder / "station.toml"
    path.write_text(text, "utf-8")
    return path


def check(station: composition.TestStation, serial: str = GOLDEN, stop: StopSwitch | None = None) -> Checked:
    """Put the unit in and check the station with it."""
    insert_simulated(station, serial)
    return station.agent.check(serial, stop or StopSwitch())


def verdict(station: composition.TestStation, serial: str = UNIT) -> Verdict:
    """Put a unit of the product in and work it."""
    insert_simulated(station, serial)
    run = station.agent.work(serial, StopSwitch()).run
    assert run is not None
    return run.verdict


def test_an_overdue_station_works_no_unit(opened: Open) -> None:
    """Station, check, why and what to do are told; the gate was not even asked, and nothing is recorded."""
    with opened(POLICY + CHALLENGE) as station:
        before = station.spool.depth()
        with pytest.raises(CheckOverdue) as refused:
            verdict(station)
        assert station.spool.depth() == before
    assert str(refused.value).splitlines() == [
        "psu-test: no unit is worked here",
        f"golden check overdue: it has never been passed here; run the golden unit {GOLDEN}",
        f"challenge check overdue: it has never been passed here; run the known-bad unit {BAD}",
    ]


def test_a_golden_unit_that_passes_unlocks_until_its_time_is_over(opened: Open, tmp_path: Path) -> None:
    """To the second, on the bench's clock, also in the next process; the centre is told of the check and of no run."""
    with opened() as station:
        before = station.spool.depth()
        checked = check(station)
        assert (checked.trouble, checked.overdue, station.spool.depth()) == ("", (), before)
    engine = read_only_engine(locate(tmp_path, None).url)
    told = [(one.name, one.operation, one.serial, one.trouble) for one in equipment(engine).checks]
    engine.dispose()
    assert told == [("golden", "psu_test", GOLDEN, "")]
    noted = json.loads((tmp_path / "benches/psu-test.golden.json").read_text("utf-8"))["golden"]
    ends_at = datetime.fromisoformat(noted["passed_at"]) + timedelta(hours=1)
    with opened() as station:
        clock = station.producer.clock
        clock.sleep((ends_at - clock.utc()).total_seconds() - 1.0)
        assert verdict(station) is Verdict.PASSED
        clock.sleep(max(0.0, (ends_at - clock.utc()).total_seconds()))
        with pytest.raises(CheckOverdue, match=r"was passed at 2027-03-01T06:\S+ and holds 1 h: 0\.\d\d h overdue"):
            verdict(station)
        check(station)
        assert verdict(station) is Verdict.PASSED


def test_what_was_checked_must_be_what_works(opened: Open, tmp_path: Path) -> None:
    """Other limits, another golden unit and another instrument each make it overdue; the old ones are good again."""
    limits = tmp_path / "product.toml"
    limits.write_text(TIGHT.replace("golden-1", "R2").replace("1e-6", "0.09"), "utf-8")
    with opened() as station:
        check(station)
    for reason, edits, given in (
        ("other limits", (), {"limits": limits}),
        ("another unit", ((GOLDEN, "PSU0000902"),), {}),
        ("other instruments", (('serial = "615110021"', 'serial = "999999"'),), {}),
    ):
        with opened(POLICY, *edits, **given) as station, pytest.raises(CheckOverdue, match=reason):
            verdict(station)
    with opened() as station:
        assert verdict(station) is Verdict.PASSED


def test_a_golden_unit_that_fails_takes_the_station_out_of_work(opened: Open, tmp_path: Path) -> None:
    """Under limits of its own, which no unit of the product is judged by; what was passed before is void."""
    (tmp_path / "golden.toml").write_text(TIGHT, "utf-8")
    with opened() as station:
        check(station)
        assert verdict(station) is Verdict.PASSED
    with opened(POLICY + 'limits = "golden.toml"\n') as station:
        checked = check(station)
        assert "must pass and FAILED by bond_resistance" in checked.trouble
        with pytest.raises(CheckOverdue, match="came out wrong at"):
            verdict(station)
    with opened() as station:
        with pytest.raises(CheckOverdue, match="came out wrong at"):
            verdict(station)
        assert check(station).trouble == ""
        assert verdict(station) is Verdict.PASSED


def test_a_check_that_was_stopped_was_not_passed(opened: Open) -> None:
    """Whatever it had found by then."""
    with opened() as station:
        check(station)
        stop = StopSwitch()
        stop.request("STOP pressed")
        assert check(station, stop=stop).trouble.startswith("its run ended ABORTED")
        with pytest.raises(CheckOverdue, match="STOP pressed"):
            verdict(station)


def test_a_known_bad_unit_must_be_caught_by_the_tester_in_question(opened: Open) -> None:
    """The nicked insulation breaks down; a unit that is not caught, or by another test, does not unlock."""
    with opened(POLICY + CHALLENGE) as station:
        assert [told.split(":")[0] for told in check(station).overdue] == ["challenge check overdue"]
        assert check(station, BAD).trouble == ""
        assert verdict(station) is Verdict.PASSED
    deaf = ("volt = 1500.0", "volt = 9000.0")
    with opened(POLICY + CHALLENGE, deaf) as station:
        assert check(station, BAD).trouble == "it must fail by withstand_judgement and PASSED"
        with pytest.raises(CheckOverdue, match="must fail by withstand_judgement and PASSED; run the known-bad unit"):
            verdict(station)
    with opened(POLICY + CHALLENGE, ('"withstand_judgement"', '"bond_resistance"')) as station:
        assert "must fail by bond_resistance and FAILED by withstand_judgement" in check(station, BAD).trouble


def test_a_checks_unit_is_never_worked(opened: Open) -> None:
    """Nor is any other unit a check."""
    with opened() as station:
        with pytest.raises(ScanRefused, match="never worked as a unit"):
            verdict(station, GOLDEN)
        with pytest.raises(ScanRefused, match="neither the golden nor"):
            check(station, UNIT)


def test_an_output_that_may_be_live_comes_before_any_check(opened: Open, tmp_path: Path) -> None:
    """A latched fault holds the golden unit back like every other."""
    with opened() as station:
        FaultLatch.of(tmp_path, "psu-test").latch("OUTPUT MAY BE LIVE: ac", station.producer.new_id(), START)
        with pytest.raises(FaultLatched):
            check(station)


def test_the_screen_counts_no_check(opened: Open) -> None:
    """It says what came of it and waits for the next unit: no verdict, no count, nothing recorded."""
    events = RunEvents()
    with opened(events=events) as station:
        state = opening_state(station, EarlierRuns(), MOMENT, database="here", speed=1.0)
        told: list[Happening] = [UnitTaken(1, GOLDEN)]
        desk = StationDesk(
            station,
            events,
            tell=told.append,
            insert=lambda serial: insert_simulated(station, serial),
            moment=lambda: MOMENT,
        )
        desk.submit(1, GOLDEN)
        desk.close()
        desk.run()
    for happening in told:
        state = reduce(state, happening)
    assert (state.phase, state.verdict, state.passed, state.recorded) == (Phase.READY, None, 0, None)
    assert any(isinstance(one, RunHappened) for one in told)
    assert "RIGHT: passed" in state.reason


@pytest.mark.parametrize("damage", ["", "[1]", '{"golden": 5}', '{"golden": {"passed_at": "soon"}}'])
def test_a_note_that_cannot_be_understood_is_no_check(opened: Open, tmp_path: Path, damage: str) -> None:
    """It says so, and the next golden unit puts it right."""
    note = tmp_path / "benches/psu-test.golden.json"
    note.parent.mkdir()
    note.write_text(damage, "utf-8")
    with opened() as station:
        with pytest.raises(CheckOverdue, match="cannot be read"):
            verdict(station)
        assert check(station).overdue == ()


_WRITER = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from stations.golden_note import CheckBasis, GoldenNote
note, n = GoldenNote.of(Path(sys.argv[1]), "s"), 0
basis = CheckBasis("U", "", "p", "j", ("b",) * 2000, True)
while True:
    n += 1
    note.passed("golden", basis, datetime(2027, 3, 1, tzinfo=UTC) + timedelta(seconds=n))
    if n == 3:
        print("writing", flush=True)
"""


def test_a_killed_process_leaves_the_note_whole(tmp_path: Path) -> None:
    """kill -9 amid writing, again and again: the note is the old one or the new one."""
    for round_ in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(tmp_path)],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        ) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"writing\n"
            threading.Event().wait(0.003 * round_)
            writer.send_signal(signal.SIGKILL)
        noted = json.loads((tmp_path / "benches/s.golden.json").read_text("utf-8"))
        assert len(noted["golden"]["bench"]) == 2000


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        (POLICY.replace(GOLDEN, "nonsense"), r"golden\.serial"),
        (POLICY + CHALLENGE.replace("withstand_judgement", "smell"), r"challenge\.must_fail: .* measures no smell"),
        (POLICY + CHALLENGE.replace(BAD, GOLDEN), "cannot be both"),
        (POLICY + CHALLENGE.partition("defect")[0], r"challenge\.defect"),
        (POLICY + 'limits = "nowhere.toml"\n', "there is no file"),
    ],
)
def test_a_policy_that_cannot_be_kept_is_refused(opened: Open, policy: str, reason: str) -> None:
    """Before anything is opened, naming the key."""
    with pytest.raises(ConfigurationError, match=reason), opened(policy):
        pass


def test_the_program_checks_what_is_scanned(opened: Open, tmp_path: Path) -> None:
    """4 while overdue, 0 with a golden unit that passes, then a unit; 1 with a known-bad one that is not caught."""
    path = written(tmp_path, POLICY + CHALLENGE, ("volt = 1500.0", "volt = 9000.0"), ("[challenge]", "#[challenge]"))
    text = path.read_text("utf-8")
    path.write_text(text.partition("#[challenge]")[0], "utf-8")

    def run(serial: str, *options: str) -> Any:
        return CliRunner().invoke(app, ["run", str(path), "--serial", serial, "--home", str(tmp_path), *options])

    refused = run(UNIT).exception
    assert isinstance(refused, CommandError)
    assert (refused.code, "golden check overdue" in str(refused)) == (4, True)
    golden = run(GOLDEN)
    assert (golden.exit_code, "RIGHT: passed; holds 1 h" in golden.output) == (0, True)
    assert run(UNIT).exit_code == 0
    path.write_text(text.replace("#[challenge]", "[challenge]"), "utf-8")
    document = json.loads(run(BAD, "--json").stdout)
    assert (document["check"], document["passed"], document["recorded"]) == ("challenge", False, False)
    assert run(BAD).exit_code == 1
    assert "record the golden" in str(run(GOLDEN, "--record", str(tmp_path / "r.jsonl")).exception)
