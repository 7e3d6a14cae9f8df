"""The console driver over a real pseudo-terminal, against the simulated machine and against a real shell."""

import os
import select
import shutil
import subprocess
import threading
import tty
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.errors import DeviceError, DeviceRestarted
from drivers.place import Place
from drivers.serial_console.network_os import NetworkOs
from sim_hardware.network.console_quirks import ConsoleQuirks

Make = Callable[[ConsoleQuirks, str | None], str]


@pytest.mark.parametrize(
    "quirks",
    [
        ConsoleQuirks(),
        ConsoleQuirks(late_echo=True, kernel_noise=1.0),
        ConsoleQuirks(password_prompts=2),
        ConsoleQuirks(page_lines=30),
    ],
)
def test_a_pseudo_terminal_carries_the_same_answers(
    pty_console: Make, monkeypatch: pytest.MonkeyPatch, quirks: ConsoleQuirks
) -> None:
    """Late echo, kernel noise, two password prompts and a pager, on a wire of the operating system."""
    monkeypatch.setenv("SWITCH_PASSWORD", "s3cret")
    name = pty_console(quirks, "s3cret")
    with Place() as place, NetworkOs.open(f"{name}?password_env=SWITCH_PASSWORD", place) as console:
        console.log_in(10.0)
        status = console.command("show interfaces status", 5.0)
        assert len(status.splitlines()) == 34
        assert status == console.command("show interfaces status", 5.0)


def test_a_restart_is_seen_on_a_pseudo_terminal(pty_console: Make) -> None:
    """The boot's text and its login prompt end the session."""
    name = pty_console(ConsoleQuirks(restarts_during="version"), None)
    with Place() as place, NetworkOs.open(name, place) as console:
        console.log_in(10.0)
        with pytest.raises(DeviceRestarted):
            console.command("show version", 5.0)


@pytest.fixture(scope="module")
def bash() -> Iterator[NetworkOs]:
    """The driver at a real bash, on a line that a thread joins to bash's own terminal."""
    program = shutil.which("bash")
    if program is None:
        pytest.skip("there is no bash here")
    theirs, terminal = os.openpty()
    line, ours = os.openpty()
    tty.setraw(ours)
    stop, wake = os.pipe()
    environment = {"PATH": os.environ["PATH"], "TERM": "vt100", "PS1": "user@host:~$ ", "LC_ALL": "C.UTF-8"}
    shell = subprocess.Popen(
        [program, "--norc", "--noprofile", "-i"],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=environment,
        start_new_session=True,
    )

    # What is typed while bash begins, its ^C above all, may end it or be forgotten.
    greeting = b""
    while not greeting.endswith(b"$ "):
        greeting += os.read(theirs, 4096)

    def join() -> None:
        while True:
            ready, _, _ = select.select([theirs, line, stop], [], [])
            if stop in ready:
                return
            for source, sink in ((theirs, line), (line, theirs)):
                if source in ready:
                    os.write(sink, os.read(source, 4096))

    thread = threading.Thread(target=join)
    thread.start()
    try:
        with Place() as place, NetworkOs.open(os.ttyname(ours), place) as console:
            console.log_in(10.0)
            yield console
    finally:
        shell.kill()
        shell.wait()
        os.write(wake, b"x")
        thread.join()
        for end in (theirs, terminal, line, ours, stop, wake):
            os.close(end)


@pytest.mark.parametrize(
    ("command", "output"),
    [
        ("echo one two", "one two"),
        ("printf 'no end'", "no end"),
        ("printf 'a\\n\\nb\\n\\n'", "a\n\nb"),
        ("true", ""),
        ("printf '\\302\\265 \\303\\251'", "µ é"),
        ("echo \"quoted 'inner' \"", "quoted 'inner' "),
        ("echo err 1>&2", "err"),
        ("echo a; echo b 1>&2; echo c;", "a\nb\nc"),
        ("printf '\\033[31mred\\033[0m'", "red"),
        ("echo 'sonic login: '", "sonic login: "),
        ("echo 'user@host:~$ '; echo after", "user@host:~$ \nafter"),
    ],
)
def test_a_real_shell_is_understood(bash: NetworkOs, command: str, output: str) -> None:
    """The frame is bash's own work: quoting, status, checksum, and text that looks like a prompt."""
    assert bash.command(command, 10.0) == output


def test_thousands_of_lines_of_a_real_shell_come_whole(bash: NetworkOs) -> None:
    """More than a terminal's buffer."""
    assert bash.command("seq 1 5000", 30.0) == "\n".join(str(k) for k in range(1, 5001))


def test_the_status_of_a_real_shell_is_told(bash: NetworkOs) -> None:
    """Of the whole line, not of what collects it."""
    with pytest.raises(DeviceError, match="status 3: gone wrong"):
        bash.command("(echo gone wrong; exit 3)", 10.0)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="'\x7f"), max_size=60))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_that_a_real_shell_prints_comes_back(bash: NetworkOs, text: str) -> None:
    """Prompts, marks, braces and letters of other languages alike."""
    if text.isprintable():
        assert bash.command(f"printf '%s' '{text}'", 10.0) == text
