"""Modbus RTU frames, their silence, and what is no answer."""

from collections.abc import Callable
from typing import Any

import pytest
from pymodbus.framer import FramerRTU

from drivers.errors import DeviceError, Garbled, InstrumentError, LinkError, LinkTimeout, OutOfRange
from drivers.modbus import ModbusPort, silent_interval_s
from drivers.place import Place
from drivers.shared_line import SharedLine

QUESTION = "01 03 00 4F 00 01"
ANSWER = "01 03 02 C8 00"


def frame(content: str) -> bytes:
    """A frame with its CRC."""
    raw = bytes.fromhex(content)
    return raw + FramerRTU.compute_CRC(raw).to_bytes(2, "big")


class Wire:
    """A transport that answers each write from a list; what is not read stays."""

    resource = "line"

    def __init__(self, clock: Any, *answers: bytes) -> None:
        self.clock = clock
        self.answers = list(answers)
        self.sent: list[tuple[float, bytes]] = []
        self.received = b""
        self.late: list[tuple[float, bytes]] = []
        self.closed = 0

    def write(self, message: bytes) -> None:
        self.sent.append((self.clock.now(), message))
        if self.answers:
            self.received += self.answers.pop(0)

    def read_exactly(self, count: int, timeout_s: float) -> bytes:
        self._arrive()
        if len(self.received) < count:
            self.clock.sleep(timeout_s)
            raise LinkTimeout("line: read: nothing")
        content, self.received = self.received[:count], self.received[count:]
        return content

    def take_stray(self) -> bytes:
        self._arrive()
        stray, self.received = self.received, b""
        return stray

    def _arrive(self) -> None:
        self.received += b"".join(content for at, content in self.late if at <= self.clock.now())
        self.late = [item for item in self.late if item[0] > self.clock.now()]

    def read_line(self, timeout_s: float) -> bytes:
        raise NotImplementedError

    def clear(self) -> None:
        raise NotImplementedError

    def reopen(self) -> None:
        raise NotImplementedError

    def close(self) -> None:
        self.closed += 1


MakePort = Callable[..., tuple[ModbusPort, Wire]]


@pytest.fixture
def port(clock: Any) -> MakePort:
    """A port on a wire with these answers."""

    def make(*answers: bytes, unit: int = 1, baud_rate: int = 19200) -> tuple[ModbusPort, Wire]:
        wire = Wire(clock, *answers)
        line = SharedLine(wire, Place(clock=clock).lock(), baud_rate)
        line.join(baud_rate)
        return ModbusPort(line, unit, clock, 1.0), wire

    return make


def test_the_frame_of_the_standard_is_sent_as_it_is_printed(port: MakePort) -> None:
    """Function 3 at unit 17, registers 107 to 109: 11 03 006B 0003 and the CRC 76 87, low byte first."""
    modbus, wire = port(bytes.fromhex("11 03 06 AE41 5652 4340 49AD"), unit=0x11)
    assert modbus.read_registers(107, 3) == (0xAE41, 0x5652, 0x4340)
    assert wire.sent[0][1] == bytes.fromhex("11 03 00 6B 00 03 76 87")


def test_the_crc_of_nine_digits_is_known() -> None:
    """CRC-16/MODBUS of "123456789" is 4B37h."""
    assert FramerRTU.compute_CRC(b"123456789") == 0x374B


def test_writes_are_echoed(port: MakePort) -> None:
    """Function 6 comes back as it was sent, function 16 with its count."""
    modbus, wire = port(frame("01 06 00 70 13 88"), frame("01 10 00 70 00 02"))
    modbus.write_register(112, 5000)
    modbus.write_registers(112, [1, 2])
    assert [sent for _, sent in wire.sent] == [frame("01 06 00 70 13 88"), frame("01 10 00 70 00 02 04 00 01 00 02")]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (frame(ANSWER)[:-1] + b"\x00", "CRC"),
        (frame(ANSWER)[:4], r"ended after 4 bytes"),
        (frame(ANSWER)[:6], r"ended after 6 bytes"),
        (frame("02 03 02 C8 00"), "unit 2 answered"),
        (frame("01 04 02 C8 00"), "function 4 answered"),
        (frame("01 2B 02 C8 00"), "function 43 answered"),
        (frame("01 03 04 C8 00 00 01"), "another question"),
        (frame("01 84 02"), "function 132 answered"),
    ],
)
def test_what_is_no_answer_is_garbled(port: MakePort, answer: bytes, message: str) -> None:
    """A wrong CRC, a cut frame, another unit, another function, another length; none is ever parsed."""
    modbus, _ = port(answer)
    with pytest.raises(Garbled, match=rf"line: unit 1: function 3, registers 79 to 79: .*{message}"):
        modbus.read_registers(79, 1)
    with pytest.raises(LinkError, match=r"not sent.*resync"):
        modbus.read_registers(79, 1)


@pytest.mark.parametrize("echo", ["01 06 00 70 13 89", "01 06 00 71 13 88"])
def test_a_wrong_echo_is_garbled(port: MakePort, echo: str) -> None:
    """A write whose echo differs may have gone anywhere."""
    modbus, _ = port(frame(echo))
    with pytest.raises(Garbled, match="another question"):
        modbus.write_register(112, 5000)


@pytest.mark.parametrize(("code", "name"), [(1, "ILLEGAL_FUNCTION"), (2, "ILLEGAL_ADDRESS"), (0x55, "of the maker")])
def test_an_exception_names_function_and_register_and_harms_nothing(port: MakePort, code: int, name: str) -> None:
    """The unit refused; question and answer still fit."""
    modbus, _ = port(frame(f"01 83 {code:02X}"), frame(ANSWER))
    with pytest.raises(DeviceError, match=rf"function 3, registers 79 to 79 refused: exception {code} \({name}\)"):
        modbus.read_registers(79, 1)
    assert modbus.read_registers(79, 1) == (0xC800,)


def test_silence_is_a_timeout(port: MakePort) -> None:
    """A unit that is not there does not answer."""
    modbus, _ = port()
    with pytest.raises(LinkTimeout, match="unit 1"):
        modbus.read_registers(79, 1)


def test_a_late_answer_is_never_the_answer_to_the_next_question(port: MakePort, clock: Any) -> None:
    """Modbus answers carry no number: only silence on the line makes the next one safe."""
    modbus, wire = port()
    wire.late.append((1.3, frame("01 03 02 11 11")))
    with pytest.raises(LinkTimeout):
        modbus.read_registers(79, 1)
    wire.answers.append(frame("01 03 04 00 01 00 02"))
    assert modbus.resync(24, 2) == (1, 2)
    assert clock.now() > 2.3
    wire.answers.append(frame(ANSWER))
    assert modbus.read_registers(79, 1) == (0xC800,)


def test_a_line_that_keeps_talking_cannot_be_resynchronised(port: MakePort) -> None:
    """Another master, or a unit gone mad."""
    modbus, wire = port(b"\x00")
    with pytest.raises(Garbled):
        modbus.read_registers(79, 1)
    wire.late = [(float(second), b"\x00") for second in range(2, 30)]
    with pytest.raises(Garbled, match="did not fall silent"):
        modbus.resync(24, 2)
    assert modbus.broken is not None


def test_bytes_that_nobody_asked_for_are_garbled(port: MakePort) -> None:
    """A doubled answer shows at the next question."""
    modbus, _ = port(frame(ANSWER) * 2)
    assert modbus.read_registers(79, 1) == (0xC800,)
    with pytest.raises(Garbled, match="unasked"):
        modbus.read_registers(79, 1)


@pytest.mark.parametrize(("baud_rate", "seconds"), [(9600, 0.00401), (19200, 0.002005), (115200, 0.00175)])
def test_frames_are_apart_by_three_and_a_half_characters(port: MakePort, baud_rate: int, seconds: float) -> None:
    """1.75 ms above 19200 baud, whatever the rate (Modbus over Serial Line V1.02, 2.5.1.1)."""
    assert silent_interval_s(baud_rate) == pytest.approx(seconds, rel=1e-3)
    modbus, wire = port(frame(ANSWER), frame(ANSWER), baud_rate=baud_rate)
    modbus.read_registers(79, 1)
    modbus.read_registers(79, 1)
    (first, _), (second, _) = wire.sent
    assert second - first == pytest.approx(seconds, rel=1e-3)


@pytest.mark.parametrize(("register", "count"), [(-1, 1), (0, 0), (0, 126), (65535, 2)])
def test_registers_beyond_the_map_never_reach_the_wire(port: MakePort, register: int, count: int) -> None:
    """125 at once, 65536 in all."""
    modbus, wire = port()
    with pytest.raises(OutOfRange):
        modbus.read_registers(register, count)
    assert wire.sent == []


@pytest.mark.parametrize("value", [-1, 0x10000])
def test_values_that_are_no_register_never_reach_the_wire(port: MakePort, value: int) -> None:
    """Refused, never truncated."""
    modbus, wire = port()
    with pytest.raises(OutOfRange):
        modbus.write_register(112, value)
    with pytest.raises(OutOfRange):
        modbus.write_registers(112, [0, value])
    assert wire.sent == []


@pytest.mark.parametrize("unit", [0, 256])
def test_a_unit_has_an_address_of_its_own(clock: Any, unit: int) -> None:
    """0 is everybody."""
    with pytest.raises(OutOfRange, match="unit"):
        ModbusPort(SharedLine(Wire(clock), Place().lock(), 19200), unit, clock, 1.0)


def test_a_silent_unit_does_not_silence_the_others(clock: Any) -> None:
    """Its neighbour waits until the line is quiet and is then asked; the silent one needs a resynchronisation."""
    wire = Wire(clock)
    line = SharedLine(wire, Place().lock(), 19200)
    for _ in range(2):
        line.join(19200)
    pulled, neighbour = ModbusPort(line, 2, clock, 1.0), ModbusPort(line, 1, clock, 1.0)
    with pytest.raises(LinkTimeout):
        pulled.read_registers(79, 1)
    wire.late.append((1.2, frame("02 03 02 11 11")))
    wire.answers.append(frame(ANSWER))
    assert neighbour.read_registers(79, 1) == (0xC800,)
    with pytest.raises(LinkError, match="resync"):
        pulled.read_registers(79, 1)


def test_the_last_user_of_a_line_closes_it(pty: Any, place: Place) -> None:
    """The wire is one session; a second rate on it is refused, and so is a driver that wants it for itself."""
    first = place.shared(pty.name, 1.0, baud_rate=19200)
    second = place.shared(pty.name, 1.0, baud_rate=19200)
    assert first is second
    with pytest.raises(InstrumentError, match="one rate"):
        place.shared(pty.name, 1.0, baud_rate=9600)
    with pytest.raises(InstrumentError, match="cannot open it twice"):
        place.transport(pty.name, 1.0)
    first.leave()
    assert second.is_open
    second.leave()
    assert not second.is_open
    place.shared(pty.name, 1.0, baud_rate=9600).leave()
