"""`mes level` at a line: the unit as it was built at a moment, children included."""

import pytest

from mes.records import LotIdentity


def built(line):
    """A cable with its plug and its tested bundle, tested itself."""
    unit, bundle = line.register("C1"), line.register("B1", line.BUNDLE)
    line.finish(line.start(bundle, "bundle_test"), fixture_cycles=3)
    line.install(unit, "bundle", child=bundle)
    line.install(unit, "near", lot=line.receive("P1"))
    line.finish(line.start(unit, "final_test"), fixture_cycles=8)
    return unit


def test_level_names_what_is_missing_for_each_component(line, site_mes):
    """A whole cable attains M4; no fixture revision was told, so its process stops at P1."""
    built(line)
    told = site_mes("level", "C1", "--json").document
    assert (told["material"], told["process"]) == ("M4", "P1")
    assert [child["unit"] for child in told["children"]] == ["BUNDLE-8 B1"]
    assert told["children"][0]["path"] == ["bundle"]
    named = {(gap["level"], gap["subject"], gap["missing"]) for gap in told["missing"]}
    assert ("P2", "final_test run 1", "no revision of fixture F1") in named
    assert ("P4", "final_test run 1", "no image") in named
    page = site_mes("level", "C1").out
    assert "material level  M4" in page
    assert "bundle: BUNDLE-8 B1" in page
    assert "AUTO  position near lot P1" in page
    rows = site_mes("level", "C1", "--csv").out.splitlines()
    assert rows[0] == "path,unit,row,level,subject,missing,collection"
    assert "bundle,BUNDLE-8 B1,attained,P1,process,," in rows


def test_level_is_that_of_the_moment(line, site_mes):
    """Before the plug was in, and after it came out again, its part number was missing."""
    unit = built(line)
    whole = line.at
    line.remove(unit, "near", lot=LotIdentity(maker="Amphenol", part=line.PLUG, lot="P1"))
    told = site_mes("level", "C1", "--json").document
    assert (told["material"], told["missing"][1]["missing"]) == ("none", f"no {line.PLUG} recorded")
    assert site_mes("level", "C1", "--json", "--at", whole.isoformat()).document["material"] == "M4"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_voided_run_is_no_record_of_the_process(line, site_mes):
    """A run that counts nowhere proves no level."""
    built(line)
    runs = [event["id"] for event in site_mes("unit", "C1", "--json").document["timeline"] if event["event"] == "run"]
    assert site_mes("void", "run", runs[0], "--by", "zoe", "--reason", "wrong unit").code == 0
    assert site_mes("level", "C1", "--json").document["process"] == "none"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_unit_that_nobody_knows_is_an_answer(line, site_mes):
    """The nearest serial numbers, and exit 1."""
    built(line)
    answer = site_mes("level", "C9")
    assert answer.code == 1
    assert "nearest are C1" in answer.err


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_work_order_of_the_unit_is_a_fact_of_the_first_level(line, site_mes):
    """Assigned to an order, the unit names it, and nothing of M1 is left to say."""
    built(line)
    order = ("order", "WO-7", "release", "--part", line.CABLE, "--revision", "A", "--quantity", "5", "--by", "ann")
    assert site_mes(*order).code == 0
    assert site_mes("order", "WO-7", "assign", "C1", "--part", line.CABLE, "--by", "ann").code == 0
    told = site_mes("level", "C1", "--json").document
    assert told["work_order"] == "WO-7"
    assert not [gap for gap in told["missing"] if gap["level"] == "M1"]
    assert "work order WO-7" in site_mes("level", "C1").out
