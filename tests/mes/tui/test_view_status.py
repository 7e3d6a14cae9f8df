"""The first line of every page says whose figures these are and whether they are fresh."""

import pytest

from mes.ledger import Site
from mes.tui.view_status import Status, status_lines
from mes.tui.view_text import Tone, plain
from mes.tui.view_verdict import verdict_word
from mes.vocabulary import RunEnding, SiteKind, Verdict

REAL, SIMULATED = Site("Cable works", SiteKind.REAL), Site("Cable works", SiteKind.SIMULATED)


@pytest.mark.parametrize("width", [40, 80, 160])
def test_simulated_site_is_marked_first(width):
    """However narrow the terminal, SIMULATED stands before the name of a simulated site, and only there."""
    assert plain(status_lines(Status(SIMULATED, "site.db", None, None, False), width)[0]).startswith(" SIMULATED ")
    assert "SIMULATED" not in plain(status_lines(Status(REAL, "site.db", None, None, False), width)[0])


def test_what_is_old_says_so():
    """Without a database the page keeps its figures and says why, in full, that they may be old."""
    first, *rest = status_lines(Status(REAL, "site.db", "database site.db: is not there\nwaiting", None, False), 80)
    assert plain(first).endswith(" OFFLINE ")
    assert plain(rest[0]) == "what is shown may be old: database site.db: is not there - waiting"


def test_name_of_a_site_is_not_markup():
    """A site named in markup is shown letter for letter."""
    (line,) = status_lines(Status(Site("[red]x[/red]", SiteKind.REAL), "site.db", None, None, False), 80)
    assert "[red]x[/red]" in plain(line)


def test_fault_of_a_station_never_reads_as_a_bad_unit():
    """ERROR and ABORTED have another word, glyph and tone than FAILED."""
    failed = verdict_word(Verdict.FAILED, RunEnding.COMPLETED)
    assert failed == ("✘ FAILED", Tone.FAILED)
    for ending in (RunEnding.ERROR, RunEnding.ABORTED):
        word, tone = verdict_word(Verdict.NONE, ending)
        assert "✘" not in word
        assert tone is not failed[1]


def test_proven_failure_outweighs_a_broken_off_run():
    """A unit that failed before its fixture broke is a failed unit."""
    assert verdict_word(Verdict.FAILED, RunEnding.ABORTED)[0] == "✘ FAILED"
