"""A failed safety test is not tried again: somebody repairs the unit or decides, with name and reason."""

import pytest

from mes.records import BillOfMaterialLine, DefinitionReleased, GateRequest, MaterialDefinition, RouteOperation
from mes.vocabulary import OperationKind, Tracking, Verdict

SUPPLY = "PSU-1"


@pytest.fixture
def supply(line, digest_of):
    """A supply whose only test is one of safety."""
    material = MaterialDefinition(part=SUPPLY, revision="A", description="supply", tracking=Tracking.UNIT)
    route = (RouteOperation(name="psu_test", kind=OperationKind.TEST, retests=0),)
    bill: tuple[BillOfMaterialLine, ...] = ()
    with line.delivery():
        line.tell(
            DefinitionReleased(
                **line.envelope(), material=material, bill_of_material=bill, route=route, digest=digest_of("supply")
            )
        )
        line.plan("psu_test", SUPPLY)
    return line.register("P1", SUPPLY)


def refused(line, unit):
    """The rules that refuse the test."""
    words = {"station": "t1", "operator": "mei", "fixture": "F1", "simulated": True}
    asked = GateRequest(id=line.new_id(), at=line.at, unit=unit, operation="psu_test", **words)
    return [refusal.rule for refusal in line.ledger.gate(asked).refusals]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "decision",
    [
        ("disposition", "P1", "return", "--operation", "psu_test", "--by", "zoe", "--reason", "lead was loose"),
        ("repair", "P1", "INSULATOR-REPLACED", "--by", "bob"),
    ],
    ids=["disposition", "repair"],
)
def test_failed_safety_test_waits_for_a_decision(line, supply, site_mes, decision):
    """The first failure locks the test, a return or a repair unlocks it, and the next failure locks it again."""
    assert refused(line, supply) == []
    line.finish(line.start(supply, "psu_test"), verdict=Verdict.FAILED)
    assert refused(line, supply) == ["retest_limit"]
    told = site_mes("gate", "P1", "psu_test")
    assert told.code == 1
    assert "has failed psu_test once; no retest is allowed" in told.out
    assert "`mes disposition`" in told.out
    assert site_mes(*decision).code == 0
    timeline = site_mes("unit", "P1", "--json").document["timeline"]
    line.at = max(line.at, type(line.at).fromisoformat(timeline[-1]["at"]))
    assert refused(line, supply) == []
    line.finish(line.start(supply, "psu_test"), verdict=Verdict.FAILED)
    assert refused(line, supply) == ["retest_limit"]
