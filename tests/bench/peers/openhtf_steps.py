"""OpenHTF: phases with measurements and nothing to do. Prints the seconds that each execution took."""

import argparse
import contextlib
import io
import json
import sys
import time
from importlib.metadata import version
from typing import Any

import openhtf


def phase(number: int, measurements: int) -> Any:
    """A phase that records so many values within their limits."""
    names = [f"m{number:03d}_{place}" for place in range(measurements)]

    def body(test: Any) -> None:
        for place, name in enumerate(names):
            test.measurements[name] = -9.0 + place

    body.__name__ = f"step_{number:03d}"
    declared = (openhtf.Measurement(name).in_range(-18.0, 0.0).with_units("dB") for name in names)
    return openhtf.measures(*declared)(body)


def main() -> None:
    """Make the test once, execute it again and again; the first execution warms up and is not counted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--measurements", type=int, required=True)
    parser.add_argument("--executions", type=int, required=True)
    given = parser.parse_args()
    test = openhtf.Test(*(phase(number, given.measurements) for number in range(given.steps)))
    outcomes = []
    test.add_output_callbacks(lambda record: outcomes.append(record.outcome.name))
    seconds = []
    with contextlib.redirect_stdout(io.StringIO()):
        for _ in range(given.executions + 1):
            began = time.perf_counter()
            test.execute(test_start=lambda: "DUT1")
            seconds.append(time.perf_counter() - began)
    if set(outcomes) != {"PASS"}:
        sys.exit(f"OpenHTF said {outcomes}, expected PASS each time")
    print(json.dumps({"peer": f"OpenHTF {version('openhtf')}", "seconds": seconds[1:]}))  # noqa: T201 - the answer to the bench


if __name__ == "__main__":
    main()
