"""A harness as designed and as specified: numbers only; which pins belong together is its netlist."""

import math
from dataclasses import dataclass, fields

from sim_hardware.duts.design import DesignError, _FloatTable


@dataclass(frozen=True, slots=True, kw_only=True)
class HarnessDesign(_FloatTable):
    """Wires with a crimp at each end, and the spread of healthy ones.

    `*_sigma` of crimp and insulation are those of the logarithm, of the wire relative. Breakdown (peak, V) follows a
    Weibull distribution with `breakdown_v` as its scale (design page 2, section 4: shape about 10). A crimp warms up by
    `crimp_k_w` kelvin a watt with the time constant `crimp_s` (chosen for simulation).

    Raises DesignError when a number is not positive.
    """

    length_m: float
    resistance_ohm_m: float
    wire_sigma: float
    crimp_median_ohm: float
    crimp_sigma: float
    crimp_k_w: float
    crimp_s: float
    insulation_median_ohm: float
    insulation_sigma: float
    capacitance_f_m: float
    breakdown_v: float
    breakdown_shape: float

    def __post_init__(self) -> None:
        for field in fields(self):
            if not getattr(self, field.name) > 0.0:
                raise DesignError(f"HarnessDesign: {field.name} = {getattr(self, field.name)!r} must be above 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class HarnessSpecification(_FloatTable):
    """Within what the true parameters of a good harness lie.

    `rise_max_ohm` is by how much a wire's resistance may rise while it carries `load_a` for `load_s`; `withstand_v` is
    a peak voltage.
    """

    conductor_max_ohm: float
    load_a: float
    load_s: float
    rise_max_ohm: float
    insulation_min_ohm: float
    withstand_v: float


COPPER_PER_K = 0.0039
"""Temperature coefficient of copper at 20 degrees Celsius (design page 2, section 4)."""

WHIP_5P = HarnessDesign(
    length_m=3.0,
    resistance_ohm_m=3.28e-3,
    wire_sigma=0.005,
    crimp_median_ohm=3e-4,
    crimp_sigma=0.2,
    crimp_k_w=40.0,
    crimp_s=1.0,
    insulation_median_ohm=2e11,
    insulation_sigma=0.4,
    capacitance_f_m=60e-12,
    breakdown_v=12e3,
    breakdown_shape=10.0,
)
"""10 AWG copper, 3.28 mohm/m at 20 degrees Celsius."""

WHIP_5P_SPECIFICATION = HarnessSpecification(
    conductor_max_ohm=0.02,
    load_a=25.0,
    load_s=5.0,
    rise_max_ohm=5e-3,
    insulation_min_ohm=1e8,
    withstand_v=1500.0 * math.sqrt(2.0),
)

DC_10P = HarnessDesign(
    length_m=1.2,
    resistance_ohm_m=8.29e-3,
    wire_sigma=0.005,
    crimp_median_ohm=5e-4,
    crimp_sigma=0.2,
    crimp_k_w=60.0,
    crimp_s=0.8,
    insulation_median_ohm=2e11,
    insulation_sigma=0.4,
    capacitance_f_m=60e-12,
    breakdown_v=8e3,
    breakdown_shape=10.0,
)
"""14 AWG copper, 8.29 mohm/m at 20 degrees Celsius."""

DC_10P_SPECIFICATION = HarnessSpecification(
    conductor_max_ohm=0.02,
    load_a=10.0,
    load_s=5.0,
    rise_max_ohm=5e-3,
    insulation_min_ohm=1e8,
    withstand_v=1000.0,
)

PRESETS: dict[str, tuple[HarnessDesign, HarnessSpecification]] = {
    "whip_5p": (WHIP_5P, WHIP_5P_SPECIFICATION),
    "dc_10p": (DC_10P, DC_10P_SPECIFICATION),
}
