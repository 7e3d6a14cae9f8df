"""`mes yield`: every yield with its numerator and denominator."""

from datetime import timedelta

import pytest

from mes.vocabulary import RunEnding, Verdict


@pytest.fixture
def backend():
    """Commands ask the queries, which have met both databases: one is enough here."""
    return "sqlite"


@pytest.fixture
def tested(line):
    """Four cables: pass; error then pass; fail then pass; fail."""
    histories = {"A": "P", "B": "EP", "C": "FP", "D": "F"}
    outcomes = {
        "P": (Verdict.PASSED, RunEnding.COMPLETED),
        "F": (Verdict.FAILED, RunEnding.COMPLETED),
        "E": (Verdict.NONE, RunEnding.ERROR),
    }
    for serial, runs in histories.items():
        unit = line.register(serial)
        for run in runs:
            line.run(unit, "final_test", *outcomes[run])
    return line


def test_yields_as_a_document(tested, site_mes):
    """Four yields with passed, seen and value, and the product over each route."""
    document = site_mes("yield", "--json").document
    (row,) = document["operations"]
    assert (row["part"], row["operation"], row["units"], row["runs"]) == ("DAC-800G", "final_test", 4, 6)
    counted = {
        name: (row[name]["passed"], row[name]["seen"], row[name]["value"])
        for name in ("first_pass", "first_valid", "final", "report")
    }
    assert counted == {
        "first_pass": (1, 4, 0.25),
        "first_valid": (2, 4, 0.5),
        "final": (3, 4, 0.75),
        "report": (3, 6, 0.5),
    }
    rolled = {r["part"]: r for r in document["rolled_throughput"]}
    assert (rolled["DAC-800G"]["value"], rolled["DAC-800G"]["operations"]) == (0.25, ["final_test"])
    assert (rolled["BUNDLE-8"]["value"], rolled["BUNDLE-8"]["missing"]) == (None, ["bundle_test"])


def test_yields_in_words_show_every_fraction(tested, site_mes):
    """A percentage never stands without what it was counted from; over nothing it is undefined."""
    out = site_mes("yield").out
    assert out.startswith("SIMULATED site Cable works")
    assert "25.00 % (1/4)  50.00 % (2/4)  75.00 % (3/4)  50.00 % (3/6)" in " ".join(out.split("   "))
    assert "DAC-800G: 25.00 %  = final_test" in out
    assert "BUNDLE-8: undefined  = bundle_test  (no unit yet at bundle_test)" in out


def test_yields_say_how_little_four_units_tell(tested, site_mes):
    """1 of 4 is 0.63 % to 80.59 % (Clopper-Pearson, 95 %); undefined where nothing was seen; the same in CSV."""
    document = site_mes("yield", "--json").document
    interval = document["operations"][0]["first_pass"]["interval"]
    assert (interval["lower"], interval["upper"]) == (
        pytest.approx(0.00630946, abs=1e-8),
        pytest.approx(0.80587955, abs=1e-8),
    )
    rolled = {r["part"]: r["interval"] for r in document["rolled_throughput"]}
    assert rolled["BUNDLE-8"] is None
    assert rolled["DAC-800G"]["lower"] == pytest.approx(interval["lower"])
    assert "DAC-800G final_test: 0.63 to 80.59 %" in site_mes("yield").out
    lines = site_mes("yield", "--csv").out.splitlines()
    assert lines[1].startswith("DAC-800G,final_test,first_pass,1,4,0.25,0.0063094")
    assert any(line.startswith("BUNDLE-8,,rolled_throughput,,,,,") for line in lines)


def test_yields_of_one_operation_since_a_date(tested, site_mes):
    """--operation and --since narrow the units; a date is the start of its day in UTC."""
    tested.at += timedelta(days=1)
    tested.run(tested.register("E"), "final_test")
    day = f"{tested.at:%Y-%m-%d}"
    document = site_mes("yield", "--since", day, "--operation", "final_test", "--json").document
    assert [(row["units"], row["first_pass"]["passed"]) for row in document["operations"]] == [(1, 1)]
    assert document["since"] == f"{day}T00:00:00Z"
    assert site_mes("yield", "--operation", "bundle_test", "--json").document["operations"] == []


def test_empty_database_is_answered_and_explained(line, site_mes):
    """Nothing tested yet is no error: exit 0 and a sentence."""
    answer = site_mes("yield")
    assert (answer.code, answer.err) == (0, "")
    assert "no run has ended: there is nothing to count yet" in answer.out
    assert site_mes("yield", "--json").document["operations"] == []


def test_date_that_is_none_is_wrong_usage(line, site_mes):
    """Exit 2 and how to write a date."""
    answer = site_mes("yield", "--since", "last week")
    assert answer.code == 2
    assert "--since 'last week': not a moment; write it as 2026-03-31" in answer.err


def test_yields_by_station_and_day_add_up_to_the_whole(tested, site_mes):
    """The rows of a partition and what they add up to, in every form; the same counts as without `--by`."""
    document = site_mes("yield", "--by", "station", "--by", "day", "--json").document
    (row,) = document["rows"]
    assert (row["station"], row["day"], row["units"], row["runs"]) == ("final-1", "2026-03-02", 4, 6)
    plain = site_mes("yield", "--json").document["operations"][0]
    for name in ("first_pass", "first_valid", "final", "report"):
        assert row[name] == document["whole"][name] == plain[name]
    lines = site_mes("yield", "--by", "limit-revision", "--csv").out.splitlines()
    assert lines[0] == "limit_revision,yield,passed,seen,value,interval_lower,interval_upper"
    assert lines[1].startswith("L2,first_pass,1,4,0.25,")
    assert "25.00 % (1/4)" in site_mes("yield", "--by", "fixture").out
    assert site_mes("yield", "--by", "product", "--json").document["rows"][0]["part"] == tested.CABLE


def test_yields_narrowed_to_nothing_say_so(tested, site_mes):
    """An empty window is an answer, not a yield of 1."""
    assert "no run has ended in this window" in site_mes("yield", "--station", "final-9").out
    empty = site_mes("yield", "--until", "2026-01-01", "--by", "station", "--json").document
    assert (empty["rows"], empty["whole"]["first_pass"]["value"]) == ([], None)
