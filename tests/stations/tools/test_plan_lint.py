"""`station plans lint`: what is wrong with a plan or its bench is found before anything is run."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer

from drivers.harness_tester.keysight_daq970a import KeysightDaq970aHarness
from drivers.network_analyzer.keysight_pna import KeysightPna
from drivers.rating import Rating
from drivers.reading import Reading
from stations import plan_lint
from stations.cli import plans
from stations.config import load_station_config
from stations.finding import Finding, Severity
from stations.fixtures.dac_lane import DacLaneFixture
from stations.limits import Measurand
from stations.plan import Record, TestPlan, load_plan
from stations.plan_lint import lint_plan
from stations.requirements import RangeNeed
from stations.uncertainty_lint import ratio_of

CONFIGS = Path(__file__).parents[3] / "stations/configs"
LANE = load_station_config(CONFIGS / "cable-lane-test.toml")


def findings(plan: str = "dac_50g_lane_test", config: Any = LANE, **more: Any) -> list[Finding]:
    """What lint finds, notes left out."""
    found = lint_plan(plan, product=None, limits=None, config=config, **more).findings
    return [finding for finding in found if finding.severity is not Severity.NOTE]


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> Callable[..., TestPlan]:
    """A plan of one step over the lane fixture with these measurands, in place of the shipped one."""

    def declare(*measurands: Any, timeout_s: float = 60.0, exclusive: tuple[str, ...] = ()) -> TestPlan:
        plan = TestPlan(
            name="dac_50g_lane_test", revision="1", operation="lane_test", family="cable", fixture="dac_lane"
        )

        @plan.step(*measurands, timeout_s=timeout_s, exclusive=exclusive)
        def only(fixture: DacLaneFixture, record: Record) -> None:
            """Record a constant."""
            fixture.memory()
            for measurand in measurands:
                record(measurand.name, Reading(1.0, measurand.unit, expanded_uncertainty=0.05))

        monkeypatch.setattr(plan_lint, "load_plan", lambda _: plan)
        monkeypatch.setattr("stations.composition.load_plan", lambda _: plan)
        return plan

    return declare


@pytest.mark.parametrize("name", ["dac_50g_lane_test", "dac_800g_final_test", "dac_bundle_test"])
def test_the_shipped_cable_plans_are_clean(name: str) -> None:
    """On every shipped station that runs them: neither error nor warning."""
    benches = plan_lint.stations_of(name)
    assert benches
    assert [findings(name, bench) for bench in benches] == [[]] * len(benches)


def test_what_cannot_be_declared_is_an_error(declared: Callable[..., TestPlan]) -> None:
    """Twice the same name; a number without unit and low above high when families declare them."""
    declared(Measurand("u", "V", high=2.0), Measurand("u", "V", high=2.0))
    assert [(f.check, f.severity) for f in findings()] == [("declaration", Severity.ERROR)]
    assert "u is declared twice" in findings()[0].message
    declared(lambda _: [Measurand("u", "", high=2.0)])
    assert "a number needs a unit" in findings()[0].message
    declared(lambda _: [Measurand("u", "V", low=3.0, high=2.0)])
    assert "low 3 is above high 2" in findings()[0].message


def test_a_plan_that_judges_nothing_is_an_error(declared: Callable[..., TestPlan]) -> None:
    """No unit could earn a pass."""
    declared(Measurand("u", "V"))
    assert "judges nothing" in findings()[0].message


def test_a_unit_with_a_prefix_is_a_warning(declared: Callable[..., TestPlan]) -> None:
    """Inside the product numbers have no prefix."""
    declared(Measurand("u", "mV", low=-9.0, high=9.0))
    assert [(f.check, f.where, f.severity) for f in findings()] == [("unit", "u", Severity.WARNING)]


@pytest.mark.parametrize("limit_s", [0.0, -1.0, float("inf")])
def test_a_time_limit_that_means_nothing_is_an_error(declared: Callable[..., TestPlan], limit_s: float) -> None:
    """None, less than none, and no end at all."""
    declared(Measurand("u", "V", low=-9.0, high=9.0), timeout_s=limit_s)
    assert [(f.check, f.where, f.severity) for f in findings()] == [("timeout", "step only", Severity.ERROR)]


def test_a_ratio_below_four_is_a_warning_with_the_number(declared: Callable[..., TestPlan]) -> None:
    """(1.15 − 0.85) / (2 × 0.05) = 3; with one limit, the healthy value's distance by U: (1.1 − 1) / 0.05 = 2."""
    declared(
        Measurand("both", "V", low=0.85, high=1.15), Measurand("one", "V", high=1.1), Measurand("fine", "V", low=0.5)
    )
    found = findings()
    assert [(f.where, f.severity) for f in found] == [("both", Severity.WARNING), ("one", Severity.WARNING)]
    assert [f.number for f in found] == [pytest.approx(3.0), pytest.approx(2.0)]
    assert "test-uncertainty ratio is 3, below 4" in found[0].message


def test_a_reading_without_doubt_has_no_ratio() -> None:
    """Nor has one in another unit, or one that nothing judges."""
    judged = Measurand("u", "V", low=0.0, high=1.0)
    assert ratio_of(judged, Reading(0.5, "V")) is None
    assert ratio_of(judged, Reading(0.5, "A", expanded_uncertainty=0.1)) is None
    assert ratio_of(Measurand("u", "V"), Reading(0.5, "V", expanded_uncertainty=0.1)) is None


def test_a_step_that_is_nearly_late_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sweep takes 0.1 s of the bench's time."""
    plan = load_plan("dac_50g_lane_test")
    steps = [replace(step, timeout_s=0.15) if step.name == "lane_response" else step for step in plan.steps]
    slow = replace(plan, steps=steps)
    monkeypatch.setattr(plan_lint, "load_plan", lambda _: slow)
    monkeypatch.setattr("stations.composition.load_plan", lambda _: slow)
    (found,) = findings()
    assert (found.check, found.where, found.severity) == ("timeout", "step lane_response", Severity.WARNING)
    assert found.number == pytest.approx(0.116, rel=0.1)


def test_roles_must_be_those_of_the_fixture(declared: Callable[..., TestPlan], tmp_path: Path) -> None:
    """A step that holds what the fixture has not, and a station without an instrument or with one too many."""
    declared(Measurand("u", "V", low=-9.0, high=9.0), exclusive=("scope",))
    assert "has no role scope" in findings()[0].message
    declared(Measurand("u", "V", low=-9.0, high=9.0))
    text = LANE.path.read_text(encoding="utf-8").replace('"../products', f'"{CONFIGS.parent}/products')
    path = tmp_path / "station.toml"
    path.write_text(text.replace("[instruments.memory_a]", "[instruments.memory_x]"), encoding="utf-8")
    found = {(f.where, f.severity) for f in findings(config=load_station_config(path))}
    assert ("instruments.memory_a", Severity.ERROR) in found
    assert ("instruments.memory_x", Severity.WARNING) in found


def test_a_verb_that_the_fixture_has_not_is_found_without_running(monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt verb in the last step of a long plan costs no half an hour."""
    plan = TestPlan(name="dac_50g_lane_test", revision="1", operation="lane_test", family="cable", fixture="dac_lane")

    @plan.step(Measurand("u", "V", high=1.0))
    def only(fixture: Any, record: Record) -> None:
        """Ask for what is not there."""
        record("u", fixture.mesure_voltage(fixture.vna))

    monkeypatch.setattr(plan_lint, "load_plan", lambda _: plan)
    (found,) = findings()
    assert "asks for fixture.mesure_voltage, which DacLaneFixture has not" in found.message


def test_an_option_that_nothing_asks_for_is_a_warning(tmp_path: Path) -> None:
    """A misspelt key would leave the default in place, silently."""
    text = LANE.path.read_text(encoding="utf-8").replace('"../products', f'"{CONFIGS.parent}/products')
    path = tmp_path / "station.toml"
    path.write_text(
        text.replace("[instruments.vna]", "options.port_mapp = [1]\n\n[instruments.vna]", 1), encoding="utf-8"
    )
    (found,) = findings(config=load_station_config(path))
    assert (found.where, found.severity) == ("fixture.options.port_mapp", Severity.WARNING)


def test_a_bench_that_cannot_carry_the_unit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The number that the unit needs, and what the model carries."""

    def requirements(product: Any) -> tuple[RangeNeed, ...]:
        return (RangeNeed("vna", "input current", 54.0, "A"), RangeNeed("memory_a", "input current", 1.0, "A"))

    def rated_for(model: str, options: Any) -> dict[str, Rating]:
        assert model == "N5245B"
        return {"input current": Rating(0.0, 20.0, "A")}

    monkeypatch.setattr(DacLaneFixture, "requirements", requirements, raising=False)
    monkeypatch.setattr(KeysightPna, "rated_for", rated_for, raising=False)
    (found,) = findings()
    assert (found.check, found.where, found.number) == ("requirement", "vna input current", 54.0)
    assert "needs 54 A, N5245B carries 0 to 20 A" in found.message


def test_a_limit_beyond_the_range_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A meter that ends at a hundredth of an ohm cannot hold a value against a limit above it."""
    monkeypatch.setattr(
        KeysightDaq970aHarness,
        "rated_for",
        lambda model, options: {"measured ohm": Rating(0.0, 0.01, "ohm")},
        raising=False,
    )
    config = load_station_config(CONFIGS / "cable-test.toml")
    found = [f for f in findings("dac_800g_final_test", config) if f.check == "range"]
    # An open present pin or ground reads over the range, which fails: those limits may lie beyond it.
    assert found == []
    laid = load_plan("dac_800g_final_test")
    steps = [
        replace(step, declared=(Measurand("ground_resistance", "ohm", low=0.0, high=9.0),))
        if step.name == "ground_and_sidebands"
        else step
        for step in laid.steps
    ]
    monkeypatch.setattr(plan_lint, "load_plan", lambda _: replace(laid, steps=steps))
    found = [f for f in findings("dac_800g_final_test", config) if f.check == "range"]
    assert [(f.where, f.number, f.severity) for f in found] == [("ground_resistance", 9.0, Severity.ERROR)]


def test_a_healthy_unit_that_fails_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Limits that no good unit meets are found out; the command ends with 1."""
    limits = tmp_path / "strict.toml"
    limits.write_text(
        'revision = "strict"\nplan = "dac_50g_lane_test"\n[limits.return_loss_pair_1]\nlow = 60.0\nunit = "dB"\n',
        encoding="utf-8",
    )
    with pytest.raises(typer.Exit) as done:
        plans.command(["lint", "dac_50g_lane_test"], limits=limits, as_json=True)
    assert done.value.exit_code == 1
    document = json.loads(capsys.readouterr().out)
    (found,) = [f for f in document["plans"][0]["findings"] if f["severity"] == "ERROR"]
    assert found["check"] == "golden"
    assert "return_loss_pair_1" in found["message"]


def test_clean_is_exit_0(capsys: pytest.CaptureFixture[str]) -> None:
    """The page names the plan and its station and counts what was found."""
    plans.command(["lint"], station=LANE.path)
    out = capsys.readouterr().out
    assert "dac_50g_lane_test for DAC-50G-LANE on cable-lane-test" in out
    assert out.endswith("1 looked at: 0 errors, 0 warnings\n")


def test_a_real_station_is_looked_at_on_a_simulated_bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of it is opened, serial ports and adapters included: the same drivers run over simulated instruments."""
    monkeypatch.setattr("drivers.place.real_resource_manager", None)
    text = LANE.path.read_text(encoding="utf-8").replace('"../products', f'"{CONFIGS.parent}/products')
    real = text.replace("sim-i2c://near", "/dev/i2c-1").replace("[simulation]\nseed = 7\n", "")
    path = tmp_path / "station.toml"
    path.write_text(real, encoding="utf-8")
    config = load_station_config(path)
    assert not config.simulated
    found = lint_plan("dac_50g_lane_test", product=None, limits=None, config=config)
    assert [finding.check for finding in found.findings] == ["uncertainty"]


def test_the_supply_benches_carry_their_supplies() -> None:
    """What a supply asks is within the ratings of its shipped benches; a smaller load and a bare 20 A input are not."""
    for bench in plan_lint.stations_of("orv3_psu_test"):
        found = lint_plan("orv3_psu_test", product=None, limits=None, config=bench).findings
        assert [finding for finding in found if finding.check == "requirement"] == []


def test_a_twenty_ampere_input_and_a_six_kilowatt_load_are_too_small_for_twelve(tmp_path: Path) -> None:
    """The 12 kW supply on a bench for smaller ones: both are named with what is needed."""
    bench = (CONFIGS / "psu-hpr-test.toml").read_text(encoding="utf-8")
    product = (CONFIGS.parent / "products/orv3_hpr_12kw.toml").read_text(encoding="utf-8")
    assert "63218A-150-1800" in bench
    assert "input_v_per_a = 1e-2" in product
    (tmp_path / "product.toml").write_text(product.replace("input_v_per_a = 1e-2", ""), encoding="utf-8")
    path = tmp_path / "station.toml"
    path.write_text(
        bench.replace("63218A-150-1800", "63206A-150-600").replace('"../products/orv3_hpr_12kw', '"product'),
        encoding="utf-8",
    )
    found = lint_plan("orv3_psu_test", product=None, limits=None, config=load_station_config(path)).findings
    refused = {f.where: f.message for f in found if f.check == "requirement" and f.severity is Severity.ERROR}
    assert set(refused) == {"load load power", "input_analyzer direct current"}
    assert "needs 12022.6 W, 63206A-150-600 carries 0 to 6000 W" in refused["load load power"]
    assert "carries 0 to 20 A" in refused["input_analyzer direct current"]
