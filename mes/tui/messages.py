"""What the workers tell the screens: one small class a fact."""

from dataclasses import dataclass

from textual.message import Message

from mes.queries.components import AssemblyLevel
from mes.queries.history import UnitHistory
from mes.queries.lot_use import LotUse
from mes.queries.overview import LineOverview, LineTotals
from mes.queries.search import Found, FoundPage
from mes.tui.database_link import Pulse
from mes.tui.view_text import Target


@dataclass
class Pulsed(Message):
    """The database answered."""

    pulse: Pulse


@dataclass
class Failed(Message):
    """A question could not be answered; `question` says which, the text what a person has to know."""

    question: str
    text: str


@dataclass
class OverviewLoaded(Message):
    """The line's state."""

    overview: LineOverview


@dataclass
class TotalsLoaded(Message):
    """The line's totals, and how long the database took for them in seconds."""

    totals: LineTotals
    took_s: float


@dataclass
class PageFound(Message):
    """A page of what begins with `text`, behind the row `after`; None when it could not be asked for."""

    text: str
    after: Found | None
    page: FoundPage | None
    nearest: tuple[str, ...]


@dataclass
class HistoryLoaded(Message):
    """A unit's history and the first level of its as-built tree."""

    history: UnitHistory
    level: AssemblyLevel


@dataclass
class LevelLoaded(Message):
    """The components of one node of an as-built tree."""

    node: int
    level: AssemblyLevel


@dataclass
class LotLoaded(Message):
    """Where a lot went."""

    use: LotUse


@dataclass
class Opened(Message):
    """A person asks for the page of a unit or a lot."""

    target: Target
