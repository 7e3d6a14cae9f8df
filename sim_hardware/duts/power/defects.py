"""Every defect of a supply that the simulator knows, and how one is read from a file."""

import difflib
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from sim_hardware.duts.defect import DefectError
from sim_hardware.duts.power.control_defects import (
    DeadBlackBox,
    FanStall,
    IgnoresPsOn,
    MeterDrift,
    SensorDrift,
    ShuntDrift,
    SlowFan,
    SlowStart,
    StuckLatch,
    StuckLog,
    WarningDrift,
    WrongFirmware,
    WrongPart,
    WrongSerial,
)
from sim_hardware.duts.power.defect import SupplyDefect
from sim_hardware.duts.power.power_defects import (
    AgedBulk,
    AgedEsr,
    BurntRelay,
    DriftedOvp,
    DriftedReference,
    LateAcLoss,
    Lossy,
    LostDroop,
    LowStandby,
    RestartTimer,
    ShareContact,
    ShiftedLimit,
    ShortedOring,
    ShortedOutput,
    SlowCurrentLoop,
    SlowLoop,
    SwollenFilter,
    WeakThermistor,
    WeldedRelay,
)
from sim_hardware.duts.power.safety_defects import HighBond, HighReturn, LowInsulation, MissingEarth, NickedInsulation

SUPPLY_DEFECTS: dict[str, type[SupplyDefect]] = {
    kind.__name__: kind
    for kind in (
        AgedBulk,
        AgedEsr,
        BurntRelay,
        DeadBlackBox,
        DriftedOvp,
        DriftedReference,
        FanStall,
        HighBond,
        HighReturn,
        IgnoresPsOn,
        LateAcLoss,
        LostDroop,
        Lossy,
        LowInsulation,
        LowStandby,
        MeterDrift,
        MissingEarth,
        NickedInsulation,
        RestartTimer,
        SensorDrift,
        ShareContact,
        ShiftedLimit,
        ShortedOring,
        ShortedOutput,
        ShuntDrift,
        SlowCurrentLoop,
        SlowFan,
        SlowLoop,
        SwollenFilter,
        WarningDrift,
        WeakThermistor,
        WeldedRelay,
        SlowStart,
        StuckLatch,
        StuckLog,
        WrongFirmware,
        WrongPart,
        WrongSerial,
    )
}


def parse_supply_defect(
    mapping: Mapping[str, Any], kinds: Mapping[str, type[SupplyDefect]] = SUPPLY_DEFECTS
) -> SupplyDefect:
    """Read a defect such as {"kind": "AgedBulk", "ratio": 0.7}, one of these kinds.

    Raises DefectError for an unknown kind or key (naming the nearest), a missing key, or a value out of place.
    """
    arguments = dict(mapping)
    kind = arguments.pop("kind", None)
    if kind not in kinds:
        close = difflib.get_close_matches(str(kind), kinds, n=2) or list(kinds)
        raise DefectError(f"unknown kind of defect {kind!r}; did you mean {', '.join(close)}?")
    known = {field.name for field in fields(kinds[kind])}
    for key in arguments:
        if key not in known:
            raise DefectError(f"{kind}: unknown key {key!r}; known: {', '.join(sorted(known))}")
    try:
        return kinds[kind](**arguments)
    except TypeError as error:
        raise DefectError(f"{kind}: {error}") from error
