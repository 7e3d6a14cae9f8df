"""A plan bound to a product: every measurand known beforehand, one digest for what was declared."""

from pathlib import Path

import pytest

from stations.errors import ConfigurationError, PlanError
from stations.fixture import load_fixture
from stations.limit_revision import LimitRevision, load_limit_revision
from stations.plan import PlanRevision, load_plan, plan_names
from stations.plan_listing import product_for
from stations.plans.dac_50g_lane_test import PLAN
from stations.product import load_product

STATIONS = Path(__file__).parents[2] / "stations"
PRODUCTS = {
    "aec_800g_test": "aec_800g_2m",
    "harness_test": "power_whip_5p",
    "mpo_trunk_test": "mpo12_os2_10m",
    "nic_test": "nic_400g",
    "switch_test": "switch_tor_32x400g",
    "transceiver_test": "osfp_800g_dr8",
    "mcrps_psu_test": "mcrps_2k4",
    "orv3_psu_test": "orv3_psu_3kw",
    "orv3_pair_share_test": "orv3_psu_3kw_pair",
    "power_shelf_test": "power_shelf_6x",
    "psu_burn_in": "mcrps_2k4",
    "dac_bundle_test": "dac_bundle_1m5",
    "dac_800g_final_test": "dac_800g_1m5",
    "dac_50g_lane_test": "dac_50g_lane",
    "network_kit_test": "network_kit_2tor",
}


def bound(name: str, limits: LimitRevision | None = None) -> PlanRevision:
    """A shipped plan on its product."""
    return load_plan(name).bind(load_product(STATIONS / "products" / f"{PRODUCTS[name]}.toml"), limits)


def revision(tmp_path: Path, text: str) -> LimitRevision:
    """A limit revision from its text."""
    path = tmp_path / "limits.toml"
    path.write_text(text, encoding="utf-8")
    return load_limit_revision(path)


def test_every_plan_ships_with_a_product_whose_route_it_serves() -> None:
    """No plan without a product, and its operation is a test on that product's route."""
    for name in plan_names():
        plan = load_plan(name)
        product = product_for(plan)
        assert plan.operation in {operation.name for operation in product.route}
        assert plan.bind(product).measurands


def test_a_plan_is_called_as_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """What records say is what a station's file may name."""
    assert PLAN.name == "dac_50g_lane_test"
    monkeypatch.setattr(PLAN, "name", "lane_test")
    with pytest.raises(PlanError, match="dac_50g_lane_test: calls itself lane_test"):
        load_plan("dac_50g_lane_test")


def test_a_file_without_its_last_line_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan's file that declares no PLAN, and a fixture's that names no FIXTURE."""
    monkeypatch.delattr("stations.plans.dac_50g_lane_test.PLAN")
    with pytest.raises(PlanError, match=r"write PLAN = TestPlan\("):
        load_plan("dac_50g_lane_test")
    monkeypatch.delattr("stations.fixtures.dac_lane.FIXTURE")
    with pytest.raises(ConfigurationError, match="end it with FIXTURE = "):
        load_fixture("dac_lane")


def test_the_800g_plan_judges_all_sixteen_pairs() -> None:
    """Eight lanes each way, and no pair without its loss, polarity and map."""
    names = {m.name for m in bound("dac_800g_final_test").measurands if m.is_judged}
    for pair in range(1, 17):
        assert {f"sdd21_nyquist_pair_{pair}", f"polarity_pair_{pair}", f"pair_map_pair_{pair}"} <= names


def test_the_same_plan_has_the_same_digest_and_another_limit_another() -> None:
    """A digest names what was declared, limits included."""
    overlaid = bound("dac_50g_lane_test", load_limit_revision(STATIONS / "configs/lane-limits-19db.toml"))
    assert bound("dac_50g_lane_test").digest == bound("dac_50g_lane_test").digest
    assert overlaid.digest != bound("dac_50g_lane_test").digest
    assert overlaid.limit_revision == "lane-19dB"


def test_a_limit_revision_changes_its_measurand_and_no_other() -> None:
    """The 19 dB revision opens the loss limit alone."""
    plain = {m.name: m for m in bound("dac_50g_lane_test").measurands}
    overlaid = bound("dac_50g_lane_test", load_limit_revision(STATIONS / "configs/lane-limits-19db.toml"))
    changed = {m.name for m in overlaid.measurands if (m.low, m.high) != (plain[m.name].low, plain[m.name].high)}
    assert changed == {"sdd21_nyquist_pair_1"}
    assert plain["sdd21_nyquist_pair_1"].low == -17.16


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            'revision="R"\nplan="dac_50g_lane_test"\npart="DAC-800G-150"\n'
            '[limits.sdd21_nyquist_pair_1]\nlow=-19.0\nunit="dB"',
            "is for part DAC-800G-150",
        ),
        ('revision="R"\nplan="dac_800g_final_test"\n[limits.x]\nlow=1.0\nunit="dB"', "is for plan dac_800g_final_test"),
        ('revision="R"\nplan="dac_50g_lane_test"\n[limits.sdd12]\nlow=1.0\nunit="dB"', "measures no sdd12"),
        (
            'revision="R"\nplan="dac_50g_lane_test"\n[limits.sdd21_nyquist_pair_1]\nlow=-19.0\nunit="V"',
            "is in dB, the limit in V",
        ),
    ],
)
def test_a_limit_revision_that_does_not_fit_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    """Another plan, an unknown measurand, another unit: refused by name."""
    with pytest.raises(PlanError, match=problem):
        bound("dac_50g_lane_test", revision(tmp_path, text))


def test_a_product_without_what_the_plan_needs_is_refused() -> None:
    """The missing parameters are named."""
    with pytest.raises(PlanError, match=r"gives no .*memory"):
        load_plan("dac_50g_lane_test").bind(load_product(STATIONS / "products/dac_bundle_1m5.toml"))


def test_an_unknown_plan_names_those_there_are() -> None:
    """A misspelt plan is answered with the list."""
    with pytest.raises(PlanError, match=r"the plans are .*dac_50g_lane_test"):
        load_plan("dac_test")


def test_the_released_record_lays_the_vector_out_in_the_order_of_the_plan() -> None:
    """Element i of every vector is measurand i of the record."""
    from datetime import UTC, datetime
    from uuid import UUID

    plan = bound("dac_bundle_test")
    record = plan.released(record_id=UUID(int=1), source="s/1", at=datetime(2026, 1, 1, tzinfo=UTC), simulated=True)
    assert [m.name for m in record.measurands] == [m.name for m in plan.measurands]
    assert [name for step in record.steps for name in step.measurands] == [m.name for m in plan.measurands]
