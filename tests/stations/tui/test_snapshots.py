"""Every kind of screen at both sizes, as the text an operator reads; and what must hold at any size.

After a wanted change: RACKLINE_WRITE_SNAPSHOTS=1 pytest tests/stations/tui/test_snapshots.py, and read the diff.
"""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from stations.tui import texts
from stations.tui.band_view import BAND_INK, band_lines
from stations.tui.glyphs import block_word, sign, sign_box
from stations.tui.layout import regions
from stations.tui.palette import COLOURS
from stations.tui.screenshot import operator_screenshot
from stations.tui.spans import Ink, text_of
from stations.tui.state import Phase, ScreenState
from stations.tui.state_app import StateApp
from stations.tui.what_now import what_now

SNAPSHOTS = Path(__file__).with_name("snapshots")
SIZES = ((80, 24), (160, 50))
KINDS = (
    "idle",
    "running",
    "passed",
    "failed",
    "error",
    "aborted",
    "refused",
    "not_sent",
    "offline",
    "unrecorded",
)
VERDICTS = ("passed", "failed", "error", "aborted", "refused", "not_sent", "offline", "unrecorded")


def drawn(kit: Any, state: ScreenState, size: tuple[int, int]) -> list[str]:
    """The text grid of a state, once no frame changes it any more."""

    async def play() -> list[str]:
        app = StateApp(state)
        async with app.run_test(size=size) as pilot:
            rows: list[str] = await kit.still(app, pilot)
            return rows

    return asyncio.run(play())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_screen_reads_as_before(kit: Any, kind: str, size: tuple[int, int]) -> None:
    """The text of the whole screen, row by row, is the one that was last read and found good."""
    text = "\n".join(row.rstrip() for row in drawn(kit, kit.all_states()[kind], size)) + "\n"
    path = SNAPSHOTS / f"{kind}-{size[0]}x{size[1]}.txt"
    if os.environ.get("RACKLINE_WRITE_SNAPSHOTS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", VERDICTS)
@pytest.mark.parametrize("size", [(40, 10), (60, 16), (80, 24), (120, 40), (160, 50), (240, 70)])
def test_a_verdict_is_large(kit: Any, kind: str, size: tuple[int, int]) -> None:
    """Its sign has at least 5 rows and, drawn, spans at least 15 % of the screen; its word stands beside it."""
    width, height = size
    state = kit.all_states()[kind]
    columns, rows = sign_box(width, height)
    assert rows >= 5
    assert columns * rows >= 0.15 * width * height
    shown = regions(state.phase, len(state.steps), width, height).band
    band = [text_of(line) for line in band_lines(state, width, shown, height)]
    sign_rows = [row[:columns] for row in band[:rows]]
    assert sign_rows == list(sign(state.phase, columns, rows))
    inked = [i for i, row in enumerate(sign_rows) if row.strip()]
    across = [x for x in range(columns) if any(row[x] != " " for row in sign_rows)]
    assert (inked[0], inked[-1], across[0], across[-1]) == (0, rows - 1, 0, columns - 1)
    word = texts.WORDS[state.phase]
    rest = "\n".join(row[columns:] for row in band)
    assert (
        word in rest or all(line.rstrip() in rest for line in block_word(word, width - columns - 2, 5)) or "██" in rest
    )


def test_signs_differ_without_any_colour(kit: Any) -> None:
    """PASS, FAIL, ERROR, ABORTED and REFUSED are told apart by shape alone."""
    phases = (Phase.PASSED, Phase.FAILED, Phase.ERROR, Phase.ABORTED, Phase.REFUSED, Phase.OFFLINE)
    shapes = {sign(phase, *sign_box(80, 24)) for phase in phases}
    assert len(shapes) == len(phases)


def test_error_and_aborted_never_look_like_fail() -> None:
    """A fixture's fault has neither the colours nor the word of a bad unit."""
    fail = COLOURS[Ink.FAILED]
    for phase, ink in BAND_INK.items():
        if phase is not Phase.FAILED:
            assert COLOURS[ink] != fail
            assert texts.WORDS[phase] != texts.WORDS[Phase.FAILED]


@pytest.mark.parametrize("kind", VERDICTS)
def test_what_now_is_three_whole_lines_at_80_columns(kit: Any, kind: str) -> None:
    """Disposition and next step are never cut; a reason that is longer is there in full below."""
    state = kit.all_states()[kind]
    why, unit, following = what_now(state)
    assert why
    assert max(len(unit), len(following)) < 80
    text = "\n".join(drawn(kit, state, (80, 24)))
    assert unit in text
    assert following in text


@pytest.mark.parametrize("kind", KINDS)
def test_every_screen_fits_any_terminal(kit: Any, kind: str) -> None:
    """No size makes the screen fail: every row is drawn in full width, and at 40×10 the band is all there."""
    state = kit.all_states()[kind]

    async def play() -> None:
        app = StateApp(state)
        async with app.run_test(size=(300, 100)) as pilot:
            for width, height in ((1, 1), (10, 3), (20, 5), (40, 10)):
                await pilot.resize_terminal(width, height)
                await kit.sized(app, width, height)
            await kit.shown(app, texts.WORDS[state.phase])

    asyncio.run(play())


def test_recorded_and_sent_are_two_facts(kit: Any) -> None:
    """A PASS that is recorded and not sent says both, with depth and age, and why the centre is silent."""
    rows = "\n".join(drawn(kit, kit.all_states()["not_sent"], (160, 50)))
    for said in ("✔ RECORDED here", "✘ NOT SENT yet: 3 wait here", "4 min", "connection refused", "again in 12"):
        assert said in rows
    assert texts.SENT not in rows


def test_every_refusal_is_shown_with_what_unlocks_it(kit: Any) -> None:
    """The gate's whole answer: each rule, what it saw, who may unlock it and how."""
    rows = "\n".join(drawn(kit, kit.all_states()["refused"], (80, 24)))
    for refusal in kit.REFUSALS:
        assert refusal.rule in rows
        assert f"{refusal.who}: {refusal.unlock}"[:40] in rows


def test_no_colour_leaves_shapes_and_words(kit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """With NO_COLOR the same text is drawn, in greys."""
    coloured = drawn(kit, kit.all_states()["failed"], (80, 24))
    monkeypatch.setenv("NO_COLOR", "1")

    async def play() -> tuple[list[str], set[tuple[int, int, int]]]:
        app = StateApp(kit.all_states()["failed"])
        async with app.run_test(size=(80, 24)) as pilot:
            await kit.still(app, pilot)
            strips = [
                strip.apply_filter(f, app.screen.background_colors[1])
                for strip in app.screen._compositor.render_strips()
                for f in app._filters[-1:]
            ]
            seen = {
                tuple(colour.get_truecolor())
                for strip in strips
                for segment in strip
                if segment.style is not None and (colour := segment.style.bgcolor) is not None
            }
            return kit.grid_of(app), seen

    rows, colours = asyncio.run(play())
    assert rows == coloured
    assert all(len(set(colour)) == 1 for colour in colours)


def test_a_screenshot_is_svg_of_the_same_screen(kit: Any) -> None:
    """What documents show is drawn by the same widgets."""
    svg = operator_screenshot(kit.all_states()["passed"], (80, 24))
    assert svg.startswith("<svg")
    assert "RECORDED" in svg
    assert COLOURS[Ink.PASSED][1].lower() in svg.lower()
