"""Check characters and serial formats against what the standards' own texts publish."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mes.labels.check_characters import CheckCharacter, check_character
from mes.labels.mac_address import LAST, is_group, is_local, read_mac, write_mac
from mes.labels.serial_format import DIGITS, SerialFormat, is_week, week_of

PUBLISHED = [
    # GRid standard 2.1 (IFPI): A1-2425G-ABC1234002-M.
    (CheckCharacter.MOD37_36, "A12425GABC1234002", "M"),
    # ISBT 128 technical specification, donation identification number G123 498 654321.
    (CheckCharacter.MOD37_2, "G123498654321", "H"),
    # ISO/IEC 7064 MOD 11-2, and the example identifier of ORCID, 0000-0002-1825-0097.
    (CheckCharacter.MOD11_2, "079", "X"),
    (CheckCharacter.MOD11_2, "000000021825009", "7"),
    # GS1 General Specifications 7.9.1: GTIN-13 and GTIN-8.
    (CheckCharacter.MOD10, "950110153100", "0"),
    (CheckCharacter.MOD10, "9501234", "6"),
    # ISO/IEC 16388 Annex A.
    (CheckCharacter.MOD43, "CODE39", "W"),
]

formats = st.builds(
    SerialFormat,
    prefix=st.text("ABCXYZ0179", max_size=6),
    width=st.integers(1, 6),
    base=st.sampled_from(sorted(DIGITS)),
    dated=st.booleans(),
    check=st.sampled_from([None, CheckCharacter.MOD37_36, CheckCharacter.MOD37_2, CheckCharacter.MOD43]),
)
weeks = st.builds("{:02d}{:02d}".format, st.integers(0, 99), st.integers(1, 53))


@pytest.mark.parametrize(("kind", "body", "character"), PUBLISHED)
def test_published_examples_come_out(kind, body, character):
    """Each method gives the check character that its standard prints beside its example."""
    assert check_character(kind, body) == character


def test_characters_that_a_method_cannot_count_have_no_check():
    """A hyphen has no value in ISO/IEC 7064, and a letter none in its digits' system."""
    assert check_character(CheckCharacter.MOD37_36, "A1-2") is None
    assert check_character(CheckCharacter.MOD11_2, "07A") is None


@settings(max_examples=60)
@given(st.text(DIGITS[36], min_size=2, max_size=16), st.data())
def test_one_wrong_character_and_neighbours_exchanged_are_found(body, data):
    """MOD 37,36 and MOD 37-2 find every single substitution; the pure system also every exchange of neighbours."""
    for kind in (CheckCharacter.MOD37_36, CheckCharacter.MOD37_2):
        place = data.draw(st.integers(0, len(body) - 1))
        other = data.draw(st.sampled_from(sorted(set(DIGITS[36]) - {body[place]})))
        assert check_character(kind, body[:place] + other + body[place + 1 :]) != check_character(kind, body)
    place = data.draw(st.integers(0, len(body) - 2))
    swapped = body[:place] + body[place + 1] + body[place] + body[place + 2 :]
    if swapped != body:
        assert check_character(CheckCharacter.MOD37_2, swapped) != check_character(CheckCharacter.MOD37_2, body)


@settings(max_examples=100)
@given(formats, st.data())
def test_a_serial_number_is_read_back_as_its_count(form, data):
    """Writing a count and reading it is identity, in every base, with and without date code and check."""
    count = data.draw(st.integers(0, form.capacity - 1))
    week = data.draw(weeks) if form.dated else ""
    assert form.read(form.write(count, week)) == (count, week)


def test_counter_is_full_after_its_last_digit():
    """Three digits of base 34 are 39,304 numbers; none of them has an I or an O."""
    form = SerialFormat("DAC", 3, 34)
    assert form.capacity == 39304
    assert form.write(39303) == "DACZZZ"
    assert not set("IO") & set(DIGITS[34])
    with pytest.raises(ValueError, match="39304 does not fit into 3 digits of base 34"):
        form.write(39304)


@pytest.mark.parametrize("serial", ["DAC26480AP3X", "DAC2699000A", "DAC2648OAP3A", "DAD26480AP3H", "DAC"])
def test_what_the_format_did_not_write_is_refused(serial):
    """A wrong check character, a week 99, a letter O and another prefix are none of this part's numbers."""
    with pytest.raises(ValueError, match=serial):
        SerialFormat("DAC", 4, 34, dated=True, check=CheckCharacter.MOD37_36).read(serial)


def test_date_code_is_the_week_of_iso_8601():
    """The first days of a year may belong to the last week of the year before."""
    from datetime import UTC, datetime

    assert week_of(datetime(2027, 1, 3, tzinfo=UTC)) == "2653"
    assert week_of(datetime(2026, 11, 23, tzinfo=UTC)) == "2648"
    assert not is_week("2654")


@settings(max_examples=50)
@given(st.integers(0, LAST))
def test_an_address_is_the_same_in_every_spelling(address):
    """Colons, hyphens, dots and none, in capitals or not, with the blanks that memories put behind."""
    text = write_mac(address)
    digits = text.replace(":", "")
    dotted = ".".join(digits[i : i + 4] for i in (0, 4, 8))
    for spelled in (text, text.upper().replace(":", "-"), digits.upper(), dotted, f" {text}  "):
        assert read_mac(spelled) == address


@pytest.mark.parametrize("text", ["", "02:00:5e:10:00", "02:00:5e:10:00:0g", "02:00-5e:10:00:00", "none"])
def test_what_is_no_address_is_refused(text):
    """Five octets, a letter beyond f, mixed separators."""
    with pytest.raises(ValueError, match="is no MAC address"):
        read_mac(text)


def test_bits_of_the_first_octet():
    """The lowest bit names a group, the next one says that nobody but the owner assigned it (IEEE 802)."""
    assert is_group(read_mac("01:00:5e:00:00:01"))
    assert is_local(read_mac("02:00:00:00:00:01"))
    assert not is_local(read_mac("00:1b:21:00:00:01"))
