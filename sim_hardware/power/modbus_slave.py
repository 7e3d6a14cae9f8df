"""A Modbus RTU line full of units: frames in, frames out, no wire and no time.

A unit answers what is addressed to it and has a right CRC, and is silent otherwise (Modbus over Serial Line V1.02).
"""

from collections.abc import Callable, Mapping
from typing import Protocol

from pymodbus.constants import ExcCodes
from pymodbus.exceptions import ModbusException
from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU, ExceptionResponse, ModbusPDU, ReadHoldingRegistersRequest
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersResponse,
    WriteMultipleRegistersRequest,
    WriteMultipleRegistersResponse,
    WriteSingleRegisterRequest,
    WriteSingleRegisterResponse,
)

from sim_hardware.power.orv3_registers import NoSuchRegister, RefusedValue

_SHORTEST = 4  # unit, function, CRC


class RegisterBank(Protocol):
    """The holding registers of one unit."""

    def read(self, register: int, count: int) -> list[int]:
        """Registers from this one on. Raises NoSuchRegister."""
        ...

    def write(self, register: int, values: list[int]) -> None:
        """Set registers from this one on. Raises NoSuchRegister, RefusedValue."""
        ...


class ModbusSlave:
    """The units of one line; `units` is asked at every frame, for units come and go."""

    def __init__(self, units: Callable[[], Mapping[int, RegisterBank]]) -> None:
        self._units = units
        self._framer = FramerRTU(DecodePDU(is_server=True))

    def answer(self, frame: bytes) -> bytes:
        """The frame that the line answers with; empty for silence."""
        if len(frame) < _SHORTEST or not FramerRTU.check_CRC(frame[:-2], int.from_bytes(frame[-2:], "big")):
            return b""
        unit, function = frame[0], frame[1]
        bank = self._units().get(unit)
        if bank is None:
            return b""
        try:
            _, request = self._framer.handleFrame(frame, 0, 0)
        except ModbusException:
            response: ModbusPDU = ExceptionResponse(function, ExcCodes.ILLEGAL_VALUE)
        else:
            response = _respond(bank, request, function)
        response.dev_id = unit
        return self._framer.buildFrame(response)


def _respond(bank: RegisterBank, request: ModbusPDU | None, function: int) -> ModbusPDU:
    try:
        match request:
            case WriteSingleRegisterRequest():
                bank.write(request.address, [int(request.registers[0])])
                return WriteSingleRegisterResponse(address=request.address, registers=request.registers)
            case WriteMultipleRegistersRequest():
                bank.write(request.address, [int(value) for value in request.registers])
                return WriteMultipleRegistersResponse(address=request.address, count=request.count)
            case ReadHoldingRegistersRequest() if request.function_code == ReadHoldingRegistersRequest.function_code:
                return ReadHoldingRegistersResponse(registers=bank.read(request.address, request.count))
    except NoSuchRegister:
        return ExceptionResponse(function, ExcCodes.ILLEGAL_ADDRESS)
    except RefusedValue:
        return ExceptionResponse(function, ExcCodes.ILLEGAL_VALUE)
    return ExceptionResponse(function, ExcCodes.ILLEGAL_FUNCTION)
