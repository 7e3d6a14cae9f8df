"""What keyboard, wedge and paste do to the operator's app: real terminal characters through Textual's parser."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from stations.errors import ScanRefused
from stations.scan import quoted
from stations.tui.app import OperatorApp
from stations.tui.dialogs import HelpDialog, LeaveDialog, TypeDialog
from stations.tui.happenings import Happening, UnitTaken
from stations.tui.messages import Scanned
from stations.tui.state import Phase, ScreenState

Act = Callable[["Bench"], Awaitable[None]]


class Bench:
    """An app without a station: what would be worked is written down. Key times pass by hand."""

    def __init__(self, kit: Any, times: Any, state: ScreenState) -> None:
        self.times = times
        self.app = OperatorApp(state, check=self._check, moment=lambda: kit.at(1.0), times=times)
        self.app.attach(self)  # type: ignore[arg-type]
        self.type = kit.Keyboard(self.app)
        self.kit = kit
        self.worked: list[str] = []
        self.stops: list[str] = []
        self.pilot: Pilot[Any] | None = None

    def _check(self, text: str) -> str:
        if not text.startswith("PC"):
            raise ScanRefused(f"scan {quoted(text)} refused: no serial of PC-100")
        return text

    def submit(self, work: int, serial: str) -> None:
        """What the desk would do."""
        self.worked.append(serial)

    def stop(self, reason: str) -> None:
        """What the desk would do; the app's own press at its end is nobody's."""
        if "operator" in reason:
            self.stops.append(reason)

    def run(self) -> None:
        """The desk's thread has nothing to do."""

    def close(self) -> None:
        """Nothing to close."""

    async def shown(self, *texts: str) -> str:
        """The screen, as soon as all of these can be read on it."""
        screen: str = await self.kit.shown(self.app, *texts)
        return screen

    async def settle(self, seconds: float = 1.0) -> None:
        """Let every message through, then let key time pass."""
        assert self.pilot is not None
        await self.pilot.pause()
        self.times.seconds += seconds
        await self.app._settle()
        await self.pilot.pause()


@pytest.fixture
def play(kit: Any, times: Any) -> Callable[..., Bench]:
    """Runs an act against an app that starts in a state."""

    def run(act: Act, state: ScreenState | None = None, size: tuple[int, int] = (80, 24)) -> Bench:
        bench = Bench(kit, times, state if state is not None else kit.idle())

        async def played() -> None:
            async with bench.app.run_test(size=size) as pilot:
                bench.pilot = pilot
                await pilot.pause()
                await act(bench)
                await pilot.pause()

        asyncio.run(played())
        return bench

    return run


@pytest.mark.parametrize("suffix", ["\r", "\n", "\r\n", "\t"])
def test_a_wedge_scan_is_one_unit(play: Any, suffix: str) -> None:
    """A burst ended by CR, LF, CR LF or TAB is worked once, with the focus anywhere."""

    async def act(bench: Bench) -> None:
        bench.type(f"PC00017{suffix}")
        await bench.settle()

    bench = play(act)
    assert bench.worked == ["PC00017"]
    assert bench.app.state.phase is Phase.ASKING


def test_a_paste_is_one_unit(play: Any) -> None:
    """A scan that the terminal delivers as a bracketed paste is worked like any other."""

    async def act(bench: Bench) -> None:
        bench.type("\x1b[200~PC00017\r\x1b[201~")
        await bench.settle()

    assert play(act).worked == ["PC00017"]


def test_group_separators_reach_the_check(play: Any) -> None:
    """GS in a scan is seen and refused by the serial check, not lost in a key binding."""

    async def act(bench: Bench) -> None:
        bench.type("XX\x1d0001\x1e\x04\r")
        await bench.settle()

    state = play(act).app.state
    assert state.phase is Phase.UNREADABLE
    assert r"\x1d0001\x1e\x04" in state.reason


def test_a_forwarded_key_is_not_scanned_twice(play: Any) -> None:
    """A key that bubbles up from a focused field comes to the app again, and counts once."""

    async def act(bench: Bench) -> None:
        await bench.app.push_screen(TypeDialog())
        await bench.settle()
        assert isinstance(bench.app.focused, Input)
        for key in ("up", "x"):
            event = events.Key(key, key if len(key) == 1 else None)
            event._set_forwarded()
            await bench.app.on_event(event)
        assert bench.app._router.due() is None
        bench.type("PC00017\r")
        await bench.settle()

    assert play(act).worked == ["PC00017"]


def test_no_character_of_a_scan_leaks_into_a_focused_field(play: Any) -> None:
    """While a serial number is being typed by hand, a scan is a scan: the field stays as it was and closes."""
    seen = []

    async def act(bench: Bench) -> None:
        await bench.app.push_screen(TypeDialog("PC9"))
        await bench.settle()
        field = bench.app.screen.query_one(Input)
        bench.type("PC00017")
        seen.append(field.value)
        bench.type("\r")
        seen.append(field.value)
        await bench.settle()
        assert not isinstance(bench.app.screen, TypeDialog)

    assert play(act).worked == ["PC00017"]
    assert seen == ["PC9", "PC9"]


def test_typing_by_hand_opens_the_field_and_works_the_unit(play: Any) -> None:
    """Slow keys are a person's: the first one opens the field, Enter takes what was typed."""

    async def act(bench: Bench) -> None:
        for character in "PC42\r":
            bench.type(character)
            await bench.settle()

    assert play(act).worked == ["PC42"]


@pytest.mark.parametrize("dialog", [LeaveDialog, HelpDialog, TypeDialog])
def test_a_scan_while_a_dialog_is_open_is_worked(play: Any, dialog: Any) -> None:
    """Whoever scans the next unit has answered the question with no."""

    async def act(bench: Bench) -> None:
        await bench.app.push_screen(dialog())
        await bench.settle()
        bench.type("PC00017\r")
        await bench.settle()
        assert len(bench.app.screen_stack) == 1

    assert play(act).worked == ["PC00017"]


def test_two_scans_at_once_work_the_first(play: Any) -> None:
    """Two labels in one breath: the first is taken, the second is refused by name and can be scanned again."""

    async def act(bench: Bench) -> None:
        bench.type("PC00017\rPC00018\r")
        await bench.settle()

    bench = play(act)
    assert bench.worked == ["PC00017"]
    assert bench.app.state.notice is not None
    assert "PC00018" in bench.app.state.notice.text
    assert "PC00017 is in the fixture" in bench.app.state.notice.text


def test_a_serial_scan_between_the_keys_of_a_wedge_scan(play: Any) -> None:
    """Two scanners at the same moment do not mix their characters."""

    async def act(bench: Bench) -> None:
        bench.type("PC000")
        bench.app.post_message(Scanned("PC00018"))
        await bench.app._settle()
        assert bench.pilot is not None
        await bench.pilot.pause()
        bench.type("17\r")
        await bench.settle()

    bench = play(act)
    assert bench.worked == ["PC00018"]
    assert bench.app.state.notice is not None
    assert "PC00017" in bench.app.state.notice.text


def test_a_scan_of_200_characters_is_refused_in_words(play: Any) -> None:
    """A stack of labels read as one is no serial number; the screen says so and goes on."""

    async def act(bench: Bench) -> None:
        bench.type("A" * 200 + "\r")
        await bench.settle()

    bench = play(act)
    assert bench.worked == []
    assert "200 characters" in bench.app.state.reason


def test_markup_in_a_scan_is_only_text(play: Any) -> None:
    """A label that says [bold red] or a link is drawn as it is, in band and body."""

    async def act(bench: Bench) -> None:
        bench.type("PC[bold red]17[/]\r")
        await bench.settle()
        await bench.shown("PC[bold red]17[/]")

    assert play(act).worked == ["PC[bold red]17[/]"]


def test_ctrl_q_does_not_quit(play: Any) -> None:
    """A scanner set up with Ctrl+Q, or a person who hits it, leaves the screen standing."""

    async def act(bench: Bench) -> None:
        bench.type("\x11")
        await bench.settle()
        assert bench.app.is_running
        assert bench.app.state.notice is not None
        bench.type("\x11PC00017\x11\r")
        await bench.settle()
        assert bench.app.is_running
        bench.type("\x10")
        await bench.settle()
        assert len(bench.app.screen_stack) == 1

    bench = play(act)
    assert bench.app.state.phase is Phase.UNREADABLE
    assert bench.app._exit is False


@pytest.mark.parametrize("press", ["\x1b", "f12", "%CMD:STOP\r", "\x03"])
def test_stop_works_in_every_way_and_is_counted(play: Any, kit: Any, press: str) -> None:
    """Esc, F12, the command barcode and Ctrl+C stop a run; a second press is counted."""

    async def act(bench: Bench) -> None:
        for _ in range(2):
            if press == "f12":
                bench.type.key(press)
            elif press == "\x1b":
                bench.type.key("escape")
            else:
                bench.type(press)
            await bench.settle()

    bench = play(act, kit.all_states()["running"])
    assert len(bench.stops) == 2
    assert (bench.app.state.phase, bench.app.state.stop_presses) == (Phase.STOPPING, 2)


@pytest.mark.parametrize("dialog", [LeaveDialog, HelpDialog, TypeDialog])
def test_stop_works_while_a_dialog_is_open(play: Any, kit: Any, dialog: Any) -> None:
    """STOP closes whatever lies on top and stops the run, in one press."""

    async def act(bench: Bench) -> None:
        await bench.app.push_screen(dialog())
        await bench.settle()
        bench.type.key("escape")
        await bench.settle()
        assert len(bench.app.screen_stack) == 1

    bench = play(act, kit.all_states()["running"])
    assert len(bench.stops) == 1


def test_start_works_the_unit_shown_again(play: Any, kit: Any) -> None:
    """START by barcode or F5 asks for the unit on the screen once more; without one it says what is missing."""

    async def act(bench: Bench) -> None:
        bench.type("%CMD:START\r")
        await bench.settle()
        assert bench.app.state.phase is Phase.ASKING

    assert play(act, kit.all_states()["aborted"]).worked == ["PC00017"]

    async def nothing(bench: Bench) -> None:
        bench.type.key("f5")
        await bench.settle()

    bench = play(nothing)
    assert bench.worked == []
    assert bench.app.state.notice is not None


def test_yes_and_no_answer_by_barcode(play: Any) -> None:
    """Leaving asks; NO stays, YES leaves: a station needs no keyboard for it."""

    async def act(bench: Bench) -> None:
        bench.type("\x03")
        await bench.settle()
        assert isinstance(bench.app.screen, LeaveDialog)
        bench.type("%CMD:NO\r")
        await bench.settle()
        assert len(bench.app.screen_stack) == 1
        bench.type("\x03")
        await bench.settle()
        bench.type("%CMD:YES\r")
        await bench.settle()

    assert play(act).app.return_value == 0


def test_the_field_takes_no_answer_from_yes(play: Any) -> None:
    """YES without a question is said to answer none."""

    async def act(bench: Bench) -> None:
        bench.type("%CMD:YES\r")
        await bench.settle()

    notice = play(act).app.state.notice
    assert notice is not None
    assert "YES" in notice.text


def test_a_dialog_leaves_the_band_in_sight(play: Any, kit: Any) -> None:
    """What the bench does can be read behind every dialog."""
    rows: list[str] = []

    async def act(bench: Bench) -> None:
        bench.type.key("f1")
        await bench.settle()
        rows.extend((await bench.shown("%CMD:STOP")).splitlines())

    play(act, kit.all_states()["failed"])
    assert all("█" in row for row in rows[3:6])


def test_a_resize_in_the_middle_of_a_run_keeps_everything(play: Any, kit: Any) -> None:
    """From 160×50 down to 40×10 and up again while values come in: state and rows are as if nothing had been."""

    async def act(bench: Bench) -> None:
        assert bench.pilot is not None
        sizes = ((160, 50, "loss_pair_4"), (40, 10, "TESTING"), (20, 5, ""), (80, 24, "loss_pair_4"))
        for width, height, text in sizes:
            await bench.pilot.resize_terminal(width, height)
            await kit.sized(bench.app, width, height)
            await bench.shown(text)

    bench = play(act, kit.all_states()["running"])
    assert bench.app.state.last_measured == "loss_pair_4"


def test_the_keys_in_the_footer_can_be_clicked(play: Any, kit: Any) -> None:
    """A touch screen works the station too: STOP is the first key in the last row."""

    async def act(bench: Bench) -> None:
        assert bench.pilot is not None
        await bench.pilot.click("#footer", offset=(4, 0))

    bench = play(act, kit.all_states()["running"])
    assert len(bench.stops) == 1


def test_happenings_come_from_any_thread(play: Any) -> None:
    """The desk's thread tells; the screen takes it in on its own."""

    async def act(bench: Bench) -> None:
        taken: Happening = UnitTaken(1, "PC00017")
        await asyncio.get_running_loop().run_in_executor(None, bench.app.tell, taken)
        await bench.settle()

    assert play(act).app.state.serial == "PC00017"
