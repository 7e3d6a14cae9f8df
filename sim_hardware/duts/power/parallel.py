"""Several supplies on one bus: droop divides the current, and the share bus evens out what droop leaves.

The share bus carries the level of the supply that gives most; every other one raises its output until it gives nearly
as much. A supply whose share contact is open neither drives nor hears it, and shares by droop alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sim_hardware.duts.power.auxiliary import heard_share_v
from sim_hardware.duts.power.parameters import SupplyParameters
from sim_hardware.duts.power.source_branch import SourceBranch
from sim_hardware.power.branch import DcBranch
from sim_hardware.power.node import node_voltage

_HALVINGS = 18
_HIGHEST_V = 100.0


class Paralleled(Protocol):
    """What a supply offers to the bus."""

    @property
    def parameters(self) -> SupplyParameters:
        """Its true parameters."""
        ...

    @property
    def source(self) -> SourceBranch:
        """Its side of the node."""
        ...


@dataclass(frozen=True, slots=True)
class SharedBus:
    """The bus in its steady state: voltage in V, level of the share bus in V, current out of each supply in A."""

    volt: float
    share_v: float
    amperes: tuple[float, ...]


def shared_bus(supplies: Sequence[Paralleled], loads: Sequence[DcBranch]) -> SharedBus:
    """Solve the bus as the supplies are now, and leave each one's `source.share_v` at what it hears.

    Join each supply with `join_output(now, [LinearBranch(ohm=1e-6, emf_v=bus.volt)], bus.share_v)` afterwards, or with
    the loads and the others' `source`.
    """
    sources = [supply.source for supply in supplies]

    def at(share_v: float) -> tuple[float, list[float]]:
        for supply, source in zip(supplies, sources, strict=True):
            source.share_v = heard_share_v(supply.parameters, share_v)
        volt = node_voltage((*sources, *loads), -1.0, _HIGHEST_V)
        return volt, [-source.current(volt) for source in sources]

    def loudest(amperes: Sequence[float]) -> float:
        return max(
            (
                source.given_share_v(ampere)
                for supply, source, ampere in zip(supplies, sources, amperes, strict=True)
                if supply.parameters.share_ohm < _SHARE_OPEN_OHM
            ),
            default=0.0,
        )

    volt, amperes = at(0.0)
    low, high = 0.0, loudest(amperes)
    share_v = high
    for _ in range(_HALVINGS if high > 0.0 else 0):
        share_v = 0.5 * (low + high)
        volt, amperes = at(share_v)
        if loudest(amperes) > share_v:
            low = share_v
        else:
            high = share_v
    return SharedBus(volt, share_v, tuple(amperes))


_SHARE_OPEN_OHM = 1e5
"""Beyond this a driver cannot hold the bus against its pull-downs."""
