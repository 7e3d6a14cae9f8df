"""Draws a `ScreenState`, and nothing else: no scans, no bench. The operator's app and every screenshot build on it."""

from typing import Final, TypeVar

from textual import events
from textual.app import App, ComposeResult
from textual.driver import Driver

from stations.tui import band_view, frame_view
from stations.tui.layout import regions
from stations.tui.lines_view import LinesScroll, LinesView
from stations.tui.palette import BACKGROUND
from stations.tui.state import Phase, ScreenState

_REGIONS: Final = ("header", "band", "facts", "now", "steps", "body", "notice", "footer")
ReturnT = TypeVar("ReturnT")


class StateApp(App[int]):
    """The regions of the screen, filled from one state."""

    # A dialog must not hide the band: what the bench does stays to be seen behind it.
    CSS = f"""
    Screen {{ background: {BACKGROUND}; overflow: hidden; }}
    ModalScreen {{ background: #000000 40%; }}
    """
    ENABLE_COMMAND_PALETTE = False
    # Textual would quit, and scanners are set up to send it.
    BINDINGS = [("ctrl+q", "nothing")]
    AUTO_FOCUS = None

    def __init__(self, state: ScreenState, driver_class: type[Driver] | None = None) -> None:
        super().__init__(driver_class=driver_class)
        self.state = state
        self._can_draw = False
        self._followed = state.phase
        self._drawn: tuple[ScreenState, int, int] | None = None

    def compose(self) -> ComposeResult:
        """Every region is there at any size; one without rows is hidden."""
        for name in _REGIONS:
            yield LinesScroll(name) if name == "body" else LinesView(name)

    def on_mount(self) -> None:
        """Draw the first state."""
        self._can_draw = True
        self.draw()
        self.call_after_refresh(self.draw)

    def on_resize(self, event: events.Resize) -> None:
        """Share the rows out again."""
        self.draw()

    def action_nothing(self) -> None:
        """Do nothing."""

    def draw(self) -> None:
        """Bring the terminal in step with the state."""
        width, height = self.size
        if not width or not self._can_draw or self._drawn == (self.state, width, height):
            return
        stack = self.screen_stack
        if not stack or len(stack[0].children) < len(_REGIONS):
            # The screen is being taken down (or put up): there is nothing to draw on.
            return
        base = stack[0]
        self._drawn = (self.state, width, height)
        state = self.state
        rows = regions(state.phase, len(state.steps), width, height)
        for name in _REGIONS:
            widget = base.get_widget_by_id(name)
            count = getattr(rows, name)
            widget.display = count > 0
            if widget.styles.height is None or widget.styles.height.value != count:
                widget.styles.height = count
        lines = {
            "header": frame_view.header_lines(state, width, rows.header),
            "band": band_view.band_lines(state, width, rows.band, height),
            "facts": frame_view.facts_lines(state, width),
            "now": frame_view.now_lines(state, width, rows.now),
            "steps": frame_view.step_lines(state, width, rows.steps),
            "notice": [frame_view.notice_line(state, width)],
            "footer": [frame_view.footer_line(width)],
        }
        for name, shown in lines.items():
            base.get_child_by_id(name, LinesView).show(shown)
        body = base.get_child_by_id("body", LinesScroll)
        # One column is the scroll bar's, so that it covers no value.
        body.show(frame_view.body_lines(state, width - 1))
        self._follow(body)

    def _follow(self, body: LinesScroll) -> None:
        """While testing, keep the value that came last in sight; afterwards begin with the worst."""
        state = self.state
        if state.phase not in (Phase.RUNNING, Phase.STOPPING):
            body.keep_in_sight(None)
            if self._followed is not state.phase:
                body.scroll_to(y=0, animate=False)
            self._followed = state.phase
            return
        self._followed = state.phase
        names = [row.name for row in state.rows]
        if state.last_measured in names:
            body.keep_in_sight(names.index(state.last_measured))
