"""`mes lots` and `mes lot`: what is left, what expires, what was overdrawn, where it is and what holds it."""

from datetime import UTC, datetime, timedelta

import pytest

from mes.records import LotIdentity

TODAY = datetime.now(UTC).date()


@pytest.fixture
def stock(line, site_mes):
    """Three lots of glue that expire one after the other, and a reel of which a cable took more than there was."""

    def received(part, lot, quantity, *facts):
        words = ("receive", part, lot, "--maker", "Henkel", "--quantity", quantity, "--unit", "g", *facts)
        assert site_mes(*words).code == 0

    for lot, days in (("G-old", -1), ("G-today", 0), ("G-next", 9)):
        received("GLUE", lot, "100", "--expires", (TODAY + timedelta(days=days)).isoformat(), "--date-code", "2601")
    received("REEL", "R1", "0.5", "--supplier", "Farnell", "--country", "DE")
    line.install(line.register("C1"), "reel", lot=LotIdentity(maker="Henkel", part="REEL", lot="R1"))


def listed(answer):
    """The lot numbers of an answer."""
    return [one["lot"]["lot"] for one in answer.document["lots"]]


def test_lots_are_listed_with_what_is_left_and_what_is_wrong(stock, site_mes):
    """Used, left (below zero where too much went in), expiry and origin of every lot."""
    told = {one["lot"]["lot"]: one for one in site_mes("lots", "--json").document["lots"]}
    assert (told["R1"]["used"], told["R1"]["left"], told["R1"]["overdrawn"]) == (1.0, -0.5, True)
    assert (told["R1"]["lot"]["supplier"], told["R1"]["lot"]["country_of_origin"]) == ("Farnell", "DE")
    assert [told[lot]["expired"] for lot in ("G-old", "G-today", "G-next")] == [True, False, False]
    page = site_mes("lots").out
    for words in ("OVERDRAWN", "EXPIRED", "expires today", "expires in 9 d"):
        assert words in page
    assert site_mes("lots", "--csv").out.splitlines()[-1].startswith("REEL,R1,Henkel,Farnell,,DE,0.5,1.0,-0.5,g,,")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_lots_are_narrowed(stock, site_mes):
    """By part, maker, what expires soon or has, and what was overdrawn; nothing left is an answer."""
    assert listed(site_mes("lots", "--json", "--expiring", "0")) == ["G-old", "G-today"]
    assert listed(site_mes("lots", "--json", "--expiring", "9")) == ["G-next", "G-old", "G-today"]
    assert listed(site_mes("lots", "--json", "--overdrawn")) == ["R1"]
    assert listed(site_mes("lots", "--json", "--part", "GLUE", "--maker", "Henkel")) == ["G-next", "G-old", "G-today"]
    assert "no lot" in site_mes("lots", "--part", "nothing").out


def test_lot_tells_its_deliveries_its_place_and_its_holds(stock, site_mes):
    """Two deliveries, each with its own supplier; the unit that holds it; the hold on it, until it is released."""
    words = ("receive", "REEL", "R1", "--maker", "Henkel", "--quantity", "2", "--unit", "g", "--supplier", "Mouser")
    assert site_mes(*words).code == 0
    hold = site_mes("hold", "--lot", "R1", "--by", "ann", "--reason", "wrong alloy", "--json").document["hold"]
    told = site_mes("lot", "R1", "--json").document
    assert [(one["quantity"], one["supplier"]) for one in told["deliveries"]] == [(0.5, "Farnell"), (2.0, "Mouser")]
    assert told["lot"]["left"] == 1.5
    assert [(seat["unit"]["serial"], seat["position"]) for seat in told["seats"]] == [("C1", "reel")]
    assert [one["id"] for one in told["holds"]] == [hold]
    page = site_mes("lot", "R1").out
    assert f"hold {hold} of ann (wrong alloy)" in page
    assert "1 unit on top: DAC-800G C1" in page
    assert site_mes("lot", "R1", "--csv").out.splitlines()[1].startswith("own,DAC-800G,C1,reel,1.0,g,")
    signed = ("--by", "zoe", "--reason", "measured", "--meaning", "approved")
    assert site_mes("release", hold, *signed).code == 0
    assert site_mes("lot", "R1", "--json").document["holds"] == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_unknown_lot_is_an_answer(stock, site_mes):
    """The nearest lot numbers, and exit 1."""
    answer = site_mes("lot", "G-nxt")
    assert answer.code == 1
    assert "nearest are" in answer.err
