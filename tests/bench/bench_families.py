"""How many whole test runs a second of one core works through, plan by plan; and what one ORv3 run costs.

Instruments are simulated, the clock is virtual and every step runs in the run's own thread, so that processor time is
all there is: the drivers' dialogue, the physics behind it, the judgements and the lease. Nothing is written to a spool.
"""

import time
from collections.abc import Sequence

from mes.vocabulary import RunEnding, Verdict
from tests.bench.figure import Figure, alone
from tests.stations.plans.bench_of import BenchOf, bench_of

_ORV3 = {"ORv3 supply, 3 kW": "psu-test", "ORv3 supply, 12 kW": "psu-hpr-test"}

FAMILIES = {
    "bare twinax bundle": "cable-bundle-test",
    "one pair of a 50G cable": "cable-lane-test",
    "800G cable": "cable-test",
    **_ORV3,
    "M-CRPS supply": "mcrps-test",
    "power shelf of six": "shelf-test",
    "burn-in of one supply": "psu-burn-in",
    "power whip": "whip-test",
    "MPO trunk": "mpo-trunk-test",
    "800G active cable": "aec-test",
    "800G transceiver": "transceiver-test",
    "switch of 32 ports": "switch-test",
    "network adapter": "nic-test",
}
"""What is tested, and the shipped station that tests it."""

_NOTE = (
    "processor time of one core by `process_time`; each repeat is the whole plan on another healthy unit, made and put"
    " in outside the time; the first unit not counted; virtual clock, simulated bench, steps in the run's own thread,"
    " results stay in memory"
)


def seconds_of(station: str, units: int, warm_up: int = 1) -> Sequence[float]:
    """Processor seconds of each of so many whole test runs on this station, after some that do not count."""
    with bench_of(station) as bench:
        return [_seconds(bench, number) for number in range(1, warm_up + units + 1)][warm_up:]


def _seconds(bench: BenchOf, number: int) -> float:
    """Processor seconds of one run on a healthy unit. Raises AssertionError for one that does not pass."""
    serial = bench.insert(number).serial
    began = time.process_time()
    (told,) = bench.run(serial)
    took = time.process_time() - began
    if told.verdict != (Verdict.PASSED, RunEnding.COMPLETED):
        raise AssertionError(f"unit {number}: {told.verdict}, {told.end.reason}, {sorted(told.failed)}")
    return took


def figures(quick: bool, units: int = 0) -> list[Figure]:
    """Every row of this bench; `units` is how many of each family count."""
    count = units or (5 if quick else 12)
    seconds = {name: seconds_of(station, count) for name, station in FAMILIES.items()}
    return [
        *(
            alone(
                f"a whole test of an {name}, processor time",
                "s",
                seconds[name],
                goal="≤ 0.2 s",
                met=lambda second: second <= 0.2,
                note=_NOTE,
            )
            for name in _ORV3
        ),
        *(
            alone(
                f"whole tests in a second of one core, {name}", "units/s", [1 / second for second in took], note=_NOTE
            )
            for name, took in seconds.items()
        ),
    ]
