"""QSFP28 and SFP28 modules byte by byte: SFF-8636 and SFF-8472."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from sim_hardware.clock import VirtualClock
from sim_hardware.modules.identity import ModuleIdentity
from sim_hardware.modules.sff8472_module import Sff8472Module
from sim_hardware.modules.sff8636_module import Sff8636Module


@dataclass
class Sensors:
    """What the module sees."""

    celsius: float = 40.0
    volts: float = 3.3
    received: float = 0.5

    def temperature_c(self) -> float:
        return self.celsius

    def supply_v(self) -> float:
        return self.volts

    def tx_power_mw(self, lane: int) -> float:
        return 1.0

    def rx_power_mw(self, lane: int) -> float:
        return self.received

    def bias_ma(self, lane: int) -> float:
        return 30.0 + lane

    def pre_fec_ber(self, lane: int) -> float:
        return 1e-6


@pytest.fixture
def clock():
    return VirtualClock(datetime(2026, 1, 5, tzinfo=UTC))


@pytest.fixture
def sensors():
    return Sensors()


def identity(form_factor, media, length_m=0.0):
    return ModuleIdentity(form_factor, "RACKLINE", "00-1B-21", "PART", "A1", "S1", "260131", media, length_m)


@pytest.fixture
def qsfp(clock, sensors):
    return Sff8636Module(identity("QSFP28", "single-mode"), lanes=4, clock=clock, live=sensors)


@pytest.fixture
def sfp(clock, sensors):
    return Sff8472Module(identity("SFP28", "multimode"), clock=clock, live=sensors)


def test_a_qsfp_says_when_its_data_are_ready(qsfp, clock):
    """Silent at first, then Data_Not_Ready, then not."""
    with pytest.raises(OSError, match="in reset"):
        qsfp.read(0, 1)
    clock.sleep(0.15)
    assert qsfp.read(2, 1)[0] & 1 == 1
    assert qsfp.read(22, 2) == bytes(2)
    clock.sleep(0.2)
    assert qsfp.read(2, 1)[0] & 1 == 0
    assert qsfp.read(22, 2) == b"\x28\x00"


def test_a_qsfp_has_two_pages_and_its_sums(qsfp, clock):
    """Page 03h is there, page 20h is not; CC_BASE and CC_EXT hold, unless spoiled."""
    clock.sleep(1.0)
    qsfp.write(127, b"\x03")
    assert qsfp.read(127, 1) == b"\x03"
    assert qsfp.read(128, 2) == b"\x4b\x00"
    qsfp.write(127, b"\x20")
    assert qsfp.read(127, 1) == b"\x00"
    view = qsfp.read(0, 256)
    assert (sum(view[128:191]) % 256, sum(view[192:223]) % 256) == (view[191], view[223])
    qsfp.settle_checksum("CC_EXT", error=2)
    view = qsfp.read(0, 256)
    assert (view[223] - sum(view[192:223])) % 256 == 2


def test_a_dark_qsfp_lane_has_no_bias(qsfp, clock):
    """Byte 86 switches one laser; four bytes are the most of one write."""
    clock.sleep(1.0)
    qsfp.write(86, b"\x04")
    assert [qsfp.sends(lane) for lane in (1, 2, 3, 4)] == [True, True, False, True]
    assert qsfp.read(46, 2) == bytes(2)
    assert qsfp.read(48, 2) == (17000).to_bytes(2, "big")
    with pytest.raises(OSError, match="takes 4 at once"):
        qsfp.write(86, bytes(5))


def test_the_pin_of_a_qsfp_is_heard_without_the_override(qsfp, clock):
    """Power_override hands the choice from the pin to Power_set."""
    clock.sleep(1.0)
    qsfp.set_low_power_pin(True)
    assert not qsfp.sends(1)
    qsfp.write(93, b"\x01")
    assert qsfp.sends(1)
    qsfp.write(93, b"\x03")
    assert not qsfp.sends(1)
    qsfp.write(93, b"\x80")
    with pytest.raises(OSError, match="in reset"):
        qsfp.read(93, 1)


def test_qsfp_flags_are_latched_by_byte(qsfp, clock, sensors):
    """Received power of lanes 1 and 2 in byte 9, of 3 and 4 in byte 10; each cleared by its own read."""
    clock.sleep(1.0)
    sensors.received = 0.1
    qsfp.read(22, 2)
    sensors.received = 0.5
    assert qsfp.read(9, 1) == b"\x11"
    assert qsfp.read(9, 1) == b"\x00"
    assert qsfp.read(10, 1) == b"\x11"


def test_an_sfp_has_a_second_device_with_its_own_sum(sfp, clock):
    """Identity at 50h, diagnostics at 51h; CC_BASE, CC_EXT and CC_DMI hold."""
    clock.sleep(1.0)
    first, second = sfp.device(0x50).read(0, 256), sfp.device(0x51).read(0, 256)
    assert (sum(first[:63]) % 256, sum(first[64:95]) % 256, sum(second[:95]) % 256) == (
        first[63],
        first[95],
        second[95],
    )
    assert second[96:100] == b"\x28\x00\x80\xe8"
    assert sfp.device(0x52) is None
    sfp.settle_checksum("CC_DMI", error=1)
    assert sfp.device(0x51).read(95, 1)[0] == (second[95] + 1) % 256


def test_an_sfp_keeps_its_identity_and_takes_its_disable(sfp, clock):
    """Device 50h ignores writes; bit 6 of byte 110 of device 51h is the host's, and shows in bit 7."""
    clock.sleep(1.0)
    sfp.device(0x50).write(68, b"FORGED")
    assert sfp.read(68, 2) == b"S1"
    sfp.device(0x51).write(110, b"\x40")
    assert sfp.device(0x51).read(110, 1) == b"\xc0"
    assert not sfp.sends()
    with pytest.raises(OSError, match="takes 8 at once"):
        sfp.device(0x51).write(100, bytes(9))


def test_an_sfp_that_loses_its_signal_says_so(sfp, clock, sensors):
    """Loss in byte 110; alarm and warning of received power in bytes 113 and 117, until they are read."""
    clock.sleep(1.0)
    sensors.received = 0.01
    diagnostics = sfp.device(0x51)
    assert diagnostics.read(110, 1)[0] & 2
    sensors.received = 0.5
    assert diagnostics.read(113, 1) == b"\x40"
    assert diagnostics.read(117, 1) == b"\x40"
    assert diagnostics.read(112, 8) == bytes(8)


def test_a_passive_sfp_has_identity_alone(clock):
    """Nothing at 51h, and no supply needed."""
    module = Sff8472Module(identity("SFP28", "passive copper", 3.0), clock=clock, live=Sensors(volts=0.0))
    assert module.device(0x51) is None
    assert module.read(18, 1) == b"\x03"


@pytest.mark.parametrize(
    ("make", "kind", "lanes"),
    [
        (Sff8636Module, ("OSFP", "single-mode"), 4),
        (Sff8636Module, ("QSFP28", "single-mode"), 8),
        (Sff8472Module, ("SFP28", "single-mode"), 2),
        (Sff8472Module, ("SFP28", "string"), 1),
    ],
)
def test_a_module_that_cannot_be_is_refused(clock, make, kind, lanes):
    """Form factor, medium and lanes must be the standard's."""
    with pytest.raises(ValueError, match=r"module|may be"):
        make(identity(*kind), lanes=lanes, clock=clock, live=Sensors())
