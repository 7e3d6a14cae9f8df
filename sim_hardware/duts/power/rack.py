"""Several supplies side by side in a burn-in rack: the same air and the same hours, and nothing else in common.

Slot k's terminals carry its number: AC1.L, OUT1.+, PS_ON1. What hangs on one supply is nothing to the others.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim_hardware.duts.design import TrueParameter
from sim_hardware.duts.module_memory import ModuleMemory
from sim_hardware.duts.power.controller import Controller
from sim_hardware.duts.power.power_supply import PowerSupplyUnit
from sim_hardware.physics.conductors import Element
from sim_hardware.physics.pair_loss import FrequencyGrid
from sim_hardware.power.branch import AcFeed, DcBranch

SLOTS = 6
_ROOM_C = 25.0


class RackOfSupplies:
    """Up to six supplies by slot, as a world and a power grid see them."""

    def __init__(self, serial: str, supplies: Sequence[PowerSupplyUnit]) -> None:
        """Raises ValueError for none, and for more than there are slots."""
        if not 1 <= len(supplies) <= SLOTS:
            raise ValueError(f"{serial}: a burn-in rack takes 1 to {SLOTS} supplies, not {len(supplies)}")
        self.serial = serial
        self.supplies = tuple(supplies)
        self._slots = dict(enumerate(self.supplies, 1))
        self._ambient_c = _ROOM_C

    @property
    def controllers(self) -> tuple[Controller, ...]:
        """The processors by slot."""
        return tuple(supply.controller for supply in self.supplies)

    @property
    def defects(self) -> tuple[Any, ...]:
        """The labels of all of them."""
        return tuple(defect for supply in self.supplies for defect in supply.defects)

    @property
    def ambient_c(self) -> float:
        """Temperature of the air at all inlets, in degC."""
        return self._ambient_c

    @ambient_c.setter
    def ambient_c(self, celsius: float) -> None:
        self._ambient_c = celsius
        for supply in self.supplies:
            supply.ambient_c = celsius

    def elements(self) -> tuple[Element, ...]:
        """Earth, insulation, output to chassis of every supply; chassis and earth are the rack's."""
        return tuple(
            Element(_terminal(element.a, k), _terminal(element.b, k), element.ohm, element.farad)
            for k, supply in self._slots.items()
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
        """Those of every supply."""
        return tuple(parameter for supply in self.supplies for parameter in supply.true_parameters())

    def out_of_specification(self) -> tuple[TrueParameter, ...]:
        """What makes any of them defective; empty when all are good."""
        return tuple(parameter for supply in self.supplies for parameter in supply.out_of_specification())

    @property
    def ac_ports(self) -> Mapping[str, tuple[str, str]]:
        """An inlet for every supply."""
        return {f"AC{k}": (f"AC{k}.L", f"AC{k}.N") for k in self._slots}

    @property
    def dc_ports(self) -> Mapping[str, tuple[str, str]]:
        """The ports of every supply."""
        return {
            f"{port}{k}": (_terminal(plus, k), _terminal(minus, k))
            for k, supply in self._slots.items()
            for port, (plus, minus) in supply.dc_ports.items()
        }

    @property
    def voltages(self) -> Mapping[tuple[str, str], str]:
        """Where a voltmeter finds what."""
        return {
            (_terminal(plus, k), _terminal(minus, k)): f"{k}:{name}"
            for k, supply in self._slots.items()
            for (plus, minus), name in supply.voltages.items()
        }

    @property
    def currents(self) -> Mapping[str, str]:
        """Where a clamp or shunt finds what."""
        return {
            _terminal(place, k): f"{k}:{name}"
            for k, supply in self._slots.items()
            for place, name in supply.currents.items()
        }

    def join(self, now: float, feeds: Mapping[str, AcFeed | None], branches: Mapping[str, Sequence[DcBranch]]) -> None:
        """From now on this hangs on the ports."""
        for k, supply in self._slots.items():
            own = {port: branches.get(f"{port}{k}", ()) for port in supply.dc_ports}
            supply.join(now, {"AC": feeds.get(f"AC{k}")}, own)

    def advance(self, now: float) -> None:
        """Let time go by until now."""
        for supply in self.supplies:
            supply.advance(now)

    def next_event(self) -> float:
        """The next time at which something happens in any of them; infinite for none."""
        return min(supply.next_event() for supply in self.supplies)

    def signal(self, name: str, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values of a signal at these times. Raises KeyError for a name that no supply has."""
        supply, own = self._place(name)
        return supply.signal(own, times)

    def level(self, name: str) -> float:
        """Mean value of a signal now. Raises KeyError for a name that no supply has."""
        supply, own = self._place(name)
        return supply.level(own)

    def _place(self, name: str) -> tuple[PowerSupplyUnit, str]:
        """The supply of a signal, with its own name for it: "2:OUT.U", or "AC2.U" as a port's feed asks."""
        number, _, own = name.partition(":")
        if own:
            return self._slots[int(number)], own
        port, _, quantity = name.partition(".")
        return self._slots[int(port.removeprefix("AC"))], f"AC.{quantity}"


def _terminal(own: str, slot: int) -> str:
    """A supply's terminal in the rack: OUT.+ is OUT2.+ in slot 2; chassis and earth are everybody's."""
    if own in ("CHASSIS", "PE"):
        return own
    port, dot, pole = own.partition(".")
    return f"{port}{slot}{dot}{pole}"
