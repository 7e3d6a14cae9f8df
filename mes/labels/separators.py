"""The control characters of ISO/IEC 15434 as scanners really send them: as they are, spelled out, or replaced.

A keyboard wedge has no key for GS, RS and EOT. It sends a control key, or a spelling that somebody configured, or one
printable character in their place, or nothing. The separator behind the header shows which, and only that spelling
counts in the rest: what looks like another one is text. Where nothing came, that is said.
"""

import re
from typing import Final, NamedTuple

GS, RS, EOT = "\x1d", "\x1e", "\x04"

_CONTROLS: Final = (GS, RS, EOT)
_SPELLINGS: Final = (
    _CONTROLS,
    ("^]", "^^", "^D"),
    ("<GS>", "<RS>", "<EOT>"),
    ("{GS}", "{RS}", "{EOT}"),
    ("[GS]", "[RS]", "[EOT]"),
    ("␝", "␞", "␄"),
    ("\\x1d", "\\x1e", "\\x04"),
    ("\\u001d", "\\u001e", "\\u0004"),
    ("\\035", "\\036", "\\004"),
)
_SPELLED: Final = tuple(
    re.compile("|".join(f"({re.escape(one)})" for one in spelling), re.ASCII | re.IGNORECASE) for spelling in _SPELLINGS
)
_STAND_INS: Final = re.escape("|#~!$%&*;@`")
"""Printable characters that a scanner may be set to send for a control character; no label's own text has them."""
_REPLACED: Final = re.compile(rf"([{_STAND_INS}])\d\d([{_STAND_INS}])", re.ASCII)


class Character(NamedTuple):
    """One character of a scan, control characters in their own form, and its place in what came (from 1)."""

    text: str
    position: int


def message_characters(scan: str, start: int) -> list[Character]:
    """The characters of a message behind its header, with GS, RS and EOT in their own form."""
    replaced = _REPLACED.match(scan, start)
    if replaced is not None:
        return _put_back(_plain(scan, start), replaced[1], replaced[2])
    for spelled in _SPELLED:
        found = spelled.match(scan, start)
        if found is not None and found.lastindex == 1 + _CONTROLS.index(RS):
            return _restored(scan, start, spelled)
    return _plain(scan, start)


def element_characters(scan: str, start: int) -> list[Character]:
    """The characters of GS1 element strings, with GS in its own form."""
    return _restored(scan, start, next((one for one in _SPELLED if _says_gs(one, scan)), _SPELLED[0]))


def has_separator(scan: str) -> bool:
    """Whether GS, in whatever spelling, stands anywhere in a scan."""
    return any(_says_gs(spelled, scan) for spelled in _SPELLED)


def _says_gs(spelled: re.Pattern[str], scan: str) -> bool:
    return any(found.lastindex == 1 for found in spelled.finditer(scan))


def _plain(scan: str, start: int) -> list[Character]:
    return [Character(c, start + i + 1) for i, c in enumerate(scan[start:])]


def _restored(scan: str, start: int, spelled: re.Pattern[str]) -> list[Character]:
    read: list[Character] = []
    at = start
    for found in spelled.finditer(scan, start):
        read += [Character(scan[i], i + 1) for i in range(at, found.start())]
        read.append(Character(_CONTROLS[(found.lastindex or 1) - 1], found.start() + 1))
        at = found.end()
    return read + _plain(scan, at)


def _put_back(read: list[Character], record: str, group: str) -> list[Character]:
    """Undo the scanner's replacement; one character for both separators ends the last field and the message."""
    if record != group:
        control = {record: RS, group: GS}
        return [Character(control.get(one.text, one.text), one.position) for one in read]
    tail = len(read)
    while tail and read[tail - 1].text in (record, EOT):
        tail -= 1
    restored = [one if one.text != record else Character(GS, one.position) for one in read]
    restored[0] = Character(RS, restored[0].position)
    if tail < len(read):
        restored[tail:] = [Character(RS, read[tail].position)]
    return restored
