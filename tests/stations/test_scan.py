"""Scans: what a scanner sends, cut and checked; nothing malformed becomes a serial number."""

import re
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stations.errors import ScanRefused
from stations.scan import LONGEST_SERIAL, CheckCharacter, ScanReader, SerialRule, check_character

RULE = SerialRule("DAC-800G-150", re.compile("^DAC[0-9]{4,10}$", re.ASCII))


class HandClock:
    """A clock that a test sets by hand."""

    def __init__(self) -> None:
        self.at = 100.0

    def now(self) -> float:
        return self.at

    def utc(self) -> datetime:
        return datetime.fromtimestamp(self.at, UTC)

    def sleep(self, seconds: float) -> None:
        self.at += seconds


def reader(clock: HandClock | None = None, **settings) -> ScanReader:
    return ScanReader(RULE.serial, clock or HandClock(), **settings)


@pytest.mark.parametrize("scan", ["DAC0001", "DAC0000017", "DAC0001\r", "DAC0001\r\n", "DAC0001  \r\n", "DAC0001 "])
def test_line_ends_and_blanks_after_a_serial_are_stripped_by_rule(scan):
    """Scanners append CR, LF or blanks; one run of them at the end is no part of the serial."""
    assert RULE.serial(scan) == scan.rstrip("\r\n ")


REFUSED = [
    ("", "it is empty"),
    ("\r\n", "it is empty"),
    (" DAC0001", "no serial of DAC-800G-150"),
    ("DAC 0001", "no serial of DAC-800G-150"),
    ("dac0001", "no serial of DAC-800G-150"),
    ("DAC001", "no serial of DAC-800G-150"),
    ("B1234567", "no serial of DAC-800G-150"),
    ("DACO001", "character 4 is the letter O, not the digit 0"),
    ("DAC0OI1", "character 5 is the letter O, not the digit 0 and character 6 is the letter I, not the digit 1"),
    ("D\u0410C0001", "character 2 is CYRILLIC CAPITAL LETTER A"),
    ("DAC\uff10\uff10\uff10\uff11", "character 4 is FULLWIDTH DIGIT ZERO"),
    ("DAC000\u0661", "character 7 is ARABIC-INDIC DIGIT ONE"),
    ("DAC0001DAC0002", "two scans run together (DAC0001 and DAC0002)"),
    ("DAC0001\rDAC0002", "character 8 is control character 13"),
    ("'; DROP TABLE unit; --", "no serial of DAC-800G-150"),
    ("=cmd()", "no serial of DAC-800G-150"),
    ("../../etc/passwd", "no serial of DAC-800G-150"),
    ("DAC0001\0", "character 8 is control character 0"),
    ("\x1b[2JDAC0001", "character 1 is control character 27"),
    ("D" * 10_240, f"10240 characters, a serial has at most {LONGEST_SERIAL}"),
    ("DAC0001\t", "character 8 is control character 9"),
]


@pytest.mark.parametrize(("scan", "reason"), REFUSED)
def test_a_malformed_scan_is_refused_with_its_reason(scan, reason):
    """The refusal says in one printable ASCII-safe line what was scanned, why it is none, and what to do."""
    with pytest.raises(ScanRefused, match=re.escape(reason)) as refused:
        RULE.serial(scan)
    message = str(refused.value)
    assert message.isascii()
    assert message.isprintable()
    assert len(message) < 300
    assert "; " in message


@given(st.text(max_size=80))
def test_whatever_is_scanned_only_a_serial_comes_out(scan):
    """No text at all becomes a serial number unless it is one but for what scanners append."""
    try:
        serial = RULE.serial(scan)
    except ScanRefused:
        assert not re.fullmatch("DAC[0-9]{4,10}", scan, re.ASCII)
    else:
        assert re.fullmatch("DAC[0-9]{4,10}", serial, re.ASCII)
        assert scan.removeprefix(serial).strip("\r\n ") == ""


@pytest.mark.parametrize(
    ("kind", "body", "due"),
    [
        (CheckCharacter.MOD10, "629104150021", "3"),  # GS1 General Specifications, worked example of a GTIN-13
        (CheckCharacter.MOD10, "SN7", "9"),
        (CheckCharacter.MOD43, "159AZ", "H"),  # ISO/IEC 16388: 1 + 5 + 9 + 10 + 35 = 60, 60 mod 43 = 17 = H
        (CheckCharacter.MOD43, "abc", None),
    ],
)
def test_check_characters_are_those_of_their_standards(kind, body, due):
    """GS1 modulo 10 and Code 39 modulo 43; a character that a rule cannot count has no check character."""
    assert check_character(kind, body) == due


def test_a_wrong_check_character_is_refused():
    """A serial with one digit misread fails its check character, though its pattern matches."""
    rule = SerialRule("PSU", re.compile("[0-9A-Z]{6}"), CheckCharacter.MOD43)
    assert rule.serial("159AZH\r") == "159AZH"
    with pytest.raises(ScanRefused, match=r"check character 'H' is wrong \(the mod43 check asks for 'I'\)"):
        rule.serial("169AZH")


@given(cuts=st.lists(st.integers(0, 40), max_size=6))
def test_a_scan_is_the_same_however_the_line_cuts_it(cuts):
    """Bytes arrive in pieces: the scans are the same for every way of cutting the stream."""
    stream = b"DAC0001\r\nDAC0002\rDACO003\r\nDAC0004"
    scanner, got = reader(), []
    places = sorted({0, len(stream), *(min(cut, len(stream)) for cut in cuts)})
    for start, end in pairwise(places):
        got += scanner.feed(stream[start:end])
    assert [scan.serial for scan in got] == ["DAC0001", "DAC0002", None]
    assert [scan.serial for scan in scanner.feed(b"\r")] == ["DAC0004"]


def test_characters_of_a_keyboard_wedge_make_the_same_scans_as_bytes():
    """A wedge types; what it types is cut by the same suffix."""
    assert [scan.serial for character in "DAC0001\r" for scan in reader().feed(character)] == []
    wedge = reader(suffix="\n")
    assert [scan.serial for character in "DAC0001\n" for scan in wedge.feed(character)] == ["DAC0001"]


def test_prefix_and_suffix_are_those_of_the_station():
    """A scan without its station's prefix was typed, or comes from another scanner."""
    scanner = reader(prefix="\x02", suffix="\x03")
    good, typed, doubled = scanner.feed(b"\x02DAC0001\x03DAC0001\x03\x02DAC0001\x02DAC0002\x03")
    assert good.accepted() == "DAC0001"
    assert "lacks the prefix '\\x02'" in str(typed.refusal)
    assert "character 8 is control character 2" in str(doubled.refusal)
    with pytest.raises(ScanRefused, match="lacks the prefix"):
        typed.accepted()


def test_two_scans_whose_suffix_was_lost_are_refused_as_one():
    """Two labels run together are no label: neither serial is taken."""
    (scan,) = reader().feed(b"DAC0001DAC0002\r")
    assert scan.serial is None
    assert "two scans run together" in str(scan.refusal)


def test_the_same_scan_within_two_seconds_is_one_trigger_pull():
    """A scanner that reads a label again while the trigger is held gives one scan; two seconds later, another."""
    clock = HandClock()
    scanner = reader(clock)
    assert len(scanner.feed(b"DAC0001\r")) == 1
    clock.at += 1.9
    assert scanner.feed(b"DAC0001\r") == ()
    clock.at += 1.9
    assert scanner.feed(b"DAC0001\r") == ()
    clock.at += 2.0
    assert len(scanner.feed(b"DAC0001\r")) == 1


def test_another_serial_at_once_is_another_scan():
    """Only a repetition is passed over: two units scanned within two seconds are two scans."""
    assert [s.serial for s in reader().feed(b"DAC0001\rDAC0002\rDAC0001\r")] == ["DAC0001", "DAC0002", "DAC0001"]


def test_an_endless_stream_is_refused_once_and_forgotten():
    """Ten kilobytes without an end keep no memory, and the next label reads well."""
    scanner = reader()
    for _ in range(10):
        assert scanner.feed(b"x" * 1024 + b"y") == ()
        assert len(scanner._received) <= 1024
    flooded, next_scan = scanner.feed(b"\rDAC0001\r")
    assert flooded.refusal == "scan refused: 10250 bytes without an end; check the scanner"
    assert next_scan.serial == "DAC0001"


def test_bytes_that_are_no_text_are_refused():
    """A wrong baud rate gives bytes that are no characters: refused, never guessed."""
    (scan,) = reader().feed(b"\xff\xfeDAC0001\r")
    assert "no text; check the scanner's line settings" in str(scan.refusal)


def test_an_empty_scan_says_nothing():
    """A lone suffix, or the LF after a CR, is no scan."""
    assert reader().feed(b"\r\n\r\r\n") == ()


def test_a_scanner_without_a_suffix_has_no_end_of_scan():
    """Without a suffix the end of a scan would be a guess about time."""
    with pytest.raises(ValueError, match="suffix"):
        reader(suffix="")
