"""The system EEPROM of a switch in ONIE's TlvInfo format, made and shown.

Header "TlvInfo", a zero, version 1, the length of what follows in two bytes, high byte first; then type, length and
value of each entry; last FEh with the CRC-32 (IEEE 802.3) of everything before its value (Open Compute Project, ONIE,
"Hardware requirements: non-volatile board EEPROM information format").
"""

import zlib

NAMES = {
    0x21: "Product Name",
    0x22: "Part Number",
    0x23: "Serial Number",
    0x24: "Base MAC Address",
    0x25: "Manufacture Date",
    0x26: "Device Version",
    0x27: "Label Revision",
    0x28: "Platform Name",
    0x29: "ONIE Version",
    0x2A: "MAC Addresses",
    0x2B: "Manufacturer",
    0x2C: "Country Code",
    0x2D: "Vendor Name",
    0x2E: "Diag Version",
    0x2F: "Service Tag",
    0xFD: "Vendor Extension",
    0xFE: "CRC-32",
}
_HEADER = b"TlvInfo\x00\x01"
_CRC = 0xFE


def onie_eeprom(
    *,
    product: str,
    part: str,
    serial: str,
    base_mac: str,
    date: str,
    platform: str,
    manufacturer: str,
    version: int = 1,
    mac_count: int = 64,
    onie_version: str = "2024.02",
    country: str = "DE",
) -> bytes:
    """The content for these entries with a right CRC; `date` is MM/DD/YYYY HH:MM:SS, `base_mac` has colons."""
    entries = (
        (0x21, product.encode("ascii")),
        (0x22, part.encode("ascii")),
        (0x23, serial.encode("ascii")),
        (0x24, bytes.fromhex(base_mac.replace(":", ""))),
        (0x25, date.encode("ascii")),
        (0x26, bytes([version])),
        (0x28, platform.encode("ascii")),
        (0x29, onie_version.encode("ascii")),
        (0x2A, mac_count.to_bytes(2, "big")),
        (0x2B, manufacturer.encode("ascii")),
        (0x2C, country.encode("ascii")),
    )
    body = b"".join(bytes([code, len(value)]) + value for code, value in entries)
    crc_entry = 6
    head = _HEADER + (len(body) + crc_entry).to_bytes(2, "big") + body + bytes([_CRC, 4])
    return head + zlib.crc32(head).to_bytes(4, "big")


def shown(content: bytes) -> str:
    """The table of `show platform syseeprom` (SONiC 202405)."""
    length = int.from_bytes(content[9:11], "big")
    rows = [("TLV Name", "Code", "Len", "Value")]
    at, crc_ok = 11, False
    while at + 2 <= min(len(content), 11 + length):
        code, count = content[at], content[at + 1]
        value = content[at + 2 : at + 2 + count]
        rows.append((NAMES.get(code, "Unknown"), f"0X{code:02X}", str(count), _value(code, value)))
        if code == _CRC:
            crc_ok = zlib.crc32(content[: at + 2]).to_bytes(4, "big") == value
        at += 2 + count
    name, code_width, count_width, value_width = (max(map(len, column)) for column in zip(*rows, strict=True))
    lines = [f"{n:{name}}  {c:{code_width}}  {k:>{count_width}}  {v}".rstrip() for n, c, k, v in rows]
    lines.insert(1, "  ".join("-" * width for width in (name, code_width, count_width, value_width)))
    head = ["TlvInfo Header:", "   Id String:    TlvInfo", f"   Version:      {content[8]}"]
    head.append(f"   Total Length: {length}")
    return "\n".join([*head, *lines, "", f"(checksum {'valid' if crc_ok else 'invalid'})"])


def _value(code: int, value: bytes) -> str:
    if code == 0x24:
        return value.hex(":").upper()
    if code in (0x26, 0x2A):
        return str(int.from_bytes(value, "big"))
    if code in (0xFD, _CRC):
        return "0x" + value.hex().upper()
    return value.decode("ascii", "replace")
