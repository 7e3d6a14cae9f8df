"""A power shelf: six supplies behind joints on one busbar, a share bus between them, a controller above."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim_hardware.duts.design import TrueParameter
from sim_hardware.duts.module_memory import ModuleMemory
from sim_hardware.duts.power.busbar import SuppliesOnBusbar
from sim_hardware.duts.power.power_supply import PowerSupplyUnit
from sim_hardware.duts.power.shelf_bus import Slot
from sim_hardware.duts.power.shelf_controller import ShelfController
from sim_hardware.duts.power.shelf_design import SLOTS, ShelfSpecification
from sim_hardware.duts.power.shelf_insulation import shelf_breakdown_v, shelf_elements
from sim_hardware.duts.power.shelf_parameters import ShelfParameters
from sim_hardware.duts.power.shelf_truth import shelf_true_parameters
from sim_hardware.duts.supply_controller import SupplyController
from sim_hardware.physics.conductors import Element
from sim_hardware.physics.pair_loss import FrequencyGrid


class PowerShelfUnit(SuppliesOnBusbar):
    """One shelf as a world and a power grid see it. `supplies` are by slot, None where one is missing."""

    def __init__(
        self,
        parameters: ShelfParameters,
        specification: ShelfSpecification,
        serial: str,
        supplies: Sequence[PowerSupplyUnit | None],
        defects: Sequence[Any] = (),
        *,
        right: tuple[str, str, str],
    ) -> None:
        """`right` is what must be told: the part number of the shelf, and part number and firmware of its supplies."""
        if len(supplies) != SLOTS:
            raise ValueError(f"{serial}: a shelf has {SLOTS} slots, not {len(supplies)}")
        self.parameters = parameters
        self.specification = specification
        self.serial = serial
        self.supplies = tuple(supplies)
        self.defects = tuple(defects)
        self.controller = ShelfController(self)
        self._right = right
        joints = zip(supplies, parameters.joint_ohm, parameters.share_ohm, strict=True)
        slots = {k: Slot(supply, joint, share) for k, (supply, joint, share) in enumerate(joints) if supply is not None}
        super().__init__(slots, parameters.fed_by)
        self._elements: tuple[Element, ...] | None = None

    @property
    def controllers(self) -> tuple[SupplyController | None, ...]:
        """The processors of its supplies by slot, None where there is none."""
        return tuple(None if supply is None else supply.controller for supply in self.supplies)

    def elements(self) -> tuple[Element, ...]:
        """Earth, insulation, output to chassis."""
        if self._elements is None:
            self._elements = shelf_elements(self.parameters, self.supplies)
        return self._elements

    def breakdown_v(self, high: Sequence[str], low: Sequence[str]) -> float:
        """The voltage (peak, V) at which insulation between two groups of its terminals breaks down."""
        return shelf_breakdown_v(self.parameters, self.supplies, high, low)

    def scattering(self, terminals: Sequence[str], grid: FrequencyGrid) -> NDArray[np.complex128]:
        """A shelf has no port for waves: every terminal is an open end."""
        s = np.zeros((len(terminals), len(terminals), grid.hz.shape[0]), dtype=np.complex128)
        s[range(len(terminals)), range(len(terminals))] = 1.0
        return s

    def memory(self, end: str) -> ModuleMemory | None:
        """A shelf has no module memory; its controllers answer on their bus."""
        return None

    def true_parameters(self) -> tuple[TrueParameter, ...]:
        """Every true parameter of the shelf, and of its supplies what it must be in a shelf."""
        return shelf_true_parameters(self.parameters, self.specification, self.serial, self.supplies, self._right)

    def out_of_specification(self) -> tuple[TrueParameter, ...]:
        """The true parameters that make this shelf defective; empty for a good one."""
        return tuple(parameter for parameter in self.true_parameters() if not parameter.within)

    @property
    def voltages(self) -> Mapping[tuple[str, str], str]:
        """Where a voltmeter finds what."""
        return _VOLTAGES

    @property
    def currents(self) -> Mapping[str, str]:
        """Where a clamp or shunt finds what; the bus's current counts positive out of the shelf."""
        return _CURRENTS


_VOLTAGES = {
    ("BUS.+", "BUS.-"): "BUS.U",
    ("SHARE", "BUS.-"): "SHARE.U",
    **{(f"JOINT{k}.A", f"JOINT{k}.B"): f"JOINT{k}.U" for k in range(1, SLOTS + 1)},
    **{(f"AC{k}.L", f"AC{k}.N"): f"AC{k}.U" for k in range(1, SLOTS + 1)},
}
_CURRENTS = {"BUS.I": "BUS.I", **{f"AC{k}.I": f"AC{k}.I" for k in range(1, SLOTS + 1)}}
