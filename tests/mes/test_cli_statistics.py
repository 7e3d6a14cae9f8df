"""`mes spc`, `capability`, `gauge` and `selftest`: from the database and from files, in three forms, and refused."""

import csv
import io
import json

import pytest

from mes.statistics.selftest.published import GAUGE_STUDY, INDIVIDUALS, LINEARITY

VALUES = (1.10, 1.12, 1.08, 1.11, 1.09, 1.13, 1.07, 1.10, 1.12, 1.60)


@pytest.fixture
def measured(line):
    """Ten cables with a loop resistance each; the last is far off, and inside its limits."""
    with line.delivery():
        for number, value in enumerate(VALUES):
            started = line.start(line.register(f"C{number}"), "final_test")
            line.finish(started, values=(-15.5, value, None, None, 23.5))
    return line


@pytest.fixture
def written(tmp_path):
    """Writes a CSV file from its lines; its path."""

    def file(*lines: str) -> str:
        path = tmp_path / "values.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return str(path)

    return file


@pytest.fixture
def gauge_file(written):
    """The published gauge study as a file."""
    rows = (f"{r.value},{r.part},{r.appraiser},{r.trial}" for r in GAUGE_STUDY)
    return written("value,part,appraiser,trial", *rows)


def rows_of(text: str) -> list[dict[str, str]]:
    """Printed CSV as rows."""
    return list(csv.DictReader(io.StringIO(text)))


def test_selftest_document_has_its_form(mes):
    """schema 1, ok, and of every check name, source, published, ours and ok."""
    document = mes("selftest", "--json").document
    assert set(document) == {"schema", "ok", "checks"}
    assert (document["schema"], document["ok"]) == (1, True)
    assert all(set(check) == {"name", "source", "published", "ours", "ok"} for check in document["checks"])
    assert len(document["checks"]) >= 40


def test_selftest_in_words_needs_no_database(mes, monkeypatch, tmp_path):
    """Every number with its source, and how many came out."""
    monkeypatch.setenv("RACKLINE_HOME", str(tmp_path / "nothing"))
    answer = mes("selftest")
    assert answer.code == 0
    assert "ok  gauge, ndc" in answer.out
    assert answer.out.splitlines()[-1].endswith("published numbers reproduced")
    assert len(rows_of(mes("selftest", "--csv").out)) >= 40


def test_capability_of_stored_values_names_limits_revision_and_instability(measured, site_mes):
    """Ten first values against the plan's limits; the tenth cable makes the process unstable, by name."""
    document = site_mes("capability", "--measurand", "loop_resistance", "--json").document
    assert (document["n"], document["unit"]) == (10, "Ω")
    assert document["limits"] == {"low": 0.5, "high": 2.0, "origin": "limit revision L2"}
    assert document["limit_revisions"] == {"L2": 10}
    assert document["within"]["estimator"]["method"] == "moving range"
    assert document["within"]["cpk"] > document["overall"]["ppk"]
    assert document["within"]["degrees_of_freedom"] < document["overall"]["degrees_of_freedom"] == 9
    assert document["overall"]["pp_interval"]["lower"] < document["overall"]["pp"]
    assert not document["stability"]["stable"]
    assert {signal["point"] for signal in document["stability"]["signals"]} == {"C9"}
    assert any("no gauge study" in warning for warning in document["warnings"])
    out = site_mes("capability", "--measurand", "loop_resistance", "--gauge-percent", "42").out
    assert out.startswith("SIMULATED site Cable works")
    assert "limits: 0.5 Ω to 2 Ω, limit revision L2" in out
    assert "NOT STABLE at C9" in out
    assert "the gauge takes 42 % (more than 30 %)" in out


def test_capability_of_one_limit_leaves_cp_undefined(measured, site_mes):
    """SDD21 has a lower limit alone, and here no spread; a file with one limit has a Cpk and no Cp."""
    answer = site_mes("capability", "--measurand", "sdd21")
    assert answer.code == 1
    assert "all 10 values are -15.5" in answer.err
    document = site_mes("capability", "--measurand", "loop_resistance", "--low", "0.5", "--json").document
    assert (document["within"]["cp"], document["within"]["cp_interval"], document["within"]["cpu"]) == (None,) * 3
    assert document["within"]["cpk"] == document["within"]["cpl"]
    assert "undefined (one limit)" in site_mes("capability", "--measurand", "loop_resistance", "--low", "0.5").out


def test_limit_revisions_are_not_pooled_silently(measured, site_mes):
    """The same plan by another revision: refused with both counts, answered for one, or by limits as given."""
    from mes.records import MeasurandDefinition, PlanReleased, PlanStep

    loop = MeasurandDefinition(name="loop_resistance", unit="Ω", low=0.5, high=3.0)
    measured.tell(
        PlanReleased(
            **measured.envelope(),
            name="dac_final_test",
            revision="4",
            part=measured.CABLE,
            operation="final_test",
            steps=(PlanStep(name="rf", measurands=("loop_resistance",), timeout_s=10),),
            measurands=(loop,),
            limit_revision="L3",
            digest="3" * 64,
            code_digest="4" * 64,
        )
    )
    unit = measured.register("D0")
    started = measured.start(unit, "final_test", plan="3" * 64)
    measured.finish(started, values=(1.1,), texts={}, over_ranges={}, limit_revision="L3")
    asked = ("capability", "--measurand", "loop_resistance")
    refused = site_mes(*asked)
    assert refused.code == 2
    assert "L2 (10), L3 (1)" in refused.err
    assert site_mes(*asked, "--limit-revision", "L2", "--json").document["n"] == 10
    pooled = site_mes(*asked, "--low", "0.5", "--high", "3", "--json").document
    assert (pooled["n"], pooled["limits"]["origin"]) == (11, "as given")
    assert any("L2 (10), L3 (1)" in warning for warning in pooled["warnings"])


def test_individuals_chart_of_stored_values_names_its_points(measured, site_mes):
    """The tenth cable in both charts; every point in JSON and in CSV with its limits."""
    document = site_mes("spc", "--measurand", "loop_resistance", "--json").document
    individuals, moving = document["charts"]
    assert [s["point"] for s in individuals["signals"]] == ["C9"]
    assert [s["point"] for s in moving["signals"]] == ["C9"]
    assert (len(individuals["points"]), len(moving["points"])) == (10, 9)
    rows = rows_of(site_mes("spc", "--measurand", "loop_resistance", "--csv").out)
    assert [row["point"] for row in rows if row["signals"]] == ["C9", "C9"]
    out = site_mes("spc", "--measurand", "loop_resistance", "--rules", "nelson,western-electric").out
    assert "OUT OF CONTROL" in out
    assert "individuals: C9: nelson-1, beyond three sigma" in out
    assert "individuals: C9: western-electric-1" in out


def test_subgroups_in_a_row_tell_what_is_left_over(measured, site_mes):
    """Ten values in threes: three subgroups, and one value that is in none."""
    document = site_mes("spc", "--measurand", "loop_resistance", "--subgroup-size", "3", "--json").document
    assert [len(chart["points"]) for chart in document["charts"]] == [3, 3]
    assert document["left_over"] == 1
    assert document["charts"][0]["points"][0]["name"] == "C0..C2"


def test_proportion_of_first_runs_that_did_not_pass(measured, site_mes):
    """One more unit that fails: 1 of 11 on the one day; with nothing failed there is no chart."""
    assert site_mes("spc", "--chart", "proportion").code == 1
    measured.fail_by_one_decibel(measured.register("F"), "final_test")
    document = site_mes("spc", "--chart", "proportion", "--operation", "final_test", "--json").document
    assert document["quantities"] == {"n": 11, "nonconforming": 1, "mean_proportion": pytest.approx(1 / 11)}
    assert [p["name"] for p in document["charts"][0]["points"]] == ["2026-03-02"]


def test_proportion_of_values_outside_limits(measured, site_mes, mes, written):
    """By the plan's own limits, by given ones, and of noughts and ones in a file's subgroups."""
    asked = ("spc", "--measurand", "loop_resistance", "--chart", "proportion", "--json")
    assert site_mes(*asked, "--high", "1.5").document["quantities"]["nonconforming"] == 1
    assert "none of 10" in site_mes(*asked).err
    file = written("value,subgroup", *(f"{int(i % 7 == 0)},{i // 5}" for i in range(20)))
    document = mes("spc", "--csv-in", file, "--chart", "proportion", "--json").document
    assert (document["quantities"]["n"], document["quantities"]["nonconforming"]) == (20, 3)
    assert len(document["charts"][0]["points"]) == 4


def test_published_chart_from_a_file(mes, written):
    """NIST's ten flow rates: 45.8159 to 55.8041; a file of no site carries no SIMULATED mark."""
    answer = mes("spc", "--csv-in", written("value", *map(str, INDIVIDUALS)))
    assert "45.8159" in answer.out
    assert "55.8041" in answer.out
    assert "SIMULATED" not in answer.out
    document = mes("spc", "--csv-in", written("value", *map(str, INDIVIDUALS)), "--json").document
    assert "site" not in document
    assert document["quantities"]["mean_moving_range"] == pytest.approx(1.8778, abs=5e-5)


def test_published_gauge_study_from_a_file(mes, gauge_file):
    """4 categories by analysis of variance and 5 by average and range, with every quantity by name."""
    document = mes("gauge", "--csv-in", gauge_file, "--low=-3", "--high", "3", "--json").document
    anova, ranges = document["anova"], document["average_and_range"]
    assert (anova["ndc"], ranges["ndc"], anova["pooled"]) == (4, 5, True)
    assert anova["grr"]["percent_of_total"] == pytest.approx(27.86, abs=5e-3)
    assert ranges["grr"]["percent_of_total"] == pytest.approx(26.68, abs=5e-3)
    assert (ranges["k1"], ranges["k2"], ranges["k3"]) == (0.5908, 0.5231, 0.3146)
    assert anova["grr"]["percent_of_tolerance"] == pytest.approx(100 * 0.3023715, rel=1e-5)
    assert anova["verdicts"] == {"for_test_limits": "unacceptable", "for_process_control": "marginal"}
    out = mes("gauge", "--csv-in", gauge_file).out
    assert "0.1285 to 1.001" in out
    assert "distinct categories 4" in out
    assert "distinct categories 5" in out
    assert "%tolerance is undefined" in out
    rows = rows_of(mes("gauge", "--csv-in", gauge_file, "--csv").out)
    assert next(r["standard_deviation"] for r in rows if r["source"] == "grr").startswith("0.30237152")


def test_gauge_study_of_stored_runs(line, site_mes):
    """Two operators, three cables, two runs each: units are parts, operators appraisers, trials in order of time."""
    with line.delivery():
        units = [line.register(f"G{i}") for i in range(3)]
        for trial in range(2):
            for who, shift in (("mei", 0.0), ("tom", 0.05)):
                for number, unit in enumerate(units):
                    value = 1.0 + number / 10 + shift + trial / 100 * (-1) ** number
                    line.finish(line.start(unit, "final_test", operator=who), values=(-15.5, value, None, None, 23.5))
    document = site_mes("gauge", "--measurand", "loop_resistance", "--json").document
    assert (document["parts"], document["appraisers"], document["trials"]) == (["G0", "G1", "G2"], ["mei", "tom"], 2)
    assert document["limits"]["tolerance"] == 1.5
    assert document["anova"]["av"]["standard_deviation"] == pytest.approx(0.035, abs=0.005)
    assert "1 appraisers" in site_mes("gauge", "--measurand", "loop_resistance", "--appraiser", "station").err


def test_linearity_bias_and_agreement_from_files(mes, written):
    """The published line; a bias at a given reference; appraisers against the truth."""
    line = written("value,reference", *(f"{v},{r}" for r, v in LINEARITY))
    document = mes("gauge", "--method", "linearity", "--csv-in", line, "--json").document
    assert (document["slope"], document["acceptable"]) == (pytest.approx(-0.131667, abs=5e-7), False)
    assert "bias = -0.131667 x reference + 0.736667" in mes("gauge", "--method", "linearity", "--csv-in", line).out
    assert len(rows_of(mes("gauge", "--method", "linearity", "--csv-in", line, "--csv").out)) == 5
    several = mes("gauge", "--method", "bias", "--csv-in", line)
    assert (several.code, "5 reference values" in several.err) == (2, True)
    file = written("value", "5.9", "6.0", "6.1", "6.2")
    bias = mes("gauge", "--method", "bias", "--csv-in", file, "--reference", "6", "--json").document
    assert (bias["bias"], bias["acceptable"]) == (pytest.approx(0.05), True)
    words = ("G,1,A,1,G", "G,2,A,1,B", "G,1,B,1,G", "B,2,B,1,B")
    file = written("value,part,appraiser,trial,reference", *words)
    agreement = mes("gauge", "--method", "attribute", "--csv-in", file, "--good", "G", "--json").document
    assert [a["miss_rate"] for a in agreement["appraisers"]] == [1.0, 0.0]
    assert "A and B" in mes("gauge", "--method", "attribute", "--csv-in", file).out


@pytest.mark.parametrize(
    ("lines", "arguments", "code", "told"),
    [
        (("value", "1"), ("capability", "--low", "0"), 1, "needs at least 2 values and has 1"),
        (("value", "1", "1"), ("capability", "--low", "0"), 1, "all 2 values are 1.0"),
        (("value", "1", "2"), ("capability",), 1, "no numeric limit"),
        (("value", "1", "2"), ("capability", "--low", "2", "--high", "1"), 1, "not below"),
        (("value", "1", "x"), ("spc",), 2, "line 3: value 'x' is no number"),
        (("value", "1", "inf"), ("spc",), 2, "line 3: value inf is not finite"),
        (("value,part", "1,a", "2"), ("spc",), 2, "line 3: has 1 cells where the first line has 2"),
        (("value",), ("spc",), 2, "has no line of values"),
        (("number", "1"), ("spc",), 2, "needs the columns value in its first line, once each, and has number"),
        (("value,part,appraiser,trial", "1,,A,1"), ("gauge",), 2, "line 2: part is empty"),
        (
            ("value,part,appraiser,trial", "1,1,A,1", "1,2,A,1", "1,1,B,1"),
            ("gauge",),
            1,
            "unbalanced: B measured part 2",
        ),
        (("value,measurand", "1,a", "2,b"), ("spc",), 2, "measurand b after a; choose one with --measurand"),
        (("value", "1", "2"), ("spc", "--station", "s"), 2, "--station narrow a database"),
        (("value", "1", "2"), ("spc", "--rules", "ten"), 2, "--rules 'ten': there are 1, nelson, western-electric"),
        (("value", "1", "2"), ("spc", "--json", "--csv"), 2, "choose one"),
        (("value", "1", "2"), ("spc", "--chart", "mean"), 2, "needs the columns value, subgroup"),
        (("value,subgroup", "1,a", "2,a", "3,b"), ("spc",), 1, "subgroup b has 1 values where a has 2"),
    ],
)
def test_what_cannot_be_answered_is_told(mes, written, lines, arguments, code, told):
    """One message that names what is wrong and what next; exit 1 for "no answer in these values", 2 for wrong usage."""
    answer = mes(arguments[0], "--csv-in", written(*lines), *arguments[1:])
    assert (answer.code, answer.out) == (code, "")
    assert told in answer.err


def test_windows_and_names_without_values_are_told(measured, site_mes):
    """An empty window is exit 1; an unknown measurand is exit 2 and names the nearest."""
    empty = site_mes("capability", "--measurand", "loop_resistance", "--since", "2030-01-01")
    assert (empty.code, "no valid value in this window" in empty.err) == (1, True)
    unknown = site_mes("spc", "--measurand", "loop")
    assert (unknown.code, "nearest are loop_resistance" in unknown.err) == (2, True)
    text = site_mes("spc", "--measurand", "media_type")
    assert (text.code, "no valid value" in text.err) == (1, True)


def test_a_formula_in_a_serial_number_stays_text(mes, written):
    """A spreadsheet runs nothing that a scan brought in."""
    rows = rows_of(mes("spc", "--csv-in", written("value,part", "1,=1+1", "2,@x", "1.5,ok"), "--csv").out)
    assert [row["point"] for row in rows[:3]] == ["'=1+1", "'@x", "ok"]


def test_one_measurand_of_a_loop_file(mes, written):
    """What `station run --loop --csv` prints holds several measurands: one is chosen by name."""
    file = written("value,part,trial,measurand", "1,a,1,r", "9,a,1,u", "2,a,2,r", "8,a,2,u")
    document = mes("spc", "--csv-in", file, "--measurand", "u", "--json").document
    assert [p["value"] for p in document["charts"][0]["points"]] == [9.0, 8.0]
    assert json.dumps(document)


def test_a_number_that_is_not_reproduced_ends_the_selftest_with_no(mes, monkeypatch):
    """Exit 1, the check by name, and ok false in the document."""
    from mes.statistics.selftest import checks

    wrong = checks.Check("Cp", "a book", "1.0", 1.1, ok=False)
    monkeypatch.setattr(checks, "checks", lambda: iter([wrong]))
    answer = mes("selftest", "--json")
    assert (answer.code, answer.document["ok"]) == (1, False)
    assert "selftest: Cp: not reproduced" in answer.err
    assert "0 of 1 published number reproduced" in mes("selftest").out
