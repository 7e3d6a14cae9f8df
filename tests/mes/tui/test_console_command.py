"""`mes console` as a process: what it needs, what it leaves, and what it does not cost the other commands."""

import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mes.tui.screenshot import console_screenshot

ROOT = Path(__file__).parents[3]
_DEADLINE_S = 60


def test_screen_is_imported_by_no_other_command(story):
    """`mes --help` and `mes unit` import no Textual."""
    for arguments in (["--help"], ["unit", "CABLE0001", "--db", story.url]):
        code = (
            f"import sys; sys.argv = ['mes', *{arguments!r}]\nfrom mes.cli.main import main\n"
            "try: main()\nexcept SystemExit: pass\nsys.exit('textual' in sys.modules)"
        )
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        assert subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True).returncode == 0


def test_without_a_terminal_it_says_what_prints(story, mes):
    """In a pipe there is no screen, and the message names the commands that do without."""
    answer = mes("console", "--db", story.url)
    assert (answer.code, answer.out) == (2, "")
    assert "mes unit SERIAL" in answer.err


class Terminal:
    """A console in a terminal of its own."""

    def __init__(self, *arguments: str) -> None:
        self.process_id, self._descriptor = pty.fork()
        if not self.process_id:
            os.environ.update(PYTHONPATH=str(ROOT), TERM="xterm-256color", COLUMNS="80", LINES="24")
            os.execv(sys.executable, [sys.executable, "-c", "from mes.cli.main import main; main()", *arguments])
        self.shown = b""

    def until(self, text: bytes) -> None:
        """Read until something has been shown."""
        deadline = time.monotonic() + _DEADLINE_S
        while text not in self.shown:
            assert time.monotonic() < deadline, self.shown[-2000:]
            if select.select([self._descriptor], [], [], 0.2)[0]:
                try:
                    self.shown += os.read(self._descriptor, 65536)
                except OSError:
                    # The other end was closed: nothing more will come.
                    assert text in self.shown, self.shown[-2000:]

    def type(self, text: bytes) -> None:
        """Press keys."""
        os.write(self._descriptor, text)

    def ended(self) -> int:
        """Wait for the end; the exit code."""
        self.until(b"\x1b[?1049l")
        _, status = os.waitpid(self.process_id, 0)
        os.close(self._descriptor)
        return os.waitstatus_to_exitcode(status)


@pytest.mark.parametrize("how", ["q", "ctrl-c", "SIGTERM"])
def test_it_leaves_the_terminal_as_it_was(story, how):
    """q, Ctrl-C and SIGTERM each end it with code 0, on the ordinary screen, with the mouse given back."""
    terminal = Terminal("console", "--db", story.url)
    terminal.until(b"CABLE0003")
    if how == "SIGTERM":
        os.kill(terminal.process_id, signal.SIGTERM)
    else:
        terminal.type(b"q" if how == "q" else b"\x03")
    assert terminal.ended() == 0
    assert b"\x1b[?1000l" in terminal.shown
    assert b"Traceback" not in terminal.shown


def test_wrong_database_or_theme_is_told_before_the_screen_opens(story):
    """A missing file is an error of usage on the ordinary screen, not an empty console; so is an unknown theme."""
    for arguments, expected in (
        (["console", "--db", "sqlite:///nowhere.db"], b"no such file"),
        (["console", "--db", story.url, "--theme", "blinking"], b"rackline-light"),
    ):
        terminal = Terminal(*arguments)
        terminal.until(expected)
        _, status = os.waitpid(terminal.process_id, 0)
        assert os.waitstatus_to_exitcode(status) == 2
        assert b"\x1b[?1049h" not in terminal.shown


def test_picture_of_a_page_is_made_without_a_terminal(story):
    """A screenshot is an SVG document with the page's words in it."""
    svg = console_screenshot(story.url, (120, 36), ("slash", *"CABLE0001", "enter"))
    assert svg.startswith("<svg")
    assert "loop_resistance" in svg
