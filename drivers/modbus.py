"""Modbus RTU: one master asks, one unit of the line answers (Application Protocol V1.1b3, Serial Line V1.02).

pymodbus makes and reads the messages and their frames; the bytes go over our own transport, so that leases fence them,
traces see them and the bench's clock times them. Modbus answers carry no number of their question: after a failure
a late answer could pass for the next one, so the unit that failed is asked nothing until `resync()`, and nobody on the
line asks anything before the line has been silent for a while.
"""

from collections.abc import Sequence
from typing import Final

from pymodbus.constants import ExcCodes
from pymodbus.exceptions import ModbusException
from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU, ModbusPDU, ReadHoldingRegistersRequest
from pymodbus.pdu.register_message import WriteMultipleRegistersRequest, WriteSingleRegisterRequest

from drivers.clock import Clock
from drivers.errors import DeviceError, Garbled, LinkError, LinkLost, LinkTimeout, OutOfRange
from drivers.shared_line import SharedLine

HIGHEST_UNIT: Final = 255
"""The standard ends at 247; racks of Open Rack V3 use addresses up to 255."""
_SHORTEST: Final = 5
"""Bytes of the shortest answer: an exception."""
_MOST_READ: Final = 125
_MOST_WRITTEN: Final = 123
_ROUNDS: Final = 8
"""How often a line that keeps talking is listened to before it is given up."""

_DECODER: Final = DecodePDU(is_server=False)
_FRAMER: Final = FramerRTU(_DECODER)


def silent_interval_s(baud_rate: int) -> float:
    """The silence in s that separates two frames: 3.5 characters of 11 bits, 1.75 ms above 19200 baud (2.5.1.1)."""
    return 3.5 * 11 / baud_rate if baud_rate <= 19200 else 1.75e-3


class ModbusPort:
    """One unit (1 to 255) of a line.

    A method raises `LinkTimeout` for silence, `Garbled` for what is no answer to it (a wrong CRC, a cut frame, another
    unit), `DeviceError` for an exception response, naming function and register. Link errors poison the port.
    """

    __slots__ = ("_clock", "_line", "_name", "broken", "timeout_s", "unit")

    def __init__(self, line: SharedLine, unit: int, clock: Clock, timeout_s: float) -> None:
        if not 1 <= unit <= HIGHEST_UNIT:
            raise OutOfRange(f"{line.resource}: unit {unit} is outside 1 to {HIGHEST_UNIT}; 0 would speak to all")
        self.unit = unit
        self.timeout_s = timeout_s
        self.broken: str | None = None
        """What poisoned the port, or None."""
        self._line = line
        self._clock = clock
        self._name = f"{line.resource}: unit {unit}"

    def read_registers(self, register: int, count: int) -> tuple[int, ...]:
        """Get holding registers (function 3), each 0 to 65535."""
        self._require_registers(register, count, _MOST_READ)
        request = ReadHoldingRegistersRequest(dev_id=self.unit, address=register, count=count)
        what = f"function 3, registers {register} to {register + count - 1}"
        answer = self._ask(request, what)
        return tuple(answer.registers)

    def write_register(self, register: int, value: int) -> None:
        """Set one holding register (function 6)."""
        self._require_registers(register, 1, 1)
        self._require_values([value])
        request = WriteSingleRegisterRequest(dev_id=self.unit, address=register, registers=[value])
        self._ask(request, f"function 6, register {register}")

    def write_registers(self, register: int, values: Sequence[int]) -> None:
        """Set consecutive holding registers (function 16)."""
        self._require_registers(register, len(values), _MOST_WRITTEN)
        self._require_values(values)
        request = WriteMultipleRegistersRequest(dev_id=self.unit, address=register, registers=list(values))
        self._ask(request, f"function 16, registers {register} to {register + len(values) - 1}")

    def resync(self, register: int, count: int) -> tuple[int, ...]:
        """Bring question and answer together again: wait until the line is silent, then ask for registers.

        A line that is lost is opened again first. Choose as many registers as nothing else reads, for an answer is
        known by its length alone. Raises `LinkError` when that fails; the port stays poisoned.
        """
        self._require_registers(register, count, _MOST_READ)
        request = ReadHoldingRegistersRequest(dev_id=self.unit, address=register, count=count)
        with self._line.exclusive():
            self._line.unsettled = True
            what = f"resync: function 3, registers {register} to {register + count - 1}"
            try:
                answer = self._exchange(request, what)
            except LinkLost:
                self._line.transport.reopen()
                answer = self._exchange(request, what)
            self.broken = None
        return tuple(answer.registers)

    def close(self) -> None:
        """Let go of the line."""
        self._line.leave()

    def _ask(self, request: ModbusPDU, what: str) -> ModbusPDU:
        with self._line.exclusive():
            if self.broken is not None:
                raise LinkError(f"{self._name}: {what} not sent: the port lost its step ({self.broken}); call resync()")
            return self._exchange(request, what)

    def _exchange(self, request: ModbusPDU, what: str) -> ModbusPDU:
        try:
            answer = self._transfer(request)
        except LinkError as error:
            named = type(error)(f"{self._name}: {what}: {str(error).removeprefix(f'{self._line.resource}: ')}")
            if self.broken is None:
                self.broken = str(named)
            raise named from error
        finally:
            self._line.quiet_since = self._clock.now()
        if answer.isError():
            code = answer.exception_code
            name = ExcCodes(code).name if code in set(ExcCodes) else "of the maker"
            raise DeviceError(f"{self._name}: {what} refused: exception {code} ({name})")
        return answer

    def _transfer(self, request: ModbusPDU) -> ModbusPDU:
        """Send a request and read its answer, which may be an exception response."""
        line, transport = self._line, self._line.transport
        if line.unsettled:
            self._settle()
        # Whatever ends this transfer early, its answer may still come.
        line.unsettled = True
        if stray := transport.take_stray():
            raise Garbled(f"before the question came {stray[:60].hex(' ')}, unasked")
        pause = line.quiet_since + silent_interval_s(line.baud_rate) - self._clock.now()
        if pause > 0:
            self._clock.sleep(pause)
        transport.write(_FRAMER.buildFrame(request))
        frame = self._read_frame(request.function_code)
        try:
            _, answer = _FRAMER.handleFrame(frame, 0, 0)
        except ModbusException as error:
            raise Garbled(f"{frame[:60].hex(' ')} cannot be decoded") from error
        if answer is None:
            raise Garbled(f"{frame[:60].hex(' ')} has a wrong CRC")
        if not (answer.isError() or _answers(request, answer)):
            raise Garbled(f"{frame[:60].hex(' ')} answers another question")
        line.unsettled = False
        return answer

    def _read_frame(self, function: int) -> bytes:
        transport = self._line.transport
        head = b""
        try:
            head = transport.read_exactly(_SHORTEST, self.timeout_s)
            if head[0] != self.unit:
                raise Garbled(f"unit {head[0]} answered ({head.hex(' ')}…)")
            # An answer to another function may have any length; nothing after its head could be trusted.
            if head[1] & 0x7F != function or (kind := _DECODER.lookupPduClass(head)) is None:
                raise Garbled(f"function {head[1]} answered ({head.hex(' ')}…)")
            return head + transport.read_exactly(kind.calculateRtuFrameSize(head) - _SHORTEST, self.timeout_s)
        except LinkTimeout as silence:
            half = head + transport.take_stray()
            if half:
                raise Garbled(f"the answer ended after {len(half)} bytes: {half[:60].hex(' ')}") from silence
            raise

    def _settle(self) -> None:
        """Listen until nothing has come for as long as an answer may take."""
        transport = self._line.transport
        transport.take_stray()
        for _ in range(_ROUNDS):
            self._clock.sleep(self.timeout_s)
            if not transport.take_stray():
                return
        raise Garbled(f"the line did not fall silent within {_ROUNDS * self.timeout_s:g} s")

    def _require_registers(self, register: int, count: int, most: int) -> None:
        if not (register >= 0 and 1 <= count <= most and register + count <= 0x10000):
            raise OutOfRange(f"{self._name}: {count} registers at {register}: at most {most} at once, up to 65535")

    def _require_values(self, values: Sequence[int]) -> None:
        for value in values:
            if not 0 <= value <= 0xFFFF:
                raise OutOfRange(f"{self._name}: {value} does not fit a register (0 to 65535)")


def _answers(request: ModbusPDU, answer: ModbusPDU) -> bool:
    """Whether an answer fits its question: as many registers as asked for, or the echo of what was written."""
    match request:
        case WriteSingleRegisterRequest():
            return answer.address == request.address and list(answer.registers) == list(request.registers)
        case WriteMultipleRegistersRequest():
            return answer.address == request.address and answer.count == request.count
        case _:
            return len(answer.registers) == request.count
