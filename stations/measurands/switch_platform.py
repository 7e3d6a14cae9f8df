"""What carries a switch: its supplies, voltages, fans, heat, and the devices on its PCIe tree."""

from collections.abc import Iterator

from drivers.errors import DeviceError
from drivers.reading import Reading
from stations.fixtures.switch_bench import SwitchBench
from stations.limits import Measurand
from stations.plan import Parameters, Record

PLATFORM_PARAMETERS = ("supplies", "rails", "fans", "thermal", "pcie")
"""Product parameters that these measurands read."""

_FAN = "1/min"


def supply_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """State and voltage of each power supply, and every voltage inside."""
    supplies = parameters["supplies"]
    for k in range(1, int(supplies["count"]) + 1):
        yield Measurand(f"supply_state_psu_{k}", "", equals="OK")
        yield Measurand(
            f"supply_voltage_psu_{k}", "V", low=supplies["min_v"], high=supplies["max_v"], over_range="fail"
        )
    for k, rail in enumerate(parameters["rails"], 1):
        yield Measurand(
            f"rail_voltage_rail_{k}",
            "V",
            nominal=rail["nominal_v"],
            tolerance=rail["tolerance"] * rail["nominal_v"],
            over_range="fail",
            clause=str(rail["name"]),
        )


def fan_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """The speed of each fan at each duty."""
    fans = parameters["fans"]
    for k in range(1, int(fans["count"]) + 1):
        for duty in fans["duties"]:
            nominal = duty * fans["full_speed_rpm"]
            tolerance = fans["tolerance"] * nominal
            name = f"fan_speed_at_{100 * duty:g}_fan_{k}"
            yield Measurand(name, _FAN, nominal=nominal, tolerance=tolerance, over_range="fail")


def thermal_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """The ASIC under traffic."""
    clause = "after the soak, fans at full duty"
    yield Measurand("asic_temperature", "degC", high=parameters["thermal"]["asic_max_c"], clause=clause)


def pcie_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """Every device that must be there, and its link."""
    for k, device in enumerate(parameters["pcie"], 1):
        clause = f"{device['address']} {device['name']}"
        yield Measurand(f"pcie_present_device_{k}", "", equals="yes", clause=clause)
        yield Measurand(f"pcie_speed_device_{k}", "bit/s", low=device["speed_bit_s"], clause=clause)
        yield Measurand(f"pcie_width_device_{k}", "1", low=float(device["width"]), clause=clause)


def record_supplies(fixture: SwitchBench, record: Record) -> None:
    """Look at the supplies and at every voltage."""
    parameters = fixture.parameters
    found = {one.name: one for one in fixture.supplies()}
    for k in range(1, int(parameters["supplies"]["count"]) + 1):
        supply = found.get(f"PSU {k}")
        record(f"supply_state_psu_{k}", "missing" if supply is None else supply.status)
        volt = None if supply is None else supply.voltage_v
        record(f"supply_voltage_psu_{k}", _reading(volt, "V"))
    sensors = fixture.sensors()
    for k, rail in enumerate(parameters["rails"], 1):
        sensor = sensors.get(rail["name"])
        record(f"rail_voltage_rail_{k}", _reading(None if sensor is None else sensor.value, "V"))


def record_fans(fixture: SwitchBench, record: Record) -> None:
    """Tell the fans each duty and read them once they have come to it; the last is full speed, for the soak."""
    fans = fixture.parameters["fans"]
    for duty in sorted(fans["duties"]):
        fixture.set_fan_duty(duty)
        fixture.wait(fans["settle_s"], 0.5)
        sensors = fixture.sensors()
        for k in range(1, int(fans["count"]) + 1):
            sensor = sensors.get(f"fan{k}")
            record(f"fan_speed_at_{100 * duty:g}_fan_{k}", _reading(None if sensor is None else sensor.value, _FAN))


def record_temperature(fixture: SwitchBench, record: Record) -> None:
    """Read the ASIC while it is still warm from its traffic."""
    sensor = fixture.sensors().get(fixture.parameters["thermal"]["sensor"])
    if sensor is None:
        raise DeviceError(f"there is no sensor {fixture.parameters['thermal']['sensor']}; correct [parameters.thermal]")
    record("asic_temperature", Reading(sensor.value, sensor.unit))


def record_pcie(fixture: SwitchBench, record: Record) -> None:
    """Walk the PCIe tree."""
    found = {one.address: one for one in fixture.pcie()}
    for k, wanted in enumerate(fixture.parameters["pcie"], 1):
        device = found.get(wanted["address"])
        record(f"pcie_present_device_{k}", "no" if device is None else "yes")
        record(f"pcie_speed_device_{k}", Reading(1e9 * ((device and device.speed_gts) or 0.0), "bit/s"))
        record(f"pcie_width_device_{k}", Reading(float((device and device.width) or 0), "1"))


def _reading(value: float | None, unit: str) -> Reading:
    """A value; what is not there at all lies below every range."""
    return Reading(None, unit, over_range="UNDER") if value is None else Reading(value, unit)
