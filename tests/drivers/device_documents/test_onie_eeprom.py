"""ONIE images: captured ones, and the law that decoding undoes encoding."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.device_documents.onie_eeprom import (
    Tlv,
    TlvCode,
    decode_onie_eeprom,
    encode_onie_eeprom,
    image_from_hex,
)
from drivers.errors import DocumentError

codes = st.integers(0, 0xFC) | st.just(0xFF)
entries = st.lists(st.builds(Tlv, codes, st.binary(max_size=40)), max_size=12, unique_by=lambda e: e.code).map(tuple)
extensions = st.lists(st.builds(Tlv, st.just(0xFD), st.binary(max_size=40)), max_size=3).map(tuple)

UNIT = (
    Tlv(TlvCode.PRODUCT_NAME, b"SN5600" + bytes(10)),
    Tlv(TlvCode.SERIAL_NUMBER, b"MT2022X08597"),
    Tlv(TlvCode.MAC_BASE, bytes.fromhex("1c34da1d4200")),
    Tlv(TlvCode.MANUFACTURE_DATE, b"07/02/2020 02:38:26"),
    Tlv(TlvCode.DEVICE_VERSION, b"\x03"),
    Tlv(TlvCode.MAC_COUNT, b"\x00\xfe"),
    Tlv(TlvCode.VENDOR_EXTENSION, b"\x00\x00\x81\x19"),
    Tlv(TlvCode.VENDOR_EXTENSION, b"\x00\x00\x81\x19"),
)
IMAGE = encode_onie_eeprom(UNIT)


@pytest.mark.parametrize(
    ("name", "product", "platform", "checksum"),
    [
        ("x86_64-mlnx_msn4700_simx-r0", "MSN4700", "x86_64-mlnx_msn4700-r0", 0x1238C741),
        ("x86_64-nvidia_sn5600_simx-r0", "SN5600", "x86_64-nvidia_sn5600-r0", 0x651186E0),
    ],
)
def test_captured_images_are_read_with_a_valid_checksum(
    captured: Path, name: str, product: str, platform: str, checksum: int
) -> None:
    """Both simulated platforms carry the identity of one MSN4700, as their source says."""
    dump = captured / "switch_eeprom_fru" / f"{name}.syseeprom.hex"
    unit = decode_onie_eeprom(image_from_hex(dump.read_bytes()))
    assert unit.checksum_valid
    assert unit.crc_found == checksum
    assert (unit.product_name, unit.text(TlvCode.PLATFORM_NAME)) == (product, platform)
    assert (unit.part_number, unit.serial_number) == ("MSN4700-WS2FO", "MT2022X08597")
    assert (unit.mac_base, unit.mac_count, unit.device_version) == ("1c:34:da:1d:42:00", 254, 0)
    assert unit.manufacture_date == "07/02/2020 02:38:26"
    assert decode_onie_eeprom(encode_onie_eeprom(unit.entries)).entries == unit.entries


@given(entries, extensions, st.binary(max_size=64))
def test_decoding_undoes_encoding(fixed: tuple[Tlv, ...], own: tuple[Tlv, ...], beyond: bytes) -> None:
    """Whatever the entries, and whatever the rest of the memory holds."""
    image = encode_onie_eeprom(fixed + own)
    unit = decode_onie_eeprom(image + beyond)
    assert unit.entries == fixed + own
    assert unit.checksum_valid
    assert encode_onie_eeprom(unit.entries) == image


@given(st.integers(0, len(IMAGE) - 1), st.integers(1, 255))
def test_a_changed_byte_is_an_error_or_a_wrong_checksum(place: int, change: int) -> None:
    """No single byte changes what is read under a valid checksum."""
    broken = bytearray(IMAGE)
    broken[place] ^= change
    try:
        unit = decode_onie_eeprom(bytes(broken))
    except DocumentError:
        return
    assert not unit.checksum_valid


def test_a_cut_image_is_refused_wherever_it_is_cut() -> None:
    """A read that broke off is no shorter image."""
    for end in range(len(IMAGE)):
        with pytest.raises(DocumentError):
            decode_onie_eeprom(IMAGE[:end])


@given(st.binary(max_size=100))
def test_any_bytes_behind_the_signature_are_an_error_or_say_that_the_checksum_is_wrong(content: bytes) -> None:
    """An EEPROM that was never programmed does not pass for one that was."""
    for image in (content, b"TlvInfo\0\x01" + content):
        try:
            unit = decode_onie_eeprom(image)
        except DocumentError:
            continue
        assert not unit.checksum_valid


@pytest.mark.parametrize(
    ("given_entries", "message"),
    [
        ((UNIT[0], UNIT[1], UNIT[0]), "occurs twice"),
        ((Tlv(0xFE, b"1234"),), "no entry that may be given"),
        ((Tlv(0x21, bytes(256)),), "has 256 bytes; 255 fit"),
        (tuple(Tlv(0xFD, bytes(255)) for _ in range(8)), "more than 2048"),
    ],
)
def test_entries_that_no_image_holds_are_refused(given_entries: tuple[Tlv, ...], message: str) -> None:
    """What was encoded can always be decoded again."""
    with pytest.raises(DocumentError, match=message):
        encode_onie_eeprom(given_entries)


def test_values_of_the_wrong_size_or_form_are_not_read_as_something_else() -> None:
    """Each field says what is wrong with it; the others can still be read."""
    odd = (
        Tlv(TlvCode.SERIAL_NUMBER, b"MT\xff"),
        Tlv(TlvCode.MAC_BASE, b"\x1c\x34"),
        Tlv(TlvCode.MANUFACTURE_DATE, b"2020-07-02"),
        Tlv(TlvCode.MAC_COUNT, b"\xfe"),
        Tlv(TlvCode.PRODUCT_NAME, b"SN5600"),
    )
    unit = decode_onie_eeprom(encode_onie_eeprom(odd))
    assert unit.product_name == "SN5600"
    assert unit.part_number is None
    for field in ("serial_number", "mac_base", "manufacture_date", "mac_count"):
        with pytest.raises(DocumentError, match=field.upper()):
            getattr(unit, field)


@pytest.mark.parametrize("text", ["5", "54 6", "54 zz", "0x54", "54\x0054", "546c"])
def test_a_dump_is_pairs_of_digits(text: str) -> None:
    """An odd digit means that something was lost."""
    with pytest.raises(DocumentError, match="hex dump"):
        image_from_hex(text)
