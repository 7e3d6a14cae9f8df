"""A supply with latent defects: the same supply, whose parameters move while it runs."""

import math
from collections.abc import Sequence
from copy import copy
from typing import Any

from sim_hardware.duts.design import TrueParameter
from sim_hardware.duts.power.latent_defects import LatentDefect
from sim_hardware.duts.power.parameters import SupplyParameters
from sim_hardware.duts.power.power_supply import PowerSupplyUnit
from sim_hardware.duts.power.specification import SupplySpecification
from sim_hardware.duts.power.truth import true_parameters

_STEP_S = 300.0
"""How often its parameters are moved while its processor runs; slow against everything else."""


class AgingSupply(PowerSupplyUnit):
    """A supply that wears by its own operating hours."""

    def __init__(
        self, parameters: SupplyParameters, specification: SupplySpecification, serial: str, defects: Sequence[Any] = ()
    ) -> None:
        super().__init__(parameters, specification, serial, defects)
        self._born = copy(parameters)
        self._first_truth: tuple[TrueParameter, ...] | None = None
        self._latent = tuple(defect for defect in defects if isinstance(defect, LatentDefect))
        self._lives_h = min((defect.fails_at() for defect in self._latent), default=math.inf)
        self._worn_at = 0.0

    def true_parameters(self) -> tuple[TrueParameter, ...]:
        """As it left the line, whatever it has worn by now, and what becomes of it."""
        if self._first_truth is None:
            born = true_parameters(self._born, self.specification, self.serial)
            self._first_truth = (*born, *(defect.truth() for defect in self._latent))
        return self._first_truth

    def next_event(self) -> float:
        """The next time at which something happens by itself, its wear included."""
        return min(super().next_event(), self._wears_at)

    @property
    def _wears_at(self) -> float:
        return self._worn_at + _STEP_S if self.ac.has_aux else math.inf

    def _pass(self, now: float) -> None:
        if not self.ac.has_aux:
            self._worn_at = now
        super()._pass(now)

    def _happen(self, now: float) -> None:
        if self._wears_at > super().next_event():
            super()._happen(now)
            return
        self._worn_at = now
        for defect in self._latent:
            defect.wear(self.parameters, self._born, self.hours)
        self._join_output(now, self._branches.get("OUT", ()))
        self._want(now)
        self._settled(now)

    def _want(self, now: float) -> None:
        if self.hours >= self._lives_h:
            self.is_latched = True
        super()._want(now)
