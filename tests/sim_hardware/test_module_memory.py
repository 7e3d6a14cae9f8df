"""Module memory as a two-wire bus shows it."""

import errno
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim_hardware.bench import SimulatedBench
from sim_hardware.duts.cmis_map import CableIdentity, checksum_error, passive_copper_memory
from sim_hardware.duts.design import PASSIVE_DAC_800G
from sim_hardware.duts.module_memory import MemoryMapError, ModuleMemory


def paged():
    """A writable module with pages 0, 1 and 0x10, each filled with its own number."""
    return ModuleMemory(bytes(range(128)), {page: bytes([page]) * 128 for page in (0, 1, 0x10)})


def test_the_upper_half_is_the_page_chosen():
    """Byte 127 chooses the page; one that the module lacks brings page 0."""
    memory = paged()
    assert memory.read(128, 2) == b"\x00\x00"
    memory.write(127, b"\x10")
    assert memory.read(127, 2) == b"\x10\x10"
    memory.write(126, b"\x00\x77")
    assert memory.read(127, 2) == b"\x00\x00"


@settings(deadline=None)
@given(st.integers(0, 255), st.integers(1, 300))
def test_reading_rolls_over_within_the_upper_half(register, length):
    """Past byte 255 the address goes on at byte 128: the lower memory never follows the upper one."""
    memory = ModuleMemory(bytes(range(128)), {0: bytes(range(128, 256))})
    lower_and_page = memory.page(0)
    expected, at = bytearray(), register
    for _ in range(length):
        expected.append(lower_and_page[at])
        at = at + 1 if at < 255 else 128
    assert memory.read(register, length) == bytes(expected)


def test_a_write_stays():
    """What is written to a page is there when the page comes back."""
    memory = paged()
    memory.write(127, b"\x01")
    memory.write(200, b"RACKLINE")
    memory.write(127, b"\x00")
    assert memory.read(200, 8) == bytes(8)
    assert memory.page(1)[200:208] == b"RACKLINE"
    with pytest.raises(OSError, match="past byte 255"):
        memory.write(250, bytes(7))


def test_a_cable_map_says_what_the_cable_is():
    """OSFP, CMIS 5.0, flat, passive copper, 1.5 m, attenuation rising with frequency, valid checksum."""
    memory = passive_copper_memory(CableIdentity(part_number="DAC-800G", serial_number="DAC0001"), PASSIVE_DAC_800G)
    view = memory.page(0)
    assert (view[0], view[1], view[2], view[85], view[128]) == (0x19, 0x50, 0x80, 0x03, 0x19)
    assert view[148:164] == b"DAC-800G        "
    assert view[166:182] == b"DAC0001         "
    assert (view[202] & 0x3F) * 0.1 == pytest.approx(1.5)
    assert list(view[204:209]) == sorted(view[204:209])
    assert sum(view[128:222]) % 256 == view[222]


def test_a_name_too_long_for_the_map_is_refused():
    """Seventeen characters do not become sixteen."""
    with pytest.raises(ValueError, match="serial_number 'DAC00000000000001' does not fit into 16"):
        CableIdentity(part_number="DAC", serial_number="DAC00000000000001")


@pytest.mark.parametrize(("name", "error"), [("Cmis200GFr4", 0), ("Cmis200GFr4Bad", 1)])
def test_captured_maps_keep_their_checksum(captured, name, error):
    """Cmis200GFr4 is valid, Cmis200GFr4Bad is not; the same from JSON and from 256 bytes."""
    folder = captured / "transceiver_eeprom"
    from_json = ModuleMemory.from_file(folder / f"{name}.json")
    from_binary = ModuleMemory.from_file(folder / f"{name}_A0_lower+page00.bin")
    assert (checksum_error(from_json) != 0) is bool(error)
    assert from_json.page(0) == from_binary.page(0)
    assert len(from_json.page(0x10)) == 256
    with pytest.raises(KeyError):
        from_binary.page(0x10)


def test_captured_sff_maps_keep_their_bytes(captured):
    """An SFF-8636 map is played as it is, but for the page chosen; CC_BASE (byte 191) is the sum of 128 to 190."""
    path = captured / "transceiver_eeprom" / "SffCwdm4_A0_lower+page00.bin"
    memory = ModuleMemory.from_file(path)
    view, captured_bytes = memory.page(0), path.read_bytes()
    assert (view[:127], view[128:]) == (captured_bytes[:127], captured_bytes[128:])
    assert sum(view[128:191]) % 256 == view[191]


def test_a_played_memory_is_read_only(captured, clock):
    """A write is not acknowledged (ENXIO, as a Linux adapter says); choosing a page is."""
    with SimulatedBench("played", 1, clock) as bench:
        bench.add_memory("sim-i2c://near", "dut:A")
        bench.play_memory("sim-i2c://near", captured / "transceiver_eeprom" / "Cmis200GFr4.json")
        bus = bench.open_smbus("sim-i2c://near")
        with pytest.raises(OSError, match="write-protected") as refused:
            bus.write_block(0x50, 200, b"x")
        assert refused.value.errno == errno.ENXIO
        bus.write_block(0x50, 127, b"\x11")
        assert bus.read_block(0x50, 127, 1) == b"\x11"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.bin", b"\x19" * 255, "255 bytes instead of 256"),
        ("a.json", b"{", "expected A0_lower_00_7F"),
        ("a.json", b"[]", "expected A0_lower_00_7F"),
        (
            "a.json",
            json.dumps({"A0_lower_00_7F": "19", "upper_pages": {"00h": "00" * 128}}).encode(),
            "lower memory has 1",
        ),
        (
            "a.json",
            json.dumps({"A0_lower_00_7F": "19" * 128, "upper_pages": {"01h": "00" * 128}}).encode(),
            "page 00h is",
        ),
        (
            "a.json",
            json.dumps({"A0_lower_00_7F": "19" * 128, "upper_pages": {"00h": "00" * 9}}).encode(),
            "page 00h has 9",
        ),
    ],
)
def test_a_file_that_is_no_memory_is_named(tmp_path, name, content, said):
    """Wrong length, no JSON, missing or short pages: the message names file and fault."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(MemoryMapError, match=f"{name}.*{said}"):
        ModuleMemory.from_file(path)
