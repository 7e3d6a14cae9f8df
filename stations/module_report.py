"""A module for a person: identity, checksums, state, and what it measures beside its thresholds.

From a dump everything is there at once; of a module behind a bus the latched flags are left alone, since reading clears
them. What cannot be told, because a page is missing or a code is reserved, is said so and is never a number.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from drivers.capabilities import ModuleEeprom
from drivers.errors import MemoryMapError
from drivers.module_eeprom.maps import cmis_states
from drivers.module_eeprom.maps.checksum import Checksum
from drivers.module_eeprom.maps.decoding import decoder_of
from drivers.module_eeprom.maps.identity import ModuleIdentity
from drivers.module_eeprom.maps.image import ModuleImage
from drivers.module_eeprom.maps.monitors import ModuleFlags, ModuleMonitors, ModuleThresholds, Thresholds
from drivers.reading import Reading

Told = TypeVar("Told")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleReport:
    """What a module told; None where it could not be told, with the reason among `untold`."""

    source: str
    identity: ModuleIdentity
    checksums: tuple[Checksum, ...]
    state: str | None
    monitors: ModuleMonitors | None
    thresholds: ModuleThresholds | None
    flags: ModuleFlags | None
    untold: tuple[str, ...]

    @property
    def checksums_valid(self) -> bool:
        """Whether every checksum that was read agrees with its bytes."""
        return all(checksum.valid for checksum in self.checksums)


def report_of_dump(image: ModuleImage) -> ModuleReport:
    """The report of a dump. Raises `MemoryMapError` for an identifier that has no map."""
    decoder = decoder_of(image)
    identity = decoder.identity(image)
    untold: list[str] = []
    is_cmis = identity.memory_map == "CMIS"
    return ModuleReport(
        source=image.origin,
        identity=identity,
        checksums=decoder.checksums(image),
        state=_told(lambda: cmis_states.module_state(image.lower), untold) if is_cmis else None,
        monitors=_told(lambda: decoder.monitors(image), untold),
        thresholds=_told(lambda: decoder.thresholds(image), untold),
        flags=_told(lambda: decoder.flags(image), untold),
        untold=tuple(dict.fromkeys(untold)),
    )


def report_of_module(module: ModuleEeprom, source: str) -> ModuleReport:
    """The report of what is plugged in now. Raises as the driver's `read_identity` does."""
    untold: list[str] = []
    return ModuleReport(
        source=source,
        identity=module.read_identity(),
        checksums=module.checksums(),
        state=_told(module.module_state, untold),
        monitors=_told(module.read_dom, untold),
        thresholds=_told(module.read_thresholds, untold),
        flags=None,
        untold=tuple(dict.fromkeys(untold)),
    )


def _told(tell: Callable[[], Told], untold: list[str]) -> Told | None:
    try:
        return tell()
    except MemoryMapError as error:
        untold.append(str(error))
        return None


def report_document(report: ModuleReport) -> dict[str, Any]:
    """The report as one JSON document: SI units, null for what could not be told."""
    identity = asdict(report.identity)
    identity["manufactured"] = report.identity.manufactured and report.identity.manufactured.isoformat()
    monitors = report.monitors
    return {
        "schema": 1,
        "source": report.source,
        "identity": identity,
        "checksums": [{**asdict(checksum), "valid": checksum.valid} for checksum in report.checksums],
        "state": report.state,
        "monitors": None
        if monitors is None
        else {
            "temperature": _value(monitors.temperature),
            "supply_voltage": _value(monitors.supply_voltage),
            "lanes": [
                {
                    "lane": lane.lane,
                    "tx_power": _value(lane.tx_power),
                    "rx_power": _value(lane.rx_power),
                    "tx_bias": _value(lane.tx_bias),
                }
                for lane in monitors.lanes
            ],
        },
        "thresholds": None if report.thresholds is None else asdict(report.thresholds),
        "flags": None if report.flags is None else _flags(report.flags),
        "untold": list(report.untold),
    }


def report_lines(report: ModuleReport) -> list[str]:
    """The report as a page for a person, with the prefixes that people use."""
    identity = report.identity
    lines = [f"{identity.form_factor}, {identity.management}, {identity.memory_map} ({report.source})"]
    rows = [
        ("vendor", f"{identity.vendor} {identity.oui}"),
        ("part", f"{identity.part} rev {identity.revision}"),
        ("serial", identity.serial),
        ("made", identity.manufactured.isoformat() if identity.manufactured else identity.date_code or "not told"),
        ("media", f"{identity.media}; {identity.technology}; {identity.connector}"),
        ("length", _length(identity.length_m)),
        ("reach", ", ".join(f"{fibre} {length:g} m" for fibre, length in identity.reach_m.items())),
        ("wavelength", "" if identity.wavelength_m is None else f"{identity.wavelength_m * 1e9:g} nm"),
        ("attenuation", ", ".join(f"{db} dB at {at}" for at, db in identity.attenuation_db.items())),
        ("power", "" if identity.max_power_w is None else f"up to {identity.max_power_w:g} W"),
        ("firmware", identity.firmware or ""),
        ("state", report.state or ""),
        *((checksum.name, f"checksum {checksum}") for checksum in report.checksums),
        ("not printable", ", ".join(identity.unreadable)),
    ]
    lines += [f"  {name:13} {text}" for name, text in rows if text.strip()]
    lines += _monitor_lines(report)
    lines += [f"  not told: {reason}" for reason in report.untold]
    return lines


def _length(length_m: float | None) -> str:
    if length_m is None:
        return "longer than it can say"
    return f"{length_m:g} m" if length_m else ""


def _monitor_lines(report: ModuleReport) -> Iterator[str]:
    monitors, limits = report.monitors, report.thresholds or ModuleThresholds()
    if monitors is None:
        return
    if monitors.temperature is None and monitors.supply_voltage is None and not monitors.lanes:
        yield "  it measures nothing of itself"
        return
    yield f"  {'monitor':13} {'value':>22}  {'low alarm':>10} {'low warn':>10} {'high warn':>10} {'high alarm':>10}"
    yield from _row("temperature", monitors.temperature, limits.temperature, 1, "degC")
    yield from _row("supply", monitors.supply_voltage, limits.supply_voltage, 1, "V")
    for lane in monitors.lanes:
        yield from _row(f"tx power {lane.lane}", lane.tx_power, limits.tx_power, 1e3, "mW")
        yield from _row(f"rx power {lane.lane}", lane.rx_power, limits.rx_power, 1e3, "mW")
        yield from _row(f"tx bias {lane.lane}", lane.tx_bias, limits.tx_bias, 1e3, "mA")


def _row(name: str, reading: Reading | None, limits: Thresholds | None, scale: float, unit: str) -> Iterator[str]:
    if reading is None:
        return
    if reading.value is None:
        shown = f"{reading.over_range} range"
    else:
        shown = f"{reading.value * scale:.6g} {unit}"
        if unit == "mW" and reading.value > 0:
            shown += f" ({10 * math.log10(reading.value / 1e-3):+.2f} dBm)"
    line = f"  {name:13} {shown:>22}"
    if limits is not None:
        ends = (limits.low_alarm, limits.low_warning, limits.high_warning, limits.high_alarm)
        line += "  " + " ".join(f"{end * scale:>10.5g}" for end in ends)
        if reading.value is not None:
            line += "".join(f"  {kind.upper()}" for kind in limits.exceeded_by(reading.value))
    yield line


def _value(reading: Reading | None) -> dict[str, Any] | None:
    if reading is None:
        return None
    return {"value": reading.value, "unit": reading.unit, "over_range": reading.over_range}


def _flags(flags: ModuleFlags) -> dict[str, Any]:
    return {
        "temperature": sorted(flags.temperature),
        "supply_voltage": sorted(flags.supply_voltage),
        "tx_power": flags.tx_power,
        "rx_power": flags.rx_power,
        "tx_bias": flags.tx_bias,
        "rx_loss": flags.rx_loss,
        "tx_fault": flags.tx_fault,
    }
