"""Measurands as families, and how near healthy units come to the limits of each."""

import pytest

from mes.vocabulary import RunEnding, Verdict
from stations.coverage.tally import margins, untripped_limits
from stations.coverage.trial import Limit, Order, Trial, family_of
from stations.limits import Measurand


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("sdd21_nyquist_pair_16", "sdd21_nyquist"),
        ("checksum_a", "checksum"),
        ("efficiency_at_10", "efficiency"),
        ("efficiency_at_50_230v", "efficiency"),
        ("share_error_psu_3", "share_error"),
        ("present_slot_3", "present"),
        ("joint_drop_joint_4", "joint_drop"),
        ("ripple_277v", "ripple"),
        ("telemetry_output_voltage_at_100_277v", "telemetry_output_voltage"),
        ("fan_speed", "fan_speed"),
        ("line_regulation", "line_regulation"),
        ("load_step_settling", "load_step_settling"),
        ("agreement_v", "agreement_v"),
        ("agreement_i", "agreement_i"),
        ("fan_1_speed", "fan_1_speed"),
    ],
)
def test_a_quantity_is_one_family_wherever_it_is_measured(name: str, family: str) -> None:
    """Pairs, ends, slots, loads and lines are instances; a word that merely begins like one is not."""
    assert family_of(name) == family
    assert family_of(family) == family


def healthy(number: int, **values: float) -> Trial:
    """A healthy unit that measured these values."""
    return Trial(
        order=Order("unit", number),
        serial=str(number),
        clear=False,
        out=(),
        verdict=Verdict.PASSED,
        ending=RunEnding.COMPLETED,
        reason="",
        tripped=frozenset(),
        marginal=(),
        values=tuple(values.items()),
    )


def test_loads_with_limits_of_their_own_are_looked_at_apart() -> None:
    """Efficiency at 10 % lies far below the limit at 50 %, which says nothing: each is held against its own limit."""
    at_10 = Measurand("efficiency_at_10", "1", low=0.90)
    at_50 = Measurand("efficiency_at_50", "1", low=0.96)
    limit = Limit("efficiency", "low")
    trials = [healthy(k, efficiency_at_10=0.92 + 0.001 * k, efficiency_at_50=0.975 + 0.001 * k) for k in (-1, 0, 1)]
    (margin,) = margins({limit: (at_10, at_50)}, trials)
    assert (margin.bound, margin.nearest) == (0.96, pytest.approx(0.974))
    assert margin.sigmas == pytest.approx(0.014 / (0.001 * (2 / 3) ** 0.5))


def test_pairs_share_their_standard_deviation() -> None:
    """What has the same limits on every pair is one quantity with one spread."""
    pairs = tuple(Measurand(f"loss_pair_{k}", "dB", low=-19.0, high=-11.0) for k in (1, 2))
    (margin,) = margins({Limit("loss", "high"): pairs}, [healthy(1, loss_pair_1=-15.0, loss_pair_2=-17.0)])
    assert (margin.nearest, margin.sigmas) == (-15.0, pytest.approx(4.0))


def test_a_tolerance_is_told_by_its_nearer_side() -> None:
    """A value above its nominal is nearer to the upper end."""
    told = Measurand("agreement", "1", nominal=0.0, tolerance=0.02)
    (margin,) = margins({Limit("agreement", ""): (told,)}, [healthy(1, agreement=0.004), healthy(2, agreement=0.006)])
    assert (margin.bound, margin.nearest) == (0.02, 0.006)


@pytest.mark.parametrize(("unit", "explained"), [("ohm", True), ("s", True), ("V", False), ("W", False)])
def test_only_what_cannot_be_negative_explains_a_zero(unit: str, explained: bool) -> None:
    """Resistance and time end at zero; voltage and power have a direction, so a reversed one would trip the limit."""
    limits = {Limit("quantity", "low"): (Measurand("quantity", unit, low=0.0, high=1.0),)}
    (untripped,) = untripped_limits(limits, [])
    assert bool(untripped.explanation) is explained
