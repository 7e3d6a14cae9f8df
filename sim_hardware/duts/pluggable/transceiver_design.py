"""An optical transceiver for parallel single-mode fibre, designed and specified: one wavelength, a fibre a lane."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from sim_hardware.duts.design import DesignError, _FloatTable
from sim_hardware.duts.pluggable.module_end import EndParameters, EndSpecification
from sim_hardware.physics.optical_link import snr_after

KP4_SNR_DB = 17.65
"""The SNR at which a lane has the bit error ratio that KP4 allows, 2.4e-4: where a receiver's sensitivity is told."""
_MAY_BE_NEGATIVE = ("tx_dbm", "sensitivity_dbm")


@dataclass(frozen=True, slots=True, kw_only=True)
class TransceiverDesign(_FloatTable):
    """Nominal values and the spread of healthy modules; `_sigma` are relative, `_sigma_db` in dB.

    `ceiling_db` is the SNR that transmitter and electronics leave however bright it is. Raises DesignError for a number
    that cannot be.
    """

    lanes: int
    wavelength_m: float
    tx_dbm: float
    tx_sigma_db: float
    bias_ma: float
    sensitivity_dbm: float
    sensitivity_sigma_db: float
    ceiling_db: float
    ceiling_sigma_db: float
    run_on: float
    power_w: float
    power_sigma: float
    heat_k_w: float
    heat_sigma: float
    firmware_major: int
    firmware_minor: int

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            may_be_zero = one.name.endswith(("sigma", "sigma_db", "run_on", "minor"))
            if one.name not in _MAY_BE_NEGATIVE and (value < 0 or (value == 0 and not may_be_zero)):
                raise DesignError(f"TransceiverDesign: {one.name} = {value!r} must be positive")
        if self.lanes > 8 or self.run_on >= 1.0:
            raise DesignError(f"TransceiverDesign: {self.lanes!r} lanes (at most 8), run_on {self.run_on!r} (below 1)")


@dataclass(frozen=True, slots=True, kw_only=True)
class TransceiverSpecification(_FloatTable):
    """Within what a good module lies; SNRs hold at `nominal_dbm` and at `stressed_dbm` of light received."""

    power_max_w: float
    temperature_max_c: float
    supply_min_ohm: float
    supply_error_max: float
    tx_min_dbm: float
    nominal_dbm: float
    nominal_snr_min_db: float
    stressed_dbm: float
    stressed_snr_min_db: float

    @property
    def end(self) -> EndSpecification:
        """That of the plug."""
        return EndSpecification(
            power_max_w=self.power_max_w,
            temperature_max_c=self.temperature_max_c,
            supply_min_ohm=self.supply_min_ohm,
            supply_error_max=self.supply_error_max,
        )


@dataclass(slots=True)
class OpticalLane:
    """One lane: its laser and the fibre that it is on, its receiver."""

    tx_dbm: float
    fibre: int
    bias_ma: float
    sensitivity_dbm: float
    ceiling_db: float
    run_on: float
    dark: bool = False

    def snr_db(self, received_dbm: float) -> float:
        """The SNR of the receiver at this power."""
        return snr_after(KP4_SNR_DB, self.sensitivity_dbm, received_dbm, self.ceiling_db)


@dataclass(slots=True)
class TransceiverParameters:
    """A module before it is made: its one plug by name, its lanes from 1."""

    ends: dict[str, EndParameters]
    lanes: dict[int, OpticalLane] = field(default_factory=dict)


# 800GBASE-DR8-like: eight fibres each way, one of 106.25 Gb/s PAM4 at 1311 nm on each (IEEE 802.3df, inferred numbers).
DR8_800G = TransceiverDesign(
    lanes=8,
    wavelength_m=1311e-9,
    tx_dbm=1.5,
    tx_sigma_db=0.3,
    bias_ma=70.0,
    sensitivity_dbm=-9.0,
    sensitivity_sigma_db=0.2,
    ceiling_db=24.5,
    ceiling_sigma_db=0.25,
    run_on=0.2,
    power_w=14.0,
    power_sigma=0.02,
    heat_k_w=2.3,
    heat_sigma=0.03,
    firmware_major=2,
    firmware_minor=7,
)
DR8_800G_SPECIFICATION = TransceiverSpecification(
    power_max_w=16.5,
    temperature_max_c=70.0,
    supply_min_ohm=25.0,
    supply_error_max=0.03,
    tx_min_dbm=-1.0,
    nominal_dbm=-3.5,
    nominal_snr_min_db=20.46,
    stressed_dbm=-6.0,
    stressed_snr_min_db=19.0,
)

PRESETS: Mapping[str, tuple[TransceiverDesign, TransceiverSpecification]] = {
    "dr8_800g": (DR8_800G, DR8_800G_SPECIFICATION)
}
