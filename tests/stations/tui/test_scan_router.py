"""The scan router alone: streams of keys in, scans and a person's keys out; time is what the test says."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stations.tui.commands import Command, label
from stations.tui.scan_router import (
    GAP_S,
    HOLD_S,
    LONGEST,
    REPEAT_S,
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

_NAMES = {"\r": "enter", "\n": "ctrl+j", "\t": "tab", "\x1d": "ctrl+right_square_bracket", "\x11": "ctrl+q"}


@dataclass
class Line:
    """A router and the time of its next key."""

    router: ScanRouter
    now_s: float = 100.0

    def burst(self, text: str, gap_s: float = 0.001) -> list[Routed]:
        """Keys in quick succession."""
        routed: list[Routed] = []
        for c in text:
            routed += self.router.key(KeyStroke(_NAMES.get(c, c), c, self.now_s))
            self.now_s += gap_s
        return routed

    def rest(self, seconds: float = 1.0) -> list[Routed]:
        """Nothing for a while."""
        self.now_s += seconds
        return list(self.router.settle(self.now_s))


@pytest.fixture
def line() -> Line:
    """A router as configured by default."""
    return Line(ScanRouter())


def keys(routed: list[Routed]) -> str:
    """The characters of a person's keys among these."""
    return "".join(one.stroke.character or "" for one in routed if isinstance(one, KeyPressed))


@pytest.mark.parametrize("suffix", ["\r", "\n", "\t", "\r\n"])
def test_a_burst_is_one_scan_whatever_ends_it(line: Line, suffix: str) -> None:
    """CR, LF, TAB and CR LF each end a scan, and nothing of them is left for the keyboard."""
    assert line.burst(f"DAC0001{suffix}") == [UnitScanned("DAC0001", Origin.WEDGE)]
    assert line.rest() == []
    assert line.burst(f"DAC0002{suffix}") == [UnitScanned("DAC0002", Origin.WEDGE)]


def test_group_separators_stay_in_the_scan(line: Line) -> None:
    """GS, RS and EOT arrive as ctrl+ keys with their character; they are part of what the label says."""
    text = "[)>\x1e06\x1dPDAC-800G\x1dSDAC0001\x1e\x04"
    assert line.burst(text + "\r") == [UnitScanned(text, Origin.WEDGE)]


def test_a_slow_key_is_a_persons(line: Line) -> None:
    """A key that stays alone for 40 ms is handed back, and not before."""
    assert line.burst("y") == []
    assert line.router.due() == pytest.approx(100.0 + HOLD_S)
    assert line.router.settle(100.0 + HOLD_S / 2) == ()
    assert keys(line.rest()) == "y"
    assert line.router.due() is None


def test_typing_by_hand_gives_every_key_back_in_order(line: Line) -> None:
    """A serial number typed at 100 ms a key reaches the keyboard's owner unchanged, Enter too."""
    assert keys(line.burst("DAC0001\r", gap_s=0.1)) == "DAC0001\r"


def test_few_quick_keys_are_no_label(line: Line) -> None:
    """Two keys hit together are a person's, with the Enter behind them."""
    assert keys(line.burst("no\r")) == "no\r"


def test_a_scan_without_its_end_is_told(line: Line) -> None:
    """A burst that stops without a suffix is refused with what to check, not kept for the next scan."""
    line.burst("DAC0001")
    (dropped,) = line.rest()
    assert isinstance(dropped, ScanDropped)
    assert "suffix" in dropped.reason
    assert line.burst("DAC0002\r") == [UnitScanned("DAC0002", Origin.WEDGE)]


def test_the_gap_decides_between_two_bursts(line: Line) -> None:
    """Keys more than 50 ms apart never join into one scan."""
    routed = line.burst("DAC0") + line.rest(GAP_S)
    routed += line.burst("001\r")
    assert not any(isinstance(one, UnitScanned) for one in routed)


def test_the_same_scan_within_two_seconds_is_one(line: Line) -> None:
    """A trigger held down gives one scan; after two quiet seconds the same label counts again."""
    assert line.burst("DAC0001\r") == [UnitScanned("DAC0001", Origin.WEDGE)]
    line.now_s += REPEAT_S * 0.9
    assert line.burst("DAC0001\r") == []
    line.now_s += REPEAT_S * 0.9
    assert line.burst("DAC0001\r") == [], "counted from when it was last seen"
    line.now_s += REPEAT_S
    assert line.burst("DAC0001\r") == [UnitScanned("DAC0001", Origin.WEDGE)]


def test_the_same_label_through_two_scanners_is_one_scan(line: Line) -> None:
    """What the serial scanner read a moment ago is not worked again for the wedge."""
    assert line.router.frame("DAC0001", line.now_s, Origin.SERIAL) == (UnitScanned("DAC0001", Origin.SERIAL),)
    assert line.burst("DAC0001\r") == []


def test_stop_is_never_a_repetition(line: Line) -> None:
    """Every STOP counts, however fast it follows the last one."""
    twice = line.burst(f"{label(Command.STOP)}\r") + line.burst(f"{label(Command.STOP)}\r")
    assert twice == [CommandScanned(Command.STOP, Origin.WEDGE)] * 2


@pytest.mark.parametrize("key", ["escape", "f12"])
def test_stop_keys_pass_at_once(line: Line, key: str) -> None:
    """Esc and F12 wait for nothing, not even for the end of half a scan, which is dropped."""
    line.burst("DAC00")
    assert line.router.key(KeyStroke(key, None, line.now_s)) == (StopKeyPressed(),)
    assert line.rest() == []


@pytest.mark.parametrize("command", list(Command))
def test_every_command_has_a_printable_label(line: Line, command: Command) -> None:
    """A command barcode is printable ASCII and is read back as its command."""
    assert label(command).isascii()
    assert label(command).isprintable()
    assert line.burst(label(command) + "\r") == [CommandScanned(command, Origin.WEDGE)]


@pytest.mark.parametrize("text", ["START", "STOP", "%CMD", "CMD:STOP"])
def test_a_label_that_only_reads_like_a_command_is_none(line: Line, text: str) -> None:
    """A lot called START starts nothing: the prefix makes the command."""
    assert line.burst(text + "\r") == [UnitScanned(text, Origin.WEDGE)]


def test_an_unknown_command_is_told(line: Line) -> None:
    """A command barcode of another system is refused by name, and is never a serial number."""
    (dropped,) = line.burst("%CMD:LAUNCH\r")
    assert isinstance(dropped, ScanDropped)
    assert "START, STOP, YES, NO" in dropped.reason


def test_a_paste_is_a_scan_without_an_end(line: Line) -> None:
    """A terminal that delivers a scan as a paste needs no suffix; two lines are two scans."""
    assert line.router.paste("DAC0001", 1.0) == (UnitScanned("DAC0001", Origin.PASTE),)
    two = line.router.paste("DAC0002\r\nDAC0003\r\n", 10.0)
    assert two == (UnitScanned("DAC0002", Origin.PASTE), UnitScanned("DAC0003", Origin.PASTE))
    assert line.router.paste("\r\n", 20.0) == ()


def test_an_endless_scan_is_counted_not_kept(line: Line) -> None:
    """A stream without an end is refused with its length and leaves nothing behind."""
    (dropped,) = line.burst("x" * (LONGEST + 10) + "\r")
    assert isinstance(dropped, ScanDropped)
    assert str(LONGEST + 10) in dropped.reason
    assert isinstance(line.router.paste("x" * 10_000, line.now_s)[0], ScanDropped)


@pytest.mark.parametrize("prefix", ["~", "\x11", "]C1"])
def test_a_prefix_is_demanded_and_cut(prefix: str) -> None:
    """A wedge that is set to send a prefix (Ctrl+Q too) must send it; a scan without it is another device's."""
    line = Line(ScanRouter(prefix=prefix))
    assert line.burst(f"{prefix}DAC0001\r") == [UnitScanned("DAC0001", Origin.WEDGE)]
    (dropped,) = line.burst("DAC0002\r")
    assert isinstance(dropped, ScanDropped)
    assert "prefix" in dropped.reason


def test_a_printable_suffix_ends_a_scan() -> None:
    """A scanner may end its scans with a character of its own."""
    line = Line(ScanRouter(suffix="#"))
    assert line.burst("DAC0001#") == [UnitScanned("DAC0001", Origin.WEDGE)]


def test_a_lone_ctrl_q_is_a_persons_key(line: Line) -> None:
    """Ctrl+Q alone is handed back as a key, which the app ignores; in front of a label it is part of the scan."""
    line.burst("\x11")
    (pressed,) = line.rest()
    assert isinstance(pressed, KeyPressed)
    assert pressed.stroke.key == "ctrl+q"
    assert line.burst("\x11DAC0001\r") == [UnitScanned("\x11DAC0001", Origin.WEDGE)]


def test_an_arrow_key_ends_what_was_held(line: Line) -> None:
    """Keys keep their order: what was held comes before the arrow that followed."""
    line.burst("ab")
    routed = line.router.key(KeyStroke("left", None, line.now_s))
    assert [one.stroke.key for one in routed if isinstance(one, KeyPressed)] == ["a", "b", "left"]


printable = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=4, max_size=60)


@given(printable.filter(lambda text: not text.startswith("%CMD:")), st.sampled_from(["\r", "\n", "\t"]))
def test_whatever_is_printed_on_a_label_comes_through(text: str, suffix: str) -> None:
    """Every printable text in a burst is one scan, unchanged, and no key is left over."""
    line = Line(ScanRouter())
    assert line.burst(text + suffix) == [UnitScanned(text, Origin.WEDGE)]
    assert line.rest() == []


@given(st.lists(st.tuples(st.characters(codec="utf-8"), st.sampled_from([0.0, 0.01, 0.045, 0.06, 3.0])), max_size=60))
def test_no_character_is_lost_or_doubled(strokes: list[tuple[str, float]]) -> None:
    """Every key ends up in exactly one place: a scan, a refusal, a person's key, or a repetition that was ignored."""
    line = Line(ScanRouter())
    routed: list[Routed] = []
    for c, gap_s in strokes:
        routed += line.burst(c, gap_s)
    routed += line.rest()
    assert line.router.due() is None
    released = [one.stroke for one in routed if isinstance(one, KeyPressed)]
    times = [stroke.at_s for stroke in released]
    assert times == sorted(times)
    scanned = sum(len(one.text) for one in routed if isinstance(one, UnitScanned))
    assert len(released) + scanned <= len(strokes)
