"""A CMIS module byte by byte: what a host sees through nothing but reads and writes."""

import errno
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim_hardware.clock import VirtualClock
from sim_hardware.modules.cmis_module import CmisModule
from sim_hardware.modules.identity import ModuleIdentity
from sim_hardware.modules.words import f16, pam4_snr_db, power_word, temperature_word

OSFP = ModuleIdentity("OSFP", "RACKLINE", "00-1B-21", "OPT", "A1", "OPT1", "260131", "single-mode", 0.0)
AEC = ModuleIdentity("OSFP", "RACKLINE", "00-1B-21", "AEC", "A1", "AEC1", "260131", "active copper", 2.5)
LOW_PWR, PWR_UP, READY, PWR_DN, FAULT = 1, 2, 3, 4, 5


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
        return 70.0

    def pre_fec_ber(self, lane: int) -> float:
        return 1e-6


@pytest.fixture
def clock():
    return VirtualClock(datetime(2026, 1, 5, tzinfo=UTC))


def state(module):
    """The state in byte 3."""
    return module.read(3, 1)[0] >> 1


def test_states_come_at_their_times(clock):
    """Nothing for 0.25 s, then ModuleLowPwr, ModulePwrUp and, 0.15 s later, ModuleReady."""
    module = CmisModule(OSFP, lanes=8, clock=clock, live=Sensors())
    with pytest.raises(OSError, match="in reset") as silent:
        module.read(0, 1)
    assert silent.value.errno == errno.ENXIO
    clock.sleep(0.26)
    assert state(module) == PWR_UP
    clock.sleep(0.15)
    assert state(module) == READY


def test_transitions_do_not_depend_on_who_looks(clock):
    """A module looked at once after a second is where one is that was looked at all the time."""
    seen, unseen = (CmisModule(OSFP, lanes=8, clock=clock, live=Sensors()) for _ in range(2))
    for _ in range(83):
        clock.sleep(0.01)
        seen.advance()
    clock.sleep(0.001)
    for module in (seen, unseen):
        module.write(126, b"\x00\x11")
    assert seen.read(128, 4) == unseen.read(128, 4) == b"\x44" * 4


def test_the_pin_holds_it_in_low_power_until_the_host_says_otherwise(clock):
    """LowPwrAllowRequestHW is up at power-up; cleared, the pin is not heard any more."""
    module = CmisModule(OSFP, lanes=8, clock=clock, live=Sensors(), low_power_pin=True)
    clock.sleep(1.0)
    assert state(module) == LOW_PWR
    module.write(26, b"\x00")
    clock.sleep(0.16)
    assert state(module) == READY


def test_power_goes_down_after_the_data_paths(clock):
    """Asked for low power: transmitters off, data paths down, then ModulePwrDn, then ModuleLowPwr."""
    module = CmisModule(OSFP, lanes=8, clock=clock, live=Sensors())
    clock.sleep(1.0)
    module.write(26, b"\x50")
    assert state(module) == READY
    clock.sleep(0.06)
    assert state(module) == PWR_DN
    clock.sleep(0.05)
    assert state(module) == LOW_PWR


def test_a_brown_out_is_a_restart(clock):
    """Below 2.7 V it is silent and forgets; the time counts from when the supply is back."""
    sensors = Sensors()
    module = CmisModule(OSFP, lanes=8, clock=clock, live=sensors)
    clock.sleep(1.0)
    module.write(26, b"\x50")
    sensors.volts = 2.0
    module.advance()
    clock.sleep(5.0)
    sensors.volts = 3.3
    module.advance()
    clock.sleep(0.2)
    with pytest.raises(OSError, match="in reset"):
        module.read(3, 1)
    clock.sleep(0.3)
    assert state(module) == READY
    assert module.read(26, 1) == b"\x40"


def test_a_flag_is_cleared_by_its_own_byte_alone(clock):
    """Reading byte 14 clears nothing; reading byte 9 clears it, and what still holds comes back."""
    sensors = Sensors()
    module = CmisModule(OSFP, lanes=8, clock=clock, live=sensors)
    clock.sleep(1.0)
    module.read(0, 128)
    sensors.celsius = 72.0
    module.read(14, 2)
    sensors.celsius = 40.0
    assert module.read(3, 1)[0] & 1 == 0  # the interrupt is up
    assert module.read(9, 1) == b"\x04"
    assert module.read(9, 1) == b"\x00"
    sensors.celsius = 72.0
    assert module.read(9, 1) == module.read(9, 1) == b"\x04"


def test_an_unknown_page_or_bank_brings_page_zero(clock):
    """The host reads back what it got."""
    module = CmisModule(OSFP, lanes=16, clock=clock, live=Sensors())
    clock.sleep(1.0)
    for wanted, got in ((b"\x00\x99", b"\x00\x00"), (b"\x01\x11", b"\x01\x11"), (b"\x02\x11", b"\x00\x00")):
        module.write(126, wanted)
        assert module.read(126, 2) == got


def test_bytes_that_are_not_the_hosts_stay(clock):
    """A write to the serial number or to a monitor is taken and ignored; nine bytes at once are refused."""
    module = CmisModule(OSFP, lanes=8, clock=clock, live=Sensors())
    clock.sleep(1.0)
    before = module.read(128, 128)
    module.write(166, b"FORGED")
    module.write(14, b"\x00\x00")
    assert module.read(128, 128) == before
    assert module.read(14, 2) == temperature_word(40.0)
    with pytest.raises(OSError, match="takes 8 at once"):
        module.write(128, bytes(9))


def test_every_page_carries_its_checksum(clock):
    """Pages 00h (128 to 221), 01h (130 to 254) and 02h (128 to 254), unless somebody spoils one."""
    module = CmisModule(AEC, lanes=8, clock=clock, live=Sensors())
    clock.sleep(1.0)
    for page, first, at in ((0, 128, 222), (1, 130, 255), (2, 128, 255)):
        module.write(127, bytes([page]))
        view = module.read(0, 256)
        assert sum(view[first:at]) % 256 == view[at]
    module.settle_checksum(2, error=1)
    view = module.read(0, 256)
    assert (view[255] - sum(view[128:255])) % 256 == 1


def test_a_cable_without_lasers_advertises_none(clock):
    """Page 01h byte 160 is zero and the lane words of page 11h stay zero, though the unit could answer."""
    module = CmisModule(AEC, lanes=8, clock=clock, live=Sensors())
    clock.sleep(1.0)
    module.write(127, b"\x01")
    assert module.read(160, 1) == b"\x00"
    module.write(127, b"\x11")
    assert module.read(128, 4) == b"\x44" * 4
    assert module.read(154, 48) == bytes(48)


def test_a_failed_module_stays_failed_until_it_is_reset(clock):
    """Byte 41 says why; nothing but a reset brings it back, and not before the cause is gone."""
    module = CmisModule(OSFP, lanes=8, clock=clock, live=Sensors())
    clock.sleep(1.0)
    module.fail(2)
    assert state(module) == FAULT
    assert module.read(41, 1) == b"\x02"
    module.fail(0)
    assert state(module) == FAULT
    module.reset()
    clock.sleep(1.0)
    assert state(module) == READY


@pytest.mark.parametrize(
    ("identity", "lanes", "said"),
    [
        (ModuleIdentity("SFP28", "A", "00-00-00", "B", "C", "D", "260101", "single-mode", 0.0), 1, "SFP28"),
        (ModuleIdentity("OSFP", "A", "00-00-00", "B", "C", "D", "260101", "tin cans", 0.0), 8, "tin cans"),
        (ModuleIdentity("OSFP", "A" * 17, "00-00-00", "B", "C", "D", "260101", "single-mode", 0.0), 8, "A" * 17),
        (ModuleIdentity("OSFP", "A", "00-00", "B", "C", "D", "260101", "single-mode", 0.0), 8, "company"),
        (OSFP, 33, "1 to 32 lanes"),
    ],
)
def test_an_identity_that_does_not_fit_is_refused(clock, identity, lanes, said):
    """Nothing is cut to fit."""
    with pytest.raises(ValueError, match=said):
        CmisModule(identity, lanes=lanes, clock=clock, live=Sensors())


@given(st.floats(1e-24, 2047e7))
def test_a_small_float_is_right_to_three_digits(value):
    """Eleven bits of mantissa leave at worst a quarter of a percent."""
    raw = int.from_bytes(f16(value), "big")
    assert (raw & 0x7FF) * 10.0 ** ((raw >> 11) - 24) == pytest.approx(value, rel=2.5e-3, abs=0.6e-24)


@pytest.mark.parametrize(("ratio", "db"), [(2.4e-4, 17.65), (2.5e-5, 19.0), (2.9e-6, 20.0), (7e-9, 22.0), (0.75, 0.0)])
def test_pam4_needs_this_ratio_for_that_error_rate(ratio, db):
    """BER = ¾·Q(√(SNR/5))."""
    assert pam4_snr_db(ratio) == pytest.approx(db, abs=0.05)


def test_words_stop_at_their_ends():
    """A sensor beyond its range shows the end of it."""
    assert (power_word(9.0), power_word(-1.0)) == (b"\xff\xff", b"\x00\x00")
    assert (temperature_word(500.0), temperature_word(-500.0)) == (b"\x7f\xff", b"\x80\x00")
