"""ISO/IEC 15434: the envelope around the fields of a two-dimensional label, written and read.

``[)>`` RS, then a format (``06`` fields with data identifiers, ``05`` GS1 element strings), GS before every field, RS
behind the last, and EOT at the end. That the scan ended with RS proves that nothing of it was cut off; EOT may lack,
because terminals take it for themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mes.labels.data_identifiers import TITLES, fault_of, split_field
from mes.labels.errors import LabelError
from mes.labels.gs1 import element_fields
from mes.labels.separators import EOT, GS, RS, Character, message_characters

HEADER: Final = "[)>"
"""The compliance indicator that opens every message."""

_IDENTIFIERS, _GS1 = "06", "05"
_NAMES: Final = {GS: "GS", RS: "RS", EOT: "EOT"}
_SET = "set the scanner to send control characters, or to spell them as <GS>"


@dataclass(frozen=True, slots=True)
class LabelField:
    """One field of a label: its identifier, what that means (empty: not known here), and where its value stands."""

    identifier: str
    title: str
    value: str
    position: int

    def __str__(self) -> str:
        return f"field {self.identifier} at character {self.position}"


def write_message(fields: Sequence[tuple[str, str]]) -> str:
    """The message of these identifiers and values. Raises `LabelError` for what could not be read again."""
    if not fields:
        raise LabelError("a label without any field says nothing", 1)
    message = HEADER + RS + _IDENTIFIERS
    for identifier, value in fields:
        position = len(message) + 2
        if split_field(identifier + value) != (identifier, value):
            raise LabelError(f"{identifier!r} is no data identifier: up to three digits and a letter", position)
        _check(identifier, [Character(c, position + i) for i, c in enumerate(value)], position)
        message += GS + identifier + value
    return message + RS + EOT


def read_message(scan: str, start: int = 0) -> tuple[LabelField, ...]:
    """The fields of a message that begins with its header at an index of the scan. Raises `LabelError`."""
    rest = message_characters(scan, start + len(HEADER))
    end = len(scan) + 1
    if not rest or rest[0].text != RS:
        seen = rest[0].position if rest else end
        raise LabelError(f"character {seen} must be RS, the separator behind [)>, and is not; {_SET}", seen)
    fields: list[LabelField] = []
    at = 1
    while at < len(rest) and rest[at].text != EOT:
        at = _envelope(rest, at, fields, end)
    beyond = rest[at + 1 :]
    if any(one.text not in "\r\n " for one in beyond):
        doubled = "".join(one.text for one in beyond).lstrip().startswith(HEADER)
        why = (
            "two labels run together: the second begins" if doubled else "something stands behind the end of the label"
        )
        place = next(one.position for one in beyond if one.text not in "\r\n ")
        raise LabelError(f"{why} at character {place}; scan one label at a time", place)
    if not fields:
        raise LabelError("the label has no fields; scan it again", end)
    return tuple(fields)


def _envelope(rest: Sequence[Character], at: int, fields: list[LabelField], end: int) -> int:
    """Read one format envelope that begins at an index; the index behind its RS."""
    name = "".join(one.text for one in rest[at : at + 2])
    position = rest[at].position
    if rest[at].text == HEADER[0]:
        raise LabelError(f"two labels run together: the second begins at character {position}; scan one", position)
    if name not in (_IDENTIFIERS, _GS1):
        if not (len(name) == 2 and name.isascii() and name.isdigit()):
            raise LabelError(
                f"character {position} must begin a format, such as 06, and is {name!r}; scan again", position
            )
        problem = f"format {name} at character {position} is not read here"
        raise LabelError(f"{problem}; scan a label of format 06 (data identifiers) or 05 (GS1)", position)
    close = next((i for i in range(at, len(rest)) if rest[i].text == RS), None)
    if close is None:
        number = len(fields) + sum(one.text == GS for one in rest[at:])
        problem = f"the trailer is missing: the scan ends in field {number} without RS and EOT"
        raise LabelError(f"{problem}; scan the label again", end)
    body = rest[at + 2 : close]
    if not body or body[0].text != GS:
        seen_at = body[0].position if body else rest[close].position
        raise LabelError(f"character {seen_at} must be GS, the separator before a field, and is not; {_SET}", seen_at)
    for part in _parts(body):
        if name == _GS1:
            fields += [LabelField(*found) for found in element_fields(part)]
        else:
            fields.append(_field(part, len(fields) + 1, rest[close].position))
    return close + 1


def _parts(body: Sequence[Character]) -> list[list[Character]]:
    parts: list[list[Character]] = []
    for one in body:
        if one.text == GS:
            parts.append([])
        else:
            parts[-1].append(one)
    return parts


def _field(part: Sequence[Character], number: int, end: int) -> LabelField:
    text = "".join(one.text for one in part)
    if not text.strip():
        place = part[0].position if part else end
        raise LabelError(f"field {number}, before character {place}, is empty; scan the label again", place)
    found = split_field(text)
    position = part[0].position
    if found is None:
        capital = split_field(text.upper()) is not None and text != text.upper()
        hint = "switch Caps Lock off at the scanner's terminal" if capital else "scan the label again"
        problem = f"field {number} at character {position} begins with {text[:4]!r}, which is no data identifier"
        raise LabelError(f"{problem}; {hint}", position)
    identifier, value = found
    _check(identifier, part[len(identifier) :], position)
    return LabelField(identifier, TITLES.get(identifier, ""), value, position)


def _check(identifier: str, value: Sequence[Character], position: int) -> None:
    """Refuse a value that nobody could have printed, or that its identifier does not take."""
    for one in value:
        if not (one.text.isascii() and one.text.isprintable()):
            raise LabelError(
                f"field {identifier} at character {position}: character {one.position} is {one.text!a}, which no"
                " label carries; check the scanner's settings",
                one.position,
            )
    text = "".join(one.text for one in value)
    if fault := fault_of(identifier, text):
        title = TITLES.get(identifier, "")
        meant = f" ({title})" if title else ""
        shown = f"{text[:40]!r} " if text else ""
        raise LabelError(f"field {identifier}{meant} at character {position}: {shown}{fault}", position)
