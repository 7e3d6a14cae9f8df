"""A console gives out what was printed, whole, or says what is in the way."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from drivers.errors import (
    DeviceError,
    DeviceRestarted,
    Garbled,
    InstrumentError,
    LinkError,
    LinkTimeout,
    LoginRefused,
    OutOfRange,
)
from sim_hardware.faults import Fault, FaultKind

Open = Callable[..., Any]
STATUS = "show interfaces status"
PASSWORD = "corr3ct-h0rse"


def truth(b: Any, command: str = STATUS) -> str:
    """What the switch prints, asked behind its console's back."""
    (shell,) = b.unit.shells.values()
    return str(shell.run(tuple(command.split()), b.clock.now()).text).rstrip("\n")


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"kernel_noise": 1.0},
        {"late_echo": True},
        {"late_echo": True, "kernel_noise": 1.0},
        {"page_lines": 10},
        {"page_lines": 24, "kernel_noise": 1.0},
    ],
)
def test_output_is_what_was_printed_whatever_the_console_does_between(console_bench: Open, options: Any) -> None:
    """Kernel messages, a late echo and a pager leave no trace in the output."""
    with console_bench(**options) as b:
        b.console.log_in(120.0)
        for _ in range(10):
            assert b.console.command(STATUS, 10.0) == truth(b)


def test_a_kernel_message_is_told_apart_from_output(console_bench: Open) -> None:
    """It is kept for whoever wants it."""
    with console_bench(kernel_noise=1.0) as b:
        b.console.log_in(120.0)
        b.console.command(STATUS, 10.0)
        (message,) = b.console.kernel_messages
        assert "temperature event" in message


def test_logging_in_waits_for_the_boot(console_bench: Open) -> None:
    """A switch that was just plugged in answers after its boot, not before, and nobody counts as refused."""
    with console_bench() as b:
        b.console.log_in(120.0)
        assert b.clock.now() > 40.0


def test_a_machine_that_is_not_there_is_a_timeout(console_bench: Open) -> None:
    """An empty fixture says nothing, and the message says so."""
    with console_bench() as b:
        b.bench.remove()
        with pytest.raises(LinkTimeout, match="nothing within"):
            b.console.log_in(30.0)


@pytest.mark.parametrize("prompts", [1, 2])
def test_a_password_is_given_as_often_as_it_is_asked_for(
    console_bench: Open, monkeypatch: pytest.MonkeyPatch, prompts: int
) -> None:
    """Once or twice; it comes from the environment and appears in no trace."""
    monkeypatch.setenv("SWITCH_PASSWORD", PASSWORD)
    with console_bench("?user=admin&password_env=SWITCH_PASSWORD", password=PASSWORD, password_prompts=prompts) as b:
        b.console.log_in(120.0)
        assert b.console.command("hostname", 5.0) == "sonic"
        assert not any(PASSWORD.encode() in content for _, content in b.told)
        assert [content for what, content in b.told if what == "sent"].count(b"(secret)") == prompts


def test_a_console_that_echoes_a_password_does_not_get_it_into_the_trace(
    console_bench: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes back in pieces is masked where it becomes whole."""
    monkeypatch.setenv("SWITCH_PASSWORD", PASSWORD)
    with console_bench("?password_env=SWITCH_PASSWORD", password=PASSWORD, echoes_password=True) as b:
        b.console.log_in(120.0)
        received = b"".join(content for what, content in b.told if what == "received")
        assert PASSWORD.encode() not in received
        assert b"*" * (len(PASSWORD) - 1) in received


def test_who_is_refused_is_not_tried_again(console_bench: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """One wrong password, one attempt: accounts lock themselves. The message does not hold it."""
    monkeypatch.setenv("SWITCH_PASSWORD", "wr0ng")
    with console_bench("?password_env=SWITCH_PASSWORD", password=PASSWORD) as b:
        with pytest.raises(LoginRefused, match="admin is not let in") as refused:
            b.console.log_in(120.0)
        assert "wr0ng" not in str(refused.value)
        assert [content for what, content in b.told if what == "sent"].count(b"(secret)") == 1


def test_a_third_password_prompt_is_a_refusal(console_bench: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two may be two modules; more is a loop."""
    monkeypatch.setenv("SWITCH_PASSWORD", PASSWORD)
    with (
        console_bench("?password_env=SWITCH_PASSWORD", password=PASSWORD, password_prompts=3) as b,
        pytest.raises(LoginRefused),
    ):
        b.console.log_in(120.0)


@pytest.mark.parametrize(
    ("suffix", "what"), [("", "names none"), ("?password_env=NOT_SET_ANYWHERE", "NOT_SET_ANYWHERE is not set")]
)
def test_a_password_that_nobody_gave_is_named(console_bench: Open, suffix: str, what: str) -> None:
    """The message says what to add, and where."""
    with console_bench(suffix, password=PASSWORD) as b, pytest.raises(LoginRefused, match=what):
        b.console.log_in(120.0)


def test_another_baud_rate_is_named(console_bench: Open) -> None:
    """Noise in both directions says at which rate the line is open."""
    with console_bench("?baud=9600") as b, pytest.raises(Garbled, match="9600 baud"):
        b.console.log_in(120.0)


def test_a_restart_in_the_middle_of_an_answer_is_no_answer(console_bench: Open) -> None:
    """Half an answer is never given out; after the boot everything goes on with a new login."""
    with console_bench(restarts_during="status") as b:
        b.console.log_in(120.0)
        with pytest.raises(DeviceRestarted, match=r"booted|login prompt"):
            b.console.command(STATUS, 30.0)
        with pytest.raises(DeviceError, match="log in first"):
            b.console.command("hostname", 5.0)
        b.console.wait_for_login(120.0)
        b.console.log_in(30.0)
        assert b.console.command(STATUS, 10.0) == truth(b)


def test_a_restart_that_comes_to_its_login_prompt_is_still_a_restart(console_bench: Open) -> None:
    """With enough patience the login prompt is what comes, and it is no end of an answer."""
    with console_bench(restarts_during="status") as b:
        b.console.log_in(120.0)
        with pytest.raises(DeviceRestarted, match="login prompt"):
            b.console.command(STATUS, 300.0)


def test_a_wanted_restart_ends_at_the_login_prompt(console_bench: Open) -> None:
    """It takes a boot, and the session is over."""
    with console_bench() as b:
        b.console.log_in(120.0)
        began = b.clock.now()
        b.console.restart("sudo reboot", 120.0)
        assert b.clock.now() - began > 40.0
        with pytest.raises(DeviceError, match="log in first"):
            b.console.command("hostname", 5.0)
        b.console.log_in(30.0)
        assert b.console.command("hostname", 5.0) == "sonic"


def test_a_failing_command_is_an_error_with_its_status(console_bench: Open) -> None:
    """Output of a command that failed is no value; the session goes on."""
    with console_bench() as b:
        b.console.log_in(120.0)
        with pytest.raises(DeviceError, match="status 127: -bash: shwo: command not found"):
            b.console.command("shwo version", 5.0)
        assert b.console.command("hostname", 5.0) == "sonic"


@pytest.mark.parametrize("text", ["", "a\nb", "a\x03", "a\rb", "\x1b[A"])
def test_what_is_no_line_is_not_typed(console_bench: Open, text: str) -> None:
    """A return or a control character would be a second command."""
    with console_bench() as b:
        b.console.log_in(120.0)
        before = len(b.told)
        with pytest.raises(OutOfRange):
            b.console.command(text, 5.0)
        assert len(b.told) == before


def test_after_logging_out_the_next_one_must_log_in(console_bench: Open) -> None:
    """The console is left at its prompt for a name; logging out twice is allowed."""
    with console_bench() as b:
        b.console.log_in(120.0)
        b.console.log_out()
        b.console.log_out()
        with pytest.raises(DeviceError):
            b.console.command("hostname", 5.0)
        b.console.log_in(30.0)
        assert b.console.command("hostname", 5.0) == "sonic"


def test_a_session_that_somebody_left_open_is_taken_over(console_bench: Open) -> None:
    """A half-typed line of theirs is not ours."""
    with console_bench() as b:
        b.console.log_in(120.0)
        b.bench._instruments["console"].received(b"rm -rf ")
        b.console.log_in(30.0)
        assert b.console.command("hostname", 5.0) == "sonic"


@pytest.mark.parametrize("kind", ["drop", "delay", "garbage", "truncate", "split", "stale", "duplicate", "close"])
def test_a_bad_wire_costs_answers_and_never_falsifies_one(console_bench: Open, kind: FaultKind) -> None:
    """Whatever one message in twenty suffers, an answer is right or none; a new login brings the console back."""
    good = 0
    with console_bench(kernel_noise=0.2) as b:
        b.console.log_in(120.0)
        seconds = 45.0 if kind == "delay" else 0.3
        b.bench.inject("sim://switch/console", Fault(kind, probability=0.05, count=5, seconds=seconds))
        for _ in range(40):
            try:
                assert b.console.command(STATUS, 30.0) == truth(b)
                good += 1
            except InstrumentError:
                if kind == "close":
                    break
                with suppress(InstrumentError):
                    b.console.log_in(60.0)
    assert good > (0 if kind == "close" else 10)


@pytest.mark.parametrize("kept", [0, 1, 4, 60, 500, 5000, -60, -16, -3, -1])
def test_an_answer_that_is_cut_anywhere_is_none(console_bench: Open, kept: int) -> None:
    """Not in the frame's first mark, not in the middle, not in its last, not in the prompt behind it."""
    with console_bench() as b:
        b.console.log_in(120.0)
        before = len(b.told)
        assert b.console.command(STATUS, 10.0) == truth(b)
        received = b"".join(content for what, content in b.told[before:] if what == "received")
        whole = len(received[received.index(b"RK<2\r\n") :])
        b.bench.inject(
            "sim://switch/console", Fault("truncate", "Ethernet8", count=kept if kept >= 0 else whole + kept)
        )
        with pytest.raises(LinkError):
            b.console.command(STATUS, 10.0)
