"""A station that works for an order: its units belong to it, and when it is full the next one is refused."""

import json
from pathlib import Path

from typer.testing import CliRunner

from mes.database import open_engine
from mes.desk.acts import Desk
from mes.desk.ordering import OrderTerms, release_order
from mes.queries.orders import order_report
from mes.vocabulary import Verdict
from stations.cli.main import app
from stations.config import load_station_config
from stations.product import load_product

CONFIG = Path(__file__).parents[2] / "stations/configs/cable-lane-test.toml"


def test_units_of_a_station_belong_to_the_order_that_it_names(tmp_path: Path) -> None:
    """One unit is ordered: the first serial number has the place, a second is refused, and the first may come again."""
    url = f"sqlite:///{tmp_path / 'rackline.db'}"

    def work(serial: str, *options: str) -> tuple[int, list[str]]:
        arguments = ["run", str(CONFIG), "--home", str(tmp_path), "--serial", serial, "--json", *options]
        done = CliRunner().invoke(app, arguments)
        document = json.loads(done.stdout)
        return done.exit_code, [refusal["rule"] for refusal in document["gate"]["refusals"]]

    ordered = ("--order", "WO-1")
    # The first unit brings the product to the site; an order needs to know it.
    assert work("DAC0000001") == (0, [])
    engine = open_engine(url)
    try:
        material = load_product(load_station_config(CONFIG).product).material
        release_order(Desk(engine), OrderTerms("WO-1", material.part, material.revision, 1), "", "ann")
        assert work("DAC0000002", *ordered) == (0, [])
        assert "work_order" in work("DAC0000003", *ordered)[1]
        assert work("DAC0000002") == (0, [])
        report = order_report(engine, "WO-1")
    finally:
        engine.dispose()
    assert report is not None
    assert [(one.unit.serial, one.verdict) for one in report.units] == [("DAC0000002", Verdict.PASSED)]
    assert report.order.open == report.order.quantity - report.order.finished
