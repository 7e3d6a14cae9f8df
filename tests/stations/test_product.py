"""Products: one TOML file says what is built, of what, by which operations, and by which numbers it is tested."""

import re
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

import stations
from mes.records import LotIdentity, encode_record, parse_record
from mes.vocabulary import OperationKind, Tracking
from stations.errors import ConfigurationError, ScanRefused
from stations.product import load_product

PRODUCTS = Path(stations.__file__).with_name("products")
BORN = {"record_id": UUID(int=7), "source": "desk/1", "at": datetime(2027, 3, 1, tzinfo=UTC), "simulated": True}

GOOD = """
[material]
part = "DAC-1"
revision = "A"
description = "cable"
tracking = "UNIT"
serial_pattern = "^DAC[0-9]{4}$"
[[bill_of_material]]
position = "plug_a"
part = "PLUG"
quantity = 1
unit = "pc"
tracking = "LOT"
[[route]]
name = "assembly"
kind = "ASSEMBLY"
[[route]]
name = "final_test"
kind = "TEST"
[parameters]
lanes = 8
mask_hz_db = [[1.0e9, -3.0], [13.28e9, -17.16]]
[design]
pairs = 16
length_m = 1.5
[specification]
loss_max_db = 19.75
[[lots]]
maker = "Example"
part = "PLUG"
lot = "P1"
quantity = 100
unit = "pc"
supplier = "Example Distribution"
country_of_origin = "MX"
"""


@pytest.fixture
def write(tmp_path):
    def _write(text: str):
        file = tmp_path / "product.toml"
        file.write_text(text, encoding="utf-8")
        return file

    return _write


@pytest.mark.parametrize(
    ("file", "part", "serial", "operations"),
    [
        ("dac_bundle_1m5", "TB-26-016-150", "B0000017", [("bundle_test", OperationKind.TEST)]),
        (
            "dac_800g_1m5",
            "DAC-800G-150",
            "DAC0000017",
            [("assembly", OperationKind.ASSEMBLY), ("final_test", OperationKind.TEST)],
        ),
        ("dac_50g_lane", "DAC-50G-LANE", "DAC0001", [("lane_test", OperationKind.TEST)]),
    ],
)
def test_the_products_of_the_demonstration_load(file, part, serial, operations):
    """Each shipped product has its part number, its route, and takes the serials that its line uses."""
    product = load_product(PRODUCTS / f"{file}.toml")
    assert product.part == part
    assert [(one.name, one.kind) for one in product.route] == operations
    assert product.check_serial(serial + "\r") == serial


def test_the_finished_cable_is_built_of_the_bundle_and_three_lots():
    """The bill of material binds one serialised bundle, its bulk cable's lot and two lots of plugs."""
    cable, bundle = load_product(PRODUCTS / "dac_800g_1m5.toml"), load_product(PRODUCTS / "dac_bundle_1m5.toml")
    assert [(line.position, line.tracking) for line in cable.bill_of_material] == [
        ("bundle", Tracking.UNIT),
        ("bulk_cable", Tracking.LOT),
        ("plug_a", Tracking.LOT),
        ("plug_b", Tracking.LOT),
    ]
    assert cable.bill_of_material[0].part == bundle.part
    assert {lot.part for lot in cable.lots} == {line.part for line in cable.bill_of_material[1:]}
    assert cable.bill_of_material[1].part == bundle.parameters["bulk_cable"]


def test_numbers_for_plans_and_for_the_simulator_are_kept_apart(write):
    """Parameters are free; design and specification are numbers; none can be changed after loading."""
    product = load_product(write(GOOD))
    assert product.parameters["mask_hz_db"] == ((1.0e9, -3.0), (13.28e9, -17.16))
    assert product.design == {"pairs": 16, "length_m": 1.5}
    assert isinstance(product.design["pairs"], int)
    assert product.specification == {"loss_max_db": 19.75}
    with pytest.raises(TypeError):
        product.parameters["lanes"] = 4


def test_the_release_record_survives_the_wire(write):
    """The definition record carries material, bill of material, route and their digest, and parses back the same."""
    product = load_product(write(GOOD))
    record = product.released(**BORN)
    assert parse_record(encode_record(record)) == record
    assert (record.material.part, len(record.route), record.digest) == ("DAC-1", 2, product.digest)


def test_the_digest_is_of_the_definition_alone(write):
    """Other test numbers are the same definition; another bill of material is another one."""
    digest = load_product(write(GOOD)).digest
    assert load_product(write(GOOD.replace("lanes = 8", "lanes = 4"))).digest == digest
    assert load_product(write(GOOD.replace("quantity = 1\n", "quantity = 2\n"))).digest != digest


def test_a_demonstration_lot_becomes_a_receipt(write):
    """A lot on the demo's shelf has an identity, and a record that it arrived."""
    (lot,) = load_product(write(GOOD)).lots
    record = lot.received(**BORN)
    assert record.lot == lot.identity == LotIdentity(maker="Example", part="PLUG", lot="P1")
    assert (record.quantity, record.unit, record.country_of_origin) == (100.0, "pc", "MX")
    assert parse_record(encode_record(record)) == record


def test_a_material_traced_by_lots_takes_no_serial(write):
    """Bulk cable carries no serial number: any scan is refused."""
    text = GOOD.replace('"UNIT"\nserial_pattern = "^DAC[0-9]{4}$"', '"LOT"')
    with pytest.raises(ScanRefused, match="traced by lots"):
        load_product(write(text)).check_serial("DAC0001")


def test_a_check_character_belongs_to_the_product(write):
    """A product may ask for a check character beyond its pattern."""
    text = GOOD.replace("[0-9]{4}$", "[0-9A-Z]{5}$") + '[serial_number]\ncheck_character = "mod43"\n'
    product = load_product(write(text))
    assert product.check_serial("DAC0000Z") == "DAC0000Z"  # 13 + 10 + 12 = 35 = Z
    with pytest.raises(ScanRefused, match="check character"):
        product.check_serial("DAC0000Y")


@pytest.mark.parametrize(
    ("old", "new", "key", "problem", "remedy"),
    [
        ("^DAC[0-9]{4}$", "^DAC[0-9{4}$", "material.serial_pattern", "is no regular expression", "^B[0-9]{7}$"),
        ('serial_pattern = "^DAC[0-9]{4}$"', "", "material.serial_pattern", "tracked by UNIT needs one", "^B[0-9]{7}$"),
        ('tracking = "UNIT"', 'tracking = "LOT"', "material.serial_pattern", "tracked by LOT has none", "remove it"),
        ('tracking = "UNIT"', 'tracking = "PIECE"', "material.tracking", "'UNIT' or 'LOT'", ""),
        ('revision = "A"', "", "material.revision", "is missing", "add it"),
        (
            "serial_pattern",
            "serial_patern",
            "material.serial_patern",
            'did you mean "serial_pattern"?',
            "part, revision",
        ),
        ("[parameters]", "[parameter]", "parameter", 'did you mean "parameters"?', "bill_of_material"),
        ('name = "final_test"', 'name = "assembly"', "route", '"assembly" stands there twice', "name of its own"),
        ('kind = "TEST"', 'kind = "INSPECT"', "route[1].kind", "'TEST' or 'ASSEMBLY'", ""),
        (
            GOOD[GOOD.index("[[bill") : GOOD.index("[[route")],
            "",
            "route",
            '"assembly" assembles nothing',
            "bill_of_mat",
        ),
        ("quantity = 1\n", "quantity = 0\n", "bill_of_material[0].quantity", "greater than 0", ""),
        (
            'quantity = 1\nunit = "pc"\ntracking = "LOT"',
            'quantity = 1.5\nunit = "pc"\ntracking = "UNIT"',
            "bill_of_material",
            "1.5 serialised pieces",
            'tracking = "LOT"',
        ),
        ('part = "PLUG"\nlot', 'part = "PLUGS"\nlot', "lots", "Example PLUGS lot P1 fits no position", "PLUG"),
        ('"MX"', '"Mexico"', "lots[0].country_of_origin", '"Mexico" is refused', 'country_of_origin = "DE"'),
        ("length_m = 1.5", 'length_m = "1.5"', "design.length_m", '"1.5" is refused', ""),
        ("loss_max_db = 19.75", "loss_max_db = nan", "specification.loss_max_db", "nan", "finite"),
    ],
)
def test_a_product_that_cannot_be_built_is_refused(write, old, new, key, problem, remedy):
    """The message names file, dotted key, problem and remedy, in two lines at most."""
    assert old in GOOD
    file = write(GOOD.replace(old, new))
    with pytest.raises(ConfigurationError, match=re.escape(problem)) as refused:
        load_product(file)
    message = str(refused.value)
    assert message.startswith(f"{file}: {key}")
    assert remedy in message
    assert message.count("\n") <= 1


@pytest.mark.parametrize("path", sorted(PRODUCTS.glob("*.toml")), ids=lambda path: path.stem)
def test_safety_tests_are_not_tried_again_before_somebody_has_decided(path: Path) -> None:
    """Where a withstand voltage or a bond current is tested, the first operation that does it allows no retest."""
    product = load_product(path)
    told = {**product.parameters, **product.parameters.get("safety", {})}
    tests = [operation for operation in product.route if operation.kind is OperationKind.TEST]
    if "withstand" in told or "withstand_v" in told or "bond_current_a" in told:
        assert tests[0].retests == 0, f"{path.name}: {tests[0].name} is a safety test; write retests = 0"
