"""What goes wrong with a harness, each with a magnitude, and how one is read from a file."""

import difflib
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from sim_hardware.duts.defect import DefectError
from sim_hardware.duts.harness.wiring import HarnessWiring


@dataclass(frozen=True, slots=True, kw_only=True)
class HarnessDefect:
    """Base of them: places are pins or nets of the netlist, numbers are positive and finite."""

    def __post_init__(self) -> None:
        kind = type(self).__name__
        for one in fields(self):
            value = getattr(self, one.name)
            if one.type is float:
                if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 < value < math.inf:
                    raise DefectError(f"{kind}: {one.name} = {value!r} must be a positive finite number")
            elif not isinstance(value, str) or not value:
                raise DefectError(f"{kind}: {one.name} = {value!r} must name a pin or a net")

    def alter(self, wiring: HarnessWiring) -> None:
        """Do to the wires what this defect does. Raises ValueError for a place that the harness does not have."""
        raise NotImplementedError

    def to_mapping(self) -> dict[str, Any]:
        """The mapping that `parse_harness_defect` reads back."""
        return {"kind": type(self).__name__, **asdict(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWire(HarnessDefect):
    """A wire that is cut, or a pin that was never pushed home."""

    pin: str

    def alter(self, wiring: HarnessWiring) -> None:
        """Cut it."""
        wiring.add_series(self.pin, math.inf)


@dataclass(frozen=True, slots=True, kw_only=True)
class HighCrimp(HarnessDefect):
    """A crimp with too few strands or too little pressure: ohms in series, cold or warm."""

    pin: str
    ohm: float

    def alter(self, wiring: HarnessWiring) -> None:
        """Add the resistance."""
        wiring.add_series(self.pin, self.ohm)


@dataclass(frozen=True, slots=True, kw_only=True)
class HotCrimp(HarnessDefect):
    """A crimp that loosens as it warms up: good when cold, and `ohm` more under the specified load."""

    pin: str
    ohm: float

    def alter(self, wiring: HarnessWiring) -> None:
        """Let it rise."""
        wiring.add_rise(self.pin, self.ohm)


@dataclass(frozen=True, slots=True, kw_only=True)
class SwappedPins(HarnessDefect):
    """Two wires pushed into each other's place: reversed polarity, or another phase rotation."""

    pin: str
    other: str

    def alter(self, wiring: HarnessWiring) -> None:
        """Exchange them."""
        wiring.swap(self.pin, self.other)


@dataclass(frozen=True, slots=True, kw_only=True)
class StrandBridge(HarnessDefect):
    """A loose strand that touches the neighbour."""

    net: str
    other: str
    ohm: float

    def alter(self, wiring: HarnessWiring) -> None:
        """Join the two nets."""
        wiring.bridge(self.net, self.other, self.ohm)


@dataclass(frozen=True, slots=True, kw_only=True)
class WetInsulation(HarnessDefect):
    """Moisture or flux between two nets: insulation of `ohm`."""

    net: str
    other: str
    ohm: float

    def alter(self, wiring: HarnessWiring) -> None:
        """Let it leak."""
        wiring.bridge(self.net, self.other, self.ohm)


@dataclass(frozen=True, slots=True, kw_only=True)
class NickedWire(HarnessDefect):
    """Insulation cut into: it measures as before and breaks down at `volt` (peak)."""

    net: str
    other: str
    volt: float

    def alter(self, wiring: HarnessWiring) -> None:
        """Weaken it."""
        wiring.weaken(self.net, self.other, self.volt)


HARNESS_DEFECTS: dict[str, type[HarnessDefect]] = {
    kind.__name__: kind
    for kind in (OpenWire, HighCrimp, HotCrimp, SwappedPins, StrandBridge, WetInsulation, NickedWire)
}


def parse_harness_defect(mapping: Mapping[str, Any]) -> HarnessDefect:
    """The defect that {"kind": "HighCrimp", "pin": "B.L1", "ohm": 0.03} names.

    Raises `DefectError` for an unknown kind (naming near ones), a wrong set of keys, or a value that cannot be.
    """
    kind = mapping.get("kind")
    if kind not in HARNESS_DEFECTS:
        near = difflib.get_close_matches(str(kind), HARNESS_DEFECTS, n=3) or sorted(HARNESS_DEFECTS)
        raise DefectError(f"unknown defect {kind!r} of a harness; did you mean {', '.join(near)}?")
    made = HARNESS_DEFECTS[kind]
    expected, given = {one.name for one in fields(made)}, set(mapping) - {"kind"}
    if expected != given:
        raise DefectError(f"{kind}: takes {', '.join(sorted(expected))}; got {', '.join(sorted(given)) or 'nothing'}")
    return made(**{key: value for key, value in mapping.items() if key != "kind"})
