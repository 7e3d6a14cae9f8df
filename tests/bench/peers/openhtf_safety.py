"""OpenHTF: one way for a run to end badly, with a supply whose output is a file. Says how the output is left.

The supply is a plug that switches off in `tearDown`, and the phase group switches off in its teardown phase: both of
the ways that OpenHTF offers.
"""

import contextlib
import json
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import openhtf
from openhtf.plugs import BasePlug, plug

OUTPUT = Path(sys.argv[2])
_LIMIT_S = 1.0
_HANG_S = 3.0


def say(word: str) -> None:
    """Tell whoever started this; not to the `stdout` that OpenHTF's own words are led away from."""
    print(word, file=sys.__stdout__, flush=True)


class Supply(BasePlug):  # type: ignore[misc]
    """An output that is on while the file says so."""

    def set_output(self, on: bool) -> None:
        """Switch."""
        OUTPUT.write_text("on" if on else "off", encoding="utf-8")

    def tearDown(self) -> None:
        """Switch off, slowly enough for a second Ctrl-C."""
        say("MAKING SAFE")
        time.sleep(0.5)
        self.set_output(False)


@plug(supply=Supply)
def energise_and_fail(test: Any, supply: Supply) -> None:
    """A set-up with a bug, the output on."""
    supply.set_output(True)
    raise ZeroDivisionError("a bug of the set-up")


@openhtf.PhaseOptions(timeout_s=_LIMIT_S)
@plug(supply=Supply)
def hang(test: Any, supply: Supply) -> None:
    """Energise and wait for an answer that does not come."""
    supply.set_output(True)
    say("ENERGISED")
    time.sleep(_HANG_S)


@openhtf.PhaseOptions(timeout_s=_LIMIT_S)
@plug(supply=Supply)
def write_late(test: Any, supply: Supply) -> None:
    """Hang past the limit and then restore what the step thinks is right."""
    supply.set_output(True)
    say("ENERGISED")
    try:
        time.sleep(_HANG_S)
    finally:
        time.sleep(_HANG_S)
        supply.set_output(True)


@plug(supply=Supply)
def wait_long(test: Any, supply: Supply) -> None:
    """Energise and take long, in Python code that an interrupt can reach."""
    supply.set_output(True)
    say("ENERGISED")
    for _ in range(300):
        time.sleep(0.1)


@plug(supply=Supply)
def switch_off(test: Any, supply: Supply) -> None:
    """The teardown phase."""
    supply.set_output(False)


def nothing(test: Any) -> None:
    """A phase that needs nothing."""


CASES = {
    "hang": ([], hang),
    "late": ([], write_late),
    "set-up": ([energise_and_fail], nothing),
    "signal": ([], wait_long),
}


def main() -> None:
    """Run one case and tell outcome, time and output, at the end and some seconds later."""
    set_up, phase = CASES[sys.argv[1]]
    test = openhtf.Test(openhtf.PhaseGroup(setup=set_up, main=[phase], teardown=[switch_off]))
    outcomes: list[str] = []
    test.add_output_callbacks(lambda record: outcomes.append(record.outcome.name))
    began = time.monotonic()
    with contextlib.redirect_stdout(sys.stderr):
        test.execute(test_start=lambda: "DUT1")
    took = time.monotonic() - began
    after = OUTPUT.read_text(encoding="utf-8")
    time.sleep(2 * _HANG_S + 1.0)
    later = OUTPUT.read_text(encoding="utf-8")
    told = {"peer": f"OpenHTF {version('openhtf')}", "outcome": outcomes, "took_s": took, "after": after}
    say(json.dumps({**told, "later": later}))


if __name__ == "__main__":
    main()
