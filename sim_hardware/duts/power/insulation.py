"""Earth, insulation and what breaks down: the supply as a safety tester sees it, dead and unplugged.

Insulation and Y-capacitors lie between the primary and the chassis, and the earth pin is only as good as its bond to
the chassis: with the bond missing a withstand test to the pin finds nothing to stress, and passes.
"""

import math
from collections.abc import Sequence

from sim_hardware.duts.power.parameters import SupplyParameters
from sim_hardware.physics.conductors import Element

PRIMARY = frozenset({"AC.L", "AC.N"})
_X_BLEED_OHM = 1e6


def insulation_elements(parameters: SupplyParameters) -> tuple[Element, ...]:
    """Everything that conducts or insulates between the supply's terminals."""
    p, d = parameters, parameters.design
    elements = [
        Element("AC.L", "AC.N", _X_BLEED_OHM, p.x_farad),
        Element("AC.L", "CHASSIS", p.line_ohm, d.y_farad),
        Element("AC.N", "CHASSIS", p.neutral_ohm, d.y_farad),
        Element("AC.L", "OUT.-", p.secondary_ohm, d.secondary_farad),
        Element("AC.N", "OUT.-", p.secondary_ohm, d.secondary_farad),
        Element("OUT.+", "OUT.-", p.output_leak_ohm),
        Element("OUT.-", "CHASSIS", p.return_ohm),
    ]
    if math.isfinite(p.bond_ohm):
        elements.append(Element("PE", "CHASSIS", p.bond_ohm))
    return tuple(elements)


def breakdown_v(parameters: SupplyParameters, high: Sequence[str], low: Sequence[str]) -> float:
    """The voltage (peak, V) at which insulation between two groups of terminals breaks down.

    Only the primary is insulated from the rest; a terminal that nothing joins to the chassis stresses nothing.
    """
    stressed = (_sides(parameters, high), _sides(parameters, low))
    if {"primary", "chassis"} <= stressed[0] | stressed[1] and stressed[0] != stressed[1]:
        return parameters.breakdown_v
    return math.inf


def _sides(parameters: SupplyParameters, terminals: Sequence[str]) -> frozenset[str]:
    sides = set()
    for terminal in terminals:
        if terminal in PRIMARY:
            sides.add("primary")
        elif terminal != "PE" or math.isfinite(parameters.bond_ohm):
            sides.add("chassis")
    return frozenset(sides)


def touch_current_a(parameters: SupplyParameters, volt_rms: float, hertz: float) -> float:
    """Current through the earth conductor at this voltage: the Y-capacitor on the live side, in A rms."""
    return 2.0 * math.pi * hertz * parameters.design.y_farad * volt_rms
