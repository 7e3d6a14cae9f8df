"""The line at the top of every page: whose figures these are, and whether they are fresh."""

from dataclasses import dataclass

from rich.cells import cell_len

from mes.console_output import inert
from mes.ledger import Site
from mes.tui.view_text import Line, Span, Tone, cut, folded
from mes.vocabulary import SiteKind

_TROUBLE_LINES = 4


@dataclass(frozen=True, slots=True)
class Status:
    """`site` None: the database has not answered yet."""

    site: Site | None
    database: str
    offline: str | None
    """Why the database does not answer."""
    page: str | None
    """Why it does not answer the question of this page."""
    waiting: bool
    """An answer is late."""


def status_lines(status: Status, width: int) -> list[Line]:
    """The mark of a simulated site, its name, the database; below, what is wrong if something is."""
    site = status.site
    spans: list[Span] = []
    if site is not None and site.kind is SiteKind.SIMULATED:
        spans += [Span(" SIMULATED ", Tone.SIMULATED), Span(" ")]
    trouble = status.offline or status.page
    if status.offline is not None:
        state, tone = " OFFLINE ", Tone.ERROR
    elif status.page is not None:
        state, tone = " TROUBLE ", Tone.ERROR
    elif site is None or status.waiting:
        state, tone = " waiting … ", Tone.MUTED
    else:
        state, tone = " live ", Tone.MUTED
    room = width - sum(cell_len(span.text) for span in spans) - len(state)
    name = cut(f"site {inert(site.name)}" if site is not None else "", room)
    database = inert(status.database)
    shown = f"{name}  {database}" if cell_len(name) + 2 + cell_len(database) <= room else name
    spans += [Span(shown, Tone.STRONG), Span(" " * (room - cell_len(shown))), Span(state, tone)]
    lines: list[Line] = [tuple(spans)]
    if trouble is not None:
        age = "what is shown may be old: " if status.offline is not None and site is not None else ""
        lines += folded(age + " - ".join(trouble.splitlines()), width, limit=_TROUBLE_LINES)
    return lines
