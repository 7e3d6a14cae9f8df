"""The command that a page offers to copy does what the page shows, whatever its numbers look like."""

import shlex
import subprocess
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mes.queries.identity import UnitSummary
from mes.tui.view_commands import tree_command, unit_command, yield_command
from mes.vocabulary import UnitState


def unit(serial: str) -> UnitSummary:
    """A unit with this serial number."""
    at = datetime(2026, 3, 2, tzinfo=UTC)
    return UnitSummary(UUID(int=1), "own", "DAC", serial, "A", UnitState.REGISTERED, True, at, "final-1")


@given(serial=st.text(min_size=1).filter(str.isprintable))
def test_serial_is_one_word_of_the_command(serial):
    """Blanks, quotes, dollars and brackets of a serial number stay in one argument, which is no option."""
    words = shlex.split(unit_command(unit(serial), "site.db"))
    assert words[-1] == serial
    assert words[-2] == ("--" if serial.startswith("-") else "site.db")


@pytest.mark.parametrize("serial", ["A\x1b[31m", "tab\there", "quote'\\\n", "Ω\u202eend"])
def test_characters_that_cannot_be_seen_are_spelt_out(serial):
    """What the clipboard gets shows every character, and bash reads it as the same serial number."""
    command = tree_command(unit(serial), "site.db")
    assert command.isprintable()
    said = subprocess.run(
        ["bash", "-c", command.replace("mes tree", "printf '%s|'")], capture_output=True, check=True, text=True
    ).stdout
    assert said.split("|")[-2] == serial


def test_database_is_named_in_the_command():
    """The command asks the database that the screen shows, not the default one."""
    assert yield_command("my site.db") == "mes yield --db 'my site.db'"
