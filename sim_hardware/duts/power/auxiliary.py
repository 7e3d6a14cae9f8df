"""The small ports beside the main output: share bus, standby output, PS_ON input."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sim_hardware.duts.power.parameters import SupplyParameters
from sim_hardware.power.branch import DcBranch, LinearBranch
from sim_hardware.power.node import node_voltage

SHARE_DRIVE_OHM = 100.0
SHARE_PULL_DOWN_OHM = 10e3
_SHARE_INPUT_OHM = 100e3
_PULL_UP_V, _PULL_UP_OHM = 3.3, 4.7e3
_PS_ON_BELOW_V = 1.0


@dataclass(slots=True)
class ShareDriver:
    """Drives the share bus up to its own level, never down: the one that carries most is heard."""

    level_v: float
    ohm: float
    plus: str = "SHARE"
    minus: str = "OUT.-"
    slew_a_s: float = math.inf

    def current(self, volt: float) -> float:
        """Ampere into the share terminal."""
        return min((volt - self.level_v) / self.ohm, 0.0)


def share_node_v(parameters: SupplyParameters, own_v: float, branches: Sequence[DcBranch]) -> float:
    """Voltage at the share terminal, with the supply's own level behind its driver, in V."""
    if not branches:
        divider = SHARE_PULL_DOWN_OHM + SHARE_DRIVE_OHM
        return own_v * divider / (divider + parameters.share_ohm)
    load = LinearBranch(plus="SHARE", minus="OUT.-", ohm=SHARE_PULL_DOWN_OHM)
    all_branches: list[DcBranch] = [load, *branches]
    if math.isfinite(parameters.share_ohm):
        # The driver's own resistance into the one pull-down is calibrated away in a supply on its own.
        level = own_v * (1.0 + SHARE_DRIVE_OHM / SHARE_PULL_DOWN_OHM)
        all_branches.append(ShareDriver(level, SHARE_DRIVE_OHM + parameters.share_ohm))
    return node_voltage(all_branches, -20.0, 60.0)


def heard_share_v(parameters: SupplyParameters, share_v: float) -> float:
    """What the supply hears of the share bus, in V: what its contact leaves of it."""
    return share_v * _SHARE_INPUT_OHM / (_SHARE_INPUT_OHM + parameters.share_ohm)


def standby_state(parameters: SupplyParameters, branches: Sequence[DcBranch], *, alive: bool) -> tuple[float, float]:
    """Voltage in V and current out in A of the standby output."""
    design = parameters.design
    if design.standby_v == 0.0:
        return 0.0, 0.0
    if not branches:
        return (design.standby_v * parameters.standby_ratio if alive else 0.0), 0.0
    load = LinearBranch(plus="STBY.+", minus="OUT.-", ohm=10e3)
    own: list[DcBranch] = [load]
    if alive:
        emf = design.standby_v * parameters.standby_ratio
        own.append(
            LinearBranch(
                plus="STBY.+", minus="OUT.-", ohm=design.standby_ohm, emf_v=emf, limit_a=design.standby_limit_a
            )
        )
    volt = node_voltage((*own, *branches), -1.0, 60.0)
    return volt, sum((branch.current(volt) for branch in branches), 0.0)


def is_switched_on(parameters: SupplyParameters, branches: Sequence[DcBranch]) -> bool:
    """Whether PS_ON is pulled low, or the design does not need it."""
    if parameters.design.ps_on_needed == 0.0 or parameters.ignores_ps_on:
        return True
    if not branches:
        return False
    pull_up = LinearBranch(plus="PS_ON", minus="OUT.-", ohm=_PULL_UP_OHM, emf_v=_PULL_UP_V)
    # Currents rise with the voltage: where they draw more than they give at the threshold, the pin lies below it.
    return sum(branch.current(_PS_ON_BELOW_V) for branch in (pull_up, *branches)) > 0.0
