"""What notices a fixture that is not well, and what no longer does once its check is taken away."""

from functools import lru_cache
from typing import Any

import pytest

from drivers.reading import Reading
from stations.coverage import fixture_study
from stations.coverage.fixture_study import FlawRow, golden_bands, try_fixture
from stations.coverage.page import page
from stations.coverage.report import report_of
from stations.coverage.study import Study, prepare
from stations.lease import StopSwitch

PSU = Study("orv3_psu_test", 0, 7)


@lru_cache(maxsize=8)
def rows_of(plan: str) -> dict[str, FlawRow]:
    """What notices each defect, by name."""
    return {row.name: row for row in try_fixture(prepare(Study(plan, 0, 7)), StopSwitch())}


def only(monkeypatch: pytest.MonkeyPatch, *names: str) -> dict[str, FlawRow]:
    """The same for some defects of the PSU's bench, tried now."""
    every = fixture_study.flaws_of
    monkeypatch.setattr(fixture_study, "_REPEATS", 2)
    monkeypatch.setattr(
        fixture_study, "flaws_of", lambda *arguments: (flaw for flaw in every(*arguments) if flaw.name in names)
    )
    return {row.name: row for row in try_fixture(prepare(PSU), StopSwitch())}


@pytest.mark.parametrize("plan", ["orv3_psu_test", "dac_50g_lane_test"])
def test_nothing_goes_unnoticed(plan: str) -> None:
    """Every defect that the simulation can do to the fixture is caught at every clear magnitude."""
    rows = rows_of(plan)
    assert [name for name, row in rows.items() if row.missed] == []
    for role in (name.split()[1] for name in rows if name.startswith("calibration_drift")):
        assert rows[f"expired_calibration {role}"].trials[0].caught_by == "calibration date"


def test_who_notices_is_named() -> None:
    """Set-up for what must never be armed, the steps for contacts, the golden unit for gains."""
    caught = {name: row.trials[-1].caught_by for name, row in rows_of("orv3_psu_test").items()}
    assert caught["wrong_fixture"] == caught["coding_plug_out"] == caught["welded relays 0"] == "check in set-up"
    assert caught["open_pole relays 2"] == caught["open_pole relays 3"] == "check in step withstand"
    assert caught["worn_probe load:+"] == "check in step ripple"
    assert caught["worn_probe hipot:BOND.+"].startswith("golden unit: bond_")
    assert caught["calibration_drift return_meter"].startswith("golden unit, its own limits")


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("open_pole relays 2", "stations.measurands.fixture_contacts.MOST_POLE_OHM"),
        ("calibration_drift return_meter", "stations.coverage.fixture_study._GUARD"),
    ],
)
def test_a_check_that_is_taken_away_leaves_its_defect_unnoticed(
    monkeypatch: pytest.MonkeyPatch, name: str, target: str
) -> None:
    """By name: nothing else would have seen it, so that each of these checks earns its place."""
    monkeypatch.setattr(target, 1e12)
    # The golden unit's own limits see the open pole's resistance, too: redundant, and so both are taken away.
    monkeypatch.setattr(fixture_study, "_GUARD", 1e12)
    assert only(monkeypatch, name)[name].missed


def test_a_report_with_an_unnoticed_defect_is_not_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the defect, on the page and for machines."""
    monkeypatch.setattr("stations.coding_plug.CodingPlug.require", lambda *_: None)
    monkeypatch.setattr(fixture_study, "_GUARD", 1e12)
    rows = tuple(only(monkeypatch, "wrong_fixture").values())
    report = report_of(prepare(PSU), [], None, stopped=False, fixture=rows)
    assert report.unnoticed == ("wrong_fixture",)
    assert not report.clean
    assert "NOTHING NOTICES: wrong_fixture" in page(report)
    assert report.document()["fixture_unnoticed"] == ["wrong_fixture"]


def test_a_golden_unit_has_limits_around_what_was_measured_of_it() -> None:
    """Never narrower than a hundredth, of a ratio than a hundredth of one; what is not always there has none."""
    runs: list[dict[str, Any]] = [
        {"a": Reading(10.0 + d, "V"), "b": Reading(0.0, "1"), "c": Reading(1.0, "s")} for d in (0.0, 0.1, -0.1)
    ]
    runs[1]["c"] = Reading(None, "s", over_range="OVER")
    bands = golden_bands(runs)
    assert sorted(bands) == ["a", "b"]
    assert (bands["a"].low, bands["a"].high) == pytest.approx((9.2, 10.8))
    assert (bands["b"].low, bands["b"].high) == pytest.approx((-0.01, 0.01))
