"""An active electrical cable as designed and as specified: a retimer in each plug, eight lanes each way."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from sim_hardware.duts.design import DesignError, _FloatTable
from sim_hardware.duts.pluggable.module_end import EndParameters, EndSpecification


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveCableDesign(_FloatTable):
    """Nominal values and the spread of healthy cables; `_sigma` are relative, `_sigma_db` in dB.

    Raises DesignError for a number that cannot be.
    """

    lanes: int
    length_m: float
    power_w: float
    power_sigma: float
    heat_k_w: float
    heat_sigma: float
    snr_db: float
    snr_sigma_db: float
    run_on: float
    firmware_major: int
    firmware_minor: int

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if value < 0 or (value == 0 and not one.name.endswith(("sigma", "sigma_db", "run_on", "minor"))):
                raise DesignError(f"ActiveCableDesign: {one.name} = {value!r} must be positive")
        if self.lanes > 8 or self.run_on >= 1.0:
            raise DesignError(f"ActiveCableDesign: {self.lanes!r} lanes (at most 8), run_on {self.run_on!r} (below 1)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveCableSpecification(_FloatTable):
    """Within what a good cable lies; `fec_tail_max` holds for the worst codeword of a second."""

    power_max_w: float
    temperature_max_c: float
    supply_min_ohm: float
    supply_error_max: float
    pre_fec_ber_max: float
    fec_tail_max: float

    @property
    def end(self) -> EndSpecification:
        """That of one plug."""
        return EndSpecification(
            power_max_w=self.power_max_w,
            temperature_max_c=self.temperature_max_c,
            supply_min_ohm=self.supply_min_ohm,
            supply_error_max=self.supply_error_max,
        )


@dataclass(slots=True)
class LaneParameters:
    """What a lane does to a signal, from one plug's host side to the other's."""

    snr_db: float
    run_on: float
    inverted: bool = False
    dead: bool = False


@dataclass(slots=True)
class ActiveCableParameters:
    """A cable before it is made: plugs by name, lanes by the plug that receives them, counted from 1."""

    ends: dict[str, EndParameters]
    lanes: dict[str, dict[int, LaneParameters]] = field(default_factory=dict)


# 800G, 2 m: retimers on both sides draw 9 to 15 W together; 23.5 dB are a bit error ratio of 1e-11.
AEC_800G = ActiveCableDesign(
    lanes=8,
    length_m=2.0,
    power_w=5.6,
    power_sigma=0.02,
    heat_k_w=5.6,
    heat_sigma=0.03,
    snr_db=23.5,
    snr_sigma_db=0.3,
    run_on=0.2,
    firmware_major=1,
    firmware_minor=4,
)
AEC_800G_SPECIFICATION = ActiveCableSpecification(
    power_max_w=7.0,
    temperature_max_c=70.0,
    supply_min_ohm=8.0,
    supply_error_max=0.03,
    pre_fec_ber_max=1e-6,
    fec_tail_max=11,
)

PRESETS: Mapping[str, tuple[ActiveCableDesign, ActiveCableSpecification]] = {
    "aec_800g": (AEC_800G, AEC_800G_SPECIFICATION)
}
