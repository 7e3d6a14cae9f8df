"""Two supplies in parallel on one busbar with a share bus, as a bench for their current share holds them.

Inlets AC1 and AC2, one busbar, one share bus; a shunt in each supply's lead tells its current, also what it takes back.
Busbar and leads are the bench's: nothing is wrong with them, and the pair has no true parameter of its own.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim_hardware.duts.design import TrueParameter
from sim_hardware.duts.module_memory import ModuleMemory
from sim_hardware.duts.power.busbar import SuppliesOnBusbar
from sim_hardware.duts.power.controller import Controller
from sim_hardware.duts.power.power_supply import PowerSupplyUnit
from sim_hardware.duts.power.shelf_bus import Slot
from sim_hardware.physics.conductors import Element
from sim_hardware.physics.pair_loss import FrequencyGrid

SIZE = 2
_LEAD_OHM = 1e-4
"""A lead with its shunt, alike for both by the length of the cables."""


class SupplyPair(SuppliesOnBusbar):
    """One or two supplies by slot, as a world and a power grid see them."""

    def __init__(self, serial: str, supplies: Sequence[PowerSupplyUnit]) -> None:
        """Raises ValueError for none, and for more than a pair."""
        if not 1 <= len(supplies) <= SIZE:
            raise ValueError(f"{serial}: a pair bench takes 1 or {SIZE} supplies, not {len(supplies)}")
        self.serial = serial
        self.supplies = tuple(supplies)
        slots = {k: Slot(supply, _LEAD_OHM, 0.0) for k, supply in enumerate(supplies)}
        super().__init__(slots, tuple(range(1, SIZE + 1)))

    @property
    def controllers(self) -> tuple[Controller, ...]:
        """The processors by slot."""
        return tuple(supply.controller for supply in self.supplies)

    @property
    def defects(self) -> tuple[Any, ...]:
        """The labels of both."""
        return tuple(defect for supply in self.supplies for defect in supply.defects)

    def elements(self) -> tuple[Element, ...]:
        """Earth and insulation of both; chassis, earth and the busbar are common."""
        return tuple(
            element._replace(a=_terminal(element.a, k), b=_terminal(element.b, k))
            for k, supply in enumerate(self.supplies, 1)
            for element in supply.elements()
        )

    def scattering(self, terminals: Sequence[str], grid: FrequencyGrid) -> NDArray[np.complex128]:
        """No port for waves: every terminal is an open end."""
        s = np.zeros((len(terminals), len(terminals), grid.hz.shape[0]), dtype=np.complex128)
        s[range(len(terminals)), range(len(terminals))] = 1.0
        return s

    def memory(self, end: str) -> ModuleMemory | None:
        """No module memory; the processors answer on their bus."""
        return None

    def true_parameters(self) -> tuple[TrueParameter, ...]:
        """Those of both."""
        return tuple(parameter for supply in self.supplies for parameter in supply.true_parameters())

    def out_of_specification(self) -> tuple[TrueParameter, ...]:
        """What makes either of them defective; empty when both are good."""
        return tuple(parameter for supply in self.supplies for parameter in supply.out_of_specification())

    @property
    def voltages(self) -> Mapping[tuple[str, str], str]:
        """Where a voltmeter finds what."""
        return {
            ("BUS.+", "BUS.-"): "BUS.U",
            ("SHARE", "BUS.-"): "SHARE.U",
            **{(f"AC{k}.L", f"AC{k}.N"): f"AC{k}.U" for k in range(1, SIZE + 1)},
        }

    @property
    def currents(self) -> Mapping[str, str]:
        """Where a clamp or shunt finds what; a supply's current counts positive out of it."""
        return {name: name for k in range(1, SIZE + 1) for name in (f"OUT{k}.I", f"AC{k}.I")}


def _terminal(own: str, slot: int) -> str:
    """A supply's terminal on the bench: its inlet carries the slot's number, its output is the busbar."""
    port, dot, pole = own.partition(".")
    if port == "OUT":
        return f"BUS{dot}{pole}"
    return f"{port}{slot}{dot}{pole}" if port == "AC" else own
