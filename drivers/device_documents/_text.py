"""The text of a document: UTF-8, lines that end, and nothing that a terminal would act on.

Lines are split at LF alone. `str.splitlines` also splits at characters that a device's description may hold, and a
description must not be able to begin a line of its own.
"""

import re
from typing import Final

from drivers.errors import DocumentError

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_INTEGER: Final = re.compile(r"-?[0-9]{1,18}")
_DECIMAL: Final = re.compile(r"[-+]?[0-9]{1,18}(\.[0-9]{1,18})?([eE][-+]?[0-9]{1,2})?")


def document_text(document: str, content: str | bytes) -> str:
    """The text of a document, line ends made LF.

    Raises `DocumentError` for bytes that are not UTF-8 and for control characters other than tab and line end.
    """
    if isinstance(content, bytes):
        try:
            content = content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise DocumentError(document, f"byte {error.start}", "is not UTF-8; capture it again") from error
    text = content.replace("\r\n", "\n")
    if found := _CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise DocumentError(document, f"line {line}", f"holds the control character {found.group()!r}")
    return text


def document_lines(document: str, content: str | bytes, *, complete: bool = False) -> list[tuple[int, str]]:
    """The lines that are not blank, each with its number from 1 and without trailing blanks.

    A last line without an end may have been cut in the middle of a number and is refused, unless `complete` says that
    the caller knows it to be whole, for instance because a prompt followed.
    """
    text = document_text(document, content)
    if text and not text.endswith("\n") and not complete:
        last = text.count("\n") + 1
        raise DocumentError(document, f"line {last}", "has no end: the document may be cut; capture it again")
    return [(number, line.rstrip()) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]


def integer_in(document: str, place: str, text: str, low: int, high: int) -> int:
    """The whole number that this text is. Raises `DocumentError` when it is none, or outside `low` to `high`."""
    if not _INTEGER.fullmatch(text):
        raise DocumentError(document, place, f"{text[:60]!r} is no whole number")
    number = int(text)
    if not low <= number <= high:
        raise DocumentError(document, place, f"{number} is outside {low} to {high}")
    return number


def decimal_in(document: str, place: str, text: str) -> float:
    """The number that this text is, with a decimal point. Raises `DocumentError` for anything else, NaN included."""
    if not _DECIMAL.fullmatch(text):
        raise DocumentError(document, place, f"{text[:60]!r} is no number")
    return float(text)
