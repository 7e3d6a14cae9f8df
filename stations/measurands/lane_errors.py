"""What a link must be: every lane locked, its bit error ratio proven below a limit, its codewords far from lost.

The ratio that is judged is the upper bound of what was counted, at 95 % confidence; a lane that is not locked has none
and fails. The tail is the most wrong symbols that any codeword had: at the same ratio it tells errors in runs, which
the ratio does not show, from errors one by one.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from drivers.capabilities import CodewordErrors, LaneErrors
from drivers.reading import Reading
from stations.bit_error_bound import gate_for, upper_bound
from stations.limits import Measurand
from stations.plan import Parameters, Record

LANE_PARAMETERS: Final = ("lanes", "bit_errors")
"""Product parameters that these measurands read."""
_CONFIDENCE: Final = 0.95


def error_measurands(parameters: Parameters, tail: str) -> Iterator[Measurand]:
    """Lock and bit error ratio of every lane that arrives at one plug.

    Raises ValueError for a gate that is too short to prove the limit even without an error.
    """
    counted = parameters["bit_errors"]
    needed_s = gate_for(counted["ratio_max"], counted["bit_rate"], _CONFIDENCE)
    if counted["gate_s"] < needed_s:
        raise ValueError(
            f"bit_errors.gate_s = {counted['gate_s']:g} s proves no ratio of {counted['ratio_max']:g}; it takes"
            f" {needed_s:.3g} s"
        )
    for lane in range(1, int(parameters["lanes"]) + 1):
        yield Measurand(f"lock_lane_{lane}{tail}", "", equals="locked", clause="PRBS31Q, not inverted")
        yield Measurand(
            f"pre_fec_ber_lane_{lane}{tail}",
            "1",
            high=counted["ratio_max"],
            over_range="fail",
            clause=f"upper bound at 95 % confidence; {counted['ratio_clause']}",
        )


def record_errors(record: Record, counted: Mapping[int, LaneErrors], lanes: int, tail: str) -> None:
    """Record what the detectors of one plug counted."""
    for lane in range(1, lanes + 1):
        one = counted[lane]
        record(f"lock_lane_{lane}{tail}", "locked" if one.locked else "not locked")
        proven = one.locked and one.bits > 0
        ratio = Reading(upper_bound(one.errors, one.bits, _CONFIDENCE), "1") if proven else _unproven()
        record(f"pre_fec_ber_lane_{lane}{tail}", ratio)


def codeword_measurands(parameters: Parameters, tail: str) -> Iterator[Measurand]:
    """Tail of the codewords that arrive at one plug, and how many were lost."""
    counted = parameters["bit_errors"]
    yield Measurand(
        f"fec_tail{tail}",
        "1",
        high=counted["tail_max"],
        over_range="fail",
        clause="most wrong symbols in a codeword of RS(544,514); 16 is lost",
    )
    yield Measurand(f"lost_codewords{tail}", "1", high=0.0, over_range="fail", clause="no codeword may be lost")


def record_codewords(record: Record, counted: CodewordErrors, tail: str) -> None:
    """Record what the codewords of one plug were like; none at all is as bad as lost ones."""
    whole = counted.codewords > 0
    record(f"fec_tail{tail}", Reading(float(counted.tail), "1") if whole else _unproven())
    record(f"lost_codewords{tail}", Reading(float(counted.lost), "1") if whole else _unproven())


def noise_measurands(parameters: Parameters, tail: str) -> Iterator[Measurand]:
    """The signal-to-noise ratio that the module itself finds on every lane."""
    for lane in range(1, int(parameters["lanes"]) + 1):
        yield Measurand(
            f"esnr_lane_{lane}{tail}", "dB", low=parameters["module"]["esnr_min_db"], clause="CMIS page 14h"
        )


def record_noise(record: Record, ratios: tuple[Reading, ...], lanes: int, tail: str) -> None:
    """Record what the module finds."""
    for lane in range(1, lanes + 1):
        record(f"esnr_lane_{lane}{tail}", ratios[lane - 1])


def _unproven() -> Reading:
    return Reading(None, "1", over_range="OVER")
