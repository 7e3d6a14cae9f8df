"""A unit of one or two plugs as a world and a power grid see it: supply pins, memories, nothing else that conducts."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sim_hardware.duts.design import TrueParameter
from sim_hardware.duts.module_memory import PluggedModule
from sim_hardware.duts.pluggable.module_end import ModuleEnd, UnitClock
from sim_hardware.physics.conductors import Element
from sim_hardware.physics.pair_loss import FrequencyGrid
from sim_hardware.power.branch import AcFeed, DcBranch


class PoweredPlugs:
    """Plugs by name ("A", "B"). Terminals A.VCC.+ and A.VCC.-; its memories are those of its plugs."""

    def __init__(self, serial: str, clock: UnitClock, ends: Mapping[str, ModuleEnd]) -> None:
        self.serial = serial
        self.ends = dict(ends)
        self._clock = clock

    def elements(self) -> tuple[Element, ...]:
        """No conductor from end to end."""
        return ()

    def scattering(self, terminals: Sequence[str], grid: FrequencyGrid) -> NDArray[np.complex128]:
        """No port for waves: every terminal is an open end."""
        s = np.zeros((len(terminals), len(terminals), grid.hz.shape[0]), dtype=np.complex128)
        s[range(len(terminals)), range(len(terminals))] = 1.0
        return s

    def memory(self, end: str) -> PluggedModule | None:
        """The module in this plug; None for a plug that the unit does not have."""
        found = self.ends.get(end)
        return None if found is None else found.module

    @property
    def ac_ports(self) -> Mapping[str, tuple[str, str]]:
        """None."""
        return {}

    @property
    def dc_ports(self) -> Mapping[str, tuple[str, str]]:
        """The supply pins of every plug."""
        return {name: (end.plus, end.minus) for name, end in self.ends.items()}

    @property
    def voltages(self) -> Mapping[tuple[str, str], str]:
        """The supply of every plug, by its name."""
        return {(end.plus, end.minus): name for name, end in self.ends.items()}

    @property
    def currents(self) -> Mapping[str, str]:
        """No place for a clamp."""
        return {}

    def advance(self, now: float) -> None:
        """Let time go by until now."""
        self._clock.time = max(self._clock.time, now)
        for end in self.ends.values():
            end.advance()

    def join(self, now: float, feeds: Mapping[str, AcFeed | None], branches: Mapping[str, Sequence[DcBranch]]) -> None:
        """From now on this hangs on the supply pins."""
        self.advance(now)
        for name, end in self.ends.items():
            end.join(branches.get(name, ()))

    def next_event(self) -> float:
        """Its states are worked out whenever it is looked at."""
        return np.inf

    def signal(self, name: str, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """The supply voltage, which is still."""
        return np.full(times.shape, self.level(name))

    def level(self, name: str) -> float:
        """The supply voltage of a plug now, in V."""
        return self.ends[name].volt

    def true_parameters(self) -> tuple[TrueParameter, ...]:
        """Every true parameter, with its specification."""
        raise NotImplementedError

    def out_of_specification(self) -> tuple[TrueParameter, ...]:
        """The true parameters that make this unit defective; empty for a good one."""
        return tuple(parameter for parameter in self.true_parameters() if not parameter.within)
