"""64 slots that share one analyser on a virtual clock: how busy it is beside the ideal, and what that costs in time."""

import time

from mes.vocabulary import Verdict
from stations.slots import SlotModel, SlotReport
from tests.bench.figure import Figure, alone, compared
from tests.stations.executive.slot_rig import HANDLING_S, SWEEP_S, handling, on_virtual_time, sweeping

_SLOTS = 64

_IDEAL = (
    f"{_SLOTS} units, each {HANDLING_S:g} s of handling at a pace of its own and then a sweep of {SWEEP_S:g} s; the"
    " ideal is the bound that no order of work could beat: the analyser never idle, or the slowest slot alone"
)


def shared(slots: int) -> tuple[SlotReport, float]:
    """What came of so many slots, and the seconds of real time that it took."""
    rig = on_virtual_time(slots)
    began = time.perf_counter()
    report = rig.run(SlotModel.PARALLEL, handling(lambda name: HANDLING_S * (1 + int(name) % 4) / 4), sweeping())
    took = time.perf_counter() - began
    if rig.verdicts() != {Verdict.PASSED}:
        raise AssertionError(f"slots ended with {rig.verdicts()}")
    return report, took


def figures(quick: bool) -> list[Figure]:
    """Every row of this bench."""
    repeats = [shared(_SLOTS) for _ in range(2 if quick else 5)]
    used = [
        (100 * report.bottleneck.utilisation, 100 * report.ideal_utilisation)
        for report, _ in repeats
        if report.bottleneck is not None
    ]
    return [
        compared(
            f"utilisation of one analyser shared by {_SLOTS} slots",
            "%",
            used,
            "the ideal",
            better="more",
            share=True,
            note=_IDEAL,
        ),
        alone(f"the same, {_SLOTS} runs on a virtual clock, in real time", "s", [seconds for _, seconds in repeats]),
    ]
