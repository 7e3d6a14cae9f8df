"""The two state machines of a CMIS module: the module's own, and the data path of each host lane.

CMIS 5.2, 6.3.2 (module) and 6.3.3 (data path). Nothing runs in between: whenever somebody looks, every transition that
has come due since the last look is made, at its own moment. Each host lane is a data path of its own (inferred: an
application of eight lanes has one for all of them, and they change together).
"""

from dataclasses import dataclass
from enum import IntEnum

from sim_hardware.clock import BenchClock


class ModuleState(IntEnum):
    """Module states as byte 3 encodes them; zero is a module in reset, which does not answer at all."""

    RESETTING = 0
    LOW_PWR = 1
    PWR_UP = 2
    READY = 3
    PWR_DN = 4
    FAULT = 5


class DataPathState(IntEnum):
    """Data path states as page 11h encodes them."""

    DEACTIVATED = 1
    INIT = 2
    DEINIT = 3
    ACTIVATED = 4
    TX_TURN_ON = 5
    TX_TURN_OFF = 6
    INITIALIZED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleTimes:
    """How long each transient state lasts, s (inferred; CMIS allows far longer)."""

    reset_s: float = 0.25
    power_up_s: float = 0.15
    power_down_s: float = 0.05
    init_s: float = 0.4
    deinit_s: float = 0.05
    turn_on_s: float = 0.03
    turn_off_s: float = 0.005


class _Lane:
    """The data path of one host lane, and since when it is in its state."""

    __slots__ = ("since", "state")

    def __init__(self) -> None:
        self.state = DataPathState.DEACTIVATED
        self.since = 0.0


class CmisStates:
    """Module and data paths; what the host asks for is set by attribute after `advance()`, then `changed()`."""

    def __init__(self, lanes: int, clock: BenchClock, times: ModuleTimes) -> None:
        self._clock = clock
        self._times = times
        self._lanes = tuple(_Lane() for _ in range(lanes))
        self._powered = False
        self._since = clock.now()
        self._asked = self._since
        self._moved: set[int] = set()
        self._changes = 0
        self.state = ModuleState.RESETTING
        self.low_power = False
        self.deinit = 0
        """Bit n: the host keeps the data path of lane n + 1 down (page 10h byte 128)."""
        self.tx_disabled = 0
        """Bit n: the host keeps the transmitter of lane n + 1 off (page 10h byte 130)."""
        self.fault_cause = 0

    def advance(self, powered: bool) -> None:
        """Make every transition that has come due; without power there is only reset."""
        now = self._clock.now()
        if not powered:
            self._powered = False
            self._reset(now)
            return
        if not self._powered:
            self._powered = True
            self._reset(now)
        while self._step_module(now) or any(self._step_lane(number, now) for number in range(len(self._lanes))):
            pass

    def changed(self) -> None:
        """Note that the host asked for something else just now; transitions that follow from it begin now."""
        self._asked = self._clock.now()

    def restart(self) -> None:
        """Go through reset, as after SoftwareReset or the reset pin."""
        self._reset(self._clock.now())

    def data_path(self, lane: int) -> DataPathState:
        """The state of a host lane's data path; lanes count from 1."""
        return self._lanes[lane - 1].state

    def take_state_changes(self) -> int:
        """How many module states were entered since the last call."""
        changes, self._changes = self._changes, 0
        return changes

    def take_moved_lanes(self) -> set[int]:
        """Lanes (from 1) whose data path came to rest in another state since the last call."""
        moved, self._moved = self._moved, set()
        return moved

    def _reset(self, now: float) -> None:
        self.state = ModuleState.RESETTING
        self._since = now
        for lane in self._lanes:
            lane.state, lane.since = DataPathState.DEACTIVATED, now
        self._moved.clear()
        self._changes = 0

    def _enter(self, state: ModuleState, moment: float) -> bool:
        self.state, self._since = state, moment
        self._changes += 1
        return True

    def _step_module(self, now: float) -> bool:
        times, since = self._times, self._since
        match self.state:
            case ModuleState.RESETTING if now >= since + times.reset_s:
                return self._enter(ModuleState.LOW_PWR, since + times.reset_s)
            case ModuleState.LOW_PWR | ModuleState.PWR_UP | ModuleState.READY if self.fault_cause:
                return self._enter(ModuleState.FAULT, max(since, self._asked))
            case ModuleState.LOW_PWR if not self.low_power:
                return self._enter(ModuleState.PWR_UP, max(since, self._asked))
            case ModuleState.PWR_UP if self.low_power:
                return self._enter(ModuleState.PWR_DN, max(since, self._asked))
            case ModuleState.PWR_UP if now >= since + times.power_up_s:
                return self._enter(ModuleState.READY, since + times.power_up_s)
            case ModuleState.READY if self.low_power and self._all_deactivated:
                # LowPwrExS (6.3.2.3): power goes down once every data path is down.
                moment = max([since, self._asked, *(lane.since for lane in self._lanes)])
                return self._enter(ModuleState.PWR_DN, moment)
            case ModuleState.PWR_DN if now >= since + times.power_down_s:
                return self._enter(ModuleState.LOW_PWR, since + times.power_down_s)
        return False

    @property
    def _all_deactivated(self) -> bool:
        return all(lane.state is DataPathState.DEACTIVATED for lane in self._lanes)

    def _step_lane(self, number: int, now: float) -> bool:
        lane, times = self._lanes[number], self._times
        up = self.state is ModuleState.READY and not self.low_power and not self.deinit >> number & 1
        light = not self.tx_disabled >> number & 1
        asked = max(lane.since, self._asked, self._since if lane.state is DataPathState.DEACTIVATED else 0.0)
        following, moment = lane.state, asked
        match lane.state:
            case DataPathState.DEACTIVATED if up:
                following = DataPathState.INIT
            case DataPathState.INIT:
                following, moment = DataPathState.INITIALIZED, lane.since + times.init_s
            case DataPathState.INITIALIZED if not up:
                following = DataPathState.DEINIT
            case DataPathState.INITIALIZED if light:
                following = DataPathState.TX_TURN_ON
            case DataPathState.TX_TURN_ON:
                following, moment = DataPathState.ACTIVATED, lane.since + times.turn_on_s
            case DataPathState.ACTIVATED if not (up and light):
                following = DataPathState.TX_TURN_OFF
            case DataPathState.TX_TURN_OFF:
                following, moment = DataPathState.INITIALIZED, lane.since + times.turn_off_s
            case DataPathState.DEINIT:
                following, moment = DataPathState.DEACTIVATED, lane.since + times.deinit_s
        if following is lane.state or moment > now:
            return False
        lane.state, lane.since = following, moment
        if following in (DataPathState.DEACTIVATED, DataPathState.INITIALIZED, DataPathState.ACTIVATED):
            self._moved.add(number + 1)
        return True
