"""What a Linux machine's sensors read, by `sensors -j` (lm-sensors): V, 1/min and degC by the label of each."""

import re
from dataclasses import dataclass
from typing import Final

from drivers.device_documents._json_tree import json_tree

_DOCUMENT: Final = "sensors -j"
_INPUT: Final = re.compile(r"(?P<kind>in|fan|temp)\d+_input")
_UNITS: Final = {"in": "V", "fan": "1/min", "temp": "degC"}


@dataclass(frozen=True, slots=True)
class SensorValue:
    """One input: chip, label, value and its unit (V, 1/min, degC)."""

    chip: str
    label: str
    value: float
    unit: str


def parse_lm_sensors(content: str | bytes) -> tuple[SensorValue, ...]:
    """Every voltage, fan and temperature. Raises `DocumentError` for what is no JSON of this form, or no number."""
    found = []
    for chip, features in json_tree(_DOCUMENT, content).members().items():
        for label, feature in features.members().items():
            if label == "Adapter":
                continue
            for name, node in feature.members().items():
                if (kind := _INPUT.fullmatch(name)) is not None:
                    found.append(SensorValue(chip, label, node.number(), _UNITS[kind["kind"]]))
    return tuple(found)
