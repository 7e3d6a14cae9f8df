"""What the tester says of a withstand test that did not come to its end is no result of the unit."""

from drivers.capabilities import WithstandResult
from drivers.errors import DeviceError


def tested_to_its_end(result: WithstandResult, test: str) -> WithstandResult:
    """The result. Raises `DeviceError` when the test was stopped, or could not begin."""
    if result.judgement in ("STOPPED", "CANNOT_TEST"):
        raise DeviceError(f"hipot: {test} was not tested to its end: {result.judgement}")
    return result


def reached_the_unit(result: WithstandResult, least_a: float) -> WithstandResult:
    """The result of a withstand test that passed and did drive current through the unit's insulation.

    Every unit leaks something; an open lead, contactor or earth does not, and would pass whatever is behind it. Raises
    `DeviceError` for less than `least_a`: the test never reached the unit, which is neither good nor bad.
    """
    value = result.reading.value
    if result.judgement == "PASS" and value is not None and value < least_a:
        raise DeviceError(
            f"hipot: withstand passed with {value:.3g} A, less than the {least_a:g} A that every unit leaks: the"
            " voltage did not reach it; check leads, contactors and the unit's seat"
        )
    return result
