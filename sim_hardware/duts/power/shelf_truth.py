"""The true parameters of a shelf: its own, and of every supply in it what the shelf's test must find again."""

import math
from collections.abc import Sequence

from sim_hardware.duts.design import TrueParameter
from sim_hardware.duts.power.power_supply import PowerSupplyUnit
from sim_hardware.duts.power.shelf_design import ShelfSpecification
from sim_hardware.duts.power.shelf_insulation import shelf_insulation_ohm, weakest_v
from sim_hardware.duts.power.shelf_parameters import ShelfParameters


def shelf_true_parameters(
    p: ShelfParameters,
    spec: ShelfSpecification,
    serial: str,
    supplies: Sequence[PowerSupplyUnit | None],
    right: tuple[str, str, str],
) -> tuple[TrueParameter, ...]:
    """Every true parameter with its specification; `right` is what must be told: the part number of the shelf, and
    part number and firmware of its supplies.
    """
    part, *of_supply = right
    found = [
        TrueParameter("earth_bond", p.bond_ohm, "ohm", high=spec.bond_max_ohm),
        TrueParameter("insulation", shelf_insulation_ohm(p, supplies), "ohm", low=spec.insulation_min_ohm),
        TrueParameter("withstand", weakest_v(p, supplies), "V", low=spec.withstand_v),
        TrueParameter("serial_is_right", float(p.memory_serial == serial), "1", low=1.0),
        TrueParameter("controller_is_right", float(p.part == part), "1", low=1.0),
    ]
    for name, gain in p.meters.items():
        found.append(TrueParameter(f"meter_{name}", gain, "1", 1.0 - spec.meter_max, 1.0 + spec.meter_max))
    for slot, (supply, joint, share, inlet) in enumerate(
        zip(supplies, p.joint_ohm, p.share_ohm, p.fed_by, strict=True), start=1
    ):
        found += [
            TrueParameter(f"joint_resistance_{slot}", joint, "ohm", high=spec.joint_max_ohm),
            TrueParameter(f"share_contact_{slot}", share, "ohm", high=spec.share_contact_max_ohm),
            TrueParameter(f"feed_{slot}_is_right", float(inlet == slot), "1", low=1.0),
            TrueParameter(f"supply_{slot}_is_right", float(_is_right(supply, of_supply)), "1", low=1.0),
        ]
        found += _of_supply(slot, supply)
    return tuple(found)


def _is_right(supply: PowerSupplyUnit | None, right: Sequence[str]) -> bool:
    return supply is not None and [supply.parameters.part, supply.parameters.firmware] == list(right)


def _of_supply(slot: int, supply: PowerSupplyUnit | None) -> list[TrueParameter]:
    """Set point, current meter and fans: what a tested supply may still lose on its way into the shelf."""
    if supply is None:
        return []
    p, spec = supply.parameters, supply.specification
    meter = p.meters["output_current"]
    return [
        TrueParameter(f"no_load_voltage_{slot}", p.set_point_v, "V", spec.no_load_min_v, spec.no_load_max_v),
        TrueParameter(f"meter_{slot}", meter, "1", 1.0 - spec.meter_max, 1.0 + spec.meter_max),
        TrueParameter(
            f"slowest_fan_{slot}",
            min(p.fan_ratios, default=math.inf),
            "1",
            1.0 - spec.fan_speed_max,
        ),
    ]
