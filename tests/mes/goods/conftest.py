"""A line whose units passed with the gate's word, so that they may be packed and shipped."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, select

from mes import site_access
from mes.database import open_engine, read_only_engine
from mes.desk.acts import Desk
from mes.models import projected_tables
from mes.projection import rebuild
from mes.records import GateRequest, UnitIdentity
from mes.vocabulary import GateAct, OperationKind


@pytest.fixture(scope="session")
def engines() -> Iterator[Callable[..., Engine]]:
    """Engines that stay for all tests: the statements that one has compiled are most of what a fresh one would cost."""
    kept: dict[tuple[str, str], Engine] = {}

    def opened(factory: Callable[..., Engine], url: str, **options: Any) -> Engine:
        key = (factory.__name__, url)
        if key not in kept:
            kept[key] = factory(url, **options)
        return kept[key]

    yield opened
    for engine in kept.values():
        engine.dispose()


@pytest.fixture
def site_mes(mes: Any, line: Any, engines: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Runs `mes` on the line's database, by engines that stay."""
    monkeypatch.setattr(site_access, "open_engine", partial(engines, open_engine))
    monkeypatch.setattr(site_access, "read_only_engine", partial(engines, read_only_engine))
    return lambda command, *arguments: mes(command, "--db", line.url, *arguments)


@pytest.fixture
def desk(line: Any, engines: Any) -> Desk:
    """The desk of the line's site."""
    return Desk(engines(open_engine, line.url))


@pytest.fixture
def passed(line: Any) -> Callable[..., None]:
    """Runs a unit through an operation that the gate allowed, and passes it."""

    def run(unit: UnitIdentity, operation: str) -> None:
        line.at = later(line)
        asked = {"id": line.new_id(), "at": line.at, "simulated": True}
        request = GateRequest(**asked, unit=unit, operation=operation, station="final-1", operator="mei", fixture="F1")
        decided = line.ledger.gate(request)
        assert decided.allowed, decided.refusals
        line.finish(line.start(unit, operation, gate=decided.id))

    return run


@pytest.fixture
def bundles(line: Any, passed: Callable[..., None]) -> Callable[..., list[UnitIdentity]]:
    """Registers bundles and passes them through their route."""

    def made(*serials: str) -> list[UnitIdentity]:
        units = [line.register(serial, line.BUNDLE) for serial in serials]
        for unit in units:
            passed(unit, "bundle_test")
        return units

    return made


@pytest.fixture
def refusals(line: Any) -> Callable[..., list[str]]:
    """The rules that refuse a unit at an operation, or to be packed or shipped."""

    def asked(unit: UnitIdentity, operation: str, act: GateAct = GateAct.WORK, **facts: Any) -> list[str]:
        line.at = later(line)
        request = GateRequest(
            **{"id": line.new_id(), "at": line.at, "unit": unit, "operation": operation, "simulated": True, "act": act}
            | {"station": "final-1", "operator": "mei", "fixture": "F1"}
            | facts,
        )
        return [refusal.rule for refusal in line.ledger.gate(request).refusals]

    return asked


@pytest.fixture
def rebuilt(line: Any, engines: Any) -> Callable[[], bool]:
    """Whether folding the journal again gives the same rows in every table."""

    def tables() -> dict[str, list[str]]:
        with line.engine.connect() as connection:
            return {table.name: sorted(map(repr, connection.execute(select(table)))) for table in projected_tables()}

    def same() -> bool:
        before = tables()
        rebuild(engines(open_engine, line.url))
        after = tables()
        assert after == before
        return True

    return same


def later(line: Any) -> Any:
    """A moment of the line after everything that the desk has recorded: its clock is the machine's."""
    from datetime import UTC, datetime, timedelta

    return max(line.at, datetime.now(UTC)) + timedelta(milliseconds=5)


@pytest.fixture
def rack(line: Any) -> Callable[[str], UnitIdentity]:
    """Registers a rack, which has one test."""
    line.define("RACK-1", (("rack_test", OperationKind.TEST),))
    line.plan("rack_test", "RACK-1")
    return lambda serial: line.register(serial, "RACK-1")
