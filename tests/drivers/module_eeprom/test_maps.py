"""What the bytes of a module mean, and what they do not: hostile bytes give an error or a mark, never a wrong value."""

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import MemoryMapError
from drivers.module_eeprom.maps import cmis, cmis_monitors, cmis_states, cmis_statistics, sff8472, sff8636
from drivers.module_eeprom.maps.decoding import decoder_of
from drivers.module_eeprom.maps.identity import ascii_text, manufactured
from drivers.module_eeprom.maps.image import ModuleImage
from drivers.module_eeprom.maps.monitors import (
    ModuleMonitors,
    ModuleThresholds,
    Thresholds,
    bias_current,
    optical_power,
    supply_voltage,
    temperature,
)
from drivers.module_eeprom.maps.sff8024 import map_of
from drivers.reading import Reading

HALVES = st.binary(min_size=128, max_size=128)
KNOWN = (0x03, 0x0B, 0x0C, 0x0D, 0x11, 0x18, 0x19, 0x1E)


def image_with(*patches: tuple[int, bytes], pages: dict[tuple[int, int], bytes] | None = None) -> ModuleImage:
    """Zeros, but for these bytes of lower memory and page 00h."""
    memory = bytearray(256)
    for at, content in patches:
        memory[at : at + len(content)] = content
    return ModuleImage(bytes(memory[:128]), {(0, 0): bytes(memory[128:]), **(pages or {})})


def page_with(*patches: tuple[int, bytes]) -> bytes:
    """A page of zeros, but for these bytes, counted from 128 as the standards do."""
    page = bytearray(128)
    for at, content in patches:
        page[at - 128 : at - 128 + len(content)] = content
    return bytes(page)


@st.composite
def images(draw: st.DrawFn) -> ModuleImage:
    """Any bytes behind a known identifier, with any pages read."""
    lower = bytes([draw(st.sampled_from(KNOWN))]) + draw(HALVES)[1:]
    pages = {(0, 0): draw(HALVES)}
    for page in draw(st.sets(st.sampled_from([0x01, 0x02, 0x03, 0x11, 0x14, 0x20, 0x24]))):
        pages[0, page] = draw(HALVES)
    second = draw(st.none() | st.binary(min_size=256, max_size=256))
    return ModuleImage(lower, pages, diagnostics=second)


def readings(monitors: ModuleMonitors) -> list[Reading]:
    """Every reading there is."""
    of_lanes = [reading for lane in monitors.lanes for reading in (lane.tx_power, lane.rx_power, lane.tx_bias)]
    return [one for one in (monitors.temperature, monitors.supply_voltage, *of_lanes) if one is not None]


@given(images())
def test_any_bytes_decode_or_say_why_not(image: ModuleImage) -> None:
    """Whatever a module holds: a decoder answers with finite numbers and printable texts, or names what is wrong."""
    decoder = decoder_of(image)
    identity = decoder.identity(image)
    for text in (identity.vendor, identity.part, identity.revision, identity.serial, identity.date_code):
        assert text.isascii()
        assert text.isprintable() or not text
    for checksum in decoder.checksums(image):
        assert checksum.valid is (checksum.stored == checksum.computed)
    for decode in (decoder.monitors, decoder.thresholds, decoder.flags):
        try:
            found = decode(image)
        except MemoryMapError as error:
            assert "page" in str(error) or "device 51h" in str(error)  # noqa: PT017 - either answer is right
            continue
        if isinstance(found, ModuleMonitors):
            for reading in readings(found):
                assert reading.value is None or math.isfinite(reading.value)


@given(images())
def test_states_and_ratios_of_any_bytes_are_possible_ones(image: ModuleImage) -> None:
    """A reserved state is refused, an error ratio above one is no value."""
    code = image.lower[3] >> 1 & 0x07
    if 1 <= code <= 5:
        assert cmis_states.module_state(image.lower).startswith("Module")
    else:
        with pytest.raises(MemoryMapError, match="reserved"):
            cmis_states.module_state(image.lower)
    for one in cmis_statistics.observables(image):
        assert one.value is None or one.unit == "dB" or 0 <= one.value <= 1
    if image.has(0x14):
        try:
            assert all(0 <= ratio <= 1 for ratio in cmis_statistics.bit_error_ratios(image, "media"))
        except MemoryMapError as error:
            assert "selector" in str(error) or "cannot be" in str(error)  # noqa: PT017 - either answer is right


@given(st.binary(max_size=600).filter(lambda content: len(content) != 256))
def test_another_length_is_refused(content: bytes) -> None:
    """A cut memory is not decoded in part."""
    with pytest.raises(MemoryMapError, match=f"{len(content)} bytes"):
        ModuleImage.of(content)


@pytest.mark.parametrize("identifier", [0x00, 0x02, 0x1B, 0x80, 0xFF])
def test_an_identifier_without_a_map_is_refused(identifier: int) -> None:
    """Its bytes mean something else: no standard is guessed."""
    with pytest.raises(MemoryMapError, match=f"identifier {identifier:02X}h"):
        decoder_of(image_with((0, bytes([identifier]))))


def test_maps_follow_the_identifier() -> None:
    """SFP, QSFP28, QSFP-DD, OSFP and a QSFP that speaks CMIS."""
    assert [map_of(code) for code in (0x03, 0x11, 0x18, 0x19, 0x1E)] == ["SFF-8472", "SFF-8636", "CMIS", "CMIS", "CMIS"]


@pytest.mark.parametrize(
    ("content", "shown", "readable"),
    [
        (b"ACME    ", "ACME", True),
        (b"ACME\x00\x00", "ACME", True),
        (b"AC\xffE    ", "AC\\xffE", False),
        (b"AC\nE    ", "AC\\x0aE", False),
        (b"        ", "", True),
    ],
)
def test_rubbish_in_a_name_shows_and_is_marked(content: bytes, shown: str, readable: bool) -> None:
    """Texts are printable ASCII, padded with spaces (and, against the standards, with zeros)."""
    assert ascii_text(content) == (shown, readable)


@pytest.mark.parametrize(
    ("code", "day", "fine"),
    [
        ("260131", "2026-01-31", True),
        ("260131AB", "2026-01-31", True),
        ("", None, True),
        ("261331", None, False),
        ("26O131", None, False),
    ],
)
def test_a_date_code_is_a_day_or_marked(code: str, day: str | None, fine: bool) -> None:
    """Two digits each of year, month and day; a lot code may follow."""
    found, is_fine = manufactured(code)
    assert (found and found.isoformat(), is_fine) == (day, fine)


def test_words_are_scaled_as_the_standards_say() -> None:
    """1/256 degC signed, 100 µV, 0.1 µW, 2 µA times a multiplier; the end of a word is no value."""
    assert temperature(b"\x19\x80", 0) == Reading(25.5, "degC")
    assert temperature(b"\xff\x80", 0) == Reading(-0.5, "degC")
    assert temperature(b"\x7f\xff", 0).over_range == "OVER"
    assert temperature(b"\x80\x00", 0).over_range == "UNDER"
    assert supply_voltage(b"\x80\xe8", 0) == Reading(3.3, "V")
    assert optical_power(b"\x27\x10", 0) == Reading(0.001, "W")
    assert bias_current(b"\x0f\xa0", 0) == Reading(0.008, "A")
    assert bias_current(b"\x0f\xa0", 0, 4) == Reading(0.032, "A")
    assert optical_power(b"\xff\xff", 0).over_range == "OVER"


@given(st.integers(0, 0xFFFF))
def test_a_small_float_is_mantissa_times_a_power_of_ten(raw: int) -> None:
    """F16: eleven bits of mantissa, five of exponent with a bias of 24."""
    assert cmis_statistics.f16(raw) == pytest.approx((raw & 0x7FF) * 10.0 ** ((raw >> 11) - 24))


def test_what_a_cmis_module_does_not_advertise_is_not_read() -> None:
    """An AEC has no lasers: its lane words have no reading, whatever they hold."""
    pages = {
        (0, 0x01): page_with((159, b"\x01"), (160, b"\x00")),
        (0, 0x02): page_with((128, b"\x4b\x00\xfb\x00\x46\x00\x00\x00"), (176, b"\x12\x34")),
        (0, 0x11): page_with((154, b"\x27\x10")),
    }
    image = image_with((0, b"\x19\x50"), (14, b"\x28\x00\x80\xe8"), pages=pages)
    assert cmis_monitors.monitors(image) == ModuleMonitors(temperature=Reading(40.0, "degC"), supply_voltage=None)
    assert cmis_monitors.module_thresholds(image) == ModuleThresholds(
        temperature=Thresholds(75.0, -5.0, 70.0, 0.0, "degC")
    )


def test_a_reserved_multiplier_gives_no_current() -> None:
    """Page 01h byte 160 bits 4-3 = 3 is reserved: the words of the bias have no unit."""
    pages = {(0, 0x01): page_with((159, b"\x03"), (160, b"\x1f")), (0, 0x11): bytes(128)}
    with pytest.raises(MemoryMapError, match="multiplier 3"):
        cmis_monitors.monitors(image_with((0, b"\x19\x50"), pages=pages))


def test_lanes_of_the_second_bank_count_on_from_eight() -> None:
    """Bank 1's first lane is lane 9."""
    pages = {
        (0, 0x01): page_with((142, b"\x01"), (159, b"\x03"), (160, b"\x02")),
        (0, 0x11): page_with((140, b"\x02")),
        (1, 0x11): page_with((140, b"\x01"), (154, b"\x27\x10")),
    }
    image = image_with((0, b"\x19\x50"), pages=pages)
    lanes = cmis_monitors.monitors(image).lanes
    assert [lane.lane for lane in lanes] == list(range(1, 17))
    assert lanes[8].tx_power == Reading(0.001, "W")
    assert cmis_monitors.module_flags(image).tx_power == {"low alarm": (2, 9)}


def test_applications_end_at_their_mark() -> None:
    """Two descriptors, then FFh: what stands behind it is none."""
    image = image_with((0, b"\x19\x50\x80"), (86, b"\x51\x56\x88\x01\x4f\x1c\x44\x11\xff\x01\x02\x03"))
    first, second = cmis.applications(image)
    assert (first.host_interface, first.host_lanes, first.host_assignment) == (0x51, 8, 0x01)
    assert (second.number, second.media_lanes, second.host_assignment) == (2, 4, 0x11)


def test_a_cable_length_is_a_base_and_a_power_of_ten() -> None:
    """Byte 202: multiplier 0.1 m in steps to 6.3 m; FFh is longer than it can say."""
    lengths = [cmis.identity(image_with((0, b"\x19"), (202, bytes([byte])))).length_m for byte in (0x0F, 0x43, 0xC1)]
    assert lengths == pytest.approx([1.5, 3.0, 100.0])
    assert cmis.identity(image_with((0, b"\x19"), (202, b"\xff"))).length_m is None


def test_data_paths_have_four_bits_each() -> None:
    """The lower half of a byte is the odd lane; no state told is none, a reserved one an error."""
    image = image_with((0, b"\x19\x50"), pages={(0, 0x11): page_with((128, b"\x24\x44\x00\x00"))})
    assert cmis_states.data_path_states(image) == (
        *("DPActivated", "DPInit", "DPActivated", "DPActivated"),
        *(None, None, None, None),
    )
    broken = image_with((0, b"\x19\x50"), pages={(0, 0x11): page_with((128, b"\x94"))})
    with pytest.raises(MemoryMapError, match="lane 2: data path state 9"):
        cmis_states.data_path_states(broken)


def test_an_old_qsfp_without_a_supply_word_measures_nothing() -> None:
    """Before revision 2.8 nothing tells: 0 V cannot be the supply of a module that answers."""
    silent = image_with((0, b"\x0d\x03"))
    assert sff8636.monitors(silent) == ModuleMonitors(temperature=None, supply_voltage=None)
    speaking = image_with((0, b"\x0d\x03"), (22, b"\x19\x00"), (26, b"\x80\xe8"))
    assert sff8636.monitors(speaking).temperature == Reading(25.0, "degC")
    assert sff8636.monitors(speaking).lanes[0].tx_power is None


def test_flags_of_a_qsfp_lane_are_halves_of_bytes() -> None:
    """Byte 9: lane 1 above lane 2, each high alarm, low alarm, high warning, low warning from the top."""
    flags = sff8636.module_flags(
        image_with((0, b"\x11\x08"), (3, b"\x04"), (6, b"\x80"), (7, b"\x10"), (9, b"\x82\x01"))
    )
    assert flags.rx_power == {"high alarm": (1,), "high warning": (2,), "low warning": (4,)}
    assert (flags.temperature, flags.supply_voltage) == (frozenset({"high alarm"}), frozenset({"low warning"}))
    assert flags.rx_loss == (3,)


def sfp(monitoring: int, second: bytes) -> ModuleImage:
    """An SFP with this byte 92 and these diagnostics."""
    image = image_with((0, b"\x03\x04\x07"), (92, bytes([monitoring])))
    return ModuleImage(image.lower, image.pages, diagnostics=second)


def test_an_externally_calibrated_sfp_is_calibrated() -> None:
    """SFF-8472 9.3: slope times word plus offset, and a polynomial for received power."""
    second = bytearray(256)
    second[56:76] = struct.pack(">5f", 0, 0, 0, 2.0, 100.0)
    second[76:92] = struct.pack(">HhHhHhHh", 512, 10, 256, 0, 256, 256, 384, 0)
    second[96:106] = struct.pack(">hHHHH", 25 * 256, 22000, 1000, 5000, 400)
    monitors = sff8472.monitors(sfp(0x50, bytes(second)))
    assert monitors.temperature == Reading(26.0, "degC")
    assert monitors.supply_voltage == Reading(3.3, "V")
    (lane,) = monitors.lanes
    assert lane.tx_bias == Reading((2000 + 10) * 2e-6, "A")
    assert (lane.tx_power, lane.rx_power) == (Reading(5e-4, "W"), Reading(9e-5, "W"))


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_calibration_constants_that_are_no_numbers_are_refused(number: float) -> None:
    """A polynomial with a NaN gives no power."""
    second = struct.pack(">5f", 0, 0, number, 1, 0).rjust(76, b"\x00").ljust(256, b"\x00")
    with pytest.raises(MemoryMapError, match="no numbers"):
        sff8472.monitors(sfp(0x50, second))


def test_the_second_device_of_an_sfp_is_asked_for() -> None:
    """An SFP with diagnostics whose device 51h was not read has no monitors to make up."""
    with pytest.raises(MemoryMapError, match="device 51h was not read"):
        sff8472.monitors(image_with((0, b"\x03\x04\x07"), (92, b"\x68")))


def test_checksums_of_an_sfp() -> None:
    """CC_BASE of 0 to 62, CC_EXT of 64 to 94, CC_DMI of the diagnostics' 0 to 94."""
    second = bytearray(256)
    second[5], second[95] = 7, 7
    image = sfp(0x68, bytes(second))
    base, extended, diagnostics = sff8472.checksums(image)
    assert (base.computed, base.valid) == (0x03 + 0x04 + 0x07, False)
    assert (extended.computed, extended.valid) == (0x68, False)
    assert diagnostics.valid
    assert str(base) == "stored 0x00, computed 0x0e"
