"""Lines and columns fit any terminal, and say so where they had to leave something out."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from mes.tui.view_table import Cell, Column, Entry, table
from mes.tui.view_text import cut, fitted, folded, plain

WIDTHS = st.integers(min_value=1, max_value=120)
TEXTS = st.text(max_size=80)


@given(text=TEXTS, width=WIDTHS)
def test_fitted_text_has_exactly_its_width(text, width):
    """Whatever a serial number consists of (wide letters, escapes, nothing), its cell keeps its width."""
    assert cell_len(fitted(text, width)) == width


@given(text=TEXTS, width=WIDTHS)
def test_a_cut_is_never_silent(text, width):
    """Text that did not fit ends in an ellipsis; text that fits is whole."""
    shown = cut(text, width)
    assert shown == text or shown.endswith("…")


@given(text=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=200), width=st.integers(2, 60))
def test_folding_loses_nothing(text, width):
    """The lines of a folded text fit, and together hold every character except the blanks between them."""
    lines = [plain(line) for line in folded(text, width)]
    assert all(cell_len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_folding_to_a_limit_says_that_there_is_more():
    """A serial number of 200 characters takes three lines of a narrow head, and the third ends in an ellipsis."""
    lines = folded("7" * 200, 40, limit=3)
    assert [len(plain(line)) for line in lines] == [40, 40, 40]
    assert plain(lines[-1]).endswith("…")


def test_text_cannot_act_on_the_terminal():
    """An escape sequence in a serial number is written out, not sent."""
    assert fitted("A\x1b[2J", 12) == "A\\x1b[2J    "


@given(width=st.integers(min_value=12, max_value=200), serial=TEXTS)
def test_table_fits_its_terminal(width, serial):
    """Every line of a table has one width, and from twelve cells on it is no wider than the terminal."""
    columns = (Column("unit", least=4), Column("verdict", least=4), Column("part", rank=2), Column("at", rank=1))
    entries = [Entry((Cell(serial), Cell("✔ PASSED"), Cell("DAC-800G"), Cell("08:00:31")))]
    listing = table(columns, entries, width)
    widths = {cell_len(plain(line)) for line in (listing.heading, *(row.line for row in listing.rows))}
    assert len(widths) == 1
    assert max(widths) <= width


def test_least_important_column_goes_first():
    """As a terminal narrows, whole columns leave by rank before any word is cut."""
    columns = (Column("unit"), Column("operation", rank=1), Column("part", rank=2))
    entries = [Entry((Cell("CABLE0001"), Cell("final_test"), Cell("DAC-800G")))]
    titles = {width: plain(table(columns, entries, width).heading).split() for width in (31, 30, 20)}
    assert titles == {31: ["unit", "operation", "part"], 30: ["unit", "operation"], 20: ["unit"]}
