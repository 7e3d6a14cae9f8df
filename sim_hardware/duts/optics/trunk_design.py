"""An MPO trunk as designed and as specified: twelve fibres between two multi-fibre connectors.

Polarity by TIA-568.3: type A leads position k to k, type B to 13 − k, type C crosses neighbours (1 to 2, 2 to 1).
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Literal, get_args

from sim_hardware.duts.design import DesignError, _FloatTable

Polarity = Literal["A", "B", "C"]
POLARITIES: tuple[Polarity, ...] = get_args(Polarity)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkDesign(_FloatTable):
    """A trunk's nominal values and the spread of healthy ones.

    `face_loss_db` is the median of what a mated pair of faces loses, lognormal with `face_sigma`; `face_reflectance_db`
    what it throws back, normal with `reflectance_sigma_db`. Raises DesignError for a number that cannot be.
    """

    fibres: int
    length_m: float
    face_loss_db: float
    face_sigma: float
    face_reflectance_db: float
    reflectance_sigma_db: float

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name == "face_reflectance_db":
                if value >= 0.0:
                    raise DesignError(f"TrunkDesign: face_reflectance_db = {value!r} must be negative")
            elif value < 0 or (value == 0 and "sigma" not in field.name):
                raise DesignError(f"TrunkDesign: {field.name} = {value!r} must be positive")
        if self.fibres % 2 or self.fibres > 12:
            raise DesignError(f"TrunkDesign: fibres = {self.fibres!r} must be even and at most 12")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkSpecification(_FloatTable):
    """Within what a good trunk's fibres lie, both mated ends together, in dB."""

    loss_max_db: float
    return_loss_min_db: float


def far_position(polarity: Polarity, fibres: int, position: int) -> int:
    """Where a position of the near end comes out at the far end."""
    if polarity == "A":
        return position
    return fibres + 1 - position if polarity == "B" else position + (1 if position % 2 else -1)


# Low-loss ferrules: 0.35 dB at most each, so 0.7 dB for the two of a trunk; angled faces throw back 1e-6 and less.
MPO12_OS2 = TrunkDesign(
    fibres=12,
    length_m=10.0,
    face_loss_db=0.13,
    face_sigma=0.2,
    face_reflectance_db=-68.0,
    reflectance_sigma_db=1.2,
)
MPO12_OS2_SPECIFICATION = TrunkSpecification(loss_max_db=0.7, return_loss_min_db=55.0)

PRESETS: Mapping[str, tuple[TrunkDesign, TrunkSpecification, Polarity]] = {
    f"mpo12_os2_type_{polarity.lower()}": (replace(MPO12_OS2), MPO12_OS2_SPECIFICATION, polarity)
    for polarity in POLARITIES
}
"""By preset: design, specification and polarity type."""
