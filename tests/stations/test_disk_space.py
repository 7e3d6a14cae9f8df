"""A station that runs out of disk says so in time, and begins nothing that it could not record."""

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.clock import SystemClock
from mes.ledger import open_ledger
from stations.disk_space import AMPLE, DiskSpace
from stations.errors import SpoolError, SpoolFull
from stations.forwarder import Forwarder
from stations.identity import IdMaker
from stations.offline_policy import OfflinePolicies
from stations.producer import Producer
from stations.product import load_product
from stations.spool import Spool

PRODUCT = Path(__file__).parents[2] / "stations/products/dac_50g_lane.toml"
GIGABYTE = 10**9


def disk(free: float, total: float, reserved: float = 0.0) -> Callable[[Path], os.statvfs_result]:
    """A disk with so many bytes free for everybody, of so many, and others that only root may use."""
    blocks, left = int((total + reserved) // 4096), int((free + reserved) // 4096)
    told = os.statvfs_result((4096, 4096, blocks, left, int(free // 4096), 0, 0, 0, 0, 255))
    return lambda _: told


@pytest.mark.parametrize(
    ("free", "total", "short", "low"),
    [
        (20 * GIGABYTE, 100 * GIGABYTE, False, False),
        (9 * GIGABYTE, 100 * GIGABYTE, False, True),
        (4.9 * GIGABYTE, 100 * GIGABYTE, True, True),
        (0, 100 * GIGABYTE, True, True),
        (40 * GIGABYTE, 2000 * GIGABYTE, False, False),
        (AMPLE - 5000, 2000 * GIGABYTE, True, True),
        (0, 0, False, False),
    ],
)
def test_short_is_below_five_per_cent_and_low_below_fifteen(free, total, short, low):
    """Ten gigabytes are enough on a disk of any size, and a disk that tells nothing is not taken for full."""
    space = DiskSpace.of(Path("/spools"), disk(free, total))
    assert (space.is_short, space.is_low) == (short, low)


def test_what_is_reserved_for_root_is_not_counted(tmp_path):
    """As `df` counts: a station is no superuser, and must not count on its blocks."""
    space = DiskSpace.of(tmp_path, disk(4 * 10**6, 95 * 10**6, reserved=5 * 10**6))
    assert (space.free, space.total) == (pytest.approx(4 * 10**6, abs=8192), pytest.approx(95 * 10**6, abs=8192))
    assert str(space) == f"the disk of {tmp_path} has 4.2% free (4 MB)"
    assert space.is_short


def test_a_disk_that_is_gone_is_an_error(tmp_path):
    """A disk that cannot be asked is not taken for an empty one."""
    with pytest.raises(SpoolError, match="does not tell its space: No such file"):
        DiskSpace.of(tmp_path / "gone", os.statvfs)


@pytest.fixture
def producer(tmp_path):
    """A station's own side of a simulated site, with a disk that the test fills."""
    space = {"free": 50 * 10**6}
    ledger = open_ledger(f"sqlite:///{tmp_path / 'site.db'}", simulated_site=True)
    clock = SystemClock()
    with Spool(
        tmp_path / "spool.db", "st-1", lambda: "x", statvfs=lambda path: disk(space["free"], 100 * 10**6)(path)
    ) as spool:
        made = Producer(
            station="st-1",
            operator="o",
            fixture="f",
            product=load_product(PRODUCT),
            simulated=True,
            spool=spool,
            forwarder=Forwarder(spool, ledger, clock, random.Random(1)),
            ledger=ledger,
            clock=clock,
            new_id=IdMaker(clock, random.Random(2)),
            offline=OfflinePolicies.beside(tmp_path / "spool.db", load_product(PRODUCT).route),
        )
        made.release_product()
        yield made, space
    ledger.close()


def test_a_full_disk_refuses_new_work_and_still_sends_what_it_has(producer):
    """Below 5 % nothing begins, and what waits still goes to the centre; with room again, work goes on."""
    station, space = producer
    unit = station.identity("DAC0000001")
    space["free"] = 4 * 10**6
    assert station.spool.depth() == 1
    with pytest.raises(SpoolFull, match=r"no new work begins: the disk of .* has 4.0% free \(4 MB\); free some"):
        station.ask_gate(unit, "lane_test")
    assert station.spool.depth() == 0
    space["free"] = 50 * 10**6
    assert station.ask_gate(unit, "lane_test").allowed
    assert station.warnings() == ()


def test_a_disk_that_fills_up_warns_before_it_refuses(producer):
    """Below 15 % somebody is told, and work goes on."""
    station, space = producer
    space["free"] = 10 * 10**6
    assert station.ask_gate(station.identity("DAC0000001"), "lane_test").allowed
    (warning,) = station.warnings()
    assert "has 10.0% free (10 MB): free some, before new work is refused" in warning
