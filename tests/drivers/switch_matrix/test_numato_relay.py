"""The bus trace of the relay module with echo and prompt."""

import threading
from typing import Any

import pytest

from drivers.errors import DeviceError, Garbled, LinkError, LinkTimeout, NotSafe, OutOfRange, WrongInstrument
from drivers.exchange import Row, expected_exchange
from drivers.place import Place
from drivers.switch_matrix.numato_relay import NumatoRelay


def said(command: str, answer: str = "") -> Row:
    """A command, its echo, its answer if there is one; the prompt is the frame's end."""
    return f"{command}\r", f"{command}\n\r" + (f"{answer}\n\r" if answer else "")


VERSION, IDENTITY = said("ver", "00000010"), said("id get", "RL160001")
ALL_OFF = (said("relay writeall 0000"), said("relay readall", "0000"))


def test_opening_asks_who_it_is_and_switches_everything_off() -> None:
    """The number of channels is found out by the length of the register; nothing is left on."""
    rows = (("\r", "relay o\n\r"), VERSION, IDENTITY, said("relay readall", "0041"), *ALL_OFF)
    with expected_exchange(NumatoRelay, *rows, opening=True, serial="RL160001") as relays:
        assert (relays.identity.maker, relays.identity.serial) == ("Numato Lab", "RL160001")
        assert relays.identity.firmware == "00000010"


def test_a_module_on_a_real_line(pty: Any, place: Place) -> None:
    """Over a pseudo-terminal, byte by byte: echo, answer, prompt."""
    answers = {"ver": "00000010", "id get": "RL1", "relay readall": "00"}

    def module() -> None:
        line = bytearray()
        for _ in range(sum(len(command) + 1 for command in said_to_it)):
            line += pty.receive(1)
            if line.endswith(b"\r"):
                command = line[:-1].decode()
                line.clear()
                answer = answers.get(command)
                pty.send(f"{command}\n\r".encode() + (f"{answer}\n\r".encode() if answer else b"") + b">")

    said_to_it = ["", "ver", "id get", "relay readall", *["relay writeall 00", "relay readall"] * 2]
    thread = threading.Thread(target=module)
    thread.start()
    with NumatoRelay.open(pty.name, place, serial="RL1") as relays:
        assert relays.identity.serial == "RL1"
    thread.join()


def test_another_serial_number_is_refused() -> None:
    """The ID of the module is the serial number that the configuration promises."""
    rows = (("\r", "\n\r"), VERSION, IDENTITY)
    with (
        pytest.raises(WrongInstrument, match="promises serial RL9, found RL160001"),
        expected_exchange(NumatoRelay, *rows, opening=True, serial="RL9"),
    ):
        raise AssertionError("opened")


def test_a_gpio_module_is_no_relay_module() -> None:
    """It knows no `relay readall` and shows its prompt."""
    rows = (("\r", "\n\r"), VERSION, IDENTITY, said("relay readall"))
    with pytest.raises(WrongInstrument, match="no relay module"), expected_exchange(NumatoRelay, *rows, opening=True):
        raise AssertionError("opened")


def test_channels_from_ten_on_are_letters() -> None:
    """Relay 10 is A, relay 15 is F; one look at the register proves them all."""
    rows = (said("relay on 3"), said("relay on A"), said("relay on F"), said("relay readall", "8408"))
    with expected_exchange(NumatoRelay, *rows, channels=16) as relays:
        relays.connect(3, 10, 15)


def test_a_register_that_does_not_hold_the_state_is_an_error() -> None:
    """A coil that was told on and reads off is named; so is one that stays on."""
    with (
        expected_exchange(NumatoRelay, said("relay on 3"), said("relay readall", "0000"), channels=16) as relays,
        pytest.raises(DeviceError, match=r"channels \[3\] did not go on"),
    ):
        relays.connect(3)
    with (
        expected_exchange(NumatoRelay, said("relay off 0"), said("relay readall", "0001"), channels=16) as relays,
        pytest.raises(DeviceError, match=r"channels \[0\] did not go off"),
    ):
        relays.disconnect(0)


def test_safe_is_every_coil_off_by_read_back() -> None:
    """All off in one word; a register that is not empty is not safe."""
    with expected_exchange(NumatoRelay, *ALL_OFF, channels=16) as relays:
        relays.safe_state()
    rows = (ALL_OFF[0], said("relay readall", "8000"))
    with (
        expected_exchange(NumatoRelay, *rows, channels=16) as relays,
        pytest.raises(NotSafe, match=r"channels \[15\] did not go off"),
    ):
        relays.safe_state()


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (b"relay readall\n\r00\n\r>", "16 bits"),
        (b"relay readall\n\r>", "16 bits"),
        (b"relay readall\n\rtext\n\r>", "16 bits"),
        (b"gpio readall\n\r0000\n\r>", "echo"),
        (b"relay readall\n\r0000\n\r0001\n\r>", "one line"),
        (b"relay readall\n\r00\xb80\n\r>", "one line"),
    ],
)
def test_a_frame_that_cannot_be_the_answer_poisons_the_line(frame: bytes, message: str) -> None:
    """A wrong echo, a short or foreign register and noise are never read in part; the next command is not sent."""
    # A frame of the wrong form is asked for once more, in step again; a register of the wrong size is not.
    again = () if message == "16 bits" else (VERSION, IDENTITY, ("relay readall\r", frame))
    rows = (said("relay on 0"), ("relay readall\r", frame), *again)
    with expected_exchange(NumatoRelay, *rows, channels=16) as relays:
        with pytest.raises(Garbled, match=message):
            relays.connect(0)
        with pytest.raises(LinkError, match="not sent"):
            relays.connect(1)


def test_a_wrong_prompt_is_no_answer() -> None:
    """Another prompt than > is a line that never ends: a timeout, and the relay command is not repeated."""
    with (
        expected_exchange(NumatoRelay, ("relay on 0\r", b"relay on 0\n\r$ "), channels=16) as relays,
        pytest.raises(LinkTimeout, match="relay on 0"),
    ):
        relays.connect(0)


def test_after_a_timeout_the_line_is_brought_back_past_the_late_answer() -> None:
    """The late echo of an older command is read past; two probes agree before anything else is sent."""
    late = b"relay on 0\n\r>ver\n\r00000010\n\r>"
    rows = (
        ("relay on 0\r", LinkTimeout("no answer")),
        ("ver\r", late),
        IDENTITY,
        *ALL_OFF,
    )
    with expected_exchange(NumatoRelay, *rows, channels=16) as relays:
        with pytest.raises(LinkTimeout):
            relays.connect(0)
        relays.safe_state()


def test_an_answer_to_a_command_that_has_none_is_a_refusal() -> None:
    """Whatever the module says to a command is an error by its own words."""
    with (
        expected_exchange(NumatoRelay, said("relay on 0", "invalid"), channels=16) as relays,
        pytest.raises(DeviceError, match="refused: invalid"),
    ):
        relays.connect(0)


@pytest.mark.parametrize("channels", [(), (16,), (-1,), (3, 99)])
def test_a_relay_that_is_not_fitted_never_reaches_the_wire(channels: tuple[int, ...]) -> None:
    """0 to 15, and at least one."""
    with expected_exchange(NumatoRelay, channels=16) as relays, pytest.raises(OutOfRange):
        relays.connect(*channels)
