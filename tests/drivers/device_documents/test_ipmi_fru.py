"""FRU images: those of another tool, read with the text they were made from, and broken ones."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.device_documents.ipmi_fru import FruRecord, decode_ipmi_fru
from drivers.errors import DocumentError


def closed(content: bytes) -> bytes:
    """Content with the byte that makes it add up to zero."""
    return content + bytes((-sum(content) % 256,))


def area(head: bytes, *fields: bytes) -> bytes:
    body = b"\x01\x00" + head + b"".join(fields) + b"\xc1"
    body += bytes(-(len(body) + 1) % 8)
    return closed(body[:1] + bytes(((len(body) + 1) // 8,)) + body[2:])


def latin(text: str) -> bytes:
    # A text of one character would begin with the end mark; writers lengthen it.
    raw = text.encode("latin-1") + b"\0" * (len(text) == 1)
    return bytes((0xC0 | len(raw),)) + raw


def record(kind: int, content: bytes, *, last: bool) -> bytes:
    return closed(bytes((kind, 0x82 if last else 0x02, len(content), -sum(content) % 256))) + content


def image(chassis: bytes = b"", board: bytes = b"", product: bytes = b"", records: bytes = b"") -> bytes:
    places, body = [0], b""
    for part in (chassis, board, product, records):
        places.append((8 + len(body)) // 8 if part else 0)
        body += part
    return closed(b"\x01" + bytes(places) + b"\0") + body


BOARD = area(b"\x00\x60\xc3\x00", latin("Vendor Ltd"), latin("Tray"), latin("SN12345"), latin("PN-1"), b"\x00")
PRODUCT = area(b"\x19", *(latin(word) for word in ("Vendor Ltd", "Shelf", "PN-2", "B", "SN777", "", "file")))
RECORDS = record(0x02, b"\x01\x02\x03", last=False) + record(0xC0, b"abc", last=True)
WHOLE = image(board=BOARD, product=PRODUCT, records=RECORDS)


def test_the_image_of_another_tool_says_what_it_was_made_from(captured: Path) -> None:
    """Every text of its source is found in the field of that name, and every area adds up."""
    folder = captured / "switch_eeprom_fru"
    truth = tomllib.loads((folder / "frutool_basic-all.toml").read_text(encoding="utf-8"))
    fru = decode_ipmi_fru((folder / "frutool_basic-all.bin").read_bytes())
    assert fru.checksum_valid
    assert fru.internal == truth["internal"]["data"].encode()
    assert fru.chassis is not None
    assert fru.chassis.kind == truth["chassis"]["type"]
    names = {"product_version": "version", "fru_file_id": "file_id", "custom_fields": "custom"}
    for name in ("chassis", "board", "product"):
        for key, said in truth[name].items():
            if key not in ("type", "language_code", "mfg_date_time"):
                found = getattr(getattr(fru, name), names.get(key, key))
                assert found == (tuple(said) if isinstance(said, list) else said), (name, key)
    assert fru.board is not None
    assert fru.board.made_at == datetime(2017, 7, 10, 16, 30, tzinfo=UTC)


def test_an_area_whose_checksum_byte_is_zero_adds_up(captured: Path) -> None:
    """Zero is a checksum like any other."""
    fru = decode_ipmi_fru((captured / "switch_eeprom_fru" / "frutool_checksum-zero.bin").read_bytes())
    assert fru.checksum_valid
    assert fru.board is not None
    assert fru.chassis is fru.product is None


def test_areas_and_records_are_read() -> None:
    """Board, product and two records; what is not there is None."""
    fru = decode_ipmi_fru(WHOLE)
    assert fru.board is not None
    assert fru.product is not None
    assert (fru.board.serial_number, fru.board.file_id) == ("SN12345", "")
    assert (fru.product.version, fru.product.asset_tag, fru.product.custom) == ("B", "", ())
    assert fru.records == (FruRecord(0x02, b"\x01\x02\x03", True), FruRecord(0xC0, b"abc", True))
    assert fru.checksum_valid


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (b"\x44\x12\x3a\x4b\x5c", "123 4-5."),
        (b"\x83\x29\xdc\xa6", "IPMI"),
        (b"\x02\xab\xcd", b"\xab\xcd"),
        (b"\xc3\xb5m\x00", "µm"),
        (b"\x00", ""),
        (b"\x80", ""),
    ],
)
def test_each_encoding_of_a_field(field: bytes, text: str | bytes) -> None:
    """BCD plus, 6-bit ASCII (the standard's own example), binary, Latin-1, and nothing."""
    fru = decode_ipmi_fru(image(chassis=area(b"\x17", field, latin("S1"))))
    assert fru.chassis is not None
    assert fru.chassis.part_number == text
    assert fru.chassis.serial_number == "S1"


def test_text_of_a_language_without_a_known_encoding_stays_bytes() -> None:
    """By the standard these are two-byte characters, in practice Latin-1: neither is guessed."""
    fru = decode_ipmi_fru(image(board=area(b"\x0b\0\0\0", *(latin(word) for word in ("AB", "C", "D", "E", "F")))))
    assert fru.board is not None
    assert fru.board.manufacturer == b"AB"
    assert fru.board.made_at is None


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_a_changed_byte_is_an_error_or_a_wrong_checksum(place: int, change: int) -> None:
    """No single byte changes what is read under valid checksums."""
    broken = bytearray(WHOLE)
    broken[place] ^= change
    try:
        fru = decode_ipmi_fru(bytes(broken))
    except DocumentError:
        return
    assert not fru.checksum_valid


def test_a_cut_image_is_refused_wherever_it_is_cut() -> None:
    """A read that broke off is no shorter image."""
    for end in range(len(WHOLE)):
        with pytest.raises(DocumentError):
            decode_ipmi_fru(WHOLE[:end])


@given(st.binary(max_size=120), st.binary(min_size=5, max_size=5))
def test_any_bytes_are_an_image_or_an_error(content: bytes, places: bytes) -> None:
    """Nothing but `DocumentError` comes out of the decoder, even behind a header that adds up."""
    for candidate in (content, closed(b"\x01" + places + b"\0") + content):
        try:
            decode_ipmi_fru(candidate)
        except DocumentError:
            continue


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (b"\xff" * 256, "an empty EEPROM"),
        (bytes(256), "an empty EEPROM"),
        (closed(b"\x01\0\0\x01\x01\0\0") + BOARD, "begin at one place"),
        (closed(b"\x01\0\x01\x02\0\0\0") + BOARD + BOARD, "has room for 8"),
        (closed(b"\x01\0\0\x10\0\0\0") + BOARD, "is cut before its board area"),
        (image(chassis=area(b"\x17", latin("P"))), "1 fields where 2 are fixed"),
        (image(chassis=area(b"\x17", b"\x41\xdd", latin("S"))), "is no BCD plus"),
        (image(records=record(2, b"abc", last=False)), "cut before the last record"),
    ],
)
def test_what_is_wrong_is_named(broken: bytes, message: str) -> None:
    """Empty, overlapping, short of a field, or without an end."""
    with pytest.raises(DocumentError, match=message):
        decode_ipmi_fru(broken)
