"""The laws of SCPI grammar: spellings, paths, suffixes, parameters."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim_hardware.scpi_grammar import (
    ScpiError,
    arguments,
    block,
    boolean,
    channel_list,
    header_forms,
    integer,
    node_forms,
    number,
    scpi,
    split_quoted,
)

shorts = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=4)
nodes = st.builds(lambda short, tail: short + tail, shorts, st.text("abcdefgh", max_size=5))


@given(nodes)
def test_a_mnemonic_has_a_long_and_a_short_form_and_no_other(node):
    """`VOLTage` is spelt VOLTAGE or VOLT; VOLTA is undefined."""
    forms = node_forms(node)
    assert forms[0] == node.upper()
    assert set(forms) == {node.upper(), "".join(c for c in node if c.isupper())}


@given(st.lists(nodes, min_size=1, max_size=4), st.booleans())
def test_a_header_has_every_combination_of_forms(path, query):
    """Each node is abbreviated or not, independently of the others."""
    mark = "?" if query else ""
    headers = [form.header for form in header_forms(":".join(path) + mark)]
    expected = 1
    for node in path:
        expected *= len(node_forms(node))
    assert len(headers) == len(set(headers)) == expected
    assert all(header.endswith("?") == query for header in headers)


@pytest.mark.parametrize(
    ("pattern", "headers"),
    [
        ("[SOURce:]VOLT", {"VOLT", "SOURCE:VOLT", "SOUR:VOLT"}),
        ("SYST:ERR[:NEXT]?", {"SYST:ERR?", "SYST:ERR:NEXT?"}),
        ("[A[:B]:]C", {"C", "A:C", "A:B:C"}),
        ("*IDN?", {"*IDN?"}),
        ("SENS#:FREQ:STAR", {"SENS#:FREQ:STAR"}),
    ],
)
def test_what_stands_in_brackets_may_be_left_out(pattern, headers):
    """Default nodes are optional, nested ones too."""
    assert {form.header for form in header_forms(pattern)} == headers


def test_suffixes_keep_their_place_when_an_optional_node_goes():
    """The second suffix of a pattern is the second argument even where the first is not written."""
    slots = {form.header: form.slots for form in header_forms("[SOUR#:]FUNC:STEP#")}
    assert slots == {"SOUR#:FUNC:STEP#": (0, 1), "FUNC:STEP#": (1,)}


@pytest.mark.parametrize("pattern", ["[SOUR:VOLT", "SOUR]:VOLT"])
def test_a_malformed_pattern_is_refused(pattern):
    """Brackets must match."""
    with pytest.raises(ValueError, match="bracket"):
        header_forms(pattern)


def test_scpi_marks_add_up():
    """A method may answer to several patterns, each with its own time."""

    @scpi("ABORt", "STOP", delay=0.5)
    @scpi("HALT")
    def abort(_device: object) -> None: ...

    assert [(p.text, p.delay) for p in abort.scpi_patterns] == [("HALT", 0.0), ("ABORt", 0.5), ("STOP", 0.5)]


plain = st.text("ABC123.-+ @:", max_size=8)
quoted = st.text("AB;,()#'1 \n", max_size=8).map(lambda text: f'"{text}"')
blocks = st.binary(max_size=40).map(lambda content: block(np.frombuffer(content, "u1")).decode("latin-1"))
lists = st.lists(st.integers(100, 999), min_size=1, max_size=3).map(lambda c: f"(@{','.join(map(str, c))})")


@given(st.lists(plain | quoted | blocks | lists, min_size=1, max_size=6), st.sampled_from(";,"))
def test_separators_inside_strings_blocks_and_lists_do_not_separate(pieces, separator):
    """Splitting undoes joining, whatever the pieces hold."""
    assert split_quoted(separator.join(pieces), separator) == pieces


@given(st.lists(st.text(st.characters(codec="latin-1"), max_size=10), min_size=1, max_size=4), st.sampled_from("\"'"))
def test_string_parameters_come_without_their_quotes(texts, quote):
    """A quote inside a string is doubled on the wire and single in the instrument."""
    written = ",".join(quote + text.replace(quote, quote * 2) + quote for text in texts)
    assert arguments(written) == texts


@given(st.lists(st.binary(max_size=60), min_size=1, max_size=3))
def test_block_parameters_come_as_bytes(contents):
    """A definite-length block may hold any byte, terminators and separators included."""
    written = ",".join(block(np.frombuffer(content, "u1")).decode("latin-1") for content in contents)
    assert arguments(written) == contents


@pytest.mark.parametrize(
    ("text", "code"),
    [('"open', -151), ('"a"b', -151), ("(@101", -171), ("#3", -161), ("#210abc", -161), ("#2x0abc", -161)],
)
def test_what_does_not_end_is_a_command_error(text, code):
    """A string, expression or block cut short is refused by its own number."""
    with pytest.raises(ScpiError) as caught:
        arguments(text)
    assert caught.value.code == code


@pytest.mark.parametrize("text", ["#H1F", "#0", "#", "#Q17"])
def test_other_uses_of_the_hash_sign_are_plain_text(text):
    """Non-decimal numbers begin with # too."""
    assert arguments(text) == [text]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_is_a_number(value):
    """What Python writes, the instrument reads."""
    assert number(repr(value)) == value


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("10", "V", 10),
        ("10 mV", "V", 0.01),
        ("1.5E3mV", "V", 1.5),
        ("10 MHZ", "HZ", 1e7),
        ("3 mohm", "OHM", 3e6),
        ("2 MAV", "V", 2e6),
        ("100 kHz", "Hz", 1e5),
        (".5 us", "S", 5e-7),
        ("MIN", "V", 0),
        ("maximum", "V", 5e7),
    ],
)
def test_units_and_their_prefixes(text, unit, value):
    """M is milli, except before HZ and OHM."""
    assert number(text, 0, 5e7, unit) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ten", -104),
        ("", -104),
        ("1,5", -104),
        ("1e", -131),
        ("5 A", -131),
        ("5 XV", -131),
        ("11", -222),
        ("NAN", -104),
    ],
)
def test_what_is_no_number_in_range_is_refused(text, code):
    """Each way to be wrong has its own error number."""
    with pytest.raises(ScpiError) as caught:
        number(text, 0, 10, "V")
    assert caught.value.code == code


def test_an_open_range_has_no_maximum():
    """MAX means something only where there is one."""
    with pytest.raises(ScpiError):
        number("MAX")


@pytest.mark.parametrize(("text", "value"), [("3.6", 4), ("255", 255), ("-0.4", 0)])
def test_integers_are_rounded(text, value):
    """IEEE 488.2 rounds where a whole number is wanted."""
    assert integer(text, 0, 255) == value


def test_an_integer_outside_its_range_is_refused():
    """Rounding comes before the range."""
    assert integer("255.4", 0, 255) == 255
    with pytest.raises(ScpiError):
        integer("255.6", 0, 255)


@pytest.mark.parametrize(
    ("text", "value"), [("ON", True), ("off", False), ("1", True), ("0", False), ("2", True), ("0.4", False)]
)
def test_booleans(text, value):
    """A number that rounds to zero is off, any other on."""
    assert boolean(text) is value


def test_no_other_word_is_a_boolean():
    """TRUE is not SCPI."""
    with pytest.raises(ScpiError) as caught:
        boolean("TRUE")
    assert caught.value.code == -224


@given(st.lists(st.integers(0, 9999), min_size=1, max_size=20))
def test_channel_lists_keep_their_order(channels):
    """Channels come as written, repeats included."""
    assert channel_list("(@" + ",".join(map(str, channels)) + ")") == tuple(channels)


@pytest.mark.parametrize(
    ("text", "channels"),
    [("(@101)", (101,)), ("( @101 )", None), ("(@101:103)", (101, 102, 103)), ("(@ 3:1 , 7 )", (3, 2, 1, 7))],
)
def test_channel_ranges(text, channels):
    """A range runs up or down, both ends included."""
    if channels is None:
        with pytest.raises(ScpiError):
            channel_list(text)
    else:
        assert channel_list(text) == channels


@pytest.mark.parametrize("text", ["101", "(@)", "(@101,)", "(@1:2:3)", "(101)", "(@-1)"])
def test_what_is_no_channel_list_is_refused(text):
    """-171 for anything malformed."""
    with pytest.raises(ScpiError) as caught:
        channel_list(text)
    assert caught.value.code == -171


def test_a_block_says_its_length_in_the_byte_order_of_its_array():
    """The header counts bytes, not values."""
    assert block(np.array([1.0], "<f8")) == b"#18" + b"\x00\x00\x00\x00\x00\x00\xf0\x3f"
    assert block(np.array([1.0], ">f8")) == b"#18" + b"\x3f\xf0\x00\x00\x00\x00\x00\x00"
    assert block(np.zeros(0)) == b"#10"
    assert block(np.zeros(12500))[:8] == b"#6100000"
