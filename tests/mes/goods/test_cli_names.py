"""What units are called: conversions to other part numbers, and the numbers that customers give."""

import pytest

from mes.records import Conversion, DefinitionReleased, MaterialDefinition, RouteOperation, UnitIdentity
from mes.vocabulary import GateAct, OperationKind, Tracking

BY = ("--by", "olga")
NEW = "BUNDLE-9"
WHY = ("--reason", "new label", *BY)


@pytest.fixture
def successor(line, digest_of):
    """A part that units of the bundle may become: revision A by rule, revision B by signature only."""

    def release(revision, converts):
        material = MaterialDefinition(
            part=NEW,
            revision=revision,
            description="new",
            tracking=Tracking.UNIT,
            serial_pattern="B[0-9]+",
            converts=converts,
        )
        steps = [RouteOperation(name=name, kind=OperationKind.TEST) for name in ("bundle_test", "label_test")]
        facts = {"material": material, "route": tuple(steps), "digest": digest_of(NEW + revision)}
        line.tell(DefinitionReleased(**line.envelope(), **facts))

    release("A", (Conversion(part=line.BUNDLE, revisions=("A",), disturbs=("label_test",)),))
    release("B", ())
    line.plan("bundle_test", NEW)
    line.plan("label_test", NEW)
    return UnitIdentity(part=NEW, serial="B1")


def test_converted_unit_keeps_its_history(line, bundles, successor, passed, refusals, site_mes, rebuilt):
    """By rule to revision A: its results follow, its old number leads to it, and stations are told."""
    (old,) = bundles("B1")
    done = site_mes("convert", "B1", "--to", NEW, "--revision", "A", *WHY, "--json").document
    assert (done["by_rule"], done["unit"]["part"], done["again"]) == (True, NEW, ["label_test"])
    assert refusals(old, "bundle_test") == ["converted"]
    assert refusals(successor, "ship", GateAct.SHIP) == ["route_complete"]
    passed(successor, "label_test")
    assert refusals(successor, "ship", GateAct.SHIP) == []
    found = site_mes("unit", "B1", "--part", line.BUNDLE, "--json")
    assert "BUNDLE-8 revision A was converted and is now BUNDLE-9 B1" in found.err
    assert found.document["unit"]["part"] == NEW
    assert [one["part"] for one in found.document["formerly"]] == [line.BUNDLE]
    runs = [event["operation"] for event in found.document["timeline"] if event["event"] == "run"]
    assert runs == ["bundle_test", "label_test"]
    gates = [event for event in found.document["timeline"] if event["event"] == "gate"]
    assert len(gates) >= 4
    assert rebuilt()


@pytest.mark.parametrize("backend", ["sqlite"])
def test_late_record_under_the_old_number_lands_on_the_unit(line, bundles, successor, site_mes, rebuilt):
    """A station that was offline tells of a run of the bundle that has become something else since."""
    bundles("B1")
    early = line.at
    site_mes("convert", "B1", "--to", NEW, "--revision", "A", *WHY)
    line.run(UnitIdentity(part=line.BUNDLE, serial="B1"), "bundle_test", at=early)
    timeline = site_mes("unit", "B1", "--json").document["timeline"]
    assert sum(event["event"] == "run" for event in timeline) == 2
    assert rebuilt()


def test_hold_on_the_old_number_holds_the_converted_unit(line, bundles, successor, refusals, site_mes):
    """A hold that names what the unit was catches it as it is now."""
    (old,) = bundles("B1")
    site_mes("convert", "B1", "--to", NEW, "--revision", "A", *WHY)
    from mes.database import open_engine
    from mes.desk.acts import Desk
    from mes.desk.containing import place_hold
    from mes.records import Predicate

    engine = open_engine(line.url)
    place_hold(Desk(engine), Predicate(unit=old), "recalled", "zoe")
    engine.dispose()
    assert "held" in refusals(successor, "bundle_test")


CANNOT = (
    (("--to", NEW), "no rule of BUNDLE-9 revision B takes revision A of BUNDLE-8; sign it with --meaning"),
    (("--to", "NOPE"), "NOPE is not released"),
    (("--to", "BUNDLE-8"), "is revision A of BUNDLE-8 already"),
    (("--to", NEW, "--revision", "A", "--again", "polish"), "polish is no test of its route"),
    (("--to", "BUNDLE-2"), "such a unit exists already"),
)


@pytest.mark.parametrize("backend", ["sqlite"])
def test_conversion_that_is_not_allowed_is_told(line, bundles, successor, site_mes):
    """Without rule and signature, to what is not released, or to a name that is taken: nothing changes."""
    bundles("B1")
    line.define("BUNDLE-2", serial_pattern="B[0-9]+")
    line.register("B1", "BUNDLE-2")
    for arguments, message in CANNOT:
        answer = site_mes("convert", "B1", "--part", line.BUNDLE, *arguments, *WHY)
        assert answer.code == 1
        assert message in answer.err
    assert site_mes("unit", "B1", "--part", line.BUNDLE, "--json").document["unit"]["part"] == line.BUNDLE


@pytest.mark.parametrize("backend", ["sqlite"])
def test_signature_converts_where_no_rule_does(line, bundles, successor, site_mes):
    """A person answers for it, and there is a way back under the old number."""
    bundles("B1")
    signed = ("--meaning", "engineering release", *WHY)
    assert site_mes("convert", "B1", "--to", NEW, *signed).code == 0
    assert "signature of olga" in site_mes("convert", "B1", "--to", NEW, "--revision", "A", *signed).out
    line.define(line.BUNDLE, (("bundle_test", OperationKind.TEST),), serial_pattern="B[0-9]+")
    assert site_mes("convert", "B1", "--to", line.BUNDLE, *signed).code == 0
    found = site_mes("unit", "B1", "--part", NEW, "--json")
    assert found.document["unit"]["part"] == line.BUNDLE


@pytest.mark.parametrize("backend", ["sqlite"])
def test_customer_number_leads_to_the_unit_and_says_so(line, bundles, site_mes, rebuilt):
    """Every command takes it; the same number of another customer is another unit, of the same one it is refused."""
    bundles("B1", "B2")
    given = ("--customer", "ACME", "--serial", "AC-1", *BY)
    assert site_mes("alias", "B1", *given).code == 0
    found = site_mes("unit", "AC-1", "--json")
    assert found.document["unit"]["serial"] == "B1"
    assert found.document["aliases"][0]["alias"] == "AC-1"
    assert "ACME calls BUNDLE-8 B1 by this number" in found.err
    for arguments in (
        ("tree", "AC-1"),
        ("origin", "AC-1", "--country", "US"),
        ("gate", "AC-1", "bundle_test"),
        ("where-used", "--serial", "AC-1"),
    ):
        answer = site_mes(*arguments)
        assert "ACME calls BUNDLE-8 B1" in answer.err, arguments
    assert site_mes("pack", "BOX-1", "AC-1", *BY).code == 0
    assert "AC-1 is a number of BUNDLE-8 B1 at ACME" in site_mes("alias", "B2", *given).err
    assert "AC-1 is a number already at ACME" in site_mes("alias", "B1", *given).err
    assert site_mes("alias", "B2", "--customer", "Umbrella", "--serial", "AC-1", *BY).code == 0
    assert "2 have this number" in site_mes("defect", "AC-1", "OPEN", *BY).err
    alias = site_mes("alias", "B2", "--json").document["aliases"][0]["id"]
    site_mes("void", "alias", alias, "--by", "zoe", "--reason", "wrong unit")
    assert site_mes("unit", "AC-1", "--json").document["unit"]["serial"] == "B1"
    assert rebuilt()


@pytest.mark.parametrize("backend", ["sqlite"])
def test_own_serial_number_goes_before_a_customers(line, bundles, site_mes):
    """A customer may call a unit what another one is called here: ours is taken, and the other is named."""
    bundles("B1", "B2")
    site_mes("alias", "B1", "--customer", "ACME", "--serial", "B2", *BY)
    found = site_mes("unit", "B2", "--json")
    assert found.document["unit"]["serial"] == "B2"
    assert "ACME calls BUNDLE-8 B1 by this number; BUNDLE-8 B2 is taken" in found.err
