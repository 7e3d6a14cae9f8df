"""Which family makes a product's units: looked up by the name that the product gives, and loaded only then."""

import re
from collections.abc import Mapping
from importlib import import_module
from typing import Any, cast

from sim_hardware.duts.design import DesignError
from sim_hardware.duts.family import UnitFamily
from sim_hardware.duts.twinax_family import TwinaxFamily

_POWER = {
    "power": ("sim_hardware.duts.power.family", "PowerFamily"),
    "power_shelf": ("sim_hardware.duts.power.shelf_family", "ShelfFamily"),
    "active_cable": ("sim_hardware.duts.pluggable.cable_family", "ActiveCableFamily"),
    "fibre_trunk": ("sim_hardware.duts.optics.trunk_family", "TrunkFamily"),
    "transceiver": ("sim_hardware.duts.pluggable.transceiver_family", "TransceiverFamily"),
    "harness": ("sim_hardware.duts.harness.family", "HarnessFamily"),
    "switch": ("sim_hardware.duts.network.switch_family", "SwitchFamily"),
    "nic": ("sim_hardware.duts.network.nic_family", "NicFamily"),
}
"""Families beside twinax: name to module and class."""

_NUMBERED = re.compile(r"\^?([A-Z]+)\[0-9\]\{(\d+)(?:,\d+)?\}\$?")

_READ_PARAMETERS = frozenset({"harness"})
"""Families that need the product's [parameters]: a harness its netlist."""

FAMILIES = ("twinax", *_POWER)
"""The names that a product may give."""


def load_family(
    name: str,
    seed: int,
    *,
    part: str,
    preset: str,
    design: Mapping[str, Any],
    specification: Mapping[str, float],
    parameters: Mapping[str, Any],
    serial_pattern: str | None = None,
) -> UnitFamily:
    """The family of this name for a product: its part number, [design], [specification] and [parameters].

    A `serial_pattern` such as ^PSU[0-9]{7}$ says what serial numbers look like; of any other shape it says nothing.
    Raises `DesignError` for a family, preset or number that cannot be.
    """
    if name == "twinax":
        return TwinaxFamily(
            seed,
            part=part,
            preset=preset or ("lane_50g" if parameters.get("pairs") == 1 else "passive_dac_800g"),
            design=design,
            specification=specification,
            plugs=parameters.get("memory", {}).get("plugs"),
        )
    if name not in _POWER:
        raise DesignError(f"family {name!r} is none; there are {', '.join(FAMILIES)}")
    module, made = _POWER[name]
    family = getattr(import_module(module), made)
    numbered = _NUMBERED.fullmatch(serial_pattern or "")
    options: dict[str, Any] = {"parameters": parameters} if name in _READ_PARAMETERS else {}
    if numbered is not None:
        options["serial_format"] = f"{numbered[1]}{{:0{numbered[2]}d}}"
    return cast(
        UnitFamily, family(seed, design=design, specification=specification, part=part, preset=preset, **options)
    )
