"""A shelf as a safety tester sees it: its own wiring and those of the supplies in it, behind one earth.

Inlets are wired to the supplies' terminals, so that every inlet stands for its supply's primary; the supplies' chassis
and their earth pins are the shelf's chassis, which one bond joins to its earth.
"""

import math
from collections.abc import Sequence

from sim_hardware.duts.power.insulation import insulation_elements
from sim_hardware.duts.power.power_supply import PowerSupplyUnit
from sim_hardware.duts.power.shelf_parameters import ShelfParameters
from sim_hardware.physics.conductors import Element

_SHARED = {"OUT.+": "BUS.+", "OUT.-": "BUS.-", "CHASSIS": "CHASSIS", "PE": "CHASSIS"}


def shelf_elements(parameters: ShelfParameters, supplies: Sequence[PowerSupplyUnit | None]) -> tuple[Element, ...]:
    """Everything that conducts or insulates between the shelf's terminals."""
    p = parameters
    elements: list[Element] = []
    for inlet in range(1, len(supplies) + 1):
        elements.append(Element(f"AC{inlet}.L", "CHASSIS", p.line_ohm * len(supplies), p.design.wiring_farad))
        elements.append(Element(f"AC{inlet}.N", "CHASSIS", p.neutral_ohm * len(supplies), p.design.wiring_farad))
    for supply, inlet_of in zip(supplies, p.fed_by, strict=True):
        if supply is None:
            continue
        for element in insulation_elements(supply.parameters):
            a, b = (_terminal(end, inlet_of) for end in (element.a, element.b))
            if a and b and a != b:
                elements.append(Element(a, b, element.ohm, element.farad))
    if math.isfinite(p.bond_ohm):
        elements.append(Element("PE", "CHASSIS", p.bond_ohm))
    return tuple(elements)


def shelf_insulation_ohm(parameters: ShelfParameters, supplies: Sequence[PowerSupplyUnit | None]) -> float:
    """From all lines and neutrals together to the chassis and what is joined to it, in ohm."""
    siemens = 1.0 / parameters.line_ohm + 1.0 / parameters.neutral_ohm
    for supply, inlet in zip(supplies, parameters.fed_by, strict=True):
        if supply is not None and inlet is not None:
            p = supply.parameters
            siemens += 1.0 / p.line_ohm + 1.0 / p.neutral_ohm + 2.0 / p.secondary_ohm
    return 1.0 / siemens


def shelf_breakdown_v(
    parameters: ShelfParameters,
    supplies: Sequence[PowerSupplyUnit | None],
    high: Sequence[str],
    low: Sequence[str],
) -> float:
    """The voltage (peak, V) at which insulation between two groups of terminals breaks down: the weakest's.

    Only the mains are insulated from the rest; a terminal that nothing joins to the chassis stresses nothing.
    """
    stressed = (_sides(parameters, high), _sides(parameters, low))
    if not {"mains", "chassis"} <= stressed[0] | stressed[1] or stressed[0] == stressed[1]:
        return math.inf
    return weakest_v(parameters, supplies)


def weakest_v(parameters: ShelfParameters, supplies: Sequence[PowerSupplyUnit | None]) -> float:
    """What the weakest insulation from the mains to the chassis stands, in V (peak)."""
    return min(parameters.breakdown_v, *(s.parameters.breakdown_v for s in supplies if s is not None), math.inf)


def _terminal(end: str, inlet: int | None) -> str:
    if end in _SHARED:
        return _SHARED[end]
    return "" if inlet is None else end.replace("AC.", f"AC{inlet}.")


def _sides(parameters: ShelfParameters, terminals: Sequence[str]) -> frozenset[str]:
    sides = set()
    for terminal in terminals:
        if terminal.startswith("AC"):
            sides.add("mains")
        elif terminal != "PE" or math.isfinite(parameters.bond_ohm):
            sides.add("chassis")
    return frozenset(sides)
