"""The checksum of POSIX `cksum`, which every Linux shell can print of its own output."""

from typing import Final

_POLYNOMIAL: Final = 0x04C11DB7


def _row(value: int) -> int:
    value <<= 24
    for _ in range(8):
        value = (value << 1) ^ (_POLYNOMIAL if value & 0x80000000 else 0)
    return value & 0xFFFFFFFF


_TABLE: Final = tuple(_row(value) for value in range(256))


def posix_checksum(content: bytes) -> int:
    """The CRC of these bytes followed by their count, as POSIX.1-2017, Shell & Utilities, `cksum` defines it."""
    crc = 0
    for byte in content:
        crc = (crc << 8 & 0xFFFFFFFF) ^ _TABLE[crc >> 24 ^ byte]
    count = len(content)
    while count:
        crc = (crc << 8 & 0xFFFFFFFF) ^ _TABLE[crc >> 24 ^ count & 0xFF]
        count >>= 8
    return crc ^ 0xFFFFFFFF
