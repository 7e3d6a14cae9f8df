"""Labels under a station's scanner: the serial number of the part that is worked, and of no other."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mes.command_line import locate
from mes.labels.message import write_message
from mes.ledger import create_ledger
from mes.vocabulary import SiteKind
from stations.errors import ScanRefused, StationError
from stations.hand_run import runs_of_lines
from stations.lease import StopSwitch
from stations.lines.assembly_place import AssemblyPlace
from stations.lines.floor import Floor
from stations.plan import load_plan
from stations.product import Product, load_product
from stations.scanned_label import lot_on
from stations.simulation import virtual_clock

STATIONS = Path(__file__).parents[2] / "stations"
BUNDLE, CABLE = "TB-26-016-150", "DAC-800G-150"


@pytest.fixture(scope="module")
def cable() -> Product:
    """The 800G cable."""
    return load_product(STATIONS / "products/dac_800g_1m5.toml")


def label(*fields: tuple[str, str]) -> str:
    """A two-dimensional label, as a scanner with CR sends it."""
    return write_message(fields) + "\r"


@pytest.mark.parametrize(
    "scan",
    [
        "DAC0001\r",
        "]C0DAC0001\r",
        label(("1P", CABLE), ("S", "DAC0001"), ("10D", "2648")),
        "]d1" + label(("P", "CUST-77"), ("1P", CABLE), ("S", "DAC0001")),
        label(("S", "DAC0001")),
        "[)>^^06^]1PDAC-800G-150^]SDAC0001^^^D",
        "]C1010950110153000321DAC0001",
    ],
)
def test_a_label_is_worked_as_its_serial_number(cable: Product, scan: str) -> None:
    """Plain, with its symbology, two-dimensional in whatever spelling, or GS1: the number is the same."""
    assert cable.check_serial(scan) == "DAC0001"


@pytest.mark.parametrize(
    ("scan", "reason"),
    [
        (label(("1P", BUNDLE), ("S", "DAC0001")), f"it is the label of part {BUNDLE}, and {CABLE} is wanted"),
        (label(("1P", CABLE), ("1T", "L-17")), r"names no serial number \(S\): it is the label of lot L-17"),
        (label(("1P", CABLE), ("Q", "5")), "names no serial number .* its fields are 1P, Q"),
        (label(("1P", CABLE), ("S", "B0000001")), "no serial of DAC-800G-150"),
        ("[)>\x1e06\x1d1PDAC-800G-150\x1dSDAC0001\x1dSDAC0002\x1e\x04", "names 2 serial numbers"),
        ("[)>\x1e06\x1d1PDAC-800G-150\x1dSDAC0001", "the trailer is missing: the scan ends in field 2"),
        ("[)>061PDAC-800G-150SDAC0001", "character 4 must be RS"),
    ],
)
def test_a_label_that_is_not_of_this_part_is_refused(cable: Product, scan: str, reason: str) -> None:
    """A serial number may look right and belong to another part; what was cut off or is no piece is said."""
    with pytest.raises(ScanRefused, match=reason):
        cable.check_serial(scan)


def test_a_reel_is_taken_by_its_lot() -> None:
    """The lot on a label of the wanted part; another part's reel is refused."""
    reel = label(("1P", "TWX-26-016"), ("1T", "W2611"), ("7Q", "500MR"))
    assert lot_on(reel, "TWX-26-016") == "W2611"
    with pytest.raises(ScanRefused, match="it is the label of part TWX-26-016, and OSFP-PLUG-A is wanted"):
        lot_on(reel, "OSFP-PLUG-A")
    with pytest.raises(ScanRefused, match=r"names no lot \(1T\): its fields are S"):
        lot_on(label(("S", "X")), "TWX-26-016")


def test_labels_stand_on_one_line_between_blanks() -> None:
    """GS and RS of a label are no blanks: a run of several units is one label after the other."""
    plan = load_plan("orv3_pair_share_test").bind(load_product(STATIONS / "products/orv3_psu_3kw_pair.toml"))
    first, second = (write_message([("S", f"PSU000000{n}")]) for n in (1, 2))
    assert list(runs_of_lines([f"{first} {second}\n"], plan)) == [(first, second)]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[AssemblyPlace]:
    """The cable's assembly station on a floor of its own, whose bundle B0000001 is known."""
    location = locate(tmp_path / "home", str(tmp_path / "labels.db"))
    ledger = create_ledger(location.url, "labels", SiteKind.SIMULATED, attachments=location.attachments)
    clock = virtual_clock(datetime(2026, 11, 2, 6, tzinfo=UTC))
    try:
        with ExitStack() as stack:
            floor = Floor(1, 7, 0.0, location, ledger, StopSwitch(), clock)
            yield AssemblyPlace.opened(STATIONS / "configs/cable-assembly.toml", floor, stack)
    finally:
        ledger.close()


def test_an_assembly_takes_two_dimensional_labels(place: AssemblyPlace) -> None:
    """Cable, bundle and lots come by their labels through the serial scanner; the gate asks about what is on them."""
    with pytest.raises(StationError, match=r"the gate refused to assemble DAC-800G-150 DAC0001: .*B0000001"):
        place.build(
            write_message([("1P", CABLE), ("S", "DAC0001")]),
            [write_message([("1P", BUNDLE), ("S", "B0000001")])],
            {},
        )
    with pytest.raises(ScanRefused, match=f"label of part {CABLE}, and {BUNDLE} is wanted"):
        place.build("DAC0001", [write_message([("1P", CABLE), ("S", "B0000001")])], {})
