"""A fibre trunk as its light sees it. Terminals A.1 to A.12 at one end, B.1 to B.12 at the other.

Each end of each fibre is a face that is mated to a lead of the bench: what it loses and throws back belongs to the
trunk. A fibre is counted as it leaves end A; where it comes out is the trunk's polarity.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from sim_hardware.duts.design import TrueParameter
from sim_hardware.duts.module_memory import PluggedModule
from sim_hardware.duts.optics.trunk_design import Polarity, TrunkDesign, TrunkSpecification, far_position
from sim_hardware.physics.conductors import Element
from sim_hardware.physics.optical_link import (
    backscatter_db,
    dbm,
    fibre_loss_db,
    gap_loss_db,
    milliwatts,
    return_loss_db,
)
from sim_hardware.physics.pair_loss import FrequencyGrid
from sim_hardware.physics.random_stream import random_stream
from sim_hardware.signals.paths import Light

End = Literal["A", "B"]
ENDS: tuple[End, ...] = get_args(End)
WINDOWS_M = (1310e-9, 1550e-9)

_MODE_M = {1310: 4.6e-6, 1550: 5.2e-6}
"""Mode field radius of standard fibre by wavelength in nm (ITU-T G.652)."""
_DIRT_REFLECTS = 2e-4
"""What a wholly dirty face throws back (inferred)."""
_GAP_REFLECTS = 3e-5
"""What two angled faces throw back that no longer touch: glass to air to glass, mostly past the core (inferred)."""
_CONTACT_M = 1e-6
"""Over which gap the touch of two faces is lost."""
_BEND_AT_1310 = 0.15
"""A bend that costs a decibel at 1550 nm costs this much at 1310 nm, where the mode is narrower (inferred)."""


@dataclass(slots=True)
class Face:
    """One end of one fibre, mated: `dirt` is the share of the mode that is hidden, `offset_m` lies across, `gap_m`
    along the axis."""

    loss_db: float
    reflectance: float
    dirt: float = 0.0
    offset_m: float = 0.0
    gap_m: float = 0.0

    def lost_db(self, wavelength_m: float) -> float:
        """What it loses; a lateral offset d of modes of radius w costs 4.34 (d/w)^2 dB (D. Marcuse, 1977)."""
        radius_m = _MODE_M[min(_MODE_M, key=lambda window: abs(window - wavelength_m * 1e9))]
        hidden_db = -10.0 * math.log10(1.0 - self.dirt)
        across_db = 10.0 / math.log(10.0) * (self.offset_m / radius_m) ** 2
        return self.loss_db + hidden_db + across_db + gap_loss_db(self.gap_m, wavelength_m, radius_m)

    def thrown_back(self) -> float:
        """The share of the power that it throws back."""
        return self.reflectance + self.dirt * _DIRT_REFLECTS - math.expm1(-self.gap_m / _CONTACT_M) * _GAP_REFLECTS


@dataclass(slots=True)
class Fibre:
    """One fibre: its faces by end, where it comes out, and what a bend costs it at 1550 nm."""

    faces: dict[End, Face]
    far: int
    bend_db: float = 0.0


class FibreTrunk:
    """One trunk; `alter` is what its defects do to its fibres, by position at end A."""

    def __init__(
        self,
        serial: str,
        seed: int,
        design: TrunkDesign,
        specification: TrunkSpecification,
        polarity: Polarity,
        alter: Callable[["FibreTrunk"], None] = lambda trunk: None,
    ) -> None:
        self.serial = serial
        self.design, self.specification, self.polarity = design, specification, polarity
        draw = random_stream(seed, "trunk", serial).gauss

        def face() -> Face:
            loss_db = design.face_loss_db * math.exp(design.face_sigma * draw(0.0, 1.0))
            return Face(loss_db, milliwatts(design.face_reflectance_db + design.reflectance_sigma_db * draw(0.0, 1.0)))

        self.fibres = {
            k: Fibre({end: face() for end in ENDS}, far_position(polarity, design.fibres, k))
            for k in range(1, design.fibres + 1)
        }
        alter(self)

    def exchange(self, first: int, second: int) -> None:
        """Let two fibres come out at each other's place."""
        one, other = self.fibres[first], self.fibres[second]
        one.far, other.far = other.far, one.far

    def elements(self) -> tuple[Element, ...]:
        """Glass conducts nothing."""
        return ()

    def scattering(self, terminals: Sequence[str], grid: FrequencyGrid) -> NDArray[np.complex128]:
        """No port for electrical waves: every terminal is an open end."""
        s = np.zeros((len(terminals), len(terminals), grid.hz.shape[0]), dtype=np.complex128)
        s[range(len(terminals)), range(len(terminals))] = 1.0
        return s

    def memory(self, end: str) -> PluggedModule | None:
        """No memory."""
        return None

    @property
    def receivers(self) -> tuple[str, ...]:
        """It feels no light."""
        return ()

    def shine(self, arriving: Mapping[str, tuple[Light, ...]]) -> None:
        """It feels no light."""

    def loss_db(self, position: int, wavelength_m: float) -> float:
        """Loss of a fibre from lead to lead, in dB."""
        fibre = self.fibres[position]
        bend_db = fibre.bend_db * (_BEND_AT_1310 if wavelength_m < 1430e-9 else 1.0)
        own_db = fibre_loss_db(self.design.length_m, wavelength_m) + bend_db
        return own_db + sum(face.lost_db(wavelength_m) for face in fibre.faces.values())

    def return_loss_db(self, position: int, wavelength_m: float, end: End = "A") -> float:
        """Return loss of a fibre seen from an end, both faces and the glass between them, in dB."""
        fibre = self.fibres[position]
        near, far = fibre.faces[end], fibre.faces["B" if end == "A" else "A"]
        there_db = near.lost_db(wavelength_m) + fibre_loss_db(self.design.length_m, wavelength_m)
        reflectances = [
            dbm(near.thrown_back()),
            backscatter_db(self.design.length_m, wavelength_m),
            dbm(far.thrown_back()) - 2.0 * there_db,
        ]
        return return_loss_db(reflectances)

    def light_out(self, terminal: str, arriving: Callable[[str], tuple[Light, ...]]) -> tuple[Light, ...]:
        """Light that came in at the other end of the same fibre, weakened."""
        end, position = self._place(terminal)
        if position is None:
            return ()
        other = f"A.{position}" if end == "B" else f"B.{self.fibres[position].far}"
        return tuple(light.after(self.loss_db(position, light.wavelength_m)) for light in arriving(other))

    def reflectance(self, terminal: str, wavelength_m: float) -> float:
        """The share of the power that comes back out of a terminal."""
        end, position = self._place(terminal)
        return 0.0 if position is None else milliwatts(-self.return_loss_db(position, wavelength_m, end))

    def _place(self, terminal: str) -> tuple[End, int | None]:
        """The end of a terminal and the fibre behind it, None where it has none."""
        label, _, number = terminal.partition(".")
        if label not in ENDS or not number.isdecimal():
            return "A", None
        if label == "A":
            return "A", int(number) if int(number) in self.fibres else None
        return "B", next((k for k, fibre in self.fibres.items() if fibre.far == int(number)), None)

    def true_parameters(self) -> tuple[TrueParameter, ...]:
        """Every fibre's losses, return loss and place, as the trunk is now."""
        spec, found = self.specification, []
        for k, fibre in self.fibres.items():
            right = far_position(self.polarity, self.design.fibres, k)
            found.append(TrueParameter(f"fibre_{k}.far_position", fibre.far, "1", right, right))
            for window in WINDOWS_M:
                name = f"fibre_{k}.loss_{window * 1e9:.0f}nm"
                found.append(TrueParameter(name, self.loss_db(k, window), "dB", high=spec.loss_max_db))
            back_db = self.return_loss_db(k, WINDOWS_M[0])
            found.append(TrueParameter(f"fibre_{k}.return_loss", back_db, "dB", low=spec.return_loss_min_db))
        return tuple(found)

    def out_of_specification(self) -> tuple[TrueParameter, ...]:
        """The true parameters that make this trunk defective; empty for a good one."""
        return tuple(parameter for parameter in self.true_parameters() if not parameter.within)
