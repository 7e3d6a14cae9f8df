"""What simulated machines print is what the readers of such documents read, and it is true."""

from typing import Any, get_args

import pytest

from drivers.device_documents.frame_test import parse_loopback, parse_snake
from drivers.device_documents.ip_link import parse_links
from drivers.device_documents.iperf3 import parse_iperf3
from drivers.device_documents.lldp import Form, parse_lldp
from drivers.device_documents.lm_sensors import parse_lm_sensors
from drivers.device_documents.mlxlink import parse_link_counters
from drivers.device_documents.onie_eeprom import decode_onie_eeprom, image_from_hex
from drivers.device_documents.pcie_tree import parse_pcie_tree
from drivers.device_documents.perftest import parse_write_bandwidth
from drivers.device_documents.sonic import (
    parse_fans,
    parse_neighbour_table,
    parse_sensors,
    parse_supplies,
    parse_syseeprom,
    parse_transceiver_presence,
)
from drivers.device_documents.sonic_interfaces import parse_error_correction, parse_flaps, parse_interfaces
from drivers.device_documents.sonic_transceiver import parse_transceivers
from sim_hardware.duts.network.nic_family import NicFamily
from sim_hardware.duts.network.switch_family import SwitchFamily
from sim_hardware.modules.identity import ModuleIdentity
from sim_hardware.network.chassis import SwitchChassis
from sim_hardware.network.link_quality import pam4_ber
from sim_hardware.network.neighbour import Neighbour
from sim_hardware.network.port import Port
from sim_hardware.network.switch_os import SwitchOs

CABLE = ModuleIdentity("QSFP-DD", "V", "00-1B-21", "DAC", "A", "DAC0000001", "260105", "passive copper", 1.5)


def switch(*defects: dict[str, Any]) -> Any:
    """A switch with what is wrong with it."""
    family = SwitchFamily(7, design={}, specification={}, part="SW-TOR-32X400", preset="")
    return family.unit("switch", "SW0000001", defects=[family.parse(defect) for defect in defects])


def nic(*defects: dict[str, Any]) -> Any:
    """An adapter with what is wrong with it."""
    family = NicFamily(7, design={}, specification={}, part="NIC-400G-1P", preset="")
    return family.unit("nic", "NIC0000001", defects=[family.parse(defect) for defect in defects])


def ask(unit: Any, command: str, now: float = 100.0) -> str:
    """What the machine prints; the command must succeed."""
    (shell,) = unit.shells.values()
    reply = shell.run(tuple(command.split()), now)
    assert reply.status == 0, reply.text
    return str(reply.text)


def test_a_switch_tells_what_it_is_made_of() -> None:
    """Every table of a healthy switch, read back."""
    unit = switch()
    status = parse_interfaces(ask(unit, "show interfaces status"), complete=True)
    assert [(one.name, one.is_up, one.speed_bit_s) for one in status] == [
        (f"Ethernet{8 * k}", True, 400e9) for k in range(32)
    ]
    assert all(parse_transceiver_presence(ask(unit, "show interfaces transceiver presence"), complete=True).values())
    assert [one.ok for one in parse_supplies(ask(unit, "show platform psustatus"), complete=True)] == [True, True]
    assert all(one.ok for one in parse_fans(ask(unit, "show platform fan"), complete=True))
    assert {one.name for one in parse_sensors(ask(unit, "show platform temperature"), complete=True)} == {
        "ASIC",
        "Inlet",
    }
    assert parse_neighbour_table(ask(unit, "show lldp table"), complete=True) == ()
    rails = {one.label: one.value for one in parse_lm_sensors(ask(unit, "sensors -j")) if one.unit == "V"}
    assert rails == pytest.approx(unit.parameters.rails, abs=1e-4)
    tree = parse_pcie_tree(ask(unit, "lspci -vv"), complete=True)
    assert [(one.address, one.speed_gts, one.width) for one in tree] == [
        ("01:00.0", 8.0, 4),
        ("02:00.0", 8.0, 4),
        ("03:00.0", 2.5, 1),
    ]


def test_the_system_eeprom_is_a_valid_image_and_says_the_same_in_words() -> None:
    """ONIE TlvInfo with a right CRC-32, as a dump and as SONiC's table."""
    unit = switch()
    image = decode_onie_eeprom(image_from_hex(ask(unit, "od -An -v -tx1 /sys/bus/i2c/devices/8-0051/eeprom")))
    assert (image.checksum_valid, image.serial_number, image.part_number) == (True, "SW0000001", "SW-TOR-32X400")
    words = {
        code.name: text for code, text in parse_syseeprom(ask(unit, "show platform syseeprom"), complete=True).items()
    }
    assert words["SERIAL_NUMBER"] == "SW0000001"
    spoiled = switch({"kind": "EepromCrc", "error": 1})
    assert not decode_onie_eeprom(image_from_hex(ask(spoiled, "od -An -v -tx1 /x/eeprom"))).checksum_valid


def test_a_plugged_module_is_told_by_its_identity() -> None:
    """Vendor, part, serial number and length of what sits in the port; nothing of an empty one."""
    ports = [Port("Ethernet0", CABLE, looped=True), Port("Ethernet8")]
    shell = SwitchOs(SwitchChassis("s", "02:00:00:00:01:00", "p", "h", "a", "S", b"TlvInfo\0\1\0\0", ports))
    text = shell.run(("show", "interfaces", "transceiver", "eeprom", "--dom"), 0.0).text
    identities, monitors = parse_transceivers(text, complete=True)
    (told,) = [one for one in identities if one.serial]
    assert (told.port, told.part, told.serial, told.length_m) == ("Ethernet0", "DAC", "DAC0000001", 1.5)
    assert monitors[0].voltage_v == pytest.approx(3.3)


def test_bit_errors_follow_from_the_lanes() -> None:
    """Counted over a minute, the ratio of each port is that of its lanes."""
    unit = switch({"kind": "MarginalSnr", "port": 3, "lane": 2, "drop_db": 4.0})
    ask(unit, "sonic-clear counters", 100.0)
    counts = parse_error_correction(ask(unit, "show interfaces counters fec-stats", 160.0), complete=True)
    for one, port in zip(counts, unit.parameters.ports, strict=True):
        assert one.pre_fec_ber == pytest.approx(sum(map(pam4_ber, port.snr_db)) / 8, rel=0.05)
    assert max(counts, key=lambda one: one.pre_fec_ber or 0.0).port == "Ethernet16"


def test_a_snake_loses_what_its_worst_port_loses() -> None:
    """Nothing on a healthy switch; everything behind a lane that never locks, which is down in every table."""
    assert parse_snake(ask(switch(), "diag-traffic snake --seconds 600")).count.lost == 0
    unit = switch({"kind": "LanePolarity", "port": 5, "lane": 1})
    snake = parse_snake(ask(unit, "diag-traffic snake --seconds 10"))
    assert snake.count.received == 0
    counts = parse_loopback(ask(unit, "diag-traffic loopback --seconds 10"))
    assert [name for name, count in counts.items() if count.lost] == ["Ethernet32"]
    assert not parse_interfaces(ask(unit, "show interfaces status"), complete=True)[4].is_up
    assert parse_error_correction(ask(unit, "show interfaces counters fec-stats"), complete=True)[4].pre_fec_ber is None


def test_a_link_flaps_as_often_as_its_contact_opens() -> None:
    """Once every 100 s of traffic, six times in ten minutes; cleared counters begin anew."""
    unit = switch({"kind": "LinkFlap", "port": 1, "interval_s": 100.0})
    ask(unit, "diag-traffic snake --seconds 600")
    assert parse_flaps(ask(unit, "show interfaces flap"), complete=True)["Ethernet0"] == 6
    ask(unit, "sonic-clear counters")
    assert set(parse_flaps(ask(unit, "show interfaces flap"), complete=True).values()) == {0}


@pytest.mark.parametrize("form", get_args(Form))
@pytest.mark.parametrize("count", [0, 1, 3])
def test_neighbours_are_whoever_is_plugged_in(form: Form, count: int) -> None:
    """In every format of lldpcli, also where one neighbour is no list."""
    far = [Neighbour(f"node{k}", f"02:00:00:00:00:{k:02x}", "enp1s0np0", "uplink") for k in range(count)]
    ports = [Port(f"Ethernet{k}", CABLE, lambda k=k: far[k] if k < count else None) for k in range(4)]
    chassis = SwitchChassis("tor1", "02:00:00:00:01:00", "p", "h", "a", "SW1", b"TlvInfo\0\1\0\0", ports)
    text = SwitchOs(chassis).run(("lldpctl", "-f", form), 0.0).text
    found = parse_lldp(text if text.endswith("\n") else text + "\n", form)
    assert [(one.local_port, one.chassis_name, one.chassis_id, one.port_id) for one in found] == [
        (f"Ethernet{k}", one.chassis_name, one.chassis_id, one.port_id) for k, one in enumerate(far)
    ]


def test_a_port_without_module_or_neighbour_is_down() -> None:
    """And announces nobody."""
    their = Neighbour("node", "02:00:00:00:00:01", "eth0")
    assert Port("a", CABLE, lambda: their).is_up
    assert not Port("a", None, lambda: their).is_up
    assert not Port("a", CABLE).is_up
    assert Port("a", CABLE, looped=True).is_up
    assert not Port("a", CABLE, lambda: their, lane_snr_db=lambda: (22.0, 8.0)).is_up


def test_a_host_tells_what_its_adapter_is_and_reaches() -> None:
    """Identity, links and traffic of a healthy adapter, read back."""
    unit = nic()
    (function,) = parse_pcie_tree(ask(unit, "lspci -vv -s 17:00.0"), complete=True)
    assert (function.serial, function.speed_gts, function.width) == ("NIC0000001", 32.0, 16)
    (link,) = parse_links(ask(unit, "ip -j link show dev enp23s0np0"))
    assert (link.is_up, link.mac) == (True, "02:52:4e:00:00:01")
    written = parse_write_bandwidth(ask(unit, "ib_write_bw -d mlx5_0 -D 10 --report_gbits 192.0.2.2"), complete=True)
    assert written == pytest.approx(392.8e9, rel=0.01)
    report = parse_iperf3(ask(unit, "iperf3 -c 192.0.2.2 -P 16 -t 10 -J"))
    assert (report.streams, report.host) == (16, "192.0.2.2")
    assert report.received_bits_per_s == pytest.approx(381e9, rel=0.01)
    counters = parse_link_counters(ask(unit, "mlxlink -d mlx5_0 -c"), complete=True)
    assert counters.raw_ber is not None
    assert counters.raw_ber < 1e-6


@pytest.mark.parametrize(
    "defect",
    [{"kind": "NarrowPcie", "width": 8}, {"kind": "SlowPcie", "gts": 16.0}, {"kind": "MarginalSnr", "drop_db": 5.0}],
)
def test_a_narrow_slow_or_noisy_link_carries_less(defect: dict[str, Any]) -> None:
    """Half the lanes or half the speed halve it; errors cost some of it."""
    written = parse_write_bandwidth(ask(nic(defect), "ib_write_bw -d mlx5_0 -D 10 --report_gbits x"), complete=True)
    assert written < 380e9
