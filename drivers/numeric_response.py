"""Numbers as instruments write them, read whole or not at all.

IEEE 488.2 (8.7) has three forms: NR1 an integer, NR2 with a point, NR3 with point and exponent. SCPI-99 (7.2.1) adds
9.9E37 for infinity, -9.9E37 for minus infinity and 9.91E37 for not-a-number. A decimal comma, a cut line and an
empty answer are no numbers.
"""

import math
import re
from typing import Final, Literal

from drivers.errors import Garbled

INFINITY: Final = 9.9e37
NOT_A_NUMBER: Final = 9.91e37

_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:E[+-]?\d{1,3})?", re.ASCII)

# The point, two digits of exponent and its sign are all required, so that a number that lost its tail cannot pass
# for another number: no proper prefix of an NR3 of this form is one itself.
_NR3: Final = re.compile(r"[+-]?\d\.\d+E[+-]\d{2}", re.ASCII)

Form = Literal["ANY", "NR3"]


def is_no_value(text: str) -> bool:
    """Whether an answer says that there is no value: 9.91E37 or NAN."""
    answer = text.strip().upper().lstrip("+-")
    return answer == "NAN" or (_NUMBER.fullmatch(answer) is not None and float(answer) == NOT_A_NUMBER)


def parse_number(text: str, form: Form = "ANY") -> float | Literal["OVER", "UNDER"]:
    """The number that a whole answer is, or the side on which it left the range.

    `form` NR3 demands one digit, a point, digits and an exponent of two digits: for instruments that always answer
    so, it tells a cut answer from a whole one. Raises `Garbled` for text that is no number of the form, and for "no
    value" (9.91E37, NAN).
    """
    answer = text.strip().upper()
    if answer in ("INF", "+INF", "INFINITY", "+INFINITY"):
        return "OVER"
    if answer in ("-INF", "-INFINITY"):
        return "UNDER"
    # 9.91E37 is only "no value" with its own digits; every other number from 9.9E37 on is beyond the range.
    if is_no_value(answer):
        raise Garbled(f"{text!r} says that there is no value; was anything measured?")
    if (_NR3 if form == "NR3" else _NUMBER).fullmatch(answer) is None:
        why = "a decimal comma" if re.fullmatch(r"[+-]?\d+,\d+(E[+-]?\d+)?", answer) else "cut, empty or foreign"
        raise Garbled(f"{text!r} is no number ({why}); check the instrument's number format")
    value = float(answer)
    if abs(value) >= INFINITY or not math.isfinite(value):
        return "OVER" if value > 0 else "UNDER"
    return value
