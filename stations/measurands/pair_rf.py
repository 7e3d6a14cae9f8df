"""What a differential pair must do to a signal: loss, conversion, reflection, impedance, delay, polarity, and last.

A bad contact comes and goes. It is looked for by a second sweep, seconds after the first: within each, the contact is
held for as many points as the sweep has, and between the two it had time to move; whatever changes is the contact.
"""

from collections.abc import Iterator

from drivers.reading import Reading
from stations.limits import Measurand
from stations.pair_response import PairResponse
from stations.plan import Parameters, Record

PAIR_PARAMETERS = ("nyquist_hz", "length_m", "rf", "sweep")
"""Product parameters that these measurands read: the table `rf` holds masks, each with its clause beside it."""

_POLARITY_TOLERANCE_DEG = 60.0
"""A straight pair continues to within some tens of degrees of 0 at zero frequency, a swapped one to 180."""


def pair_measurands(parameters: Parameters, pair: int) -> Iterator[Measurand]:
    """The RF measurands of one pair."""
    rf = parameters["rf"]
    clause = rf["loss_clause"]
    yield Measurand(
        f"sdd21_nyquist_pair_{pair}",
        "dB",
        low=-rf["loss_max_db"],
        high=-rf["loss_min_db"],
        marginal=0.05,
        clause=clause,
    )
    # Recorded, not judged: an analyser that plays a file answers at the nearest frequency that was measured.
    yield Measurand(f"sdd21_frequency_pair_{pair}", "Hz", nominal=parameters["nyquist_hz"])
    yield Measurand(
        f"conversion_margin_pair_{pair}", "dB", low=rf["conversion_margin_min_db"], clause="SDD21 − SCD21 up to Nyquist"
    )
    yield Measurand(
        f"return_loss_pair_{pair}", "dB", low=rf["return_loss_min_db"], clause="worst of both ends up to Nyquist"
    )
    clause = "from SDD11 and SDD22 by TDR, launches left out"
    yield Measurand(f"impedance_min_pair_{pair}", "ohm", low=rf["impedance_min_ohm"], clause=clause)
    yield Measurand(f"impedance_max_pair_{pair}", "ohm", high=rf["impedance_max_ohm"], clause=clause)
    yield Measurand(
        f"repeatability_pair_{pair}", "dB", high=rf["repeatability_max_db"], clause="|ΔSDD21| between two sweeps"
    )
    yield Measurand(f"delay_pair_{pair}", "s/m", low=rf["delay_min_s_m"], high=rf["delay_max_s_m"])
    yield Measurand(
        f"polarity_pair_{pair}",
        "°",
        nominal=0.0,
        tolerance=_POLARITY_TOLERANCE_DEG,
        clause="phase of SDD21 at zero frequency: 180° is P and N swapped",
    )


def record_pair(
    record: Record, pair: int, response: PairResponse, earlier: PairResponse, parameters: Parameters
) -> None:
    """Record one pair's sweep, and what changed since an earlier one."""
    rf = parameters["rf"]
    nyquist = parameters["nyquist_hz"]
    first = parameters["sweep"]["start_hz"]
    at_nyquist = response.nearest(nyquist)
    record(f"sdd21_nyquist_pair_{pair}", Reading(response.transmission_db(at_nyquist), "dB"))
    record(f"sdd21_frequency_pair_{pair}", Reading(float(response.frequency_hz[at_nyquist]), "Hz"))
    record(f"conversion_margin_pair_{pair}", Reading(response.conversion_margin_db(first, nyquist), "dB"))
    record(f"return_loss_pair_{pair}", Reading(response.return_loss_db(first, nyquist), "dB"))
    longest_s = rf["delay_max_s_m"] * parameters["length_m"]
    least, greatest = response.impedance_ohm(rf["launch_s"], longest_s)
    record(f"impedance_min_pair_{pair}", Reading(least, "ohm"))
    record(f"impedance_max_pair_{pair}", Reading(greatest, "ohm"))
    record(f"repeatability_pair_{pair}", Reading(response.repeatability_db(earlier, first, nyquist), "dB"))
    delay = response.delay_s(first, nyquist) / parameters["length_m"]
    record(f"delay_pair_{pair}", Reading(delay, "s/m"))
    record(f"polarity_pair_{pair}", Reading(response.phase_at_zero_deg(), "°"))
