"""The tables of a SONiC switch, computed from its chassis."""

import json
from collections.abc import Sequence

from sim_hardware.network.chassis import SwitchChassis
from sim_hardware.network.counters import PortCounters
from sim_hardware.network.table import table
from sim_hardware.network.transceiver_text import TYPES

_AT = "20261102 06:00:00"
_NOT_APPLICABLE = "N/A"


class SwitchTables:
    """What `show` prints; nothing here changes anything."""

    def __init__(self, chassis: SwitchChassis) -> None:
        self._chassis = chassis

    def version(self) -> str:
        """Software, platform and serial number."""
        chassis = self._chassis
        return (
            f"\nSONiC Software Version: {chassis.os_version}\nSONiC OS Version: 12\nDistribution: Debian 12.5\n"
            f"Kernel: 6.1.0-22-2-amd64\n\nPlatform: {chassis.platform}\nHwSKU: {chassis.hwsku}\nASIC: {chassis.asic}\n"
            f"ASIC Count: 1\nSerial Number: {chassis.serial}\nHardware Revision: A0\n"
        )

    def summary(self) -> str:
        """Platform, SKU and ASIC."""
        chassis = self._chassis
        return f"Platform: {chassis.platform}\nHwSKU: {chassis.hwsku}\nASIC: {chassis.asic}\nASIC Count: 1"

    def fans(self, duty: float) -> str:
        """Fans by drawer; a fan is not OK below half of what its duty asks for (inferred)."""
        rows = []
        for fan in self._chassis.fans:
            rpm = fan.rpm_at(duty)
            share = rpm / fan.full_rpm
            good = share >= 0.5 * duty
            led = "green" if good else "red"
            status = "OK" if good else "Not OK"
            rows.append((fan.drawer, led, fan.name, f"{100 * share:.0f}%", fan.direction, "Present", status, _AT))
        return table(("Drawer", "LED", "FAN", "Speed", "Direction", "Presence", "Status", "Timestamp"), rows)

    def temperatures(self, duty: float, load: float) -> str:
        """Temperatures in degC."""
        rows = []
        for sensor in self._chassis.thermometers:
            celsius = sensor.celsius(duty, load)
            rows.append(
                (
                    sensor.name,
                    f"{celsius:.1f}",
                    f"{sensor.high_c:g}",
                    _NOT_APPLICABLE,
                    f"{sensor.critical_c:g}",
                    _NOT_APPLICABLE,
                    str(celsius > sensor.high_c),
                    _AT,
                )
            )
        head = ("Sensor", "Temperature", "High TH", "Low TH", "Crit High TH", "Crit Low TH", "Warning", "Timestamp")
        return table(head, rows)

    def rails(self) -> str:
        """Voltages inside, mV."""
        rows = []
        for rail in self._chassis.rails:
            good = rail.low_v <= rail.volt <= rail.high_v
            low, high = f"{1000 * rail.low_v:.0f}", f"{1000 * rail.high_v:.0f}"
            rows.append((rail.name, f"{1000 * rail.volt:.0f} mV", high, low, high, low, str(not good), _AT))
        head = ("Sensor", "Voltage", "High TH", "Low TH", "Crit High TH", "Crit Low TH", "Warning", "Timestamp")
        return table(head, rows)

    def supplies(self) -> str:
        """Power supplies."""
        rows = []
        for supply in self._chassis.supplies:
            if not supply.is_present:
                rows.append((supply.name, *[_NOT_APPLICABLE] * 6, "NOT PRESENT", ""))
                continue
            watt = f"{supply.volt * supply.ampere:.2f}"
            state = ("OK", "green") if supply.is_good else ("NOT OK", "red")
            figures = (f"{supply.volt:.2f}", f"{supply.ampere:.2f}", watt)
            rows.append((supply.name, supply.model, supply.serial, "A0", *figures, *state))
        head = ("PSU", "Model", "Serial", "HW Rev", "Voltage (V)", "Current (A)", "Power (W)", "Status", "LED")
        return table(head, rows)

    def environment(self, duty: float, load: float) -> str:
        """Everything that has a sensor, as `sensors` prints it."""
        chassis = self._chassis
        lines = ["switch-hwmon-0", "Adapter: Platform"]
        lines += [f"{rail.name}: {rail.volt:+.3f} V" for rail in chassis.rails]
        lines += [f"{fan.name}: {fan.rpm_at(duty):.0f} RPM" for fan in chassis.fans]
        lines += [f"{sensor.name}: {sensor.celsius(duty, load):+.1f}°C" for sensor in chassis.thermometers]
        return "\n".join(lines)

    def sensors(self, duty: float, load: float) -> str:
        """The same as `sensors -j` (lm-sensors) prints it: V, 1/min, degC."""
        chassis = self._chassis
        features: dict[str, object] = {"Adapter": "Platform"}
        for k, rail in enumerate(chassis.rails):
            features[rail.name] = {f"in{k}_input": round(rail.volt, 4)}
        for k, fan in enumerate(chassis.fans, 1):
            features[fan.name] = {f"fan{k}_input": float(round(fan.rpm_at(duty)))}
        for k, sensor in enumerate(chassis.thermometers, 1):
            features[sensor.name] = {f"temp{k}_input": round(sensor.celsius(duty, load), 3)}
        return json.dumps({"switch-hwmon-0": features}, indent=3)

    def interfaces(self) -> str:
        """Every port: lanes, speed, module, state."""
        rows = []
        for port in self._chassis.ports:
            kind = _NOT_APPLICABLE if port.module is None else TYPES.get(port.module.form_factor, "")
            state = "up" if port.is_up else "down"
            lanes, speed = ",".join(str(lane) for lane in port.lanes), f"{port.speed_gbps:g}G"
            rows.append((port.name, lanes, speed, "9100", "rs", port.alias, "routed", state, "up", kind, "off"))
        head = ("Interface", "Lanes", "Speed", "MTU", "FEC", "Alias", "Vlan", "Oper", "Admin", "Type", "Asym PFC")
        return table(head, rows)

    def presence(self) -> str:
        """Which ports hold a module."""
        rows = [(port.name, "Not present" if port.module is None else "Present") for port in self._chassis.ports]
        return table(("Port", "Presence"), rows)

    def counters(self, counters: Sequence[PortCounters]) -> str:
        """Frames in and out, and what was not heard."""
        rows = []
        for one in counters:
            lost = str(one.frames_out - one.frames_in)
            state = "U" if one.port.is_up else "D"
            rows.append((one.port.name, state, str(one.frames_in), lost, "0", str(one.frames_out), "0", "0"))
        return table(("IFACE", "STATE", "RX_OK", "RX_ERR", "RX_DRP", "TX_OK", "TX_ERR", "TX_DRP"), rows)

    def fec(self, counters: Sequence[PortCounters], now: float) -> str:
        """Codewords, and bit error ratios before and after the correction; a link that is down has none."""
        rows = []
        for one in counters:
            if not one.port.is_up:
                rows.append((one.port.name, "D", *[_NOT_APPLICABLE] * 5))
                continue
            found = one.fec(now)
            counts = (str(found.corrected), str(found.uncorrected), str(found.corrected))
            rows.append((one.port.name, "U", *counts, f"{found.pre_ber:.2e}", f"{found.post_ber:.2e}"))
        head = ("IFACE", "STATE", "FEC_CORR", "FEC_UNCORR", "FEC_SYMBOL_ERR", "FEC_PRE_BER", "FEC_POST_BER")
        return table(head, rows)

    def flaps(self, counters: Sequence[PortCounters]) -> str:
        """How often each link went down since the counters were cleared."""
        rows = []
        for one in counters:
            state = "Up" if one.port.is_up else "Down"
            rows.append((one.port.name, str(one.flaps), "Up", state, "Never", "Never"))
        head = ("Interface", "Flap Count", "Admin", "Oper", "Link Down TimeStamp(UTC)", "Link Up TimeStamp(UTC)")
        return table(head, rows)

    def lldp(self) -> str:
        """Neighbours by port."""
        rows = []
        for port in self._chassis.ports:
            their = port.peer() if port.is_up else None
            if their is not None:
                rows.append((port.name, their.chassis_name, their.port_id, "BR", their.port_description))
        head = ("LocalPort", "RemoteDevice", "RemotePortID", "Capability", "RemotePortDescr")
        text = table(head, rows)
        rule = "-" * len(text.partition("\n")[0])
        first, last = "Capability codes: (R) Router, (B) Bridge, (O) Other", f"Total entries displayed:  {len(rows)}"
        return f"{first}\n{text}\n{rule}\n{last}"
