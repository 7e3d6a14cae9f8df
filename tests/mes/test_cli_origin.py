"""Where a unit comes from: lots before parts, unknown counted as foreign, and no sum over two currencies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mes.quality.origin import Sourced, origin_of
from mes.records import LotIdentity

PARTS = """[[purchased]]
part = "WIRE"
revision = "A"
description = ""
tracking = "LOT"
country_of_origin = "DE"
standard_cost = 10.0
currency = "USD"
[[purchased]]
part = "SHELL"
revision = "A"
description = ""
tracking = "LOT"
"""


@pytest.fixture
def cable(line, site_mes, tmp_path):
    """A cable of 1.5 m of wire, two plugs of unknown origin and a bundle that holds an American shell."""
    (tmp_path / "parts.toml").write_text(PARTS)
    assert site_mes("load", str(tmp_path / "parts.toml")).code == 0

    def received(part, lot, *facts):
        answer = site_mes("receive", part, lot, "--maker", "Amphenol", *facts)
        assert answer.code == 0, answer.err

    received("WIRE", "W1", "--quantity", "100", "--unit", "m")
    received(
        "SHELL", "S1", "--quantity", "5", "--unit", "pc", "--country", "US", "--unit-cost", "5", "--currency", "USD"
    )
    unit, bundle = line.register("C1"), line.register("B1", line.BUNDLE)
    wire, shell = (LotIdentity(maker="Amphenol", part=part, lot=lot) for part, lot in (("WIRE", "W1"), ("SHELL", "S1")))
    line.install(bundle, "shell", lot=shell)
    line.install(unit, "bundle", child=bundle)
    line.install(unit, "wire", lot=wire)
    line.install(unit, "near", lot=line.receive("P1"))
    return unit


def test_origin_counts_what_is_known_and_lists_what_is_not(cable, site_mes):
    """The shell is American by its lot, the wire German by its part, the plug unknown and so foreign."""
    told = site_mes("origin", "C1", "--country", "US", "--json").document
    assert told["by_count"] == {"domestic": 1.0, "whole": 3.0, "value": pytest.approx(1 / 3)}
    assert told["by_cost"] == {"domestic": 5.0, "whole": 15.0, "value": pytest.approx(1 / 3)}
    assert [one["part"] for one in told["unknown_origin"]] == ["PLUG-OSFP"]
    assert [one["part"] for one in told["unknown_cost"]] == ["PLUG-OSFP"]
    assert {tuple(one["path"]) for one in told["components"]} == {("bundle", "shell"), ("wire",), ("near",)}
    german = site_mes("origin", "C1", "--country", "DE", "--json").document
    assert german["by_cost"]["value"] == pytest.approx(2 / 3)
    page = site_mes("origin", "C1", "--country", "US").out
    assert "of unknown origin, counted as foreign: PLUG-OSFP P1 at near" in page
    assert "bundle/shell" in site_mes("origin", "C1", "--country", "US", "--csv").out


def test_replaced_component_changes_the_origin_and_not_the_past(line, cable, site_mes):
    """Origin is as built at a moment: before the exchange it was another."""
    before = line.at
    line.remove(cable, "wire", lot=LotIdentity(maker="Amphenol", part="WIRE", lot="W1"))
    asked = ("origin", "C1", "--country", "DE", "--json")
    assert site_mes(*asked).document["by_cost"]["domestic"] == 0.0
    assert site_mes(*asked, "--at", before.isoformat()).document["by_cost"]["domestic"] == 10.0


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (("--unit-cost", "5"), "given together"),
        (("--expires", "soon"), "is no date"),
        (("--country", "USA"), "country_of_origin"),
        (("--quantity", "-1"), "quantity"),
        (("--quantity", "nan"), "quantity"),
    ],
)
def test_lot_that_makes_no_sense_is_not_received(site_mes, facts, said):
    """A wrong country, day, cost or quantity is named, and no lot comes of it."""
    quantity = () if "--quantity" in facts else ("--quantity", "1")
    answer = site_mes("receive", "WIRE", "W9", "--maker", "Leoni", "--unit", "m", *quantity, *facts)
    assert answer.code == 2
    assert said in answer.err
    assert site_mes("where-used", "--lot", "W9").code == 1


def test_deliveries_of_a_lot_add_up_in_one_unit(site_mes):
    """A second delivery is added; one that counts in another unit is refused."""
    received = ("receive", "WIRE", "W8", "--maker", "Leoni", "--quantity", "10")
    assert site_mes(*received, "--unit", "m").code == 0
    assert "20 m of it in all" in site_mes(*received, "--unit", "m").out
    assert "counted in m, not in ft" in site_mes(*received, "--unit", "ft").err


sourced = st.builds(
    Sourced,
    st.just(("p",)),
    st.just("m"),
    st.just("part"),
    st.just("n"),
    st.just(1.0),
    st.sampled_from(["US", "DE", None]),
    st.none() | st.integers(0, 1000).map(float),
    st.just("USD"),
)


@given(st.lists(sourced))
def test_shares_of_all_countries_never_exceed_the_whole(components):
    """What is American is not German; the unknown is neither."""
    home = {country: origin_of(components, country) for country in ("US", "DE")}
    assert sum(one.by_count.domestic for one in home.values()) + len(home["US"].unknown) == len(components)
    assert sum(one.by_cost.domestic for one in home.values()) <= home["US"].by_cost.whole
    euros = [
        *components,
        Sourced(("p",), "m", "x", "n", 1.0, "US", 1.0, "EUR"),
        Sourced(("p",), "m", "x", "n", 1.0, "US", 1.0, "USD"),
    ]
    assert origin_of(euros, "US").by_cost is None
