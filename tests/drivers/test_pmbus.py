"""PMBus number formats, check byte and one device, as the specifications state them."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import DeviceError, Garbled, LinkError, OutOfRange
from drivers.pmbus import (
    PmbusPort,
    decode_linear11,
    decode_linear16,
    encode_linear11,
    encode_linear16,
    packet_error_code,
)

MINUS_NINE = 0x17
"""VOUT_MODE of a supply with the exponent -9."""


def read_answer(command: int, content: bytes, address: int = 0x58) -> bytes:
    """What a device answers to a read, with its check byte."""
    return content + bytes((packet_error_code(bytes((address << 1, command, address << 1 | 1)) + content),))


class Bus:
    """A two-wire bus that answers each command from a list, the last one again and again."""

    def __init__(self, **answers: list[Any]) -> None:
        self.answers = {int(name[1:], 16): given for name, given in answers.items()}
        self.written: list[tuple[int, bytes]] = []

    def read_block(self, address: int, register: int, length: int) -> bytes:
        given = self.answers[register]
        answer = given.pop(0) if len(given) > 1 else given[0]
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, bytes)
        return answer[:length]

    def write_block(self, address: int, register: int, content: bytes) -> None:
        self.written.append((register, content))

    def close(self) -> None:
        self.answers.clear()


def port(**answers: list[Any]) -> tuple[PmbusPort, Bus]:
    bus = Bus(**answers)
    return PmbusPort("bus", bus, 0x58), bus


@pytest.mark.parametrize(("volts", "word"), [(50.0, 0x6400), (12.0, 0x1800), (0.0, 0x0000), (127.998046875, 0xFFFF)])
def test_linear16_is_a_mantissa_with_the_exponent_of_vout_mode(volts: float, word: int) -> None:
    """50 V at N = -9 is 6400h, 12 V is 1800h."""
    assert encode_linear16(volts, MINUS_NINE) == word
    assert decode_linear16(word, MINUS_NINE) == volts


@pytest.mark.parametrize(
    ("word", "value"),
    [(0xE8CA, 25.25), (0x0001, 1.0), (0x07FF, -1.0), (0xF800, 0.0), (0x7BFF, 1023 * 2.0**15), (0x8001, 2.0**-16)],
)
def test_linear11_is_eleven_bits_times_a_power_of_two(word: int, value: float) -> None:
    """Both parts are two's complement."""
    assert decode_linear11(word) == value


@given(st.integers(0, 0xFFFF))
def test_every_linear11_word_survives_a_round_trip(word: int) -> None:
    """Several words mean the same value, so the value is what comes back."""
    value = decode_linear11(word)
    assert decode_linear11(encode_linear11(value)) == value


@given(st.floats(-3.3e7, 3.3e7))
def test_linear11_is_right_to_one_part_in_a_thousand(value: float) -> None:
    """Ten bits and a sign: half a step in 512, or half of the smallest step there is."""
    assert abs(decode_linear11(encode_linear11(value)) - value) <= max(abs(value) / 1022, 2.0**-17)


@given(st.integers(0, 0xFFFF), st.integers(0, 0x1F))
def test_every_linear16_word_survives_a_round_trip(word: int, mode: int) -> None:
    """Whatever the exponent."""
    assert encode_linear16(decode_linear16(word, mode), mode) == word


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, 3.4e7, -3.4e7])
def test_what_linear11_cannot_hold_is_refused(value: float) -> None:
    """It is neither clipped nor wrapped."""
    with pytest.raises(OutOfRange):
        encode_linear11(value)


@pytest.mark.parametrize("volts", [math.nan, math.inf, -0.01, 128.0])
def test_what_linear16_cannot_hold_is_refused(volts: float) -> None:
    """Output voltages are not negative and end at 65535 steps."""
    with pytest.raises(OutOfRange):
        encode_linear16(volts, MINUS_NINE)


@pytest.mark.parametrize(
    ("content", "check"), [(b"123456789", 0xF4), (b"", 0x00), (b"\x00", 0x00), (b"\x01", 0x07), (b"\x80", 0x89)]
)
def test_the_check_byte_is_the_crc_of_smbus(content: bytes, check: int) -> None:
    """The polynomial 07h from 0: "123456789" gives F4h."""
    assert packet_error_code(content) == check
    assert packet_error_code(content + bytes((check,))) == 0


@given(st.binary(min_size=1, max_size=34), st.data())
def test_no_flipped_bit_escapes_the_check_byte(content: bytes, data: st.DataObject) -> None:
    """A CRC finds every error of one bit."""
    place = data.draw(st.integers(0, 8 * len(content) - 1))
    flipped = bytearray(content)
    flipped[place // 8] ^= 1 << place % 8
    assert packet_error_code(bytes(flipped)) != packet_error_code(content)


def test_a_word_comes_low_byte_first() -> None:
    """READ_VIN of 230 V: Y = 920, N = -2."""
    device, _ = port(x88=[read_answer(0x88, b"\x98\xf3")])
    assert device.read_linear11(0x88) == 230.0


def test_a_wrong_check_byte_poisons_the_port_until_resync() -> None:
    """After it nothing is asked until the bus has shown that it carries bytes as they are."""
    good = read_answer(0x88, b"\x98\xf3")
    device, _ = port(x88=[b"\x98\xf2" + good[2:], good], x20=[read_answer(0x20, b"\x17")])
    with pytest.raises(Garbled, match=r"command 88h.*check byte"):
        device.read_word(0x88)
    with pytest.raises(LinkError, match=r"not sent.*resync"):
        device.read_word(0x88)
    device.resync()
    assert device.read_linear11(0x88) == 230.0


def test_a_bus_that_still_flips_bits_stays_poisoned() -> None:
    """A resynchronisation is proven, not declared."""
    device, _ = port(x88=[b"\x98\xf3\x00"], x20=[b"\x17\x00"])
    with pytest.raises(Garbled):
        device.read_word(0x88)
    with pytest.raises(Garbled):
        device.resync()
    assert device.broken is not None


def test_the_answer_of_another_device_or_command_is_refused() -> None:
    """Address and command are part of the check byte."""
    for answer in (read_answer(0x88, b"\x98\xf3", address=0x59), read_answer(0x89, b"\x98\xf3")):
        device, _ = port(x88=[answer])
        with pytest.raises(Garbled):
            device.read_word(0x88)


def test_a_cut_answer_is_garbled() -> None:
    """An adapter that gives fewer bytes than asked for has no answer."""
    device, _ = port(x88=[b"\x98\xf3"])
    with pytest.raises(Garbled, match="2 bytes instead of 3"):
        device.read_word(0x88)


def test_no_acknowledge_harms_nothing() -> None:
    """A device without power does not answer; once it has it, it does."""
    device, _ = port(x88=[LinkError("not acknowledged"), read_answer(0x88, b"\x98\xf3")])
    with pytest.raises(LinkError, match="not acknowledged"):
        device.read_word(0x88)
    assert device.read_linear11(0x88) == 230.0


@pytest.mark.parametrize(("mode", "name"), [(0x20, "VID"), (0x40, "direct"), (0x60, "half"), (0x97, "linear")])
def test_an_output_voltage_in_another_format_is_refused(mode: int, name: str) -> None:
    """A wrong VOUT_MODE never gives a wrong number; the voltage is not even asked for."""
    device, _ = port(x20=[read_answer(0x20, bytes((mode,)))])
    with pytest.raises(DeviceError, match=rf"VOUT_MODE {mode:02X}h.*{name}"):
        device.read_linear16(0x8B)


def test_an_exponent_that_the_product_does_not_have_is_refused() -> None:
    """Off by one, every voltage would be twice as high."""
    device, _ = port(x20=[read_answer(0x20, b"\x18")], x8B=[read_answer(0x8B, b"\x00\x64")])
    with pytest.raises(DeviceError, match=r"exponent -8, the product has -9.*2\^1"):
        device.read_linear16(0x8B, exponent=-9)
    assert device.read_linear16(0x8B) == 100.0


def test_vout_mode_is_asked_every_time() -> None:
    """The unit in the fixture changes while the bus stays open."""
    modes = [read_answer(0x20, b"\x17"), read_answer(0x20, b"\x18")]
    device, _ = port(x20=modes, x8B=[read_answer(0x8B, b"\x00\x18")])
    assert [device.read_linear16(0x8B), device.read_linear16(0x8B)] == [12.0, 24.0]


def test_a_block_is_as_long_as_it_says() -> None:
    """Its count comes first, its check byte last."""
    device, _ = port(x9E=[read_answer(0x9E, b"\x06PSU001")])
    assert device.read_text(0x9E) == "PSU001"


def test_a_block_that_changes_its_length_is_garbled() -> None:
    """The length that was read first has no check byte of its own."""
    device, _ = port(x9E=[b"\x06", read_answer(0x9E, b"\x05PSU00\xff")])
    with pytest.raises(Garbled, match="5 bytes and had 6"):
        device.read_text(0x9E)


@pytest.mark.parametrize("content", [b"\x03A\x00B", b"\x02\xc3\xa9", b"\x1f" + bytes(31)])
def test_a_block_that_is_no_text_or_too_long_is_refused(content: bytes) -> None:
    """Text is printable ASCII without holes; a block has at most 30 bytes on this bus."""
    device, _ = port(x9E=[read_answer(0x9E, content)])
    with pytest.raises(DeviceError):
        device.read_text(0x9E)


def test_every_write_carries_its_check_byte_and_is_asked_after() -> None:
    """CLEAR_FAULTS to device 58h: CRC-8 of B0h 03h."""
    device, bus = port(x7E=[read_answer(0x7E, b"\x00")])
    device.send(0x03)
    device.write_word(0x3B, 0xEA58)
    assert bus.written == [
        (0x03, bytes((packet_error_code(b"\xb0\x03"),))),
        (0x3B, b"\x58\xea" + bytes((packet_error_code(b"\xb0\x3b\x58\xea"),))),
    ]


@pytest.mark.parametrize(("bits", "name"), [(0x80, "command"), (0x40, "content"), (0x20, "error code")])
def test_a_refused_write_is_named(bits: int, name: str) -> None:
    """STATUS_CML is the error queue of PMBus."""
    device, _ = port(x7E=[read_answer(0x7E, bytes((bits,)))])
    with pytest.raises(DeviceError, match=name):
        device.write_byte(0x01, 0x80)


@pytest.mark.parametrize("address", [0x00, 0x07, 0x78, 0xB0])
def test_reserved_addresses_are_refused(address: int) -> None:
    """B0h is how an eight-bit address looks; the bus has seven bits."""
    with pytest.raises(OutOfRange, match="reserved"):
        PmbusPort("bus", Bus(), address)
