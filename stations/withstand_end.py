"""What the tester says of a withstand test that did not come to its end is no result of the unit."""

from drivers.capabilities import WithstandResult
from drivers.errors import DeviceError


def tested_to_its_end(result: WithstandResult, test: str) -> WithstandResult:
    """The result. Raises `DeviceError` when the test was stopped, or could not begin."""
    if result.judgement in ("STOPPED", "CANNOT_TEST"):
        raise DeviceError(f"hipot: {test} was not tested to its end: {result.judgement}")
    return result
