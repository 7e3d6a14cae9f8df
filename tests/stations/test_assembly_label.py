"""The label of what an assembly station builds: printed when the gate has allowed it, read again before it is bound."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drivers.errors import DeviceError
from mes.command_line import locate
from mes.ledger import create_ledger
from mes.vocabulary import SiteKind
from stations.errors import ScanRefused
from stations.lease import StopSwitch
from stations.lines.assembly_place import AssemblyPlace
from stations.lines.floor import Floor
from stations.simulation import virtual_clock

STATIONS = Path(__file__).parents[2] / "stations"
SUPPLY = (STATIONS / "configs/psu-assembly.toml").read_text(encoding="utf-8")
PRINTER = '\n[printer]\ndriver = "label_printer/zebra_zpl"\nresource = "sim://psu-assembly/printer"\n{options}\n'


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    """A floor with a database of its own."""
    location = locate(tmp_path / "home", str(tmp_path / "labels.db"))
    ledger = create_ledger(location.url, "labels", SiteKind.SIMULATED, attachments=location.attachments)
    clock = virtual_clock(datetime(2026, 11, 2, 6, tzinfo=UTC))
    try:
        yield Floor(1, 7, 0.0, location, ledger, StopSwitch(), clock)
    finally:
        ledger.close()


def printing(folder: Path, options: str = "") -> Path:
    """The file of a supply's assembly station that has a printer."""
    path = folder / "psu-assembly.toml"
    path.write_text(
        SUPPLY.replace("../products", str(STATIONS / "products")) + PRINTER.format(options=options), encoding="utf-8"
    )
    return path


def test_a_unit_is_bound_when_its_label_was_read_again(floor: Floor, tmp_path: Path) -> None:
    """Its Data Matrix holds the serial number, and would hold those of serialised parts."""
    with ExitStack() as stack:
        place = AssemblyPlace.opened(printing(tmp_path), floor, stack)
        place.build("PSU0000001", [], {})
        assert place._printed() == "PSU0000001"
        # Known from now on: the gate creates no unit twice.
        with pytest.raises(Exception, match="PSU0000001"):
            place.build("PSU0000001", [], {})


def test_a_label_that_is_not_read_back_binds_nothing(floor: Floor, tmp_path: Path) -> None:
    """A smudged one: it is refused by what it says, and the unit can be built again."""
    with ExitStack() as stack:
        place = AssemblyPlace.opened(printing(tmp_path), floor, stack)
        right, place._printed = place._printed, lambda: "PSU0000O01"
        with pytest.raises(ScanRefused, match="'PSU0000O01': the printed label of PSU0000001 must read 'PSU0000001'"):
            place.build("PSU0000001", [], {})
        place._printed = right
        place.build("PSU0000001", [], {})


def test_without_paper_nothing_is_bound(floor: Floor, tmp_path: Path) -> None:
    """The printer says why it does not print, before anything has changed."""
    with ExitStack() as stack:
        place = AssemblyPlace.opened(printing(tmp_path, "options.labels = 0"), floor, stack)
        with pytest.raises(DeviceError, match="nothing was printed: the paper is out"):
            place.build("PSU0000001", [], {})
