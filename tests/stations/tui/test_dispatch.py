"""`station run` as a person starts it: on a terminal the screen opens, without one it says so and goes on."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CONFIG = ROOT / "stations/configs/cable-lane-test.toml"
PROGRAM = [sys.executable, "-c", "from stations.cli.main import main; main()", "run"]
_PATIENCE_S = 60.0


def environment(home: Path) -> dict[str, str]:
    """A home of its own, and a terminal that everybody knows."""
    return {**os.environ, "RACKLINE_HOME": str(home), "PYTHONPATH": str(ROOT), "TERM": "xterm-256color"}


class Terminal:
    """A process in a terminal of 80×24: what it wrote, and a keyboard."""

    def __init__(self, home: Path, config: Path = CONFIG) -> None:
        self._controller, port = pty.openpty()
        fcntl.ioctl(port, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.process = subprocess.Popen(
            [*PROGRAM, str(config)],
            cwd=ROOT,
            env=environment(home),
            stdin=port,
            stdout=port,
            stderr=port,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(port)
        self._written = ""

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._controller, text.encode())

    def until(self, text: str) -> None:
        """Wait until this was written since the last wait."""
        deadline = time.monotonic() + _PATIENCE_S
        while text not in self._written:
            assert time.monotonic() < deadline, f"{text!r} never came: {self._written[-2000:]!r}"
            self._read()
        self._written = self._written.partition(text)[2]

    def wait(self) -> int:
        """The exit code; what is still written is read meanwhile."""
        deadline = time.monotonic() + _PATIENCE_S
        while self.process.poll() is None:
            assert time.monotonic() < deadline, "it does not end"
            self._read()
        return self.process.returncode

    def _read(self) -> None:
        if not select.select([self._controller], [], [], 0.1)[0]:
            return
        try:
            written = os.read(self._controller, 65536).decode(errors="replace")
        except OSError:  # EIO: the process has let go of the terminal
            return
        self._written += re.sub(r"\x1b\[[0-9;?]*[ -/]*[@-~]", "", written)

    @property
    def rest(self) -> str:
        """What was written since the last wait."""
        return self._written

    def hang_up(self) -> None:
        """Close the window."""
        os.close(self._controller)
        self._controller = -1

    def close(self) -> None:
        """End what is left."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self._controller >= 0:
            os.close(self._controller)


@pytest.fixture
def terminal(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Terminal]:
    """`station run` in a terminal."""
    one = Terminal(tmp_path, getattr(request, "param", CONFIG))
    try:
        yield one
    finally:
        one.close()


def test_without_a_terminal_it_goes_on_headless(tmp_path: Path) -> None:
    """Piped, `station run` works the serial numbers of its standard input and says on stderr why no screen came."""
    done = subprocess.run(
        [*PROGRAM, str(CONFIG)],
        cwd=ROOT,
        env=environment(tmp_path),
        input="DAC0001\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr
    assert "no terminal" in done.stderr
    assert "PASSED" in done.stdout


def test_a_shift_at_a_terminal(terminal: Terminal) -> None:
    """The screen opens, a scan is tested, Ctrl+Q leaves nothing, Ctrl+C and Y leave with exit 0 and no traceback."""
    terminal.until("scan the label of the next unit")
    terminal.type("DAC0001\r")
    terminal.until("RECORDED here")
    terminal.until("SENT to the centre")
    terminal.type("\x11")
    terminal.until("Ctrl+Q does nothing here")
    terminal.type("\x03")
    terminal.until("Leave the operator")
    terminal.type("y")
    assert terminal.wait() == 0
    assert "Traceback" not in terminal.rest


def test_sigterm_leaves_with_130(terminal: Terminal) -> None:
    """A station that is told to go closes its screen and says so by its exit code."""
    terminal.until("scan the label of the next unit")
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.wait() == 130
    assert "Traceback" not in terminal.rest


@pytest.mark.parametrize("terminal", [CONFIG.with_name("cable-test.toml")], indirect=True)
def test_a_closed_window_ends_the_run_and_the_process(terminal: Terminal, tmp_path: Path) -> None:
    """Whoever closes the window in the middle of a run leaves a bench made safe, a record and no process behind."""
    terminal.until("scan the label of the next unit")
    terminal.type("DAC0001\r")
    terminal.until("step")
    terminal.hang_up()
    assert terminal.process.wait(_PATIENCE_S) == 130
    page = subprocess.run(
        [sys.executable, "-c", "from mes.cli.main import main; main()", "unit", "DAC0001", "--json"],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "SIGHUP" in page.stdout
