"""Captured neighbours of real kits, played by the simulated nodes through the same plan on the same bench."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mes.vocabulary import RunEnding, Verdict
from tests.stations.plans.bench_of import BenchOf, bench_of


@pytest.fixture(scope="module")
def captured() -> Path:
    """What real LLDP agents said in a right and in a crossed kit. Its absence is said by a skip."""
    folder = os.environ.get("RACKLINE_REALDATA")
    if not folder:
        pytest.skip("RACKLINE_REALDATA names no folder: no captured kit to play")
    return Path(folder) / "lldp"


@pytest.fixture
def kit() -> Iterator[BenchOf]:
    """The shipped station, no machine in it yet."""
    with bench_of("kit-test") as opened:
        yield opened


def play(kit: BenchOf, folder: Path) -> None:
    """Let every node answer from this folder."""
    for node in ("tor1", "tor2", "cn01", "cn02"):
        kit.station.bench.play_neighbours(node, folder)


def test_the_right_kit_passes(captured: Path, kit: BenchOf) -> None:
    """Two switches and two trays, ten ports: lldpd 1.0.16 heard what the cable map plans."""
    play(kit, captured / "good")
    (told,) = kit.run(kit.insert(1).serial)
    assert (told.verdict, told.failed) == ((Verdict.PASSED, RunEnding.COMPLETED), set())


def test_the_crossed_kit_fails_by_both_ports(captured: Path, kit: BenchOf) -> None:
    """Two cables of the second switch have changed places, and nothing else is wrong."""
    play(kit, captured / "swapped")
    (told,) = kit.run(kit.insert(1).serial)
    assert told.verdict == (Verdict.FAILED, RunEnding.COMPLETED)
    assert told.failed == {"neighbour_port_5", "neighbour_port_6", "neighbour_port_7", "neighbour_port_8", "cabling"}
    assert str(told.values["cabling"]).startswith("the plugs of tor2 Ethernet0 and tor2 Ethernet8 are swapped")


def test_what_is_played_is_heard_whatever_the_cables_do(captured: Path, kit: BenchOf) -> None:
    """The captured agents answer, not the simulated ones: a cable that is missing shows in its errors alone."""
    play(kit, captured / "good")
    (told,) = kit.run(kit.insert(1, {"kind": "MissingCable", "link": 5}).serial)
    assert told.failed == {"pre_fec_ber_port_9", "pre_fec_ber_port_10"}
