"""The power line: supplies of lots, six supplies to a shelf, and what the history says of both lines."""

import signal
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from stations.product import load_product
from stations.simulation import SimulatedSite

PRODUCTS = Path(__file__).parents[2] / "stations/products"
SLOTS = {f"slot_{number}" for number in range(1, 7)}
BOTH = ("demo", "--headless", "--lines", "cable,power", "--seed", "7")


def seed_with(defect: str, rate: float) -> int:
    """A seed with which one of six supplies has this defect, and neither another one nor the shelf has any."""
    supply, shelf = (load_product(PRODUCTS / f"{name}.toml") for name in ("orv3_psu_3kw", "power_shelf_6x"))
    for seed in range(10_000):
        supplies = SimulatedSite(seed, supply)
        serials = [supplies.serial("power_supply", number) for number in range(1, 7)]
        drawn = [one for serial in serials for one in supplies.defects("power_supply", serial, rate)]
        if [type(one).__name__ for one in drawn] == [defect]:
            shelves = SimulatedSite(seed, shelf)
            if not shelves.defects("power_shelf", shelves.serial("power_shelf", 1), rate):
                return seed
    raise AssertionError(f"no seed draws one {defect}")


def asked(database: str | Path, query: str) -> list[Any]:
    """The rows that a query gives."""
    path = str(database).removeprefix("sqlite:///")
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as connection:
        return connection.execute(query).fetchall()


def runs(database: str, *operations: str) -> list[Any]:
    """Every run of these operations: id, unit, verdict, time and vector, as stored."""
    names = ", ".join(f"'{name}'" for name in operations)
    return asked(
        database,
        "SELECT r.id, u.serial, r.operation, r.verdict, r.started_at, r.measurements"
        f" FROM test_run r JOIN unit u ON u.id = r.unit_id WHERE r.operation IN ({names}) ORDER BY r.id",
    )


def test_a_shelf_is_known_down_to_the_lots_of_its_supplies(station: Any, mes: Any) -> None:
    """Six tested supplies, each with its lots; from a lot of capacitors the way up leads to the shelf."""
    demo = station.json("demo", "--headless", "--lines", "power", "--units", "7", "--defect-rate", "0")
    assert (demo["units"], demo["finished"], demo["shelves"], demo["failed"]) == (7, 8, 1, 0)
    db = ("--db", demo["database"])
    parts = {c["position"]: c for c in mes.json("tree", "SH000001", *db)["components"]}
    assert set(parts) == SLOTS | {"busbar", "chassis"}
    for slot in SLOTS:
        inside = {c["position"]: c["lot"]["lot"] for c in parts[slot]["components"]}
        assert set(inside) == {"bulk_capacitor", "main_board", "transformer", "fan"}
    page = mes.json("unit", parts["slot_3"]["unit"]["serial"], *db)
    assert page["unit"]["state"] == "INSTALLED"
    assert [entry["verdict"] for entry in page["timeline"] if "verdict" in entry] == ["PASSED"]
    lots = {parts[slot]["components"][0]["lot"]["lot"] for slot in SLOTS}
    for lot in lots:
        users = mes.json("where-used", "--lot", lot, *db)["units"]
        assert [
            use["unit"]["serial"] for use in users if use["top_level"] and use["unit"]["part"] != "PSU-ORV3-3K"
        ] == ["SH000001"]
    # The seventh supply waits for five more.
    assert mes.json("unit", "PSU0000007", *db)["unit"]["state"] == "COMPLETED"


def test_the_counts_of_the_lines_add_up(station: Any, mes: Any) -> None:
    """Defects are caught on both lines; a shelf takes six supplies that passed; `mes yield` counts the same runs."""
    demo = station.json(*BOTH, "--units", "9", "--defect-rate", "0.25")
    lines = demo["lines"]
    assert set(lines) == {"cable", "power"}
    assert demo["units"] == 9
    for name in set(lines["cable"]) - {"units"}:
        assert demo[name] == sum(line[name] for line in lines.values()), name
    assert all(line["defective"] == line["failed"] for line in lines.values())
    assert demo["defective"] > 0
    assert (demo["escapes"], demo["overkills"], demo["errors"], demo["aborted"]) == (0, 0, 0, 0)
    assert lines["cable"]["units"] == 9
    assert lines["power"]["units"] == 9 + lines["power"]["shelves"]
    yields = {row["operation"]: row for row in mes.json("yield", "--db", demo["database"])["operations"]}
    shelf_runs = yields["shelf_test"]["runs"] if "shelf_test" in yields else 0
    assert lines["power"]["shelves"] == shelf_runs == yields["psu_test"]["report"]["passed"] // 6
    assert sum(row["runs"] for row in yields.values()) == demo["runs"]


def test_what_no_supply_shows_alone_is_found_in_its_shelf(station: Any, mes: Any) -> None:
    """An open contact to the share bus: the supply passes, the shelf fails, and nothing has escaped."""
    seed = str(seed_with("ShareContact", rate=0.15))
    demo = station.json(
        "demo", "--headless", "--lines", "power", "--units", "6", "--seed", seed, "--defect-rate", "0.15"
    )
    assert (demo["defective"], demo["escapes"], demo["overkills"], demo["errors"]) == (1, 0, 0, 0)
    yields = {row["operation"]: row for row in mes.json("yield", "--db", demo["database"])["operations"]}
    assert (yields["psu_test"]["report"]["passed"], yields["shelf_test"]["report"]["passed"]) == (6, 0)
    assert (demo["units"], demo["finished"], demo["shelves"], demo["failed"]) == (6, 7, 1, 1)


def test_a_line_has_the_same_history_with_and_without_another_beside_it(station: Any) -> None:
    """Ids, times and values of each line depend on the seed alone."""
    units = ("--units", "1", "--seed", "7")
    both = station.json("demo", "--headless", "--lines", "power,cable", *units)["database"]
    cable = station.json("demo", "--headless", "--lines", "cable", *units)["database"]
    power = station.json("demo", "--headless", "--lines", "power", *units)["database"]
    assert runs(both, "bundle_test", "final_test") == runs(cable, "bundle_test", "final_test") != []
    assert runs(both, "psu_test") == runs(power, "psu_test") != []


def test_a_line_that_is_none_is_refused(station: Any) -> None:
    """Exit 2, the lines that there are, and no database is made."""
    done = station("demo", "--headless", "--lines", "cable,fibre", code=2)
    assert "no line fibre; the lines are cable, power" in done.stderr
    assert "no line is named" in station("demo", "--headless", "--lines", ",", code=2).stderr


def test_what_a_killed_demonstration_left_open_is_ended_by_the_next(station: Any, mes: Any, tmp_path: Path) -> None:
    """SIGKILL while supplies are tested: the next demonstration ends every open run as ABORTED; the chains hold."""
    killed = tmp_path / "home" / "demo-1.db"
    process = station.start("demo", "--headless", "--lines", "power", "--units", "500", "--json")
    try:
        while "psu_test" not in operations(killed):
            assert process.poll() is None, process.communicate()
        process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.communicate()
    again = station.json("demo", "--headless", "--units", "1", "--lines", "cable")
    assert {entry["database"] for entry in again["recovered"]} <= {f"sqlite:///{killed}"}
    kinds = journalled(killed)
    assert kinds["run_started"] == kinds["run_finished"]
    assert mes.json("verify", "--db", killed)["ok"] is True


def operations(path: Path) -> set[str]:
    """The operations that have run; none while the database is being made."""
    if not path.exists():
        return set()
    try:
        return {operation for (operation,) in asked(path, "SELECT DISTINCT operation FROM test_run")}
    except sqlite3.OperationalError:
        return set()


def journalled(path: Path) -> Counter[str]:
    """How many records of each kind a database holds."""
    return Counter(kind for (kind,) in asked(path, "SELECT kind FROM journal"))
