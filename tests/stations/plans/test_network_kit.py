"""The kit plan on its bench: each defect shows by the port it is at."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from mes.vocabulary import RunEnding, Verdict
from tests.stations.plans.bench_of import BenchOf, bench_of

PASSED = (Verdict.PASSED, RunEnding.COMPLETED)
FAILED = (Verdict.FAILED, RunEnding.COMPLETED)
CROSSWISE = {f"neighbour_port_{k}" for k in (5, 6, 7, 8)} | {"cabling"}
"""What two cables of the second switch trip when their plugs have changed places at the trays."""


@pytest.fixture(scope="module")
def kit() -> Iterator[BenchOf]:
    """The shipped station."""
    with bench_of("kit-test") as opened:
        yield opened


def test_a_good_kit_passes(kit: BenchOf) -> None:
    """Ten ports, ten error ratios, six labels of plugs and two of switches."""
    (told,) = kit.run(kit.insert(1).serial)
    assert told.verdict == PASSED, (told.end.reason, told.failed)
    assert told.values["cabling"] == "as planned"


@pytest.mark.parametrize(
    ("defect", "trips"),
    [
        ({"kind": "SwappedCables", "first": 3, "second": 4, "end": 2}, CROSSWISE),
        (
            {"kind": "SwappedCables", "first": 3, "second": 4, "end": 1},
            CROSSWISE | {"label_port_5", "label_port_7"},
        ),
        (
            {"kind": "MissingCable", "link": 5},
            {f"{name}_port_{k}" for name in ("neighbour", "pre_fec_ber") for k in (9, 10)} | {"cabling"},
        ),
        ({"kind": "WrongLength", "link": 2, "length_m": 2.0}, {"part_port_3", "length_port_3"}),
        ({"kind": "WrongPart", "link": 1, "end": 1, "part": "DAC-800G-X150"}, {"part_port_1"}),
        ({"kind": "ExchangedPlug", "plug": 6, "serial": "XCV9999999"}, {"label_port_10"}),
        ({"kind": "ExchangedSwitch", "switch": 2, "serial": "SW9999999"}, {"switch_label_slot_2"}),
        ({"kind": "MarginalSnr", "link": 4, "end": 2, "drop_db": 4.0}, {"pre_fec_ber_port_8"}),
        ({"kind": "LinkFlap", "link": 3, "interval_s": 20.0}, {"link_flaps_port_5"}),
        ({"kind": "DeafAgent", "link": 1, "end": 1}, {"neighbour_port_1", "cabling"}),
        ({"kind": "ExchangedNames", "first": 1, "second": 2}, {"name_unit_1", "name_unit_2"}),
    ],
)
def test_each_defect_shows_where_it_is(kit: BenchOf, defect: Mapping[str, Any], trips: set[str]) -> None:
    """Exactly the measurands of the very ports fail."""
    (told,) = kit.run(kit.insert(2, defect).serial)
    assert told.verdict == FAILED
    assert told.failed == trips


def test_a_cable_with_one_deaf_end_is_called_one_sided(kit: BenchOf) -> None:
    """The message names who hears whom, and who hears nobody."""
    (told,) = kit.run(kit.insert(3, {"kind": "DeafAgent", "link": 4, "end": 2}).serial)
    assert told.values["cabling"] == "tor2 Ethernet8 hears cn02 enp2s0np1, and cn02 enp2s0np1 hears nobody"


def test_another_kits_label_is_no_verdict_on_this_one(kit: BenchOf) -> None:
    """The run ends in an error that says whose label was read."""
    unit: Any = kit.insert(4)
    (told,) = kit.run("KIT0000005")
    assert told.verdict[1] == RunEnding.ERROR
    assert f"['{unit.serial}'], not of KIT0000005" in told.end.reason


def test_a_folder_without_captures_is_refused_by_the_file_that_it_lacks(tmp_path: Path, kit: BenchOf) -> None:
    """A node that answered from nothing would be a kit without cables."""
    with pytest.raises(FileNotFoundError, match=r"tor1_neighbors\.json0 is wanted"):
        kit.station.bench.play_neighbours("tor1", tmp_path)
