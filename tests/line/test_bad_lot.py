"""A supplier reports a bad reel: from where-used to the hold, the refusal, the repair and the signed release."""

from pathlib import Path
from typing import Any

_DEMO = ("demo", "--headless", "--lines", "cable", "--units", "4", "--seed", "7", "--defect-rate", "0")
BAD, GOOD = "W2611-04", "W2614-01"


def test_a_bad_reel_is_contained_repaired_and_released(station: Any, mes: Any, configs: Path) -> None:
    """The cables of the reel stop at their next gate, the others go on, and one cable comes back by a signature."""
    db = ("--db", station.json(*_DEMO)["database"])
    affected = [use["unit"]["serial"] for use in mes.json("where-used", "--lot", BAD, *db)["units"]]
    other = mes.json("where-used", "--lot", GOOD, *db)["units"][0]["unit"]["serial"]
    assert len(affected) > 1
    assert other not in affected

    placed = mes.json("hold", "--lot", BAD, "--by", "ann", "--reason", "wrong wire gauge", *db)
    assert [use["unit"]["serial"] for use in placed["units"]] == affected
    run = ("run", configs / "cable-test.toml", "--headless", *db, "--serial")
    refused = station(*run, affected[0], code=1).stdout
    assert f"held: hold {placed['hold']} of ann (wrong wire gauge) on unit DAC-800G-150 {affected[0]}" in refused
    assert "PASSED" in station(*run, other).stdout

    change = ("repair", affected[0], "REWIRED", "--by", "bob", "--position", "bulk_cable", "--remove", BAD)
    mes(*change, "--install-lot", BAD, *db, code=1)
    again = mes.json(*change, "--install-lot", GOOD, *db)["disturbed"]
    assert [(result["unit"]["serial"], result["operation"]) for result in again] == [(affected[0], "final_test")]
    station(*run, affected[0], code=1)
    signed = ("--by", "zoe", "--reason", "wire replaced", "--meaning", "approved after replacement")
    mes("release", placed["hold"], "--serial", affected[0], *signed, *db)
    assert "PASSED" in station(*run, affected[0]).stdout
    station(*run, affected[1], code=1)

    told = [event["event"] for event in mes.json("unit", affected[0], *db)["timeline"]]
    for event in ("hold", "component_removed", "repair", "release"):
        assert event in told
    held = mes("holds", *db).stdout
    before = mes.json("unit", affected[0], *db)
    mes("rebuild", *db)
    assert mes.json("unit", affected[0], *db) == before
    assert mes("holds", *db).stdout == held
    mes("verify", *db)
