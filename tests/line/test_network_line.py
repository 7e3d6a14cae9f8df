"""The network line: kits of tested switches, optics and cables, known down to the lots of their cables."""

from typing import Any

_KIT_PARTS = {"tor1", "tor2", "optic_1", "optic_2", *(f"cable_{k}" for k in range(1, 5))}


def test_a_kit_is_known_down_to_the_reels_of_its_cables(station: Any, mes: Any) -> None:
    """Every part of it with a passed run; a reel leads to the kit that its cables are in."""
    demo = station.json("demo", "--headless", "--lines", "network", "--units", "4", "--defect-rate", "0")
    # The line takes its cables from the cable line, which works with it.
    assert set(demo["lines"]) == {"cable", "network"}
    line = demo["lines"]["network"]
    assert (line["units"], line["kits"], line["finished"], line["failed"]) == (5, 1, 5, 0)
    db = ("--db", demo["database"])
    parts = {c["position"]: c for c in mes.json("tree", "KIT0000001", *db)["components"]}
    assert set(parts) == {*_KIT_PARTS, "trunk", "cable_tray"}
    for position in _KIT_PARTS:
        page = mes.json("unit", parts[position]["unit"]["serial"], *db)
        assert page["unit"]["state"] == "INSTALLED"
        assert "PASSED" in [entry["verdict"] for entry in page["timeline"] if "verdict" in entry], position
    inside = {c["position"]: c for c in parts["cable_3"]["components"]}
    users = mes.json("where-used", "--lot", inside["bulk_cable"]["lot"]["lot"], *db)["units"]
    assert {use["unit"]["serial"] for use in users if use["top_level"]} == {"KIT0000001"}
    assert mes.json("unit", "KIT0000001", *db)["unit"]["state"] == "COMPLETED"


def test_what_is_wrong_with_kits_and_their_parts_is_caught(station: Any, mes: Any) -> None:
    """No escape and no overkill; every kit takes parts that passed, and only these."""
    demo = station.json(
        "demo", "--headless", "--lines", "network", "--units", "24", "--seed", "3", "--defect-rate", "0.3"
    )
    line = demo["lines"]["network"]
    assert line["defective"] == line["failed"] > 0
    assert (line["escapes"], line["overkills"], line["errors"], line["aborted"]) == (0, 0, 0, 0)
    yields = {row["operation"]: row for row in mes.json("yield", "--db", demo["database"])["operations"]}
    passed = {name: yields[name]["report"]["passed"] for name in ("final_test", "switch_test", "module_test")}
    full = min(passed["final_test"] // 4, passed["switch_test"] // 2, passed["module_test"] // 2)
    assert line["kits"] == yields["kit_test"]["runs"] == full > 0
    assert line["units"] == line["finished"] == 24 + line["kits"]
