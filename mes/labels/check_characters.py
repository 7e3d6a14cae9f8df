"""Check characters: the last character of a number, which proves the others. Every method is a published one."""

from enum import StrEnum

_DIGITS = "0123456789"
_ALPHANUMERIC = _DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CODE_39 = _ALPHANUMERIC + "-. $/+%"


class CheckCharacter(StrEnum):
    """How the last character of a serial number proves the others."""

    MOD10 = "mod10"
    """GS1 General Specifications §7.9.1: digits weighted 3 and 1 from the right; letters do not count."""
    MOD43 = "mod43"
    """Code 39, ISO/IEC 16388 Annex A: the sum of all character values modulo 43."""
    MOD11_2 = "mod11_2"
    """ISO/IEC 7064, pure system MOD 11-2: for digits; the check character is a digit or X."""
    MOD37_2 = "mod37_2"
    """ISO/IEC 7064, pure system MOD 37-2: for digits and letters; the check character may also be an asterisk."""
    MOD37_36 = "mod37_36"
    """ISO/IEC 7064, hybrid system MOD 37,36: for digits and letters; the check character is one of them."""


def check_character(kind: CheckCharacter, body: str) -> str | None:
    """The check character that must follow `body`; None when `body` has a character that the rule cannot count."""
    if kind is CheckCharacter.MOD10:
        digits = [int(c) for c in reversed(body) if c in _DIGITS]
        return str(-sum(digit * (1 if i % 2 else 3) for i, digit in enumerate(digits)) % 10)
    counted = {
        CheckCharacter.MOD43: _CODE_39,
        CheckCharacter.MOD11_2: _DIGITS,
        CheckCharacter.MOD37_2: _ALPHANUMERIC,
        CheckCharacter.MOD37_36: _ALPHANUMERIC,
    }[kind]
    if any(c not in counted for c in body):
        return None
    values = [counted.index(c) for c in body]
    if kind is CheckCharacter.MOD43:
        return _CODE_39[sum(values) % 43]
    if kind is CheckCharacter.MOD11_2:
        return (_DIGITS + "X")[_pure(values, 11)]
    if kind is CheckCharacter.MOD37_2:
        return (_ALPHANUMERIC + "*")[_pure(values, 37)]
    return _ALPHANUMERIC[_hybrid(values, 36)]


def _pure(values: list[int], modulus: int) -> int:
    """A pure system of ISO/IEC 7064 with radix 2: weighted sum and check value together are 1 modulo `modulus`."""
    total = 0
    for value in values:
        total = (total + value) * 2 % modulus
    return (1 - total) % modulus


def _hybrid(values: list[int], modulus: int) -> int:
    """A hybrid system of ISO/IEC 7064: sums modulo `modulus` (0 stands for it), products modulo one more."""
    product = modulus
    for value in values:
        product = 2 * ((product + value) % modulus or modulus) % (modulus + 1)
    return (1 - product) % modulus
