"""Whose processors can answer on a bus now: those that are there and have power."""

from typing import cast

from sim_hardware.duts.supply_controller import SupplyController


def own_controller(dut: object) -> SupplyController | None:
    """The processor of the unit itself, None when it cannot answer."""
    return _awake(getattr(dut, "controller", None))


def slot_controllers(dut: object) -> tuple[SupplyController | None, ...] | None:
    """The processors of what sits in the unit's slots, None in those that cannot answer; None for a unit without."""
    controllers = getattr(dut, "controllers", None)
    return None if controllers is None else tuple(_awake(controller) for controller in controllers)


def _awake(controller: object) -> SupplyController | None:
    # One without a supply of its own has no `is_powered`. A line asks at every frame, and a protocol of this size takes
    # longer to look through than an answer.
    if not getattr(controller, "is_powered", True):
        return None
    if type(controller) in _SPEAKING:
        return cast(SupplyController, controller)
    if not isinstance(controller, SupplyController):
        return None
    _SPEAKING.add(type(controller))
    return controller


_SPEAKING: set[type] = set()
"""Kinds of processor that were looked through before."""
