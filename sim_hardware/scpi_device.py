"""A simulated SCPI instrument without any wire: program messages in, time-stamped answers out (IEEE 488.2).

No socket, no thread, no sleep: a message changes the state at once, and what takes time is expressed by the moment
from which the answer may be read. The same device therefore stands behind every wire, on every clock.
"""

import random
from typing import Any, ClassVar

from sim_hardware.clock import BenchClock
from sim_hardware.scpi_commands import Command, Entry, command_table, resolve
from sim_hardware.scpi_grammar import ScpiError, arguments, integer, scpi, split_quoted
from sim_hardware.status import ErrorQueue, StatusRegister, event_bit

QUEUE_NOT_EMPTY, QUESTIONABLE, MESSAGE_AVAILABLE, EVENT_SUMMARY, SERVICE, OPERATION = 0x04, 0x08, 0x10, 0x20, 0x40, 0x80


class ScpiDevice:
    """Base of all simulated SCPI instruments: common commands, status model, error queue, message parsing.

    A subclass sets `idn` (class or instance: the whole `*IDN?` answer), marks methods with `scpi` and overrides
    `reset()`. Within a method, `busy()` and `start_operation()` say how long things take, and `ScpiError` refuses.
    """

    idn: str = "Rackline,Simulated instrument,0,1.0"
    terminator: ClassVar[bytes] = b"\n"
    error_depth: ClassVar[int] = 20
    scpi_version: ClassVar[str] = "1999.0"

    _table: ClassVar[dict[str, Entry]] = {}

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        cls._table = command_table(cls)

    def __init__(self, clock: BenchClock, rng: random.Random) -> None:
        self.clock = clock
        self.rng = rng
        self.errors = ErrorQueue(self.error_depth)
        self.standard_event = StatusRegister(event=0x80)  # power on
        self.operation = StatusRegister()
        self.questionable = StatusRegister()
        self.service_enable = 0
        self.busy_until = 0.0
        self.operation_until = 0.0
        self._operation_complete_at: float | None = None
        self._commands: dict[str, Command] = {}

    def reset(self) -> None:
        """Take the state that `*RST` asks for; the error queue and the event registers are none of its business."""

    def trigger(self) -> None:
        """Act on `*TRG` or a bus trigger; an instrument without trigger refuses."""
        raise ScpiError(-211, "Trigger ignored")

    def busy(self, seconds: float) -> None:
        """Spend processing time: every answer from now on, `*OPC?` included, comes that much later."""
        self.busy_until = max(self.clock.now(), self.busy_until) + seconds

    def start_operation(self, seconds: float) -> None:
        """Start an overlapped operation (a sweep, say): only `*OPC`, `*OPC?` and `*WAI` wait for its end."""
        self.operation_until = max(self.operation_until, self.clock.now() + seconds)

    def push_error(self, code: int, text: str) -> None:
        """Put an error into the queue and set its bit in the standard event status register."""
        self.errors.push(code, text)
        self.standard_event.latch(event_bit(code))

    def status_byte(self, message_available: bool) -> int:
        """Give the status byte as a serial poll sees it (IEEE 488.2, 11.2); bit 6 stays set while its cause lasts."""
        self._complete_operation()
        bits = QUEUE_NOT_EMPTY if len(self.errors) else 0
        bits |= QUESTIONABLE if self.questionable.summary else 0
        bits |= MESSAGE_AVAILABLE if message_available else 0
        bits |= EVENT_SUMMARY if self.standard_event.summary else 0
        bits |= OPERATION if self.operation.summary else 0
        return bits | (SERVICE if bits & self.service_enable else 0)

    def device_clear(self) -> None:
        """Become ready for a new message (IEEE 488.2, 5.8): nothing measured or set is touched."""
        self.busy_until = self.clock.now()
        self._operation_complete_at = None

    def execute(self, message: str) -> tuple[bytes | None, float]:
        """Run one program message without its terminator.

        Returns the response message, terminated, or None, and the time (s) from which it can be read. A command
        error ends the message, any other refusal only its own unit.
        """
        answers: list[bytes] = []
        path = ""
        try:
            for unit in split_quoted(message, ";"):
                path = self._execute_unit(unit, path, answers)
        except ScpiError as error:
            self.push_error(error.code, error.text)
        if not answers:
            return None, self.busy_until
        return b";".join(answers) + self.terminator, max(self.clock.now(), self.busy_until)

    def _execute_unit(self, unit: str, path: str, answers: list[bytes]) -> str:
        """Run one unit of a message below `path`; give the path that the next unit starts from."""
        header, *parameters = unit.split(None, 1) or [""]
        if not header:
            return path
        command, path = self._find(header.upper(), path)
        try:
            values = arguments(parameters[0]) if parameters else []
            if len(values) < command.required:
                raise ScpiError(-109, "Missing parameter")
            if len(values) > command.accepted:
                raise ScpiError(-108, "Parameter not allowed")
            if not command.takes_blocks and any(isinstance(value, bytes) for value in values):
                raise ScpiError(-168, "Block data not allowed")
            answer = command.call(*command.suffixes, *values)
        except ScpiError as error:
            if -200 < error.code <= -100:
                raise
            self.push_error(error.code, error.text)
            return path
        if command.delay:
            self.busy(command.delay)
        if answer is not None:
            answers.append(answer.encode("latin-1") if isinstance(answer, str) else answer)
        return path

    def _find(self, header: str, path: str) -> tuple[Command, str]:
        """Find the command of an upper-case header: below `path`, else from the root (IEEE 488.2, appendix A).

        Strict parsers do not look at the root again; most instruments do, and drivers have come to rely on it.
        """
        for spelling in (header,) if not path or header[0] in "*:" else (f"{path}:{header}", header):
            absolute = spelling.removeprefix(":")
            command = self._commands.get(absolute) or resolve(self._table, self, absolute)
            if command is not None:
                self._commands[absolute] = command
                return command, path if header[0] == "*" else absolute.rpartition(":")[0]
        raise ScpiError(-113, "Undefined header")

    def _complete_operation(self) -> None:
        due = self._operation_complete_at
        if due is not None and due <= self.clock.now():
            self._operation_complete_at = None
            self.standard_event.latch(0x01)

    @scpi("*IDN?")
    def _identify(self) -> str:
        return self.idn

    @scpi("*RST")
    def _reset(self) -> None:
        self._operation_complete_at = None
        self.operation_until = self.clock.now()
        self.reset()

    @scpi("*CLS")
    def _clear_status(self) -> None:
        self._operation_complete_at = None
        self.errors.clear()
        for register in (self.standard_event, self.operation, self.questionable):
            register.take_event()

    @scpi("*OPC")
    def _operation_complete(self) -> None:
        self._operation_complete_at = max(self.clock.now(), self.busy_until, self.operation_until)

    @scpi("*OPC?")
    def _operation_complete_query(self) -> str:
        self._wait_to_continue()
        return "1"

    @scpi("*WAI")
    def _wait_to_continue(self) -> None:
        self.busy_until = max(self.busy_until, self.operation_until)

    @scpi("*TST?")
    def _self_test(self) -> str:
        return "0"

    @scpi("*TRG")
    def _trigger(self) -> None:
        self.trigger()

    @scpi("*ESR?")
    def _event_status(self) -> str:
        self._complete_operation()
        return str(self.standard_event.take_event())

    @scpi("*ESE")
    def _set_event_enable(self, bits: str) -> None:
        self.standard_event.enable = integer(bits, 0, 255)

    @scpi("*ESE?")
    def _event_enable(self) -> str:
        return str(self.standard_event.enable)

    @scpi("*SRE")
    def _set_service_enable(self, bits: str) -> None:
        self.service_enable = integer(bits, 0, 255) & ~SERVICE

    @scpi("*SRE?")
    def _service_enable(self) -> str:
        return str(self.service_enable)

    @scpi("*STB?")
    def _status_byte(self) -> str:
        return str(self.status_byte(message_available=False))

    @scpi("SYSTem:ERRor[:NEXT]?")
    def _next_error(self) -> str:
        code, text = self.errors.pop()
        return f'{code:+d},"{text}"'

    @scpi("SYSTem:ERRor:COUNt?")
    def _count_errors(self) -> str:
        return str(len(self.errors))

    @scpi("SYSTem:VERSion?")
    def _version(self) -> str:
        return self.scpi_version
