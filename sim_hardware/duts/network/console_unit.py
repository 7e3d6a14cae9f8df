"""What units share that are tested through consoles alone: nothing of them is within a fixture's electrical reach."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sim_hardware.duts.design import TrueParameter
from sim_hardware.duts.module_memory import ModuleMemory
from sim_hardware.network.shell import Shell
from sim_hardware.physics.conductors import Element
from sim_hardware.physics.pair_loss import FrequencyGrid


class ConsoleUnit(ABC):
    """A unit under test behind consoles; `shells` are what they lead to."""

    _shells: Mapping[str, Shell]

    @property
    def shells(self) -> Mapping[str, Shell]:
        """What each console leads to, by the names of the plan."""
        return self._shells

    def elements(self) -> Sequence[Element]:
        """No conductor of it is within reach."""
        return ()

    def scattering(self, terminals: Sequence[str], grid: FrequencyGrid) -> NDArray[np.complex128]:
        """Every terminal is an open end."""
        count = len(terminals)
        return np.broadcast_to(np.eye(count, dtype=np.complex128)[:, :, None], (count, count, len(grid.hz))).copy()

    def memory(self, end: str) -> ModuleMemory | None:
        """No two-wire bus leads out of it."""
        return None

    @abstractmethod
    def true_parameters(self) -> tuple[TrueParameter, ...]:
        """Every true parameter with its specification."""

    def out_of_specification(self) -> tuple[TrueParameter, ...]:
        """The true parameters that make this unit defective; empty for a good one."""
        return tuple(parameter for parameter in self.true_parameters() if not parameter.within)
