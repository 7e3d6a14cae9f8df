"""What SONiC shows of the modules in its ports, after `show interfaces transceiver eeprom` and its `--dom`."""

from sim_hardware.network.port import Port

TYPES = {
    "OSFP": "OSFP 8X Pluggable Transceiver",
    "QSFP-DD": "QSFP-DD Double Density 8X Pluggable Transceiver",
    "QSFP28": "QSFP28 or later",
    "SFP28": "SFP/SFP+/SFP28",
}
_CONNECTORS = {"single-mode": "MPO 1x12", "multimode": "MPO 1x12"}


def shown(port: Port, *, dom: bool) -> str:
    """One port's module."""
    module = port.module
    if module is None:
        return f"{port.name}: SFP EEPROM Not detected"
    date = f"20{module.date_code[:2]}-{module.date_code[2:4]}-{module.date_code[4:6]}"
    fields = {
        "Connector": _CONNECTORS.get(module.media, "No separable connector"),
        "Identifier": TYPES.get(module.form_factor, module.form_factor),
        "Length Cable Assembly(m)": f"{module.length_m:.1f}",
        "Specification compliance": "passive_copper_media_interface" if "passive" in module.media else module.media,
        "Vendor Date Code(YYYY-MM-DD Lot)": date,
        "Vendor Name": module.vendor,
        "Vendor OUI": module.oui.lower(),
        "Vendor PN": module.part,
        "Vendor Rev": module.revision,
        "Vendor SN": module.serial,
    }
    lines = [f"{port.name}: SFP EEPROM detected", *(f"        {name}: {value}" for name, value in fields.items())]
    if dom:
        lines += _sensors(port)
    return "\n".join(lines)


def _sensors(port: Port) -> list[str]:
    sensors = port.sensors
    lines = ["        ChannelMonitorValues:"]
    for title, values, unit in (
        ("RX{}Power", sensors.receive_dbm, "dBm"),
        ("TX{}Bias", sensors.bias_ma, "mA"),
        ("TX{}Power", sensors.transmit_dbm, "dBm"),
    ):
        lines += [f"                {title.format(lane)}: {value:.3f}{unit}" for lane, value in enumerate(values, 1)]
    return [
        *lines,
        "        ModuleMonitorValues:",
        f"                Temperature: {sensors.temperature_c:.3f}C",
        f"                Vcc: {sensors.supply_v:.3f}Volts",
    ]
