"""The shelf's own controller: it sums what its supplies do by meters of its own, and passes commands on to them."""

from typing import TYPE_CHECKING

from sim_hardware.duts.supply_controller import Alarm, Metered, SupplyController

if TYPE_CHECKING:
    from sim_hardware.duts.power.shelf import PowerShelfUnit


class ShelfController:
    """What bus slaves translate; satisfies `SupplyController`. Look at it only after `PowerGrid.advance`.

    Output voltage, output current and input power are its own meters', with their errors; the rest it asks its supplies
    for. It lives on their auxiliary supplies, so that it is silent without any AC.
    """

    def __init__(self, unit: "PowerShelfUnit") -> None:
        p = unit.parameters
        self.maker = p.maker
        self.part = p.part
        self.serial = p.memory_serial
        self.firmware = p.firmware
        self.date = p.date
        self._unit = unit

    @property
    def is_powered(self) -> bool:
        """Whether any of its supplies has AC."""
        return bool(self._alive())

    def measured(self, name: Metered) -> float:
        """One of its meters, in V, A, W, Hz or as a ratio; 0 for a quantity that is not there."""
        if name == "output_power":
            return self.measured("output_voltage") * self.measured("output_current")
        unit, gains = self._unit, self._unit.parameters.meters
        if name == "output_voltage":
            return unit.level("BUS.U") * gains[name]
        if name == "output_current":
            return max(unit.level("BUS.I"), 0.0) * gains[name]
        figures = [supply.ac.figures() for supply in unit.supplies if supply is not None]
        if name == "input_power":
            return sum(figure.watt for figure in figures) * gains[name]
        told = [controller.measured(name) for controller in self._alive()]
        if name == "input_current":
            return sum(told)
        return sum(told) / len(told) if told else 0.0

    def temperatures(self) -> tuple[float, ...]:
        """The hottest of each sensor of its supplies, in degC."""
        return tuple(max(row) for row in zip(*(c.temperatures() for c in self._alive()), strict=True))

    def fan_speeds(self) -> tuple[float, ...]:
        """It has no fans of its own."""
        return ()

    def alarms(self) -> frozenset[Alarm]:
        """What any of its supplies complains of."""
        return frozenset(alarm for controller in self._alive() for alarm in controller.alarms())

    def output_is_on(self) -> bool:
        """Whether any supply feeds the bus."""
        return any(controller.output_is_on() for controller in self._alive())

    def set_output(self, on: bool) -> None:
        """Switch every supply's output."""
        for controller in self._alive():
            controller.set_output(on)

    def set_fan_duty(self, duty: float | None) -> None:
        """Least duty of all fans, 0 to 1; None for the supplies' own control. Raises ValueError outside."""
        for controller in self._alive():
            controller.set_fan_duty(duty)

    def clear_alarms(self) -> None:
        """Forget the latched alarms of every supply."""
        for controller in self._alive():
            controller.clear_alarms()

    def events(self) -> tuple[tuple[Alarm, float], ...]:
        """It keeps no black box: each supply has its own."""
        return ()

    def clear_events(self) -> None:
        """Empty the black box of every supply."""
        for controller in self._alive():
            controller.clear_events()

    def _alive(self) -> list[SupplyController]:
        controllers = (supply.controller for supply in self._unit.supplies if supply is not None)
        return [controller for controller in controllers if controller.is_powered]
