"""What SONiC shows of the modules in its ports, after `show interfaces transceiver eeprom` and its `--dom`."""

from sim_hardware.network.port import Port

TYPES = {
    "OSFP": "OSFP 8X Pluggable Transceiver",
    "QSFP-DD": "QSFP-DD Double Density 8X Pluggable Transceiver",
    "QSFP28": "QSFP28 or later",
    "SFP28": "SFP/SFP+/SFP28",
}
_THRESHOLDS = {
    "RxPower": (5.0, 4.0, -10.0, -8.0),
    "TxBias": (120.0, 110.0, 10.0, 20.0),
    "TxPower": (5.0, 4.0, -6.0, -4.6),
    "Temp": (75.0, 70.0, -5.0, 0.0),
    "Vcc": (3.63, 3.465, 2.97, 3.135),
}
"""Alarm and warning above, alarm and warning below, of ordinary modules (inferred)."""
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
    channel = {"RxPower": "dBm", "TxBias": "mA", "TxPower": "dBm"}
    return [
        *lines,
        "        ChannelThresholdValues:",
        *(line for what, unit in channel.items() for line in _thresholds(what, unit, known=bool(sensors.receive_dbm))),
        "        ModuleMonitorValues:",
        f"                Temperature: {sensors.temperature_c:.3f}C",
        f"                Vcc: {sensors.supply_v:.3f}Volts",
        "        ModuleThresholdValues:",
        *(line for what, unit in (("Temp", "C"), ("Vcc", "Volts")) for line in _thresholds(what, unit, known=True)),
    ]


def _thresholds(what: str, unit: str, *, known: bool) -> list[str]:
    """The four thresholds of a quantity; a module without lanes that light passes has none of light."""
    values = (f"{value:.4f}{unit}" if known else "N/A" for value in _THRESHOLDS[what])
    names = (f"{what}HighAlarm  ", f"{what}HighWarning", f"{what}LowAlarm   ", f"{what}LowWarning ")
    return [f"                {name}: {value}" for name, value in zip(names, values, strict=True)]
