"""`station plans`: listing, and showing one plan by either spelling."""

import json

import pytest

from mes.command_line import CommandError
from stations.cli import plans


def test_plans_are_listed_with_what_they_are_for(capsys: pytest.CaptureFixture[str]) -> None:
    """Name, revision, family, part and the number of measurands on that part."""
    plans.command(as_json=True)
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["plans"]}
    cable = rows["dac_800g_final_test"]
    assert (cable["revision"], cable["family"], cable["part"]) == ("2", "cable", "DAC-800G-150")
    assert cable["measurands"] == 195


def test_show_is_a_word_that_may_be_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    """`plans show PLAN` and `plans PLAN` print measurands, limits and clauses alike."""
    plans.command(["show", "dac_50g_lane_test"])
    shown = capsys.readouterr().out
    plans.command(["dac_50g_lane_test"])
    assert capsys.readouterr().out == shown
    assert "impedance_min_pair_1" in shown
    assert "≥ 90" in shown
    assert "IEEE 802.3cd" in shown


@pytest.mark.parametrize("words", [["show"], ["show", "a", "b"], ["a", "b"]])
def test_one_plan_is_shown_at_a_time(words: list[str]) -> None:
    """None or two are refused with what to do."""
    with pytest.raises(CommandError, match="name one plan to show"):
        plans.command(words)
