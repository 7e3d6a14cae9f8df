"""One plug with electronics: what it draws, how warm it gets, and the CMIS module that tells of both.

It draws constant power from its 3.3 V pins, which a real converter does; below the voltage at which its controller
starts it is a resistor, so that there is always one operating point. Its case warms towards what the heat path allows.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from typing import Final, cast

from sim_hardware.clock import BenchClock
from sim_hardware.duts.design import TrueParameter
from sim_hardware.modules.cmis_module import LEAST_SUPPLY_V, CmisModule
from sim_hardware.modules.cmis_states import ModuleState
from sim_hardware.modules.identity import ModuleIdentity
from sim_hardware.modules.monitor_limits import ModuleLimits
from sim_hardware.power.branch import DcBranch
from sim_hardware.power.node import node_voltage

NOMINAL_V: Final = 3.3
ROOM_C: Final = 25.0
_WARMING_S: Final = 30.0
_RESET_W, _LOW_POWER_W = 0.2, 1.0
"""What a controller draws in reset, and a module in low power mode (inferred; CMIS allows 1.5 W)."""
_FIRMWARE_AT = 39


class UnitClock:
    """A unit's own time: that up to which it was brought last."""

    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        """Seconds on the bench's clock."""
        return self.time


@dataclass(slots=True)
class EndParameters:
    """What one plug is like; a defect alters it before the plug is made.

    `supply_gain` is what its own voltmeter shows over the truth, `short_ohm` what lies across its supply pins.
    """

    identity: ModuleIdentity
    plug: str
    full_power_w: float
    heat_k_w: float
    firmware: tuple[int, int]
    short_ohm: float = math.inf
    supply_gain: float = 1.0
    checksum_error: int = 0
    fault: int = 0
    ignores_low_power: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSpecification:
    """Within what a good plug lies."""

    power_max_w: float
    temperature_max_c: float
    supply_min_ohm: float
    supply_error_max: float


@dataclass(slots=True)
class LaneValues:
    """What the lanes of a plug tell its module; darkness for a plug without light."""

    tx_power_mw: Callable[[int], float] = field(default=lambda lane: 0.0)
    rx_power_mw: Callable[[int], float] = field(default=lambda lane: 0.0)
    bias_ma: Callable[[int], float] = field(default=lambda lane: 0.0)
    pre_fec_ber: Callable[[int], float] = field(default=lambda lane: 0.5)


class ModuleEnd:
    """A plug in its cage; `VCC.+` and `VCC.-` are its pins. Also the `LiveValues` of its module, and its DC load."""

    def __init__(
        self,
        name: str,
        designed: EndParameters,
        actual: EndParameters,
        *,
        lanes: int,
        clock: UnitClock,
        values: LaneValues,
        limits: ModuleLimits | None = None,
    ) -> None:
        self.name = name
        self.designed, self.actual = designed, actual
        self.plus, self.minus = f"{name}.VCC.+", f"{name}.VCC.-"
        self.slew_a_s = math.inf
        self._clock, self._values = clock, values
        self._branches: Sequence[DcBranch] = ()
        self._volt = 0.0
        self._celsius, self._since = ROOM_C, clock.now()
        # Of a clock a module asks for nothing but the time.
        self.module = CmisModule(
            actual.identity, lanes=lanes, clock=cast(BenchClock, clock), live=self, limits=limits, plug=actual.plug
        )
        self.module.program(0, _FIRMWARE_AT, bytes(actual.firmware))
        if actual.checksum_error:
            self.module.settle_checksum(0, actual.checksum_error)
        if actual.fault:
            self.module.fail(actual.fault)

    def join(self, branches: Sequence[DcBranch]) -> None:
        """From now on this hangs on the supply pins."""
        self._branches = branches
        self._settle()

    def advance(self) -> None:
        """Let time go by until now: the case warms, the module's states go on."""
        now = self._clock.now()
        goal = ROOM_C + self.actual.heat_k_w * self.power_w
        self._celsius = goal + (self._celsius - goal) * math.exp(-max(0.0, now - self._since) / _WARMING_S)
        self._since = now
        self._settle()

    def _settle(self) -> None:
        self._solve()
        before = self.module.state
        self.module.advance()
        if self.module.state is not before:
            # Another state draws another power.
            self._solve()

    def _solve(self) -> None:
        self._volt = node_voltage([*self._branches, self]) if self._branches else 0.0

    @property
    def volt(self) -> float:
        """True voltage across the supply pins."""
        return self._volt

    @property
    def power_w(self) -> float:
        """What the electronics draw at their nominal voltage in this state; nothing without supply."""
        if self._volt < LEAST_SUPPLY_V:
            return 0.0
        match self.module.state:
            case ModuleState.RESETTING:
                return _RESET_W
            case ModuleState.PWR_UP | ModuleState.READY:
                return self.actual.full_power_w
        return self.actual.full_power_w if self.actual.ignores_low_power else _LOW_POWER_W

    def current(self, volt: float) -> float:
        """Ampere into the supply pins at this voltage."""
        drawn = (self.power_w or _RESET_W) / NOMINAL_V * max(-1.0, min(1.0, volt / LEAST_SUPPLY_V))
        return drawn + volt / self.actual.short_ohm

    def temperature_c(self) -> float:
        """What its sensor tells."""
        return self._celsius

    def supply_v(self) -> float:
        """What its own voltmeter tells."""
        return self._volt * self.actual.supply_gain

    def tx_power_mw(self, lane: int) -> float:
        """What its monitor tells of a lane's light."""
        return self._values.tx_power_mw(lane)

    def rx_power_mw(self, lane: int) -> float:
        """What its monitor tells of the light that a lane receives."""
        return self._values.rx_power_mw(lane)

    def bias_ma(self, lane: int) -> float:
        """The bias of a lane's laser."""
        return self._values.bias_ma(lane)

    def pre_fec_ber(self, lane: int) -> float:
        """The bit error ratio of what a lane receives."""
        return self._values.pre_fec_ber(lane)

    def truth(self, spec: EndSpecification) -> list[TrueParameter]:
        """True parameters of the plug, warm and at full power."""
        actual, designed, name = self.actual, self.designed, self.name
        differing = sum(
            getattr(actual.identity, one.name) != getattr(designed.identity, one.name)
            for one in fields(designed.identity)
        )
        warm_c = ROOM_C + actual.heat_k_w * actual.full_power_w
        return [
            TrueParameter(f"{name}.power", actual.full_power_w, "W", high=spec.power_max_w),
            TrueParameter(f"{name}.temperature", warm_c, "degC", high=spec.temperature_max_c),
            TrueParameter(f"{name}.supply_resistance", actual.short_ohm, "ohm", low=spec.supply_min_ohm),
            TrueParameter(f"{name}.supply_error", abs(actual.supply_gain - 1.0), "1", high=spec.supply_error_max),
            TrueParameter(f"{name}.identity_differs", differing, "1", 0, 0),
            TrueParameter(f"{name}.plug_differs", int(actual.plug != designed.plug), "1", 0, 0),
            TrueParameter(f"{name}.firmware_differs", int(actual.firmware != designed.firmware), "1", 0, 0),
            TrueParameter(f"{name}.checksum_error", actual.checksum_error, "1", 0, 0),
            TrueParameter(f"{name}.fault", actual.fault, "1", 0, 0),
            TrueParameter(f"{name}.ignores_low_power", int(actual.ignores_low_power), "1", 0, 0),
        ]
