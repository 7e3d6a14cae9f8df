"""Checks against electrostatic discharge: asked for only where route or code table say so."""

from datetime import UTC, datetime, timedelta

import pytest

from mes.records import (
    CodeTable,
    CodeTableReleased,
    DefinitionReleased,
    MaterialDefinition,
    OperationName,
    RouteOperation,
)
from mes.vocabulary import OperationKind, Tracking


def code_table(line, digest_of, revision, *, esd):
    """Release a code table whose bundle test asks for a check, or does not."""
    operation = OperationName(name="bundle_test", kind=OperationKind.TEST, esd=esd)
    table = CodeTable(name="line", revision=revision, operations=(operation,))
    line.tell(
        CodeTableReleased(**line.envelope(), table=table, digest=digest_of(f"codes {revision}"), released_by="ann")
    )


def test_check_is_asked_where_the_code_table_in_force_says_so(line, digest_of, refusals, site_mes, rebuilt):
    """Nobody is refused before the table asks; then only a check that was passed and is not over lets through."""
    unit = line.register("B1", line.BUNDLE)
    assert refusals(unit, "bundle_test") == []
    code_table(line, digest_of, "1", esd=True)
    assert refusals(unit, "bundle_test") == ["operator_esd"]
    assert site_mes("esd", "mei", "passed", "--hours", "8").code == 0
    assert refusals(unit, "bundle_test") == []
    assert refusals(unit, "bundle_test", at=datetime.now(UTC) + timedelta(hours=9)) == ["operator_esd"]
    assert refusals(unit, "bundle_test", operator="jun") == ["operator_esd"]
    failed = site_mes("esd", "mei", "failed", "--json").document
    assert refusals(unit, "bundle_test") == ["operator_esd"]
    site_mes("void", "esd-check", failed["check"], "--by", "zoe", "--reason", "strap was not plugged in")
    assert refusals(unit, "bundle_test") == []
    assert rebuilt()
    code_table(line, digest_of, "2", esd=False)
    assert refusals(unit, "bundle_test", operator="jun") == []


@pytest.mark.parametrize("backend", ["sqlite"])
def test_route_asks_for_a_check_by_itself(line, digest_of, refusals, site_mes):
    """An operation of one product may ask for it although no table does; the answer names operator and check."""
    material = MaterialDefinition(part="BOARD", revision="A", description="board", tracking=Tracking.UNIT)
    step = RouteOperation(name="board_test", kind=OperationKind.TEST, esd=True)
    line.tell(DefinitionReleased(**line.envelope(), material=material, route=(step,), digest=digest_of("board")))
    unit = line.register("X1", "BOARD")
    assert refusals(unit, "board_test") == ["operator_esd"]
    assert site_mes("esd", "mei").code == 1
    site_mes("esd", "mei", "passed", "--hours", "8")
    assert refusals(unit, "board_test") == []
    assert "passed, until" in site_mes("esd", "mei").out
    for arguments in (
        ("passed",),
        ("failed", "--hours", "8"),
        ("passed", "--hours", "-1"),
        ("passed", "--hours", "40"),
    ):
        assert site_mes("esd", "mei", *arguments).code == 2
    assert "give a moment within the next 24 hours" in site_mes("esd", "mei", "passed", "--until", "2020-01-01").err
