"""What a resource string says beyond the wire: which unit of a multidrop line, at which address, at what rate.

One RS-485 line or two-wire bus carries several devices, so the name of the wire is not enough. The rest follows a
question mark, as in a URL: ``/dev/ttyUSB0?unit=161&baud=115200``, ``/dev/i2c-3?address=0x58``.
"""

from collections.abc import Collection
from urllib.parse import parse_qsl

from drivers.errors import OutOfRange


def split_resource(resource: str, known: Collection[str]) -> tuple[str, dict[str, str]]:
    """The wire's own name, and what follows it. Raises `OutOfRange` for a word that is not known or given twice."""
    wire, _, suffix = resource.partition("?")
    pairs = parse_qsl(suffix, keep_blank_values=True)
    given = dict(pairs)
    unknown = sorted(set(given) - set(known))
    if unknown or len(pairs) != len(given) or (suffix and not pairs):
        what = ", ".join(unknown) or suffix
        raise OutOfRange(f"{resource}: {what!r} is not understood; known are {', '.join(sorted(known))}, each once")
    return wire, given


def number_in(resource: str, given: dict[str, str], name: str, default: int, low: int, high: int) -> int:
    """A whole number of the suffix, decimal or with 0x. Raises `OutOfRange` for anything else or outside low..high."""
    text = given.get(name)
    if text is None:
        return default
    try:
        number = int(text, 0)
    except ValueError as error:
        raise OutOfRange(f"{resource}: {name}={text!r} is no whole number") from error
    if not low <= number <= high:
        raise OutOfRange(f"{resource}: {name}={text} is outside {low} to {high}")
    return number
