"""A Linux host with network adapters behind its console: PCIe tree, links, LLDP, and the usual bandwidth programs.

Commands and outputs are those of iproute2, ethtool, pciutils, lldpd, perftest and iperf3. What a transfer reaches is
the least of the line, the PCIe link, and what errors leave of both.
"""

import json
from itertools import pairwise

from sim_hardware.network.chassis import HostChassis, PcieDevice
from sim_hardware.network.iperf3_document import iperf3_document
from sim_hardware.network.link_quality import CODEWORD_BITS
from sim_hardware.network.lldp_document import FORMATS, lldp_document
from sim_hardware.network.pcie_text import listed
from sim_hardware.network.port import Port
from sim_hardware.network.shell import BootScript, Reply
from sim_hardware.physics.random_stream import noise_stream

_LINE_SHARE = 0.982
"""What of the line's rate frames of 4096 bytes carry as payload."""
_TLP_SHARE = 0.914
"""What of a PCIe link's rate is payload at 256 bytes a packet (24 bytes of header, sequence and CRC)."""
_CODING = {2.5: 0.8, 5.0: 0.8, 8.0: 128 / 130, 16.0: 128 / 130, 32.0: 128 / 130, 64.0: 0.98}
_TCP_SHARE = 0.97
"""What TCP with 9000-byte frames reaches of the same (inferred)."""
_FRAME_BITS = 4116 * 8
_WINDOW = 64
_SPREAD = 0.0008
"""How much a transfer differs from the last one, relative."""


def pcie_gbps(device: PcieDevice) -> float:
    """Payload that the device's link carries now, in Gb/s."""
    return device.speed_now_gts * device.width_now * _CODING[device.speed_now_gts] * _TLP_SHARE


def _ratio(ber: float) -> str:
    """A bit error ratio as mlxlink writes it: one digit, and no error at all as 15E-255."""
    if ber < 1e-99:
        return "15E-255"
    mantissa, _, exponent = f"{ber:.0E}".partition("E-")
    return f"{mantissa}E-{exponent}"


def reached_gbps(port: Port, device: PcieDevice) -> float:
    """Payload that a long transfer through a port and its device reaches, in Gb/s, while the link stays up.

    Of a window of 64 frames one lost costs them all (go-back-N, as RoCE adapters do; inferred).
    """
    lost = min(1.0, port.codeword_loss() * _FRAME_BITS / CODEWORD_BITS * _WINDOW)
    return min(port.speed_gbps * _LINE_SHARE, pcie_gbps(device)) * (1.0 - lost)


class HostOs:
    """The shell of one host."""

    boot: BootScript = (
        (1.0, "\r\nBIOS Version 2.1.8\r\n"),
        (20.0, "GNU GRUB  version 2.06\r\n"),
        (24.0, "[    0.000000] Linux version 6.8.0-45-generic (buildd) #45-Ubuntu SMP\r\n"),
        (60.0, "\r\nUbuntu 24.04.1 LTS {hostname} ttyS0\r\n\r\n"),
    )

    def __init__(self, chassis: HostChassis) -> None:
        self.chassis = chassis
        self._rng = noise_stream(chassis.seed, f"transfers of {chassis.serial}")
        self._carrier: dict[str, int] = {}
        self._resent: dict[str, int] = {}
        self.started(0.0)

    @property
    def hostname(self) -> str:
        """The host's name."""
        return self.chassis.hostname

    @property
    def prompt(self) -> str:
        """Root's prompt."""
        return f"root@{self.hostname}:~# "

    def started(self, now: float) -> None:
        """Boot: every link has come up once."""
        self._carrier = {port.name: 1 for port in self.chassis.ports}
        self._resent = {}

    def run(self, words: tuple[str, ...], now: float) -> Reply:
        """Carry out a command; one that is not known fails as bash says it."""
        match words:
            case ("lspci", *_):
                return Reply(listed(self.chassis.pcie, words) or "")
            case ("ip", "-j", "link", "show", *_):
                return Reply(json.dumps([self._link(port) for port in self._named(words)]))
            case ("ethtool", name):
                return self._ethtool(name)
            case ("cat", path):
                return self._file(path)
            case ("ib_write_bw", *options):
                return self._write_bandwidth(options)
            case ("iperf3", *options):
                return self._iperf3(options)
            case ("mlxlink", "-d", device, "-c"):
                return self._link_counters(device)
            case ("lldpctl" | "lldpcli", *options):
                return self._lldp(options)
            case ("hostname",):
                return Reply(self.hostname)
            case ("sleep", seconds):
                return Reply("", seconds=float(seconds))
            case ("reboot", *_):
                return Reply("", seconds=2.0, restarts=True)
        return Reply(f"-bash: {words[0]}: command not found", 127)

    def _named(self, words: tuple[str, ...]) -> list[Port]:
        names = {word for word in words if any(word == port.name for port in self.chassis.ports)}
        return [port for port in self.chassis.ports if not names or port.name in names]

    def _port(self, name: str) -> Port | None:
        return next((port for port in self.chassis.ports if port.name == name), None)

    def _device(self, port: Port) -> PcieDevice:
        return self.chassis.pcie[self.chassis.ports.index(port)]

    def _link(self, port: Port) -> dict[str, object]:
        state = "UP" if port.is_up else "DOWN"
        return {"ifname": port.name, "operstate": state, "mtu": 9000, "link_type": "ether", "address": port.mac}

    def _ethtool(self, name: str) -> Reply:
        port = self._port(name)
        if port is None:
            return Reply("netlink error: no device matches name (offset 24)\nnetlink error: No such device", 1)
        speed = f"{1000 * port.speed_gbps:.0f}Mb/s" if port.is_up else "Unknown!"
        return Reply(
            f"Settings for {name}:\n\tSpeed: {speed}\n\tDuplex: Full\n\tAuto-negotiation: on"
            f"\n\tPort: Direct Attach Copper\n\tLink detected: {'yes' if port.is_up else 'no'}"
        )

    def _file(self, path: str) -> Reply:
        parts = path.strip("/").split("/")
        match parts:
            case ["sys", "class", "net", name, what] if (port := self._port(name)) is not None:
                values = {
                    "carrier_changes": str(self._carrier[name]),
                    "address": port.mac,
                    "carrier": str(int(port.is_up)),
                    "speed": f"{1000 * port.speed_gbps:.0f}",
                }
                if what in values:
                    return Reply(values[what])
            case ["sys", "bus", "pci", "devices", address, "aer_dev_correctable"]:
                resent = self._resent.get(address.removeprefix("0000:"), 0)
                return Reply(
                    f"RxErr 0\nBadTLP {resent}\nBadDLLP 0\nRollover 0\nTimeout 0\nNonFatalErr 0\nCorrIntErr 0\n"
                    f"HeaderOF 0\nTOTAL_ERR_COR {resent}"
                )
            case ["sys", "class", "dmi", "id", "product_serial"]:
                return Reply(self.chassis.serial)
        return Reply(f"cat: {path}: No such file or directory", 1)

    def _lldp(self, options: list[str]) -> Reply:
        form = options[options.index("-f") + 1] if "-f" in options[:-1] else "plain"
        if form not in FORMATS:
            return Reply(f"unknown output format: {form}", 1)
        found = [(port.name, their) for port in self.chassis.ports if port.is_up and (their := port.peer()) is not None]
        return Reply(lldp_document(found, form))

    def _transfer(self, port: Port, seconds: float) -> float:
        """Gb/s of payload over these seconds of traffic; every flap of the link costs a second."""
        flaps = int(seconds / port.flap_interval_s)
        self._carrier[port.name] += 2 * flaps
        device = self._device(port)
        self._resent[device.address] = self._resent.get(device.address, 0) + int(seconds / device.error_interval_s)
        kept = max(0.0, 1.0 - flaps / seconds)
        return float(reached_gbps(port, device) * kept * (1.0 + _SPREAD * self._rng.standard_normal()))

    def _rdma_port(self, device: str) -> Port | None:
        number = device.removeprefix("mlx5_")
        known = number.isdigit() and int(number) < len(self.chassis.ports)
        return self.chassis.ports[int(number)] if known else None

    def _link_counters(self, device: str) -> Reply:
        port = self._rdma_port(device)
        if port is None:
            return Reply(f"-E- Device {device} was not found", 1)
        raw, effective = ("N/A", "N/A")
        if port.is_up:
            raw, effective = _ratio(port.pre_fec_ber()), _ratio(port.codeword_loss() * 16 / CODEWORD_BITS)
        downs = (self._carrier[port.name] - 1) // 2
        fields = {
            "Time Since Last Clear [Min]": "1.0",
            "Effective Physical BER": effective,
            "Raw Physical BER": raw,
            "Link Down Counter": str(downs),
            "Link Error Recovery Counter": "0",
        }
        head = "Physical Counters and BER Info"
        lines = [f"{name:<35}: {value}" for name, value in fields.items()]
        return Reply("\n".join(["", head, "-" * len(head), *lines]))

    def _write_bandwidth(self, options: list[str]) -> Reply:
        given = dict(pairwise(options))
        device, seconds = given.get("-d", ""), float(given.get("-D", "10"))
        port = self._rdma_port(device)
        if port is None:
            return Reply(f"IB device {device} not found\n Unable to find the Infiniband/RoCE device", 1)
        if not port.is_up:
            return Reply(
                "Couldn't connect to peer: No route to host\n Unable to open file descriptor for socket connection", 1
            )
        average = self._transfer(port, seconds)
        rule = "-" * 87
        return Reply(
            f"{rule}\n                    RDMA_Write BW Test\n Device         : {device}\n Mtu             : 4096[B]\n"
            f"{rule}\n"
            " #bytes     #iterations    BW peak[Gb/sec]    BW average[Gb/sec]   MsgRate[Mpps]\n"
            f" 65536      {int(average * 1e9 * seconds / 524288):<14d} 0.00               {average:<20.2f} "
            f"{average * 1e3 / 524288:.6f}\n{rule}",
            seconds=seconds + 1.0,
        )

    def _iperf3(self, options: list[str]) -> Reply:
        given = dict(pairwise(options))
        seconds = float(given.get("-t", "10"))
        port = self._port(given.get("-B", "").rpartition("%")[2] or self.chassis.ports[0].name)
        if port is None or not port.is_up:
            error = "unable to connect to server: No route to host"
            return Reply(json.dumps({"start": {"connected": []}, "intervals": [], "end": {}, "error": error}), 1)
        rate = self._transfer(port, seconds) * 1e9 * _TCP_SHARE
        document = iperf3_document(given.get("-c", ""), int(given.get("-P", "1")), round(seconds), rate)
        return Reply(json.dumps(document, indent=1), seconds=seconds + 1.0)
