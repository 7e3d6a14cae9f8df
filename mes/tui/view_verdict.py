"""How a run's end is said in one word with one glyph, the same on every screen."""

from mes.tui.view_text import Tone
from mes.vocabulary import RunEnding, Verdict


def verdict_word(verdict: Verdict | None, ending: RunEnding | None) -> tuple[str, Tone]:
    """The word for how a run ended and its tone.

    FAILED outweighs how the run ended; ERROR and ABORTED are no verdict about the unit and look unlike one.
    """
    if verdict is None or ending is None:
        return "… running", Tone.MUTED
    if verdict is Verdict.FAILED:
        return "✘ FAILED", Tone.FAILED
    if ending is RunEnding.ERROR:
        return "! ERROR", Tone.ERROR
    if ending is RunEnding.ABORTED:
        return "■ ABORTED", Tone.ERROR
    if verdict is Verdict.PASSED:
        return "✔ PASSED", Tone.NORMAL
    return "· no verdict", Tone.MUTED
