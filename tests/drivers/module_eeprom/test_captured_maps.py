"""Every captured module map, decoded with its checksum verdict: from the dump, and played behind the driver."""

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drivers.errors import MemoryMapError
from drivers.module_eeprom.maps import cmis_statistics
from drivers.module_eeprom.maps.decoding import decoder_of
from drivers.module_eeprom.maps.dump import read_dump
from drivers.module_eeprom.two_wire import TwoWireModule
from drivers.place import Place
from sim_hardware.bench import SimulatedBench
from sim_hardware.clock import VirtualClock


@dataclass(frozen=True)
class Truth:
    """What the captured bytes say, worked out by hand; checksums by SOURCES.md and by their sums."""

    memory_map: str
    form_factor: str
    part: str
    media: str
    length_m: float
    wrong: tuple[str, ...]
    temperature: float | None = None
    supply: float | None = None
    rx_power_w: tuple[float, ...] = ()


FR4_RX = (0.4032e-3, 0.3969e-3, 0.5812e-3, 0.5176e-3)
MAPS = {
    "SffDac": Truth("SFF-8636", "QSFP28", "NDAQGF-F302", "passive copper", 2.0, ("CC_BASE", "CC_EXT")),
    "SffCwdm4": Truth(
        "SFF-8636",
        "QSFP+",
        "FTL410QE2C",
        "multimode",
        0.0,
        (),
        31.015625,
        3.2989,
        (0.4643e-3, 0.9012e-3, 0.4913e-3, 0.4626e-3),
    ),
    "Cmis200GFr4": Truth("CMIS", "QSFP+ with CMIS", "", "single-mode", 0.0, (), 40.26953125, 3.302, FR4_RX),
    "Cmis200GFr4Bad": Truth(
        "CMIS", "QSFP+ with CMIS", "", "single-mode", 0.0, ("page 00h",), 40.26953125, 3.302, FR4_RX
    ),
    "Cmis400GDr4": Truth(
        "CMIS",
        "QSFP-DD",
        "",
        "single-mode",
        0.0,
        ("page 00h",),
        40.0234375,
        3.251,
        (1.7035e-3, 1.5166e-3, 1.7472e-3, 1.574e-3),
    ),
    "Cmis2x400GFr4": Truth(
        "CMIS", "OSFP", "", "single-mode", 0.0, ("page 00h",), 71.8203125, 3.1206, (1e-7, 1e-7, 1e-7, 1e-7)
    ),
    "CmisCredo800AEC": Truth("CMIS", "OSFP", "CAC815321A1AC1HW", "active copper", 1.5, ("page 00h",), 40.9375, 3.29),
    "Cmis400GCr8": Truth("CMIS", "QSFP-DD", "", "passive copper", 0.1, ("page 00h",)),
    "CmisFlatMem": Truth("CMIS", "QSFP-DD", "", "unspecified", 0.0, ("page 00h",)),
}
every_map = pytest.mark.parametrize(("name", "truth"), MAPS.items(), ids=MAPS)


@pytest.fixture
def captured() -> Path:
    """The folder of captured module maps."""
    folder = os.environ.get("RACKLINE_REALDATA")
    if not folder:
        pytest.skip("RACKLINE_REALDATA is not set: captured module maps cannot be read")
    return Path(folder) / "transceiver_eeprom"


def test_no_captured_map_is_left_out(captured: Path) -> None:
    """The table knows every dump there is."""
    assert {path.stem for path in captured.glob("*.json")} == set(MAPS)


@every_map
def test_a_dump_says_what_its_bytes_say(captured: Path, name: str, truth: Truth) -> None:
    """Identity, checksum verdicts and monitors of the whole dump."""
    image = read_dump(captured / f"{name}.json")
    decoder = decoder_of(image)
    identity, monitors = decoder.identity(image), decoder.monitors(image)
    assert (identity.memory_map, identity.form_factor, identity.vendor) == (
        truth.memory_map,
        truth.form_factor,
        "FACETEST",
    )
    assert (identity.part, identity.media, identity.length_m) == (truth.part, truth.media, truth.length_m)
    assert tuple(checksum.name for checksum in decoder.checksums(image) if not checksum.valid) == truth.wrong
    assert (monitors.temperature and monitors.temperature.value) == truth.temperature
    assert (monitors.supply_voltage and monitors.supply_voltage.value) == truth.supply
    received = [lane.rx_power.value for lane in monitors.lanes if lane.rx_power]
    assert received[: len(truth.rx_power_w)] == list(truth.rx_power_w)
    assert bool(received) is bool(truth.rx_power_w)


@every_map
def test_the_first_256_bytes_alone_give_the_same_page_00h(captured: Path, name: str, truth: Truth) -> None:
    """The binary holds lower memory and page 00h of the same module: the same verdicts on what is there."""
    image = read_dump(captured / f"{name}_A0_lower+page00.bin")
    verdicts = {checksum.name: checksum.valid for checksum in decoder_of(image).checksums(image)}
    assert verdicts == {checksum: checksum not in truth.wrong for checksum in verdicts}
    assert decoder_of(image).identity(image).part == truth.part


@every_map
def test_a_played_module_gives_the_same_through_the_driver(captured: Path, name: str, truth: Truth) -> None:
    """The unmodified driver on a read-only memory played from the dump answers as the dump does."""
    clock = VirtualClock(datetime(2026, 1, 5, tzinfo=UTC))
    with SimulatedBench(f"played-{name}", 1, clock) as bench:
        bench.add_memory("sim-i2c://a", "dut:A")
        bench.play_memory("sim-i2c://a", captured / f"{name}.json")
        with Place(clock=clock, smbus=bench.open_smbus) as place, TwoWireModule.open("sim-i2c://a", place) as module:
            image = read_dump(captured / f"{name}.json")
            decoder = decoder_of(image)
            assert module.read_identity() == decoder.identity(image)
            assert module.checksums() == decoder.checksums(image)
            assert module.read_dom() == decoder.monitors(image)
            assert module.read_thresholds() == decoder.thresholds(image)
            assert module.read_flags() == decoder.flags(image)


def test_captured_samples_are_ratios_of_living_links(captured: Path) -> None:
    """The 2x400G module's media eSNR lies near 21 dB on every lane: byte order and scale are right."""
    found = cmis_statistics.observables(read_dump(captured / "Cmis2x400GFr4.json"))
    ratios = [one.value for one in found if one.name == "eSNR" and one.side == "media"]
    assert ratios == [21.0625, 21.06640625, 21.0703125, 21.0390625, 21.03125, 21.0390625, 21.04296875, 21.01171875]


def test_captured_diagnostics_have_the_low_byte_first(captured: Path) -> None:
    """Page 14h with selector 06h: the ratios of the DR4's four lanes are possible only with the low byte first."""
    ratios = cmis_statistics.signal_to_noise(read_dump(captured / "Cmis400GDr4.json"), "media")
    assert ratios == (23.328125, 22.91015625, 22.9453125, 23.38671875, 0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "expected A0_lower_00_7F"),
        ("[]", "expected A0_lower_00_7F"),
        (json.dumps({"A0_lower_00_7F": "19", "upper_pages": {"00h": "00" * 128}}), "lower memory has 1 bytes"),
        (json.dumps({"A0_lower_00_7F": "19" * 128, "upper_pages": {"01h": "00" * 128}}), "page 00h is missing"),
        (json.dumps({"A0_lower_00_7F": "19" * 128, "upper_pages": {"page": "00" * 128}}), "is no page"),
        (
            json.dumps({"A0_lower_00_7F": "19" * 128, "upper_pages": {"00h": "00" * 128, "11h_1": "00"}}),
            "page 11h of bank 1",
        ),
    ],
)
def test_a_file_that_is_no_dump_is_named(tmp_path: Path, content: str, said: str) -> None:
    """The message names the file and what is wrong with it."""
    path = tmp_path / "dump.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(MemoryMapError, match=f"dump.json.*{said}"):
        read_dump(path)
