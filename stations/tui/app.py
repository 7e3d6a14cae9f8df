"""The operator's screen at work: every key and scan comes in here first, whatever has the focus or lies on top."""

import asyncio
import signal
from collections.abc import Callable
from typing import Final

from textual import events

from mes.command_line import Exit
from stations.config import ScanConfig
from stations.errors import ScanRefused
from stations.scan import quoted
from stations.tui import texts
from stations.tui.commands import Command
from stations.tui.desk import StationDesk
from stations.tui.dialogs import HelpDialog, LeaveDialog, StationDialog, TypeDialog
from stations.tui.happenings import (
    Happening,
    LeaveAsked,
    Said,
    ScanTurnedDown,
    StopPressed,
    Ticked,
    UnitTaken,
    WorkEnded,
)
from stations.tui.key_times import KeyTimes, TerminalTimes
from stations.tui.lines_view import LinesScroll
from stations.tui.messages import Happened, Scanned
from stations.tui.reduction import reduce
from stations.tui.scan_router import (
    CommandScanned,
    KeyPressed,
    KeyStroke,
    Origin,
    Routed,
    ScanDropped,
    ScanRouter,
    StopKeyPressed,
    UnitScanned,
)
from stations.tui.serial_watch import SerialWatch
from stations.tui.state import Moment, ScreenState
from stations.tui.state_app import StateApp
from stations.tui.terminal import StationTerminal

FRAME_S: Final = 0.1
"""Shortest time between two redrawings of what only moves; a new phase is drawn at once."""

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class OperatorApp(StateApp):
    """The operator's screen of one station.

    `check` is `Product.check_serial`; `desk` and `watch` are connected by `attach` before the app runs.
    """

    BINDINGS = [
        ("f1", "help"),
        ("f2", "type"),
        ("f5", "start"),
        ("pageup", "page(-1)"),
        ("pagedown", "page(1)"),
        ("ctrl+c", "leave"),
    ]

    def __init__(
        self,
        state: ScreenState,
        *,
        check: Callable[[str], str],
        moment: Callable[[], Moment],
        scan: ScanConfig | None = None,
        times: KeyTimes | None = None,
    ) -> None:
        super().__init__(state, driver_class=StationTerminal)
        self._check = check
        self._moment = moment
        self._times: KeyTimes = times if times is not None else TerminalTimes()
        wedge = scan if scan is not None and scan.resource is None else ScanConfig()
        self._router = ScanRouter(prefix=wedge.prefix, suffix=wedge.suffix)
        self._desk: StationDesk | None = None
        self._watch: SerialWatch | None = None
        self._signals = False
        self._code = Exit.OK

    def attach(self, desk: StationDesk, watch: SerialWatch | None = None, *, signals: bool = False) -> None:
        """Connect what works behind the screen; with `signals`, SIGINT, SIGTERM and SIGHUP stop the run and leave."""
        self._desk, self._watch, self._signals = desk, watch, signals

    def tell(self, happening: Happening) -> None:
        """Take a happening from any thread."""
        self.post_message(Happened(happening))

    def scanned(self, text: str, dropped: str = "") -> None:
        """Take a whole scan, or why one cannot be used, from any thread."""
        self.post_message(Scanned(text, dropped))

    def on_mount(self) -> None:
        """Start what works behind the screen."""
        super().on_mount()
        self.set_interval(FRAME_S, self._tick)
        if self._signals:
            loop = asyncio.get_running_loop()
            for number in _SIGNALS:
                loop.add_signal_handler(number, self._told_to_go, number)
        if self._desk is not None:
            self.run_worker(self._desk.run, name="desk", thread=True, exit_on_error=False)
        if self._watch is not None:
            self.run_worker(self._watch.run, name="scanner", thread=True, exit_on_error=False)

    def on_unmount(self) -> None:
        """Let the threads go; whoever started the app waits for them."""
        if self._desk is not None:
            self._desk.stop(texts.STOP_BY_SIGNAL.format(signal="closing"))
            self._desk.close()
        if self._watch is not None:
            self._watch.close()

    async def on_event(self, event: events.Event) -> None:
        """Route every key and paste before anything else sees it.

        A child's unhandled key comes back here with `is_forwarded` set; it has been routed already.
        """
        if isinstance(event, events.Key) and not event.is_forwarded:
            stroke = KeyStroke(event.key, event.character, self._times.of(event), event)
            await self._take(self._router.key(stroke))
            self._arm()
        elif isinstance(event, events.Paste) and not event.is_forwarded:
            await self._take(self._router.paste(event.text, self._times.now()))
        else:
            await super().on_event(event)

    def _arm(self) -> None:
        due = self._router.due()
        if due is not None:
            # The timer's message queues up behind keys that have arrived: they are seen first.
            self.set_timer(max(0.001, due - self._times.now()), self._settle)

    async def _settle(self) -> None:
        await self._take(self._router.settle(self._times.now()))

    async def on_scanned(self, message: Scanned) -> None:
        """A scan from the serial scanner."""
        if message.dropped:
            await self._take((ScanDropped(message.dropped, Origin.SERIAL),))
        else:
            await self._take(self._router.frame(message.text, self._times.now(), Origin.SERIAL))

    async def _take(self, routed: tuple[Routed, ...]) -> None:
        for one in routed:
            if isinstance(one, UnitScanned):
                self._unit(one.text)
            elif isinstance(one, CommandScanned):
                self._command(one.command)
            elif isinstance(one, ScanDropped):
                self._fold(Said(one.reason) if self.state.busy else ScanTurnedDown(one.reason))
            elif isinstance(one, StopKeyPressed):
                self._stop(texts.STOP_BY_KEY)
            else:
                await self._person(one)

    async def _person(self, pressed: KeyPressed) -> None:
        """A key that a person pressed: what Textual does with it, unless it begins a serial number."""
        character = pressed.stroke.character
        if pressed.stroke.key == "ctrl+q":
            self._fold(Said(texts.CTRL_Q))
        elif pressed.stroke.key == "ctrl+c":
            self.action_leave()
        elif self._dialog() is None and character is not None and character.isalnum() and character.isascii():
            await self.action_type(character)
        elif isinstance(pressed.stroke.payload, events.Key):
            await super().on_event(pressed.stroke.payload)

    def _dialog(self) -> StationDialog | None:
        return self.screen if isinstance(self.screen, StationDialog) else None

    def _unit(self, text: str) -> None:
        state = self.state
        if state.leaving:
            self._fold(Said(texts.LEAVING_SCAN))
        elif state.busy:
            self._fold(Said(texts.BUSY_SCAN.format(scan=quoted(text), serial=state.serial)))
        else:
            # Whoever scans a unit has answered every question with no.
            self._close_dialog()
            try:
                serial = self._check(text)
            except ScanRefused as refused:
                self._fold(ScanTurnedDown(str(refused)))
            else:
                self._work(serial)

    def _work(self, serial: str) -> None:
        self._fold(UnitTaken(self.state.work + 1, serial))
        if self._desk is not None:
            self._desk.submit(self.state.work, serial)

    def _command(self, command: Command) -> None:
        dialog = self._dialog()
        if command is Command.STOP:
            self._stop(texts.STOP_BY_BARCODE)
        elif command is Command.START:
            self.action_start()
        elif dialog is None:
            self._fold(Said(texts.NO_QUESTION.format(word=command)))
        elif command is Command.YES:
            dialog.answer_yes()
        else:
            dialog.answer_no()

    def _stop(self, reason: str) -> None:
        closed = self._close_dialog()
        if self.state.busy and self._desk is not None:
            self._desk.stop(reason)
        if self.state.busy or not closed:
            self._fold(StopPressed())

    def _close_dialog(self) -> bool:
        dialog = self._dialog()
        if dialog is not None:
            dialog.dismiss("")
        return dialog is not None

    def _told_to_go(self, number: int) -> None:
        self._code = Exit.ABORTED
        name = signal.Signals(number).name
        if self._desk is not None:
            self._desk.stop(texts.STOP_BY_SIGNAL.format(signal=name))
        if self.state.busy:
            self._fold(StopPressed())
        self._leave()

    def _leave(self) -> None:
        self._fold(LeaveAsked())
        if not self.state.busy:
            self.exit(self._code)

    def _tick(self) -> None:
        self.state = reduce(self.state, Ticked(self._moment()))
        self.draw()

    def on_happened(self, message: Happened) -> None:
        """Fold what happened elsewhere."""
        self._fold(message.happening)

    def _fold(self, happening: Happening) -> None:
        before = self.state
        self.state = reduce(before, happening)
        if self.state.phase is not before.phase or self.state.notice is not before.notice:
            self.draw()
        if isinstance(happening, WorkEnded) and self.state.leaving and not self.state.busy:
            self.exit(self._code)

    def action_start(self) -> None:
        """Work the unit shown once more; whether it may be is the gate's business."""
        if self.state.busy:
            self._fold(Said(texts.BUSY_START.format(serial=self.state.serial)))
        elif not self.state.serial or self.state.leaving:
            self._fold(Said(texts.START_NEEDS_UNIT))
        else:
            self._close_dialog()
            self._work(self.state.serial)

    def action_stop(self) -> None:
        """STOP, by a click."""
        self._stop(texts.STOP_BY_KEY)

    def action_leave(self) -> None:
        """Ask whether to leave; while testing this is STOP."""
        if self.state.busy:
            self._stop(texts.STOP_BY_KEY)
        elif self._dialog() is None:
            self.push_screen(LeaveDialog(), lambda answer: self._leave() if answer else None)

    async def action_type(self, first: str = "") -> None:
        """Open the line for a serial number by hand, begun with what was typed already."""
        if self._dialog() is None:
            await self.push_screen(TypeDialog(first), self._typed)

    def _typed(self, text: str | None) -> None:
        if text:
            routed = self._router.frame(text, self._times.now(), Origin.TYPED)
            self.call_later(self._take, routed)

    def action_help(self) -> None:
        """Show the keys and the command barcodes."""
        if self._dialog() is None:
            self.push_screen(HelpDialog())

    def action_page(self, pages: int) -> None:
        """Scroll the values by pages."""
        body = self.screen_stack[0].get_child_by_id("body", LinesScroll)
        body.scroll_relative(y=pages * max(1, body.size.height - 1), animate=False)

    def action_hang_up(self) -> None:
        """The terminal is gone: stop and leave, as when told by a signal."""
        self._told_to_go(signal.SIGHUP)
