"""A cable as designed and as specified.

A `TwinaxDesign` says what is built and how much it varies; a `Specification` says within what its true parameters
must lie. The two are apart on purpose: a unit is defective when a true parameter leaves the specification, however it
came about.
"""

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Self


class DesignError(ValueError):
    """A design or a specification that cannot be: an unknown key, or a number that has no meaning there."""


class _FloatTable:
    """Reading a frozen dataclass of numbers from a table of a product file."""

    @classmethod
    def from_mapping(cls, table: Mapping[str, float], base: Self) -> Self:
        """The base with the numbers of the table in place of its own.

        Raises DesignError for a key that is no field (naming the nearest ones) or a value that is no finite number.
        """
        changes: dict[str, float] = {}
        types = {field.name: field.type for field in fields(base)}  # type: ignore[arg-type]
        for key, value in table.items():
            if key not in types:
                close = difflib.get_close_matches(key, types, n=3) or sorted(types)
                raise DesignError(f"{cls.__name__}: unknown key {key!r}; did you mean {', '.join(close)}?")
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                raise DesignError(f"{cls.__name__}: {key} = {value!r} is not a finite number")
            if types[key] is int and value != int(value):
                raise DesignError(f"{cls.__name__}: {key} = {value!r} must be a whole number")
            changes[key] = types[key](value)  # type: ignore[operator]
        return replace(base, **changes)  # type: ignore[type-var]


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinaxDesign(_FloatTable):
    """A twinax cable with its plugs: nominal values, and the spread of healthy ones.

    k1, k2: dB/m, frequency in GHz. Losses and reflections of the launches hold at `reference_hz`. Spreads ending in
    `_sigma` are relative standard deviations, except those with a unit. `contact_*` and `insulation_*` are lognormal
    (median, and sigma of the logarithm).

    Raises DesignError when a number is negative, or zero where nothing would be left.
    """

    pairs: int
    length_m: float
    resistance_ohm_m: float
    contact_median_ohm: float
    contact_sigma: float
    conductor_sigma: float
    insulation_median_ohm: float
    insulation_sigma: float
    capacitance_f_m: float
    k1: float
    k2: float
    reference_hz: float
    connector_loss_db: float
    fixture_loss_db: float
    launch_reflection: float
    launch_reflection_sigma: float
    impedance_ohm: float
    impedance_sigma_ohm: float
    common_impedance_ohm: float
    delay_ns_m: float
    delay_lot_sigma: float
    delay_lane_sigma: float
    skew_sigma_ps: float
    lot_sigma: float
    lane_sigma: float
    crosstalk_db: float
    ground_median_ohm: float
    present_median_ohm: float

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            may_be_zero = field.name.endswith(("_sigma", "_sigma_ps", "_sigma_ohm", "_loss_db", "reflection"))
            if value < 0 or (value == 0 and not may_be_zero):
                raise DesignError(
                    f"TwinaxDesign: {field.name} = {value!r} must be {'at least' if may_be_zero else 'above'} 0"
                )

    @property
    def launch_db(self) -> float:
        """Loss of both connectors and both fixtures at the reference frequency, in dB."""
        return 2.0 * (self.connector_loss_db + self.fixture_loss_db)

    @property
    def loop_resistance_ohm(self) -> float:
        """Nominal resistance of both conductors of a pair in series, without contacts, in ohm."""
        return 2.0 * self.length_m * self.resistance_ohm_m


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification(_FloatTable):
    """Within what the true parameters of a good unit lie; ratios are plain numbers, losses positive decibels.

    `length_tolerance` is the share by which the true length may differ from the design's.

    Raises DesignError when a lower limit is not below its upper one.
    """

    nyquist_hz: float
    loop_resistance_min_ohm: float
    loop_resistance_max_ohm: float
    resistance_imbalance_max: float
    insulation_min_ohm: float
    loss_min_db: float
    loss_max_db: float
    conversion_margin_min_db: float
    return_loss_min_db: float
    impedance_min_ohm: float
    impedance_max_ohm: float
    delay_max_ns_m: float
    length_tolerance: float
    next_min_db: float
    contact_variation_max_db: float
    ground_max_ohm: float
    present_max_ohm: float

    def __post_init__(self) -> None:
        for low, high in (
            ("loop_resistance_min_ohm", "loop_resistance_max_ohm"),
            ("loss_min_db", "loss_max_db"),
            ("impedance_min_ohm", "impedance_max_ohm"),
        ):
            if not getattr(self, low) < getattr(self, high):
                raise DesignError(f"Specification: {low} must lie below {high}")


@dataclass(frozen=True, slots=True)
class TrueParameter:
    """One true parameter of a unit and its specification; infinite where the copper ends (an open conductor)."""

    name: str
    value: float
    unit: str
    low: float | None = None
    high: float | None = None

    @property
    def within(self) -> bool:
        """Whether the value lies in the specification, limits included."""
        return (self.low is None or self.value >= self.low) and (self.high is None or self.value <= self.high)


# 26 AWG copper, 0.1339 ohm/m at 20 degrees Celsius. Two metres of it would leave about half of the healthy cables
# over the 19.75 dB of IEEE 802.3ck, Annex 162: hence 1.5 m.
PASSIVE_DAC_800G = TwinaxDesign(
    pairs=16,
    length_m=1.5,
    resistance_ohm_m=0.1339,
    contact_median_ohm=0.005,
    contact_sigma=0.08,
    conductor_sigma=0.001,
    insulation_median_ohm=5e12,
    insulation_sigma=0.3,
    capacitance_f_m=43.5e-12,
    k1=1.05,
    k2=0.055,
    reference_hz=26.5625e9,
    connector_loss_db=1.5,
    fixture_loss_db=1.4,
    launch_reflection=0.06,
    launch_reflection_sigma=0.05,
    impedance_ohm=100.0,
    impedance_sigma_ohm=0.6,
    common_impedance_ohm=30.0,
    delay_ns_m=4.35,
    delay_lot_sigma=0.002,
    delay_lane_sigma=0.001,
    skew_sigma_ps=0.25,
    lot_sigma=0.025,
    lane_sigma=0.01,
    crosstalk_db=50.0,
    ground_median_ohm=0.012,
    present_median_ohm=0.02,
)

PASSIVE_DAC_800G_SPECIFICATION = Specification(
    nyquist_hz=26.5625e9,
    loop_resistance_min_ohm=0.38,
    loop_resistance_max_ohm=0.5017,
    resistance_imbalance_max=0.02,
    insulation_min_ohm=10e6,
    loss_min_db=11.0,
    loss_max_db=19.75,
    conversion_margin_min_db=10.0,
    return_loss_min_db=10.0,
    impedance_min_ohm=90.0,
    impedance_max_ohm=110.0,
    delay_max_ns_m=4.5,
    length_tolerance=0.0345,
    next_min_db=40.0,
    contact_variation_max_db=0.5,
    ground_max_ohm=0.1,
    present_max_ohm=1.0,
)

LANE_50G = replace(
    PASSIVE_DAC_800G, pairs=1, length_m=2.0, reference_hz=13.28125e9, connector_loss_db=1.1, fixture_loss_db=1.0
)

LANE_50G_SPECIFICATION = replace(
    PASSIVE_DAC_800G_SPECIFICATION,
    nyquist_hz=13.28125e9,
    loop_resistance_min_ohm=0.5,
    loop_resistance_max_ohm=0.6356,
    loss_min_db=6.0,
    loss_max_db=17.16,
)
