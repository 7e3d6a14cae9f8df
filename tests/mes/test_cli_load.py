"""Definition files: what ships loads, what is wrong is named by file and key, and nothing released is altered."""

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from mes.database import open_engine, reading
from mes.definitions.changes import Action, differences
from mes.definitions.loading import apply
from mes.definitions.reading import read_file
from mes.desk.acts import Desk
from mes.examples import FOLDER, example_names
from mes.models import projected_tables, table_of
from mes.models.journal import JournalRow
from mes.models.product import BomLine, Material, RouteStep
from mes.models.shop import Certification
from mes.projection import rebuild
from stations.product import load_product

CABLE = (FOLDER / "cable.toml").read_text()


@pytest.fixture
def written(tmp_path):
    """Writes a definition file: the cable example with these texts replaced."""

    def write(*changes: tuple[str, str], text: str = CABLE, name: str = "cable.toml") -> str:
        for old, new in changes:
            assert old in text, f"the example no longer says {old!r}"
            text = text.replace(old, new)
        (tmp_path / name).write_text(text)
        return str(tmp_path / name)

    return write


def rows(line, model):
    """The rows of a table."""
    with reading(line.engine) as connection:
        return list(connection.execute(select(table_of(model))))


def journalled(line):
    """How many records the journal holds."""
    with reading(line.engine) as connection:
        return connection.execute(select(func.count()).select_from(table_of(JournalRow))).scalar_one()


def dump(line):
    """Every projected row."""
    with reading(line.engine) as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table)).fetchall())) for table in projected_tables()
        }


def test_examples_load_and_loading_them_again_changes_nothing(line, site_mes):
    """The same content under the same revision is no news: not even a record is written."""
    assert set(example_names()) == {"cable", "power_shelf", "network_kit"}
    for name in example_names():
        assert site_mes("load", "--example", name, "--by", "ann").code == 0
    before = journalled(line)
    for name in example_names():
        answer = site_mes("load", "--example", name, "--json")
        assert {change["action"] for change in answer.document["changes"]} == {"UNCHANGED"}
    assert journalled(line) == before
    skills = {(row.operator, row.skill) for row in rows(line, Certification)}
    assert {("op-demo", "high-voltage"), ("op-demo", "fibre-handling")} < skills


def test_loaded_definitions_are_folded_again_by_a_rebuild(line, site_mes, written):
    """Definitions, code tables and skills follow from the journal like everything else."""
    site_mes("load", "--example", "cable", "--by", "ann")
    site_mes("load", written(('{ skill = "micro-soldering" }', '{ skill = "micro-soldering", until = 2027-01-31 }')))
    before = dump(line)
    engine = open_engine(line.url)
    rebuild(engine)
    engine.dispose()
    assert dump(line) == before
    assert any("2027, 1, 31" in row for row in before["certification"])


def test_dry_run_shows_the_difference_and_writes_nothing(line, site_mes, written):
    """What loading would do can be read before it is done."""
    site_mes("load", "--example", "cable")
    before = journalled(line)
    changed = written(
        ("quantity = 1.5,", "quantity = 1.6,"),
        ('part = "DAC-800G-150"\nrevision = "A"', 'part = "DAC-800G-150"\nrevision = "B"'),
    )
    answer = site_mes("load", changed, "--dry-run", "--json")
    assert answer.document["applied"] is False
    (cable,) = [change for change in answer.document["changes"] if change["action"] != "UNCHANGED"]
    assert (cable["name"], cable["action"], cable["against"]) == (
        "DAC-800G-150 revision B",
        "REVISED",
        "DAC-800G-150 revision A",
    )
    assert {"key": "bill_of_material[bulk_cable].quantity", "before": "1.5", "after": "1.6"} in cable["differences"]
    assert journalled(line) == before
    assert site_mes("load", changed).code == 0
    current = {row.revision for row in rows(line, Material) if row.part == "DAC-800G-150" and row.current}
    assert current == {"B"}


def test_released_revision_is_never_altered(line, site_mes, written):
    """Another quantity under the same revision is refused, and the answer shows what differs."""
    site_mes("load", "--example", "cable")
    before = dump(line)
    answer = site_mes("load", written(("quantity = 1.5,", "quantity = 1.6,")))
    assert answer.code == 2
    assert "DAC-800G-150 revision A" in answer.err
    assert "bill_of_material[bulk_cable].quantity: 1.5 -> 1.6" in answer.err
    assert "new revision" in answer.err
    codes = site_mes("load", written(("a conductor without connection", "open"), text=CABLE))
    assert "codes cable revision 1" in codes.err
    assert "defects[OPEN].description: a conductor without connection -> open" in codes.err
    assert dump(line) == before


PLUG_LINE = '{ position = "plug_a", part = "OSFP-PLUG-A", quantity = 1'
WRONG = {
    'product[1].bill_of_material[3].position: "plug_a" stands there twice': [('"plug_b", part', '"plug_a", part')],
    "product[1].bill_of_material[1].part: part TWX-26-O16 of position bulk_cable is unknown; did you mean TWX-26-016": [
        ('part = "TWX-26-016", q', 'part = "TWX-26-O16", q')
    ],
    "product[0].route[0].name: operation bundle_tset is unknown": [
        ('"bundle_test", kind = "TEST", r', '"bundle_tset", kind = "TEST", r')
    ],
    "product[1].route[0].requires[0].operations[0]: operation final_test is not on the route of TB-26-016-150": [
        ('operations = ["bundle_test"]', 'operations = ["final_test"]')
    ],
    "product[1].route[0].requires[0].part: part TB-26 is in no position": [
        ('requires = [{ part = "TB-26-016-150"', 'requires = [{ part = "TB-26"')
    ],
    "product[1].route[0].skills[0]: skill micro-soldring of operation assembly is unknown": [
        ('skills = ["micro-soldering"]\n', 'skills = ["micro-soldring"]\n')
    ],
    "product[1].bill_of_material[0].revisions[0]: part TB-26-016-150 has no revision Z": [
        ('revisions = ["A"]', 'revisions = ["Z"]')
    ],
    "product[1].bill_of_material[0].quantity: position bundle takes 1.5 serialised pieces": [
        ('part = "TB-26-016-150", quantity = 1,', 'part = "TB-26-016-150", quantity = 1.5,')
    ],
    "product[1].bill_of_material[2].part: position plug_a is tracked by UNIT, its part OSFP-PLUG-A by LOT": [
        (PLUG_LINE + ', unit = "pc", tracking = "LOT"', PLUG_LINE + ', unit = "pc", tracking = "UNIT"')
    ],
    "product[1].material.descripton: is no key here; did you mean description?": [
        ('description = "800G', 'descripton = "800G')
    ],
    "product[1].route[0].kind: operation assembly is TEST here and ASSEMBLY in the code tables": [
        ('name = "assembly"\nkind = "ASSEMBLY"', 'name = "assembly"\nkind = "TEST"')
    ],
    "product[1].material.serial_pattern: '^DAC[' is no regular expression": [("^DAC[0-9]{4,10}$", "^DAC[")],
    "purchased[0].standard_cost: is not finite": [("standard_cost = 14.20", "standard_cost = nan")],
    "purchased[0]: a standard cost and its currency are given together": [
        ('standard_cost = 14.20                   # a metre\ncurrency = "USD"', "standard_cost = 14.20")
    ],
    "codes.repairs[0].disturbs[0]: operation final_tset is on no route; did you mean final_test?": [
        ('joint made again", disturbs = ["final_test"]', 'joint made again", disturbs = ["final_tset"]')
    ],
    "operator[0].skills[0].skill: skill insulation is unknown": [
        ('{ skill = "insulation-test" }', '{ skill = "insulation" }')
    ],
    "purchased[2]: OSFP-PLUG-A revision A is already defined in": [
        ('part = "OSFP-PLUG-B"\nrevision', 'part = "OSFP-PLUG-A"\nrevision')
    ],
    "is no TOML": [("[codes]", "[codes")],
}


@pytest.mark.parametrize(("said", "changes"), WRONG.items(), ids=[said[:60] for said in WRONG])
def test_what_is_wrong_is_named_by_file_and_key(said, changes, mes, tmp_path, written):
    """Each fault names file, key, problem and what to write, and nothing is released."""
    database = str(tmp_path / "site.db")
    mes("init", "--name", "works", "--simulated", "--db", database)
    file = written(*changes)
    answer = mes("load", "--db", database, file)
    assert answer.code == 2
    assert f"{file}: {said}" in answer.err
    assert mes("load", "--db", database, written()).code == 0


PART = """[[product]]
material = {{ part = "{0}", revision = "{2}", description = "", tracking = "LOT" }}
bill_of_material = [{{ position = "p", part = "{1}", quantity = 1, unit = "pc", tracking = "LOT" }}]
"""


def test_bill_of_material_never_closes_a_circle(line, site_mes, written):
    """A part cannot contain itself: not in one file, and not through what is already released."""
    circle = "".join(PART.format(*pair, "A") for pair in ("XY", "YZ", "ZX"))
    answer = site_mes("load", written(text=circle))
    assert "the bill of material is a cycle: X > Y > Z > X" in answer.err
    assert answer.err.count("is a cycle") == 1
    bought = '[[purchased]]\npart = "Z"\nrevision = "A"\ndescription = ""\ntracking = "LOT"\n'
    assert site_mes("load", written(text=bought + PART.format("X", "Y", "A") + PART.format("Y", "Z", "A"))).code == 0
    answer = site_mes("load", written(text=PART.format("Z", "X", "B")))
    assert "product[0].bill_of_material[0].part: the bill of material is a cycle: Z > X > Y > Z" in answer.err
    assert {row.part for row in rows(line, BomLine)} >= {"Y", "Z"}


def test_file_of_a_station_is_one_product_with_the_same_digest(line, site_mes, written):
    """What a station released of itself is confirmed, not repeated, when its file is loaded at the centre."""
    file = Path("stations/products/nic_400g.toml")
    (digest,) = [read_file(file).content.product[0].digest]
    assert digest == load_product(file).digest
    answer = site_mes("load", str(file), "--json")
    assert [change["action"] for change in answer.document["changes"]] == ["NEW"]
    line.tell(
        load_product(file).released(
            record_id=line.new_id(), source="final-1/spool", at=line.at.replace(year=2030), simulated=True
        )
    )
    (row,) = [row for row in rows(line, Material) if row.part == "NIC-400G-1P"]
    assert (row.digest, row.current) == (digest, True)


def test_word_of_the_centre_outranks_what_a_station_says_later(line, site_mes, written):
    """A station with an old file does not take a loaded definition away."""
    site_mes("load", "--example", "cable", "--by", "ann")
    product = load_product(Path("stations/products/dac_800g_1m5.toml"))
    line.tell(
        product.released(record_id=line.new_id(), source="final-1/spool", at=line.at.replace(year=2030), simulated=True)
    )
    found = {row.released_by: row.current for row in rows(line, Material) if row.part == "DAC-800G-150"}
    assert found == {"ann": True, None: False}


def test_two_people_who_load_at_once_release_once(line):
    """The second of two is held against what the first released."""
    actions = []

    def load():
        engine = open_engine(line.url)
        with Desk(engine).act() as act:
            actions.append({change.action for change in apply(act, [read_file(FOLDER / "cable.toml")], "ann")})
        engine.dispose()

    threads = [threading.Thread(target=load) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(sorted, actions)) == [[Action.NEW], *[[Action.UNCHANGED]] * 3]


documents = st.recursive(
    st.none() | st.integers() | st.text("ab", min_size=1) | st.booleans(),
    lambda inner: (
        st.dictionaries(st.sampled_from(["part", "unit", "kind"]), inner)
        | st.dictionaries(st.sampled_from("xyz"), inner).map(lambda d: [{"name": k, "value": v} for k, v in d.items()])
    ),
    max_leaves=8,
)


@given(documents, documents)
def test_difference_turns_round(before, after):
    """Nothing differs from itself, and what comes goes in the other direction."""
    assert differences(before, before) == ()
    forth = sorted((d.key, str(d.before), str(d.after)) for d in differences(before, after))
    back = sorted((d.key, str(d.after), str(d.before)) for d in differences(after, before))
    assert forth == back


CONVERTED = """
[[product]]
route = [{ name = "bundle_test", kind = "TEST", esd = true }]

[product.material]
part = "TB-1"
revision = "A"
description = "a bundle"
tracking = "UNIT"
serial_pattern = "^B[0-9]{7}$"

[[product]]
route = [{ name = "bundle_test", kind = "TEST" }]

[product.material]
part = "TB-2"
revision = "A"
description = "the bundle that follows it"
tracking = "UNIT"
serial_pattern = "^B[0-9]{7}$"
converts = [{ part = "TB-1", revisions = ["A"], disturbs = ["bundle_test"] }]
"""


@pytest.mark.parametrize("backend", ["sqlite"])
def test_conversion_rules_and_discharge_checks_are_loaded(line, site_mes, written):
    """What a part may come from and which operation asks for a check come with its definition, and are checked."""
    for change, message in (
        (('revisions = ["A"]', 'revisions = ["Z"]'), "part TB-1 has no revision Z"),
        (('part = "TB-1", revisions', 'part = "TB-9", revisions'), "part TB-9 is unknown"),
        (('disturbs = ["bundle_test"]', 'disturbs = ["soak"]'), "operation soak is no test of TB-2 revision A"),
    ):
        answer = site_mes("load", "--by", "ann", written(change, text=CONVERTED))
        assert answer.code == 2
        assert message in answer.err
    assert site_mes("load", "--by", "ann", written(text=CONVERTED)).code == 0
    converts = {row.part: row.converts for row in rows(line, Material)}
    assert converts["TB-2"] == [{"part": "TB-1", "revisions": ["A"], "disturbs": ["bundle_test"]}]
    parts = {row.id: row.part for row in rows(line, Material)}
    assert {parts[row.material_id] for row in rows(line, RouteStep) if row.esd} == {"TB-1"}
