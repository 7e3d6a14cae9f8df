"""Every published number is reproduced, and a wrong one would be told."""

import pytest

from mes.statistics.selftest.checks import _check, checks
from mes.statistics.selftest.published import digits_of_pi, pi_digits_as_certified


@pytest.mark.parametrize("check", list(checks()), ids=lambda check: check.name)
def test_published_number_is_reproduced(check):
    """To the digits its source gives."""
    assert check.ok, f"{check.name}: {check.source} prints {check.published}, ours is {check.ours!r}"


def test_certified_digits_of_pi_differ_from_pi_in_one_place():
    """NIST's file has one misprint, and its certified values are those of the file."""
    differing = [(a, b) for a, b in zip(digits_of_pi(5000), pi_digits_as_certified(), strict=True) if a != b]
    assert differing == [(8, 3)]
    assert digits_of_pi(12) == (3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8)


@pytest.mark.parametrize(("published", "agrees"), [("1.235", True), ("1.234", False), ("1.23", True), ("1.24", False)])
def test_a_number_agrees_when_it_rounds_to_what_is_printed(published, agrees):
    """1.2346 is 1.235 and 1.23, and not 1.234 or 1.24."""
    assert _check("x", "a book", published, 1.2346).ok is agrees
