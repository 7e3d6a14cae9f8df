"""The supply's own processor: its meters with their own errors, its complaints, its black box.

What it tells is what its own sensors say. A drifted shunt shows here and nowhere else; a memory with the wrong serial
number tells the wrong one.
"""

from typing import TYPE_CHECKING

from sim_hardware.duts.supply_controller import Alarm, Metered

if TYPE_CHECKING:
    from sim_hardware.duts.power.sequencing import SequencedSupply

_LONGEST_LOG = 64
_PLACES = ("INLET", "PRIMARY", "SECONDARY")


class Controller:
    """What bus slaves translate; satisfies `SupplyController`. Look at it only after `PowerGrid.advance`."""

    def __init__(self, unit: "SequencedSupply") -> None:
        p = unit.parameters
        self.maker = p.maker
        self.part = p.part
        self.serial = p.memory_serial
        self.firmware = p.firmware
        self.date = p.date
        self._unit = unit
        self._p = p
        self._events: list[tuple[Alarm, float]] = []
        self.latched: set[Alarm] = set()

    @property
    def is_powered(self) -> bool:
        """Whether it runs at all; a slave whose controller does not is silent on its bus."""
        return self._unit.ac.has_aux

    def measured(self, name: Metered) -> float:
        """One of its meters, in V, A, W, Hz or as a ratio; 0 for a quantity that is not there."""
        if name == "output_power":
            return self.measured("output_voltage") * self.measured("output_current")
        return self._true(name) * self._p.meters[name]

    def temperatures(self) -> tuple[float, ...]:
        """Inlet, primary and secondary, in degC."""
        unit = self._unit
        return tuple(unit.temperature_c(place) + self._p.sensor_k for place in _PLACES)

    def fan_speeds(self) -> tuple[float, ...]:
        """Its fans, in 1/min."""
        return self._unit.thermal.speeds(self._unit.now)

    def alarms(self) -> frozenset[Alarm]:
        """What it complains of now, latched ones included."""
        return frozenset(self.latched) | self._unit.complaints()

    def output_is_on(self) -> bool:
        """Whether the main output regulates."""
        return self._unit.output.mode == "on"

    def set_output(self, on: bool) -> None:
        """Switch the main output by command."""
        self._unit.command(on)

    def set_fan_duty(self, duty: float | None) -> None:
        """Least duty of the fans, 0 to 1; None for its own control. Raises ValueError outside."""
        if duty is not None and not 0.0 <= duty <= 1.0:
            raise ValueError(f"set_fan_duty({duty!r}): a duty lies between 0 and 1")
        self._unit.least_fan_duty(duty or 0.0)

    def clear_alarms(self) -> None:
        """Forget latched alarms; a latched output starts again."""
        if self._p.unlatches:
            self.latched.clear()
            self._unit.unlatch()

    def events(self) -> tuple[tuple[Alarm, float], ...]:
        """The black box, oldest first: what happened, at how many operating hours."""
        return tuple(self._events)

    def clear_events(self) -> None:
        """Empty the black box."""
        if self._p.clears_log:
            self._events.clear()

    def log(self, alarm: Alarm) -> None:
        """Write into the black box, which keeps the newest."""
        if self._p.has_black_box:
            self._events.append((alarm, self._unit.hours))
            del self._events[:-_LONGEST_LOG]

    def _true(self, name: Metered) -> float:
        unit = self._unit
        figures = unit.ac.figures
        if name == "input_voltage":
            return figures().volt
        if name == "input_current":
            return figures().ampere
        if name == "input_power":
            return figures().watt
        if name == "power_factor":
            return figures().power_factor
        if name == "input_frequency":
            return unit.ac.outlet.hertz if unit.ac.outlet.peak else 0.0
        if name == "bulk_voltage":
            return unit.ac.bulk_v(unit.now)
        if name == "output_voltage":
            return unit.output.level(unit.now)[0]
        if name == "output_current":
            return unit.output.level(unit.now)[1]
        return unit.standby.last[0]
