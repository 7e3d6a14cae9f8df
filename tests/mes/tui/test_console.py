"""The console in the hand of a person: it moves, finds, opens, goes back, and survives what happens to a screen."""

import pytest
from textual.geometry import Size

from mes.records import Attachment, StepAttempt, StepResult
from mes.tui.app import ConsoleApp
from mes.tui.built_from import BuiltFrom
from mes.tui.listing_view import ListingView
from mes.tui.overview_screen import OverviewScreen
from mes.tui.search_results import SearchResults
from mes.vocabulary import Outcome

NASTY = "[red]x[/red]" + "9" * 90 + "\x1b[2J\u202e["


def test_line_moves_while_it_is_watched(story, drive):
    """A run that is recorded behind the console's back comes to the top of the newest runs by itself."""

    async def scenario(console):
        story.run(story.register("CABLE0099"), "final_test")
        await console.until(lambda: "CABLE0099" in console.rows("#recent")[0], "the new run comes")
        await console.until(lambda: "7 runs  5 passed" in console.text(), "the counts move")
        await console.until(lambda: "7 units" in console.text(), "the units move")

    drive(story.url, scenario)


def test_cursor_stays_with_its_run_while_others_come(story, drive):
    """Somebody about to press Enter opens what the cursor was on, though newer runs pushed it down."""

    async def scenario(console):
        await console.press("down", "down")
        story.run(story.register("CABLE0099"), "final_test")
        await console.until(lambda: "CABLE0099" in console.rows("#recent")[0], "the new run comes")
        await console.press("enter")
        await console.until(lambda: "DAC-800G CABLE0002" in console.text(), "the run under the cursor opens")

    drive(story.url, scenario)


def test_genealogy_opens_level_by_level_in_both_directions(story, drive):
    """From a rack down to a bundle and from the bundle up to the rack, and back by Esc one page at a time."""
    rack = story.register("RACK1", "RACK")
    cable = story.register("CABLE0050")
    story.install(cable, "bundle", story.register("B0050", story.BUNDLE))
    story.install(rack, "slot", cable)

    async def scenario(console):
        await console.open("RACK1")
        await console.press("3", "down", "space")
        tree = console.app.screen.query_one(BuiltFrom)
        await console.until(lambda: tree.root.children[0].children, "the level comes")
        labels = [str(node.label) for node in (tree.root.children[0], tree.root.children[0].children[0])]
        assert labels[0].startswith("slot: DAC-800G CABLE0050")
        assert labels[1].startswith("bundle: BUNDLE-8 B0050")
        await console.press("down", "enter")
        await console.until(lambda: "BUNDLE-8 B0050" in console.lines()[1], "the bundle opens")
        await console.press("3")
        assert console.rows("#built-into")[0].startswith("DAC-800G CABLE0050")
        assert console.rows("#built-into")[1].startswith("  RACK RACK1")
        await console.press("escape")
        assert "RACK RACK1" in console.lines()[1]
        await console.press("escape")
        assert console.page() == "OverviewScreen"

    drive(story.url, scenario)


def test_scan_opens_the_scanned_unit_from_any_page(story, drive):
    """A keyboard scanner types faster than the focus moves; its Enter opens what it read and nothing else."""

    async def scenario(console):
        console.scan("CABLE0002")
        await console.until(lambda: "DAC-800G CABLE0002" in console.text(), "the first scan opens")
        console.scan("CABLE0003")
        await console.until(lambda: "DAC-800G CABLE0003" in console.text(), "the second scan opens")
        await console.press("escape")
        assert console.page() == "OverviewScreen"

    drive(story.url, scenario)


def test_number_of_nobody_says_what_comes_near(story, drive):
    """A mistyped serial number finds nothing, and the numbers that begin most like it are named."""

    async def scenario(console):
        await console.press("slash", *"CABLE9", "enter")
        assert "nothing begins with CABLE9" in console.text()
        assert "nearest: CABLE0001, CABLE0002, CABLE0003" in console.text()
        assert console.page() == "OverviewScreen"

    drive(story.url, scenario)


def test_results_go_on_behind_the_page(story, drive, monkeypatch):
    """At the last row the next page follows by itself, and no row comes twice."""
    monkeypatch.setattr("mes.queries.search.search.__kwdefaults__", {"after": None, "limit": 2})

    async def scenario(console):
        await console.press("slash", *"C")
        assert len(console.rows("#results")) == 3
        console.app.screen.query_one(SearchResults).focus()
        await console.press("end")
        await console.until(lambda: len(console.rows("#results")) == 3 and "more" not in console.text(), "all is there")
        assert [row.split()[0] for row in console.rows("#results")] == ["CABLE0001", "CABLE0002", "CABLE0003"]

    drive(story.url, scenario)


@pytest.mark.parametrize("size", [(80, 24), (40, 10)])
def test_serial_number_is_text_and_nothing_else(story, drive, size):
    """Markup, 112 characters, an escape sequence and a direction mark are shown and do nothing, on every page."""
    unit = story.register(NASTY)
    story.run(unit, "final_test")
    story.install(story.register("HOLDER"), "slot", unit)

    async def scenario(console):
        assert any("[red]x[/red]9" in row for row in console.rows("#recent"))
        await console.press("slash", *"[red]x", "enter")
        await console.until(lambda: console.page() == "UnitScreen", "it opens")
        await console.press("3", "2", "1")
        assert "\x1b" not in console.text()
        assert "\u202e" not in console.text()
        assert "\\x1b[2J\\u202e[" in console.text() or "9…" in console.text()
        await console.pilot.press("ctrl+p")
        await console.until(lambda: "Copy this page's command" in console.text(), "the palette opens")
        # A palette of ten lines has no room for the command itself.
        assert size == (40, 10) or "$'[red]x[/red]9" in console.text()
        await console.pilot.press("escape")
        await console.open("HOLDER")
        await console.press("3")
        assert "slot: DAC-800G [red]x[/red]9" in console.text()

    drive(story.url, scenario, size)


def test_terminal_may_be_resized_at_any_moment(story, drive):
    """Wide, tiny and back, in the middle of a page: every line still fits and the same things are there."""

    async def scenario(console):
        await console.open("CABLE0001")
        for width, height in ((160, 50), (20, 5), (1, 1), (40, 10), (80, 24)):
            await console.pilot.resize_terminal(width, height)
            await console.settle_size(Size(width, height))
        assert "sdd21 failed by 0.98 dB" in console.text()

    drive(story.url, scenario)


def test_click_is_cursor_and_enter(story, drive):
    """A row opens by the mouse."""

    async def scenario(console):
        await console.pilot.click("#recent", offset=(5, 2))
        await console.until(lambda: "BUNDLE-8 B0003" in console.text(), "the row opens")

    drive(story.url, scenario)


def test_without_colour_every_word_is_still_there(story, drive, monkeypatch):
    """With NO_COLOR no cell has a hue, and what failed is still told apart by a glyph and a word."""
    opened = ConsoleApp.__init__

    def without_colour(self, *arguments, **options):
        monkeypatch.setenv("NO_COLOR", "1")
        opened(self, *arguments, **options)

    monkeypatch.setattr(ConsoleApp, "__init__", without_colour)

    async def scenario(console):
        assert console.app.no_color
        assert "✘ FAILED" in console.text()
        for strip in console.app.screen._compositor.render_strips():
            for segment in strip.apply_filter(console.app._filters[0], console.app.screen.styles.background):
                for colour in (segment.style.color, segment.style.bgcolor) if segment.style else ():
                    assert colour is None or len(set(colour.get_truecolor())) == 1

    drive(story.url, scenario)


def test_scanner_cannot_close_the_console(story, drive):
    """Ctrl+Q, which scanners of other systems send, leaves the console where it is; q leaves it."""

    async def scenario(console):
        await console.pilot.press("ctrl+q")
        await console.until(lambda: "press q to leave" in console.text(), "it says how to leave")
        assert console.app.is_running
        await console.pilot.press("q")
        assert console.app._exit

    drive(story.url, scenario)


def test_page_offers_its_command(story, drive):
    """What a page shows can be asked for in a shell: the command is on the clipboard, with the database in it."""

    async def scenario(console):
        await console.press("c")
        assert console.app.clipboard == "mes yield --db site.db"
        await console.open("CABLE0001")
        await console.press("c")
        assert console.app.clipboard == "mes unit --part DAC-800G --maker own --db site.db CABLE0001"
        await console.press("3", "c")
        assert console.app.clipboard.startswith("mes tree ")

    drive(story.url, scenario)


def test_only_changed_rows_are_drawn_again(story, drive, monkeypatch):
    """A tick without news draws nothing, and news in one row draws that row."""
    drawn = []
    original = ListingView.refresh

    async def scenario(console):
        recent = console.app.screen.query_one("#recent", ListingView)
        screen = console.app.screen
        assert isinstance(screen, OverviewScreen)
        monkeypatch.setattr(ListingView, "refresh", lambda self, *a, **k: drawn.append(a) or original(self, *a, **k))
        screen.load()
        await console.settle()
        assert drawn == []
        rows = recent.listing
        changed = tuple(row if i != 2 else type(row)(rows.rows[0].line, row.key) for i, row in enumerate(rows.rows))
        recent.show(lambda width: type(rows)(rows.heading, changed))
        assert [region.y for (region,) in drawn] == [3]

    drive(story.url, scenario)


def test_circumstances_of_a_run_stand_above_its_measurements(story, drive):
    """Who was tested together, what was proven off, pause, attempts and files are read where the run is read."""
    attempt = StepAttempt(outcome=Outcome.ERROR, started_s=0.5, duration_s=1.0, message="vna: no answer")
    step = StepResult(name="rf", outcome=Outcome.PASSED, started_s=3.0, duration_s=2.0, attempts=(attempt,))
    trace = Attachment(name="rf.s4p", media_type="text/plain", sha256="ab" * 32, size=1)
    units = [story.register(serial) for serial in ("CABLE0097", "CABLE0098")]
    group = story.new_id()
    started = [story.start(unit, "final_test", group=group, slot=str(k)) for k, unit in enumerate(units, 1)]
    story.finish(started[0], gap_s=720.0, ambient_celsius=23.46, steps=(step,), attachments=(trace,))

    async def scenario(console):
        await console.open("CABLE0097")
        assert console.rows("#measurements")[2:6] == [
            "  step rf attempt 1 ERROR, tried again: vna: no answer",
            "  together with CABLE0098; safe: proven off: vna; resumed after a gap of 12",
            "  min; ambient 23.5 °C",
            "  attachments: rf.s4p",
        ]

    drive(story.url, scenario)
