"""What a powered plug must be: fed, awake, the one that it says, warm as it may be, and content with itself.

The names end in the plug ("_a", "_b"); a module with one plug has none. A module that never wakes is a bad unit and no
broken test: its state is then a text that fails, and what it could not tell fails with it.
"""

from collections.abc import Iterator, Sequence
from typing import Final, Protocol

from drivers.capabilities import ModuleEeprom
from drivers.errors import DeviceError, LinkError, LinkLost
from drivers.module_eeprom.maps.monitors import ModuleFlags
from drivers.reading import Reading
from mes.records import UnitIdentity
from stations.limits import Measurand
from stations.plan import Parameters, Record

END_PARAMETERS: Final = ("supply", "module")
"""Product parameters that these measurands read."""
_SILENT: Final = "silent"


class PluggedBench(Protocol):
    """What these measurands ask of a fixture; `end` is a plug's name in capitals."""

    parameters: Parameters
    unit: UnitIdentity | None

    def supply_voltage(self, end: str) -> Reading:
        """Measure the supply of a plug in V."""
        ...

    def supply_power(self, end: str) -> Reading:
        """Measure the power that a plug draws in W."""
        ...

    def module(self, end: str) -> ModuleEeprom:
        """The memory in a plug."""
        ...


def suffix(end: str) -> str:
    """How the names of a plug's measurands end; nothing for the only one."""
    return f"_{end.lower()}" if end else ""


def supply_measurands(parameters: Parameters, ends: Sequence[str]) -> Iterator[Measurand]:
    """Voltage and power of each plug."""
    supply = parameters["supply"]
    for end in ends:
        yield Measurand(f"supply_voltage{suffix(end)}", "V", low=supply["voltage_min_v"], clause="at the module's pins")
        yield Measurand(f"supply_power{suffix(end)}", "W", high=supply["power_max_w"], clause=supply["power_clause"])


def record_supply(fixture: PluggedBench, record: Record, ends: Sequence[str]) -> None:
    """Record voltage and power of each plug, as they are now."""
    for end in ends:
        record(f"supply_voltage{suffix(end)}", fixture.supply_voltage(end))
        record(f"supply_power{suffix(end)}", fixture.supply_power(end))


def memory_measurands(parameters: Parameters, ends: Sequence[str]) -> Iterator[Measurand]:
    """State, identity and checksums of each plug."""
    module = parameters["module"]
    for end in ends:
        tail = suffix(end)
        yield Measurand(f"state{tail}", "", equals="ModuleReady", clause="CMIS 5.2, 6.3.2, data paths activated")
        yield Measurand(f"form_factor{tail}", "", equals=module["form_factor"], clause="SFF-8024 table 4-1")
        yield Measurand(f"part_number{tail}", "", equals=module["part_number"], clause="CMIS bytes 148–163")
        # In the plug's own memory, against the label under the scanner.
        yield Measurand(f"serial_agreement{tail}", "", equals="agrees", clause="CMIS bytes 166–181 = label")
        yield Measurand(
            f"serial_told{tail}", "", tells="serial", required=False, clause="CMIS bytes 166–181, for the centre"
        )
        yield Measurand(f"firmware{tail}", "", equals=module["firmware"], clause="CMIS bytes 39–40")
        yield Measurand(f"checksum{tail}", "", equals="valid", clause="CMIS pages 00h, 01h and 02h")
        if end:
            # The two memories differ in nothing else: without this, exchanged ones would pass.
            yield Measurand(f"plug{tail}", "", equals=module["plugs"][end.lower()], clause="CMIS bytes 223–238")


def record_memory(fixture: PluggedBench, record: Record, ends: Sequence[str]) -> None:
    """Record what each plug says of itself once it is awake."""
    for end in ends:
        tail, module = suffix(end), fixture.module(end)
        record(f"state{tail}", _state(module, fixture.parameters["module"]["ready_s"]))
        try:
            identity, checksums = module.read_identity(), module.checksums()
        except LinkLost:
            raise
        except LinkError:
            # One that draws its own supply down comes up and falls silent again: that is the unit, not the wire.
            for told in (
                "form_factor",
                "part_number",
                "serial_agreement",
                "firmware",
                "checksum",
                *(["plug"] * bool(end)),
            ):
                record(f"{told}{tail}", _SILENT)
            continue
        wrong = [str(one) for one in checksums if not one.valid]
        agrees = fixture.unit is not None and identity.serial == fixture.unit.serial
        record(f"form_factor{tail}", identity.form_factor)
        record(f"part_number{tail}", identity.part)
        record(f"serial_agreement{tail}", "agrees" if agrees else f"memory says {identity.serial!r}")
        record(f"serial_told{tail}", identity.serial)
        record(f"firmware{tail}", identity.firmware or "untold")
        record(f"checksum{tail}", "; ".join(wrong) or "valid")
        if end:
            record(f"plug{tail}", identity.plug)


def _state(module: ModuleEeprom, within_s: float) -> str:
    """The state that a module comes to in this time: ModuleReady with every data path up, or where it stays."""
    try:
        module.wait_ready(within_s, data_paths=True)
    except DeviceError:
        state: str = module.module_state()
        return "ModuleReady, data paths down" if state == "ModuleReady" else state
    except LinkLost:
        raise
    except LinkError:
        return _SILENT
    return "ModuleReady"


def monitor_measurands(parameters: Parameters, ends: Sequence[str]) -> Iterator[Measurand]:
    """What each plug measures of itself, warm, and which of its own thresholds it says it passes."""
    module, supply = parameters["module"], parameters["supply"]
    for end in ends:
        tail = suffix(end)
        yield Measurand(
            f"temperature{tail}", "degC", high=module["temperature_max_c"], over_range="fail", clause="DOM, warm"
        )
        yield Measurand(
            f"supply_error{tail}",
            "V",
            nominal=0.0,
            tolerance=supply["monitor_tolerance_v"],
            over_range="fail",
            clause="DOM less the supply's own meter",
        )
        yield Measurand(f"alarms{tail}", "", equals="none", clause="module flags, CMIS byte 9")


def record_monitors(fixture: PluggedBench, record: Record, ends: Sequence[str]) -> None:
    """Record what each plug measures of itself, and its module flags since they were looked at last."""
    for end in ends:
        tail, module = suffix(end), fixture.module(end)
        told = module.read_dom()
        record(f"temperature{tail}", told.temperature or _untold("degC"))
        measured, own = fixture.supply_voltage(end).value, told.supply_voltage
        missing = measured is None or own is None or own.value is None
        record(f"supply_error{tail}", _untold("V") if missing else Reading(_value(own) - _value(measured), "V"))
        module.read_flags()
        record(f"alarms{tail}", _alarms(module.read_flags()))


def _value(given: Reading | float | None) -> float:
    number = given.value if isinstance(given, Reading) else given
    if number is None:
        raise DeviceError("a supply voltage was asked for that nobody measured")
    return number


def _untold(unit: str) -> Reading:
    return Reading(None, unit, over_range="OVER")


def _alarms(flags: ModuleFlags) -> str:
    told = [f"temperature {kind}" for kind in sorted(flags.temperature)]
    told += [f"supply {kind}" for kind in sorted(flags.supply_voltage)]
    return ", ".join(told) or "none"
