"""What the plans catch: small studies with the real executive on simulated benches."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import typer

from mes.command_line import CommandError
from mes.vocabulary import Verdict
from stations.cli import coverage as coverage_command
from stations.coverage.crew import make_trials
from stations.coverage.report import Report, report_of
from stations.coverage.study import Study, prepare
from stations.coverage.trial import Trial, limits_of
from stations.errors import PlanError
from stations.lease import StopSwitch

LANE, CABLE, BUNDLE = "dac_50g_lane_test", "dac_800g_final_test", "dac_bundle_test"
PAIR = "orv3_pair_share_test"

LANE_SOLES = {
    "high_resistance": "impedance_max",
    "polarity_swap": "polarity",
    "wrong_length_short": "delay",
    "crushed_pair": "impedance_min",
    "spread_pair": "impedance_max",
    "skew": "conversion_margin",
    "wet_dielectric": "sdd21_nyquist",
    "bad_launch": "return_loss",
    "bad_checksum": "checksum",
    "wrong_identifier": "identifier",
    "wrong_media_type": "media_type",
    "wrong_part_number": "part_number",
    "wrong_serial_number": "serial_agreement",
    "wrong_length_in_memory": "length",
    "swapped_memories": "plug",
}
CABLE_SOLES = {"split_pair": "next", "bad_ground": "ground_resistance", "bad_present": "present"}
BUNDLE_SOLES = {
    "insulation_leak_within": "insulation_within",
    "wrong_length_long": "loop_resistance",
}
PAIR_SOLES = {"wrong_serial": "serial_agrees", "shunt_high": "telemetry_output_current"}
SOLES = [
    pytest.param(plan, defect, sole, id=f"{plan}-{defect}")
    for plan, soles in ((LANE, LANE_SOLES), (CABLE, CABLE_SOLES), (BUNDLE, BUNDLE_SOLES), (PAIR, PAIR_SOLES))
    for defect, sole in soles.items()
]


def trials_of(study: Study, stop: StopSwitch | None = None, jobs: int = 1) -> list[Trial]:
    """Every trial of a study, in this process."""
    return make_trials(study, prepare(study).orders(), jobs=jobs, stop=stop or StopSwitch(), progress=lambda _: None)


def reported(study: Study, refusals: Sequence[frozenset[str]] = ()) -> Report:
    """The report of a study without the gate."""
    return report_of(prepare(study), trials_of(study), refusals, stopped=False)


def test_the_lane_plan_catches_every_defect_and_fails_nothing_good() -> None:
    """No escape, no overkill, a clean golden unit, no limit without a purpose, and who alone catches what."""
    report = reported(Study(LANE, units=80, seed=7, repeats=2))
    assert report.clean
    assert (report.units, report.defective, report.healthy) == (80, 40, 40)
    assert (report.escapes, report.overkills, report.errors, report.uncaught, report.unexplained) == (
        (),
        (),
        (),
        (),
        (),
    )
    assert {row.name: row.sole for row in report.rows if row.name in LANE_SOLES} == LANE_SOLES
    assert report.unseen == ("bad_ground", "bad_present")
    assert report.escape_bound == pytest.approx(0.0722, abs=1e-4)
    assert all(margin.sigmas > 6 for margin in report.margins)


@pytest.mark.parametrize(("plan", "defect", "sole"), SOLES)
def test_without_its_sole_detector_a_defect_escapes_by_name(plan: str, defect: str, sole: str) -> None:
    """With the limit the defect is caught by that measurand alone; with the limit deleted it passes, and is named."""
    whole = Study(plan, units=2, seed=7, repeats=1, defects=(defect,))
    (row,) = reported(whole).rows
    assert (row.sole, row.missed) == (sole, 0)
    without = reported(Study(plan, units=2, seed=7, repeats=1, defects=(defect,), drop=(sole,)))
    assert without.uncaught == (defect,)
    assert {trial.order.defect for trial in without.escapes} == {defect}
    assert not without.clean


def test_a_detection_curve_rises_from_nothing_to_certainty() -> None:
    """Twelve ohms more than the plan allows are caught, eight are not: told by the number of units at each point."""
    (row,) = reported(Study(LANE, units=0, seed=7, repeats=4, defects=("high_resistance",))).rows
    shares = {point.magnitude: point.caught / point.trials for point in row.curve}
    assert (shares[2.0], shares[20.0]) == (0.0, 1.0)
    assert {point.trials for point in row.curve} == {4}
    assert [point.out for point in row.curve] == sorted(point.out for point in row.curve)


def test_a_limit_that_nothing_trips_is_named() -> None:
    """A limit far away from any defect is dead weight; one against negative ohms has its reason."""
    study = Study(LANE, units=0, seed=7, repeats=1)
    prepared = prepare(study)
    trials = [
        trial
        for trial in trials_of(study)
        if trial.order.defect != "polarity_swap" and "polarity" not in trial.families
    ]
    report = report_of(prepared, trials, (), stopped=False)
    assert report.unexplained == ("polarity",)
    assert not report.clean


def test_a_zero_below_a_resistance_is_explained() -> None:
    """The lower limits of ground and present pins guard the meter: they are told apart from limits nobody needs."""
    study = Study(CABLE, units=0, seed=7, repeats=1)
    report = report_of(prepare(study), [], (), stopped=False)
    explained = {str(one.limit) for one in report.untripped if one.explanation}
    assert explained == {"ground_resistance low", "present low"}
    assert "next low" in report.unexplained


def test_healthy_units_stay_far_from_every_limit_of_the_800g_plan() -> None:
    """Ten healthy cables: none comes nearer to any limit than six standard deviations."""
    study = Study(CABLE, units=20, seed=11, repeats=1, defects=("open",))
    healthy = [order for order in prepare(study).orders() if order.kind == "unit" and order.defect is None]
    made = make_trials(study, healthy, jobs=1, stop=StopSwitch(), progress=lambda _: None)
    report = report_of(prepare(study), made, (), stopped=False)
    assert (report.healthy, report.overkills) == (10, ())
    assert {margin.limit.family for margin in report.margins} >= {"next", "impedance_min", "sdd21_nyquist", "delay"}
    assert min(margin.sigmas for margin in report.margins) > 6


def test_workers_change_nothing() -> None:
    """Two processes give the trials that one gives, values and all."""
    study = Study(LANE, units=190, seed=3, repeats=1, defects=("skew",))
    assert trials_of(study, jobs=2) == trials_of(study, jobs=1)


def test_stop_keeps_what_was_done() -> None:
    """STOP ends between two units; the report counts those that were made and is not clean."""
    study = Study(LANE, units=60, seed=7, repeats=1)
    stop = StopSwitch()
    prepared = prepare(study)

    def stop_after(count: int) -> None:
        stop.request("stopped by a test")

    trials = make_trials(study, prepared.orders(), jobs=1, stop=stop, progress=stop_after)
    report = report_of(prepared, trials, None, stopped=True)
    assert len(trials) == 20
    assert report.units == 19
    assert not report.clean
    assert report.unexplained == ()


def test_the_same_seed_gives_the_same_units_and_another_seed_others() -> None:
    """A unit is its number and the seed: going on from a later number makes the units that the whole would have."""
    whole = trials_of(Study(LANE, units=6, seed=7, repeats=1, defects=("skew",)))
    later = trials_of(Study(LANE, units=3, seed=7, first=4, repeats=1, defects=("skew",)))

    def drawn(trials: list[Trial]) -> list[tuple[Any, ...]]:
        return [(t.serial, t.order.magnitude, t.out, t.verdict) for t in trials if t.order.kind == "unit"]

    assert drawn(whole)[3:] == drawn(later)
    other = trials_of(Study(LANE, units=6, seed=8, repeats=1, defects=("skew",)))
    assert [t.order.magnitude for t in other] != [t.order.magnitude for t in whole]


def test_every_limit_of_the_plans_is_a_limit_of_the_study() -> None:
    """Texts and tolerances are one limit, a band is two; what is dropped is none."""
    plan = prepare(Study(LANE, units=0, seed=7)).plan
    names = {str(limit) for limit in limits_of(plan)}
    assert {"sdd21_nyquist low", "sdd21_nyquist high", "delay low", "polarity", "checksum"} <= names
    assert "sdd21_frequency" not in {limit.family for limit in limits_of(plan)}
    assert {str(limit) for limit in limits_of(plan, ["delay", "plug_a"])} == names - {"delay low", "delay high", "plug"}


@pytest.mark.parametrize(
    ("study", "said"),
    [
        (Study("dac_test", units=1, seed=7), "the plans are .*dac_50g_lane_test"),
        (Study(LANE, units=1, seed=7, drop=("sdd12",)), "no limit on sdd12 that could be dropped"),
        (Study(LANE, units=1, seed=7, drop=("sdd21_frequency",)), "no limit on sdd21_frequency"),
        (Study(LANE, units=1, seed=7, defects=("split_pair",)), "no defect split_pair within its reach"),
    ],
)
def test_a_study_that_cannot_be_is_refused(study: Study, said: str) -> None:
    """An unknown plan, a limit that is not there, a defect out of reach: each names what there is."""
    with pytest.raises(PlanError, match=said):
        prepare(study).orders()


def test_the_command_prints_one_document_with_the_gate_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    """A label printed twice is refused by a real gate, and counted as caught; exit 0 says that all is clean."""
    coverage_command.command(LANE, units=60, repeats=1, jobs=1, as_json=True)
    document = json.loads(capsys.readouterr().out)
    assert (document["schema"], document["plan"], document["units"]) == (1, LANE, 60)
    assert (document["escapes"], document["overkills"], document["uncaught"]) == (0, 0, [])
    assert document["untripped_limits"] == []
    duplicate = document["defects"][-1]
    assert (duplicate["name"], duplicate["caught_by"]) == ("duplicate_serial", ["gate:duplicate_serial"])
    assert (duplicate["sole"], duplicate["detected"]) == ("gate:duplicate_serial", [[1.0, 1.0]])


def test_the_command_names_what_escapes_and_ends_with_exit_1(capsys: pytest.CaptureFixture[str]) -> None:
    """Without the polarity limit a swapped pair goes out: by serial, defect and true parameter."""
    with pytest.raises(typer.Exit) as ended:
        coverage_command.command(LANE, units=4, repeats=1, jobs=1, defect=["polarity_swap"], drop=["polarity"])
    assert ended.value.exit_code == 1
    page = capsys.readouterr().out
    assert "escaped: DAC0000001 (polarity_swap 1): lane_1.polarity" in page
    assert "NOT ALWAYS CAUGHT although clearly out of specification: polarity_swap" in page
    assert "SIMULATED" in page


def test_without_the_gate_rule_a_duplicate_is_not_caught(capsys: pytest.CaptureFixture[str]) -> None:
    """Dropping the rule is like deleting a limit."""
    with pytest.raises(typer.Exit):
        coverage_command.command(
            LANE, units=0, repeats=2, jobs=1, defect=["duplicate_serial"], drop=["gate:duplicate_serial"], as_json=True
        )
    assert json.loads(capsys.readouterr().out)["uncaught"] == ["duplicate_serial"]


def test_a_plan_that_is_not_there_is_one_message() -> None:
    """Exit 2 and the list of plans."""
    with pytest.raises(CommandError, match="the plans are"):
        coverage_command.command("dac_test")


def test_a_verdict_is_never_left_over() -> None:
    """Every trial of a study came to its end, passed or failed."""
    trials = trials_of(Study(BUNDLE, units=6, seed=7, repeats=1, defects=("crossed_pair",)))
    assert {trial.verdict for trial in trials} == {Verdict.PASSED, Verdict.FAILED}
    assert not any(trial.erred for trial in trials)


def test_a_plan_of_two_blames_the_one_that_is_at_fault() -> None:
    """The defective supply of each pair is caught, in whichever place, and the good one beside it is never failed."""
    report = reported(Study(PAIR, units=8, seed=7, repeats=1, defects=("share_open", "limit_low")))
    assert (report.defective, report.healthy) == (4, 4)
    assert (report.escapes, report.overkills, report.errors, report.uncaught) == ((), (), (), ())
    assert report.golden_clean


def test_a_good_unit_that_fails_beside_a_bad_one_is_an_overkill() -> None:
    """What one has is not to be told of the other: such a trial is bad although its own unit was failed rightly."""
    (trial, *_) = (one for one in trials_of(Study(PAIR, units=4, seed=7, repeats=0)) if one.out)
    assert not trial.overkilled
    assert replace(trial, wronged=("PSP8000001",)).overkilled
