"""`mes gate` explains and acts on nothing: every rule with its verdict, and what a real gate would say."""

from sqlalchemy import func, select

from mes.database import reading
from mes.gate.decision import rule_modules
from mes.models import table_of
from mes.models.journal import JournalRow


def test_every_rule_is_told_and_nothing_is_recorded(line, site_mes):
    """Asking why leaves no decision behind, and says the same as the gate that does."""
    unit = line.register("DAC0001")

    def records():
        with reading(line.engine) as connection:
            return connection.execute(select(func.count()).select_from(table_of(JournalRow))).scalar_one()

    before = records()
    answer = site_mes("gate", "DAC0001", "final_test", "--json")
    assert answer.code == 1
    rules = {rule["rule"]: rule for rule in answer.document["rules"]}
    assert set(rules) == {module.__name__.rpartition(".")[2] for module in rule_modules()}
    refused = {name for name, rule in rules.items() if rule["verdict"] == "REFUSED"}
    assert refused == {"route_order"}
    assert "assembly" in rules["route_order"]["message"]
    assert rules["route_order"]["unlock"]
    assert rules["route_order"]["who"] == "OPERATOR"
    assert records() == before
    assert line.ask_gate(unit, "final_test") is False
    assert records() == before + 1


def test_allowed_unit_ends_with_zero(line, site_mes):
    """Yes is exit code 0, so that a script can ask."""
    line.register("B001", line.BUNDLE)
    answer = site_mes("gate", "B001", "bundle_test", "--station", "final-1", "--plan", "dac_bundle_test")
    assert answer.code == 0
    assert "allowed; nothing was recorded" in answer.out
    assert "REFUSED" not in answer.out


def test_unknown_serial_is_a_question_once_its_part_is_named(line, site_mes):
    """A serial that nobody registered has nearest ones; with its part the gate itself answers."""
    line.register("B001", line.BUNDLE)
    assert "nearest are B001" in site_mes("gate", "B002", "bundle_test").err
    answer = site_mes("gate", "B002", "bundle_test", "--part", line.BUNDLE, "--json")
    refused = {rule["rule"] for rule in answer.document["rules"] if rule["verdict"] == "REFUSED"}
    assert refused == {"unit_registered"}
    assert site_mes("gate", "B002", "bundle_test", "--part", line.BUNDLE, "--creates").code == 0


def test_components_and_lots_are_asked_about_by_name(line, site_mes):
    """What would be built in is named by part and number, and another form is refused with the right one."""
    line.receive("P1")
    asked = ("gate", "DAC0002", "assembly", "--part", line.CABLE, "--creates")
    assert site_mes(*asked, "--lot", f"{line.PLUG}:P1").code == 0
    answer = site_mes(*asked, "--lot", f"{line.PLUG}:P2", "--component", f"{line.BUNDLE}:B7")
    assert answer.code == 1
    assert "lot P2 was never received" in answer.out
    assert "component BUNDLE-8 B7: never registered" in answer.out
    wrong = site_mes(*asked, "--lot", "P1")
    assert wrong.code == 2
    assert "write it as PART:LOT" in wrong.err
