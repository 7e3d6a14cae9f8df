"""What-if: units flip by values alone, what was never measured is unknown, and history stays as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from mes.quality.what_if import Band, JudgedRun, Rejudged, rejudge
from mes.records import MeasurandFailure
from mes.vocabulary import Verdict

values = st.floats(-5, 5)
bands = st.builds(
    lambda low, high: Band(*sorted((low, high))), st.integers(-3, 3).map(float), st.integers(-3, 3).map(float)
)


@st.composite
def judged(draw):
    """A run as a station judges: values against its bands, a text that may fail, and maybe a stop at a failure."""
    measured = draw(st.dictionaries(st.sampled_from("abc"), st.tuples(values, bands)))
    failures = {name for name, (value, band) in measured.items() if not band.holds(value)}
    failures |= draw(st.sampled_from([set(), {"media_type"}]))
    return JudgedRun(
        "S",
        "R",
        not failures,
        frozenset(failures),
        {name: value for name, (value, _) in measured.items()},
        {name: band for name, (_, band) in measured.items()},
        ("z",) if failures and draw(st.booleans()) else (),
    )


@given(run=judged())
def test_the_same_limits_flip_nothing(run):
    """Each value against the band that judged it."""
    assert rejudge(run, run.bands) is None


@given(run=judged(), proposed=st.dictionaries(st.sampled_from("abcz"), bands))
def test_a_flip_is_what_the_values_say(run, proposed):
    """Failed is what a proposed band excludes or what still fails; a pass needs that nothing is left unknown."""
    flip = rejudge(run, proposed)
    outside = {name for name, band in proposed.items() if name in run.values and not band.holds(run.values[name])}
    kept = run.failures - {name for name in proposed if name in run.values}
    fails = bool(outside | kept)
    after = Rejudged.FAILED if fails else Rejudged.UNKNOWN if run.not_reached else Rejudged.PASSED
    before = Rejudged.PASSED if run.passed else Rejudged.FAILED
    assert (before if flip is None else flip.after) == after
    if flip is not None:
        assert flip.before == before != after
        assert flip.measurands


@pytest.fixture
def limits(tmp_path):
    """Writes a limit revision for the final test; its path."""

    def file(body: str, plan: str = "dac_final_test") -> str:
        path = tmp_path / "limits.toml"
        path.write_text(f'revision = "L9"\nplan = "{plan}"\n{body}', encoding="utf-8")
        return str(path)

    return file


@pytest.fixture
def tested(line):
    """Good, lossy (failed SDD21), lossy and stopped there, good with a high loop resistance."""
    loss = (MeasurandFailure(measurand="sdd21", unit="dB", value=-18.14, low=-17.16),)
    with line.delivery():
        for serial, verdict, measured, facts in (
            ("GOOD", Verdict.PASSED, (-15.5, 1.1, None, None, 23.5), {}),
            ("LOSSY", Verdict.FAILED, (-18.14, 1.2, None, None, 23.5), {"failures": loss}),
            ("STOPPED", Verdict.FAILED, (-18.14, None, None, None, None), {"failures": loss, "texts": {}}),
            ("HIGH", Verdict.PASSED, (-15.0, 1.9, None, None, 23.5), {}),
        ):
            started = line.start(line.register(serial), "final_test")
            line.finish(started, verdict, values=measured, **facts)
    return line


WIDER = '[limits.sdd21]\nlow = -19.0\nunit = "dB"\n[limits.loop_resistance]\nlow = 0.5\nhigh = 1.5\nunit = "Ω"\n'
SAME = '[limits.sdd21]\nlow = -17.16\nunit = "dB"\n[limits.loop_resistance]\nlow = 0.5\nhigh = 2.0\nunit = "Ω"\n'


def test_units_flip_each_way_and_the_unmeasured_stay_unknown(tested, site_mes, limits):
    """A wider loss and a tighter resistance: one up, one down, one that nobody finished measuring."""
    document = site_mes("what-if", limits(WIDER), "--json").document
    flips = document["flips"]
    assert [f["serial"] for f in flips["failed_to_passed"]] == ["LOSSY"]
    assert [f["serial"] for f in flips["passed_to_failed"]] == ["HIGH"]
    (stopped,) = flips["failed_to_unknown"]
    assert stopped["serial"] == "STOPPED"
    assert "loop_resistance" in stopped["unknown"]
    assert "sdd21" not in stopped["unknown"]
    loss, loop = document["capability"]
    assert loss["after"]["actual"] > loss["before"]["actual"]
    assert (loop["limits_before"], loop["limits_after"]) == ({"low": 0.5, "high": 2.0}, {"low": 0.5, "high": 1.5})
    out = site_mes("what-if", limits(WIDER)).out
    assert "4 first valid runs, 3 would flip" in out
    assert "PASSED to FAILED: 1  by loop_resistance (1)" in out
    assert "LOSSY: sdd21 -18.14" in out
    lines = site_mes("what-if", limits(WIDER), "--csv").out.splitlines()
    assert [line.split(",")[0] for line in lines] == ["serial", "LOSSY", "STOPPED", "HIGH"]


def test_the_same_limits_change_no_unit_and_no_capability(tested, site_mes, limits):
    """Nothing flips, and before is after."""
    document = site_mes("what-if", limits(SAME), "--json").document
    assert [flips for flips in document["flips"].values() if flips] == []
    assert all(change["before"] == change["after"] for change in document["capability"])


def test_history_is_not_touched(tested, site_mes, limits):
    """Every table has the same rows afterwards."""

    def rows() -> list[object]:
        with tested.engine.connect() as connection:
            tables = ("journal", "test_run", "run_failure", "plan", "plan_measurand", "rollup")
            return [connection.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2")).fetchall() for table in tables]

    before = rows()
    site_mes("what-if", limits(WIDER))
    assert rows() == before


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize(
    ("body", "plan", "code", "told"),
    [
        (SAME, "other", 2, "no plan other was released"),
        ('[limits.loss]\nlow = 1\nunit = "dB"', "dac_final_test", 2, "measures no loss"),
        ('[limits.sdd21]\nlow = 1\nunit = "V"', "dac_final_test", 2, "measured in dB, and limits.sdd21 are in V"),
        ('[limits.sdd21]\nunit = "dB"', "dac_final_test", 2, "neither low nor high"),
        ('[limits.sdd21]\nlow = 2\nhigh = 1\nunit = "dB"', "dac_final_test", 2, "low 2 is above high 1"),
        ('[limits.sdd21]\nlow = 2\nunit = "dB"\nlo = 1', "dac_final_test", 2, "limits.sdd21.lo"),
        ("limits = ", "dac_final_test", 2, "cannot be read"),
    ],
)
def test_limits_that_fit_no_plan_are_refused(tested, site_mes, limits, body, plan, code, told):
    """An unknown plan or measurand, another unit, a band that judges nothing, a misspelt key: each by name."""
    answer = site_mes("what-if", limits(body, plan))
    assert (answer.code, answer.out) == (code, "")
    assert told in answer.err


@pytest.mark.parametrize("backend", ["sqlite"])
def test_an_empty_window_is_told(tested, site_mes, limits):
    """Exit 1, as in the other commands."""
    answer = site_mes("what-if", limits(SAME), "--since", "2030-01-01")
    assert (answer.code, "no completed run of dac_final_test" in answer.err) == (1, True)
