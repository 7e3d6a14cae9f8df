"""What every defect of a supply is: typed, with a magnitude; it alters the parameters, and never a verdict."""

import math
from dataclasses import asdict, dataclass, fields
from typing import Any

from sim_hardware.duts.defect import DefectError
from sim_hardware.duts.power.parameters import SupplyParameters


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyDefect:
    """Base of all defects of a supply. Numbers are finite; those that end in `_k` may be negative, others not.

    Raises DefectError for a number out of place or an empty text.
    """

    def __post_init__(self) -> None:
        kind = type(self).__name__
        for field in fields(self):
            value = getattr(self, field.name)
            if field.type is str:
                if not isinstance(value, str) or not value:
                    raise DefectError(f"{kind}: {field.name} = {value!r} is not a text")
            elif field.type is int:
                if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                    raise DefectError(f"{kind}: {field.name} = {value!r} is not a whole number from 1")
            elif isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                raise DefectError(f"{kind}: {field.name} = {value!r} is not a finite number")
            elif value <= 0.0 and not field.name.endswith("_k"):
                raise DefectError(f"{kind}: {field.name} = {value!r} must be positive")

    def alter(self, parameters: SupplyParameters) -> None:
        """Do to a supply what this defect does. Raises ValueError where this supply has no such place."""
        raise NotImplementedError

    def to_mapping(self) -> dict[str, Any]:
        """The mapping that `parse_supply_defect` reads back."""
        return {"kind": type(self).__name__, **asdict(self)}
