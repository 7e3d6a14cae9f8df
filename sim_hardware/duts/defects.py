"""Every defect that the simulator knows, and how one is read from a file."""

import difflib
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from sim_hardware.duts.conductor_defects import (
    BadGround,
    BadPresent,
    ColdSolder,
    CrossedPair,
    HighResistance,
    InsulationLeak,
    Open,
    PolaritySwap,
    Short,
    WrongLength,
)
from sim_hardware.duts.defect import ENDS, Defect, DefectError, End, Stage
from sim_hardware.duts.memory_defects import EepromChecksum, EepromIdentity, EepromLength, SwappedMemories
from sim_hardware.duts.wave_defects import (
    BadLaunch,
    BadShield,
    CrushedPair,
    Skew,
    SplitPair,
    SpreadPair,
    WetDielectric,
)

__all__ = [
    "DEFECTS",
    "ENDS",
    "BadGround",
    "BadLaunch",
    "BadPresent",
    "BadShield",
    "ColdSolder",
    "CrossedPair",
    "CrushedPair",
    "Defect",
    "DefectError",
    "EepromChecksum",
    "EepromIdentity",
    "EepromLength",
    "End",
    "HighResistance",
    "InsulationLeak",
    "Open",
    "PolaritySwap",
    "Short",
    "Skew",
    "SplitPair",
    "SpreadPair",
    "Stage",
    "SwappedMemories",
    "WetDielectric",
    "WrongLength",
    "parse_defect",
]

DEFECTS: dict[str, type[Defect]] = {
    kind.__name__: kind
    for kind in (
        Open,
        HighResistance,
        ColdSolder,
        Short,
        InsulationLeak,
        CrossedPair,
        PolaritySwap,
        WrongLength,
        BadGround,
        BadPresent,
        CrushedPair,
        SpreadPair,
        SplitPair,
        BadShield,
        Skew,
        WetDielectric,
        BadLaunch,
        EepromChecksum,
        EepromIdentity,
        EepromLength,
        SwappedMemories,
    )
}


def parse_defect(mapping: Mapping[str, Any]) -> Defect:
    """Read a defect such as {"kind": "Open", "pair": 3, "conductor": "P"}.

    Raises DefectError for an unknown kind or key (naming the nearest), a missing key, or a value out of place.
    """
    arguments = dict(mapping)
    kind = arguments.pop("kind", None)
    if kind not in DEFECTS:
        close = difflib.get_close_matches(str(kind), DEFECTS, n=2) or list(DEFECTS)
        raise DefectError(f"unknown kind of defect {kind!r}; did you mean {', '.join(close)}?")
    known = {field.name for field in fields(DEFECTS[kind])}
    for key in arguments:
        if key not in known:
            raise DefectError(f"{kind}: unknown key {key!r}; known: {', '.join(sorted(known))}")
    try:
        return DEFECTS[kind](**arguments)
    except TypeError as error:
        raise DefectError(f"{kind}: {error}") from error
