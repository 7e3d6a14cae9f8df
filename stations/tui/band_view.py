"""The band: what an operator reads from five metres. A sign and a word for a verdict, a word for everything else."""

from typing import Final

from stations.tui import texts
from stations.tui.glyphs import LETTER_ROWS, block_word, has_sign, sign, sign_box
from stations.tui.quantities import seconds_text
from stations.tui.spans import Ink, Line, Span, fitted, one_line, paragraph
from stations.tui.state import Phase, ScreenState

BAND_INK: Final = {
    Phase.PASSED: Ink.PASSED,
    Phase.FAILED: Ink.FAILED,
    Phase.ERROR: Ink.ERROR,
    Phase.UNRECORDED: Ink.ERROR,
    Phase.ABORTED: Ink.ABORTED,
    Phase.REFUSED: Ink.REFUSED,
    Phase.OFFLINE: Ink.REFUSED,
    Phase.UNREADABLE: Ink.REFUSED,
}


def band_lines(state: ScreenState, width: int, rows: int, height: int) -> list[Line]:
    """The band in `rows` rows of a screen of `width` × `height`."""
    ink = BAND_INK.get(state.phase, Ink.CALM)
    lines = _verdict(state, width, rows, height, ink) if has_sign(state.phase) else _calm(state, width, rows, ink)
    lines += [()] * (rows - len(lines))
    return [fitted(line, width, ink) for line in lines[:rows]]


def _verdict(state: ScreenState, width: int, rows: int, height: int, ink: Ink) -> list[Line]:
    columns, sign_rows = sign_box(width, height)
    drawn = sign(state.phase, columns, min(sign_rows, rows))
    beside = width - columns - 2
    told: list[Line] = [(Span(one_line(state.serial), ink),)] if state.serial else []
    mixed = state.phase is Phase.FAILED and state.ending not in (None, "COMPLETED")
    meaning = texts.ENDED_AS.format(ending=state.ending, reason=state.reason) if mixed else texts.MEANINGS[state.phase]
    told += paragraph(meaning, beside, ink)
    # The word may take what the serial number leaves: a whole label is read close by, the word from afar.
    room = rows - min(len(told), 3 if rows > LETTER_ROWS + 2 else 1)
    word = block_word(texts.WORDS[state.phase], beside, room)
    symbol = f"{texts.SYMBOLS[state.phase]} " if len(word) == 1 else ""
    right: list[Line] = [(Span(symbol + line, ink),) for line in word] + told
    spare = max(0, rows - len(word) - len(told))
    right = [()] * (spare // 2) + right
    return [
        (Span(drawn[row] if row < len(drawn) else " " * columns, ink), Span("  ", ink), *_row(right, row))
        for row in range(rows)
    ]


def _row(lines: list[Line], row: int) -> Line:
    return lines[row] if row < len(lines) else ()


def _calm(state: ScreenState, width: int, rows: int, ink: Ink) -> list[Line]:
    word = texts.WORDS[state.phase]
    told = " · ".join(text for text in (one_line(state.serial), texts.MEANINGS[state.phase], _progress(state)) if text)
    below: list[Line] = [(Span(f" {told}", ink),), (Span(_progress_bar(state, width), ink),)]
    if rows < LETTER_ROWS + 2:
        return [(Span(f" {word} {told}", ink),), below[1]]
    return [*((Span(f" {line}", ink),) for line in block_word(word, width - 2, LETTER_ROWS)), *below]


def _progress(state: ScreenState) -> str:
    stop = f" · {texts.STOP_COUNT.format(count=state.stop_presses)}" if state.stop_presses else ""
    if state.began is None:
        return stop.removeprefix(" · ")
    current = next((step for step in state.steps if step.started_s is not None and step.outcome is None), None)
    number = min(_done(state) + 1, len(state.steps))
    step = texts.STEP_OF.format(number=number, count=len(state.steps), name=current.name if current else "…")
    elapsed = seconds_text(_elapsed_s(state))
    if state.usual_s:
        elapsed = texts.ELAPSED_OF.format(elapsed=elapsed, usual=seconds_text(state.usual_s), runs=state.earlier)
    return f"{step} · {elapsed}{stop}"


def _done(state: ScreenState) -> int:
    return sum(step.outcome is not None for step in state.steps)


def _elapsed_s(state: ScreenState) -> float:
    return 0.0 if state.began is None else max(0.0, state.now.bench_s - state.began.bench_s)


def _progress_bar(state: ScreenState, width: int) -> str:
    if state.began is None:
        return ""
    share = _done(state) / max(1, len(state.steps))
    if state.usual_s:
        # Never a full bar before the end: it would say that the run is over.
        share = min(_elapsed_s(state) / state.usual_s, 0.98)
    inner = max(0, width - 2)
    filled = round(inner * share)
    return " " + "━" * filled + "╌" * (inner - filled)
