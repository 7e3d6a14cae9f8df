"""Gauge studies are recorded with their readings; capability finds the newest one that was not voided."""

import hashlib
from pathlib import Path

import pytest
from sqlalchemy import select

from mes.database import open_engine, writing
from mes.models import table_of
from mes.models.gauge import GaugeStudyRow
from mes.statistics.selftest.published import GAUGE_STUDY

OF = ("--part", "DAC-800G", "--operation", "final_test", "--measurand", "loop_resistance")


@pytest.fixture
def backend():
    """A site with studies is made anew on both databases elsewhere: one is enough here."""
    return "sqlite"


@pytest.fixture
def study_file(tmp_path):
    """AIAG's study, scaled so that its GRR is what a milliohmmeter has: limits 0.5 Ω to 2.0 Ω."""

    def written(scale):
        path = tmp_path / f"study-{scale}.csv"
        rows = (f"{1 + scale * r.value:.9f},{r.part},{r.appraiser},{r.trial}" for r in GAUGE_STUDY)
        path.write_text("\n".join(["value,part,appraiser,trial", *rows]) + "\n", encoding="utf-8")
        return str(path)

    return written


@pytest.fixture
def measured(line):
    """Ten cables with a loop resistance each."""
    with line.delivery():
        for number in range(10):
            started = line.start(line.register(f"C{number}"), "final_test")
            line.finish(started, values=(-15.5, 1.05 + 0.01 * (number % 4), None, None, 23.5))
    return line


def record(site_mes, file, *more):
    """The document of a study that was recorded."""
    answer = site_mes("gauge", *OF, "--csv-in", file, "--record", "--by", "ann", "--json", *more)
    assert answer.code == 0, answer.err
    return answer.document["study"]


def test_study_is_kept_with_its_results_and_readings(measured, site_mes, study_file):
    """%GRR of the published study is 27.86 of the total whatever the unit; limits come from the plan."""
    file = study_file(0.05)
    assert "no gauge study is recorded" in site_mes("gauge").out
    study = record(site_mes, file, "--on", "2026-02-27", "--note", "new probe")
    assert study["results"]["percent_of_total"] == pytest.approx(27.86, abs=0.005)
    assert study["results"]["percent_of_tolerance"] == pytest.approx(100 * 6 * 0.05 * 0.302373 / 1.5, rel=1e-5)
    assert (study["results"]["ndc"], study["results"]["average_and_range_ndc"]) == (4, 5)
    assert (study["low"], study["high"], study["n"], study["studied_on"]) == (0.5, 2.0, 90, "2026-02-27")
    assert study["digest"] == hashlib.sha256(Path(file).read_bytes()).hexdigest()
    listed = site_mes("gauge", "--json").document["studies"]
    assert [one["id"] for one in listed] == [study["id"]]
    shown = site_mes("gauge", "--study", study["id"][:8], "--json").document
    assert len(shown["readings"]) == 90
    assert shown["readings"][0] == {
        "value": "1.014500000", "part": "1", "appraiser": "A", "trial": "1", "reference": None,
    }  # fmt: skip
    out = site_mes("gauge", "--study", study["id"]).out
    assert "new probe" in out
    assert "percent of tolerance" in out
    assert "6.05 %" in site_mes("gauge").out


def test_capability_tells_the_newest_study_that_counts(measured, site_mes, study_file):
    """Missing; then found; then more than 30 % of the tolerance; voided, the one before counts again."""
    asked = ("capability", "--measurand", "loop_resistance", "--json")
    missing = site_mes(*asked).document
    assert missing["gauge_study"] is None
    assert any("no gauge study is known" in warning for warning in missing["warnings"])
    good = record(site_mes, study_file(0.05), "--on", "2026-02-27")
    found = site_mes(*asked).document
    assert (found["gauge_study"]["id"], found["gauge_study"]["of"]) == (good["id"], "tolerance")
    assert found["gauge_percent"] == pytest.approx(6.047, abs=0.001)
    assert not any("gauge" in warning for warning in found["warnings"])
    bad = record(site_mes, study_file(0.5), "--on", "2026-02-28")
    assert any("60.47 % of the tolerance (more than 30 %" in one for one in site_mes(*asked).document["warnings"])
    assert "gauge: 60.47 % of the tolerance" in site_mes(*asked[:-1]).out
    voided = site_mes("void", "gauge-study", bad["id"], "--by", "zoe", "--reason", "wrong probe")
    assert voided.code == 0, voided.err
    assert site_mes(*asked).document["gauge_study"]["id"] == good["id"]
    assert [row["voided_by"] is None for row in site_mes("gauge", "--json").document["studies"]] == [False, True]
    twice = site_mes("void", "gauge-study", bad["id"], "--by", "zoe", "--reason", "again")
    assert (twice.code, "voided already" in twice.err) == (1, True)
    one_sided = site_mes(*asked, "--low", "0.5").document
    assert one_sided["gauge_study"]["of"] == "total variation"


def test_every_method_can_be_kept(measured, site_mes, tmp_path):
    """Bias, linearity and agreement in words have results of their own."""
    path = tmp_path / "study.csv"
    path.write_text("value,reference\n1.01,1\n1.02,1\n0.99,1\n1.03,1\n2.01,2\n2.04,2\n2.00,2\n", encoding="utf-8")
    line = record(site_mes, str(path), "--method", "linearity")
    assert line["results"]["acceptable"] == 1.0
    path.write_text("value\n1.01\n1.02\n1.03\n", encoding="utf-8")
    bias = record(site_mes, str(path), "--method", "bias", "--reference", "1")
    assert bias["results"]["bias"] == pytest.approx(0.02)
    path.write_text(
        "value,part,appraiser,trial,reference\n"
        + "".join(f"{'G' if part % 2 else 'B'},{part},{who},{trial},{'G' if part % 2 else 'B'}\n"
                  for part in range(4) for who in "AB" for trial in (1, 2)),
        encoding="utf-8",
    )  # fmt: skip
    words = record(site_mes, str(path), "--method", "attribute", "--good", "G")
    assert (words["results"]["fleiss_kappa"], words["results"]["kappa_to_reference A"]) == (1.0, 1.0)
    table = site_mes("gauge", "--csv").out.splitlines()
    assert sorted(row.split(",")[5] for row in table[1:]) == ["attribute", "bias", "linearity"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((*OF, "--record"), "give --csv-in, --part, --operation, --measurand and --by"),
        ((*OF[:-1], "loop_resistence", "--record", "--by", "ann"), "nearest are loop_resistance"),
        ((*OF, "--record", "--by", "ann", "--on", "yesterday"), "is no date"),
        ((*OF, "--record", "--by", " "), "--by is empty"),
        ((*OF, "--record", "--by", "ann", "--limit-revision", "L9"), "choose with --limit-revision"),
        ((*OF, "--record", "--by", "ann", "--method", "linearity"), "needs the columns value, reference"),
        (("--study", "ffff"), "0 studies have an id that begins so"),
    ],
)
def test_study_that_cannot_be_kept_leaves_nothing(line, site_mes, study_file, options, told):
    """A wrong name would never be found again: it is refused, with the nearest one."""
    file = ("--csv-in", study_file(0.05)) if "--record" in options and "--by" in options else ()
    answer = site_mes("gauge", *options, *file)
    assert (answer.code, told in answer.err) == (2, True), answer.err
    engine = open_engine(line.url)
    with writing(engine) as connection:
        assert connection.execute(select(table_of(GaugeStudyRow))).all() == []
    engine.dispose()
