"""Labels as scanners send them: read alike in every spelling, and refused by field and position."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mes.labels.errors import LabelError
from mes.labels.label import Syntax, is_label, plain_text, read_label
from mes.labels.message import write_message

FIELDS = [("P", "DAC-800G-150"), ("1P", "AMP-77"), ("S", "DAC0001"), ("1T", "L-17"), ("Q", "250"), ("10D", "2648")]
FIELDS += [("4L", "DE"), ("1V", "AMPHENOL"), ("V", "ARROW")]
REEL = write_message(FIELDS)

CHECKED = {"Q": "12", "7Q": "2.5MR", "4L": "TW", "D": "261123", "10D": "2648", "11D": "202648", "12D": "20261123"}
CHECKED |= {"14D": "20270331", "16D": "20261123"}
printable = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=12)
identifiers = st.from_regex(r"\A[0-9]{0,3}[A-Z]\Z")
messages = st.lists(
    identifiers.flatmap(lambda di: st.tuples(st.just(di), st.just(CHECKED[di]) if di in CHECKED else printable)),
    min_size=1,
    max_size=6,
    unique_by=lambda field: field[0],
)


def spelled(message: str, gs: str, rs: str, eot: str) -> str:
    """The message as a scanner sends it that has its own way with control characters."""
    return message.replace("\x1d", gs).replace("\x1e", rs).replace("\x04", eot)


def test_a_reel_says_part_lot_quantity_and_where_it_comes_from():
    """The fields of a component label by their data identifiers, with the raw text kept."""
    label = read_label(REEL)
    assert label.syntax is Syntax.ISO_15434
    assert label.raw == REEL
    assert (label.part, label.maker_part, label.serial, label.lot) == ("DAC-800G-150", "AMP-77", "DAC0001", "L-17")
    assert (label.quantity, label.date_code, label.country) == (250.0, "2648", "DE")
    assert (label.maker, label.supplier) == ("AMPHENOL", "ARROW")
    assert [field.position for field in label.fields][:3] == [8, 22, 31]


@pytest.mark.parametrize(
    ("gs", "rs", "eot"),
    [
        ("\x1d", "\x1e", ""),
        ("^]", "^^", "^D"),
        ("<GS>", "<RS>", "<EOT>"),
        ("{GS}", "{RS}", ""),
        ("␝", "␞", "␄"),
        ("\\x1d", "\\x1e", "\\x04"),
        ("~", "#", ""),
        ("|", "|", "|"),
        ("|", "|", ""),
    ],
)
def test_scanners_spell_control_characters_in_their_own_way(gs, rs, eot):
    """Whatever was sent for GS, RS and EOT, the label says the same."""
    told = read_label(spelled(REEL, gs, rs, eot) + "\r")
    assert [(field.identifier, field.value) for field in told.fields] == FIELDS


REFUSED = [
    (REEL.removesuffix("\x1e\x04"), "the trailer is missing: the scan ends in field 9"),
    (REEL[:20], "the trailer is missing: the scan ends in field 1"),
    (spelled(REEL, "", "", ""), "character 4 must be RS"),
    (REEL.replace("\x1d", ""), "character 7 must be GS"),
    (REEL + REEL, "two labels run together: the second begins at character"),
    (REEL.replace("10D2648", "10D2699"), r"field 10D \(date code, YYWW\) at character 52: '2699' is no year and week"),
    (REEL.replace("Q250", "Q25O"), r"field Q \(quantity\) at character 47: '25O' is no number"),
    (REEL.replace("4LDE", "4LGermany"), "field 4L .* is no country of two letters"),
    (REEL.replace("SDAC0001", "S"), r"field S \(serial number\) at character 31: is empty"),
    (REEL.replace("SDAC0001", ""), "field 3, before character .* is empty"),
    (REEL.replace("1TL-17", "PX"), "field P at character .* repeats the one at character 8"),
    (REEL.replace("DAC0001", "DAC\x070001"), r"character 35 is '\\x07'"),
    (REEL.replace("P", "p").replace("S", "s"), "Caps Lock"),
    (REEL.replace("06", "12"), "format 12 at character 5 is not read here"),
    ("[)>", "character 4 must be RS"),
    ("[)>\x1e\x04", "no fields"),
    ("]C10109501101530004211234", r"GS1 element \(01\) at character 4: .*Expected 3, got 4"),
    ("]C1xyz", "GS1 element at character 4"),
    ("]E09501101530004", "GTIN at character 4: .*Expected 3, got 4"),
    ("]d2", "no GS1 element"),
    ("x" * 1025, "no label is that long"),
]


@pytest.mark.parametrize(("scan", "reason"), REFUSED)
def test_what_is_wrong_is_named_by_field_and_position(scan, reason):
    """Cut, doubled, damaged or misconfigured: the message says where, and what to do."""
    with pytest.raises(LabelError, match=reason):
        read_label(scan)


def test_gs1_symbols_are_told_by_their_symbology():
    """GTIN, serial number, lot, and the country by its number; with `^]` for FNC1 as well."""
    label = read_label("]d2010950110153000321SN77^]10L-17^]422276^]3725")
    assert label.syntax is Syntax.GS1
    assert (label.trade_item, label.serial, label.lot) == ("09501101530003", "SN77", "L-17")
    assert (label.country, label.quantity, label.symbology) == ("DE", 25.0, "]d2")
    assert read_label("]E09501101530003").trade_item == "09501101530003"


def test_gs1_without_a_symbology_must_prove_itself():
    """A GTIN with its check digit and a further element; a plain number of digits stays a plain number."""
    assert read_label("010950110153000321SN77").serial == "SN77"
    assert not is_label("010950110153000421SN77")
    assert not is_label("9638507400001")


def test_envelope_of_gs1_within_a_message():
    """Format 05 holds element strings; a message may have several envelopes."""
    label = read_label("[)>\x1e05\x1d0109501101530003\x1d21SN77\x1e06\x1dQ5\x1e\x04")
    assert (label.trade_item, label.serial, label.quantity) == ("09501101530003", "SN77", 5.0)


def test_plain_numbers_lose_only_symbology_and_line_end():
    """A Code 39 label whose scanner tells the symbology is the same number."""
    assert plain_text("]A0DAC0001\r\n") == "DAC0001"
    assert read_label("DAC0001").fields == ()
    assert not is_label("DAC0001")


def test_serial_with_its_issuer_and_labels_of_boxes():
    """25S is issuer, company and serial; a box names several units, so that none of them is meant."""
    assert read_label(write_message([("25S", "UN123456789SN77")])).serial == "SN77"
    assert read_label(write_message([("25S", "D1H0Y7SN78")])).serial == "SN78"
    assert read_label(write_message([("25S", "QXY1234")])).serial is None
    box = read_label("[)>\x1e06\x1d1PX\x1dSA1\x1dSA2\x1e\x04")
    assert (box.serials, box.serial) == (("A1", "A2"), None)


def test_last_day_of_use():
    """Of a GS1 label with day 00 it is the last of the month."""
    assert str(read_label(write_message([("14D", "20270331")])).expires) == "2027-03-31"
    assert str(read_label("]C117280200").expires) == "2028-02-29"


@settings(max_examples=150)
@given(messages)
def test_a_written_label_is_read_back(fields):
    """Writing a message and reading it is identity, whatever its fields are."""
    label = read_label(write_message(fields))
    assert [(field.identifier, field.value) for field in label.fields] == fields


@settings(max_examples=250)
@given(
    st.one_of(
        st.text(max_size=40),
        st.text("[)>\x1e\x1d\x0406PSQ14LD^]|~{}<GS>01.0123456789 ", max_size=60),
        st.builds("{}{}".format, st.sampled_from(["]C1", "]d2", "]E0", "[)>\x1e06\x1d", "[)>\x1e05\x1d"]), st.text()),
        st.builds(lambda cut, at, more: REEL[:at] + more + REEL[cut:], *[st.integers(0, len(REEL))] * 2, st.text()),
    )
)
def test_reading_raises_nothing_but_its_own_error(scan):
    """Arbitrary text is a label, a plain number, or refused with a position inside it or just behind it."""
    try:
        label = read_label(scan)
    except LabelError as error:
        label, place = None, error.position
    if label is None:
        assert 1 <= place <= len(scan) + 1
        return
    assert label.raw == scan
    for told in (label.part, label.serial, label.lot, label.quantity, label.expires, label.country):
        assert told is None or told != ""
