"""Limit revisions: data that quality releases, refused when it could not judge."""

import pytest

from stations.errors import ConfigurationError
from stations.limit_revision import LimitOverlay, load_limit_revision

GOOD = """
revision = "R2-19dB"
plan = "dac_50g_lane_test"
[limits.sdd21_nyquist_lane_1]
low = -19.0
unit = "dB"
clause = "deviation 2027-014"
"""


@pytest.fixture
def write(tmp_path):
    def _write(text: str):
        file = tmp_path / "limits.toml"
        file.write_text(text, encoding="utf-8")
        return file

    return _write


def test_a_revision_names_its_plan_and_its_limits(write):
    """The file's `revision` is the name that every record repeats; each limit has a unit and a clause."""
    revision = load_limit_revision(write(GOOD))
    assert (revision.name, revision.plan, revision.part) == ("R2-19dB", "dac_50g_lane_test", None)
    overlay = LimitOverlay(low=-19.0, unit="dB", clause="deviation 2027-014")
    assert dict(revision.limits) == {"sdd21_nyquist_lane_1": overlay}


def test_limits_cannot_be_changed_after_loading(write):
    """What was released is what judges."""
    revision = load_limit_revision(write(GOOD))
    with pytest.raises(TypeError):
        revision.limits["sdd21_nyquist_lane_1"] = LimitOverlay(low=-30.0, unit="dB")


def test_digest_follows_meaning_not_layout(write):
    """Comments and spacing change nothing; a limit does."""
    digest = load_limit_revision(write(GOOD)).digest
    assert load_limit_revision(write("# released\n" + GOOD.replace(" = ", "="))).digest == digest
    assert load_limit_revision(write(GOOD.replace("-19.0", "-19.5"))).digest != digest


@pytest.mark.parametrize(
    ("old", "new", "key", "problem", "remedy"),
    [
        (
            "low = -19.0",
            "low = 2.0\nhigh = 1.0",
            "limits.sdd21_nyquist_lane_1",
            "low 2 dB is above high 1 dB",
            "exchange",
        ),
        ('unit = "dB"', "", "limits.sdd21_nyquist_lane_1.unit", "is missing", 'unit = "dB"'),
        ('unit = "dB"', 'unit = ""', "limits.sdd21_nyquist_lane_1.unit", '"" is refused', 'unit = "dB"'),
        ("low = -19.0", "", "limits.sdd21_nyquist_lane_1", "neither low nor high", "write low, high or both"),
        ("low =", "lo =", "limits.sdd21_nyquist_lane_1.lo", 'did you mean "low"?', "low, high, unit, clause"),
        ("-19.0", '"-19"', "limits.sdd21_nyquist_lane_1.low", '"-19" is refused', "low = -19.0"),
        ("-19.0", "-inf", "limits.sdd21_nyquist_lane_1.low", "-inf", "finite"),
        ("-19.0", "-19,0", "line 5, column 10", "xpected newline", "low = -19,0"),
        ("revision", "name", "name", "unknown key", "revision, plan, part, limits"),
        ('plan = "dac_50g_lane_test"', "", "plan", "is missing", 'plan = "dac_50g_lane_test"'),
        (GOOD[GOOD.index("[") :], "", "limits", "is missing", "[limits.sdd21_nyquist_lane_1]"),
        (GOOD[GOOD.index("[") :], "[limits]", "limits", "at least 1 item", "[limits.sdd21_nyquist_lane_1]"),
    ],
)
def test_a_limit_that_could_not_judge_is_refused(write, old, new, key, problem, remedy):
    """The message names file, dotted key, problem and remedy, in two lines at most."""
    file = write(GOOD.replace(old, new))
    with pytest.raises(ConfigurationError) as refused:
        load_limit_revision(file)
    first, *rest = str(refused.value).split("\n")
    assert first.startswith(f"{file}: {key}: ")
    assert problem in first
    assert remedy in "\n".join([first, *rest])
    assert len(rest) <= 1
