"""A switch's operating system behind its console: a Linux shell with SONiC's commands, every answer from the chassis.

Names and tables are SONiC's where SONiC has them. Inferred, because there is no public standard for it: `diag-traffic`,
which stands for a maker's diagnostic program that sends test frames. In a snake (RFC 2544 frames sent in at the first
port, each port forwarding to the next through what is plugged into it) every frame passes every port; in a loopback
each port sends to itself.
"""

import json
from collections.abc import Callable

from sim_hardware.network.chassis import SwitchChassis
from sim_hardware.network.counters import GAP_BYTES, PortCounters
from sim_hardware.network.lldp_document import FORMATS, lldp_document
from sim_hardware.network.onie_tlv import shown as shown_eeprom
from sim_hardware.network.pcie_text import listed
from sim_hardware.network.port import Port
from sim_hardware.network.shell import BootScript, Reply
from sim_hardware.network.switch_tables import SwitchTables
from sim_hardware.network.transceiver_text import shown as shown_module
from sim_hardware.physics.random_stream import noise_stream

_SHOW_S = 1.2
"""SONiC's commands start an interpreter each time."""
_FULL_DUTY = 255
_DEFAULT_DUTY = 0.6


class SwitchOs:
    """The shell of one switch."""

    boot: BootScript = (
        (0.5, "\r\nBIOS Date: 03/14/2024 Ver: 0ACHI033\r\n"),
        (6.0, "GNU GRUB  version 2.06\r\n Booting `SONiC-OS-202405'\r\n"),
        (9.0, "[    0.000000] Linux version 6.1.0-22-2-amd64 (gcc-12) #1 SMP PREEMPT_DYNAMIC\r\n"),
        (15.0, "[    5.120431] EXT4-fs (sda3): mounted filesystem with ordered data mode\r\n"),
        (40.0, "\r\nDebian GNU/Linux 12 {hostname} ttyS0\r\n\r\n"),
    )

    def __init__(self, chassis: SwitchChassis) -> None:
        self.chassis = chassis
        self.duty = _DEFAULT_DUTY
        self._rng = noise_stream(chassis.seed, f"counters of {chassis.serial}")
        self._counters: list[PortCounters] = []
        self._tables = SwitchTables(chassis)
        self._traffic_until = 0.0
        self.started(0.0)

    @property
    def hostname(self) -> str:
        """The switch's name."""
        return self.chassis.hostname

    @property
    def prompt(self) -> str:
        """The user's prompt."""
        return f"admin@{self.hostname}:~$ "

    def started(self, now: float) -> None:
        """Boot: the counters begin anew, the fans go to their own duty."""
        self._counters = [PortCounters(port, self._rng, now) for port in self.chassis.ports]
        self.duty = _DEFAULT_DUTY

    def run(self, words: tuple[str, ...], now: float) -> Reply:
        """Carry out a command; one that is not known fails as bash says it."""
        match words:
            case ("show", *rest):
                text = self._show(tuple(rest), now)
                if text is None:
                    return Reply(f'Error: No such command "{" ".join(rest)}".', 2, _SHOW_S)
                return Reply(text, seconds=_SHOW_S)
            case ("sonic-clear", "counters" | "fec-stats" | "flap"):
                for counters in self._counters:
                    counters.clear(now)
                return Reply("Cleared counters", seconds=_SHOW_S)
            case ("diag-traffic", kind, *options):
                return self._traffic(kind, options, now)
            case ("reboot", *_):
                return Reply("", seconds=3.0, restarts=True)
            case ("sleep", seconds):
                return Reply("", seconds=float(seconds))
        return self._linux(words, now)

    def _linux(self, words: tuple[str, ...], now: float) -> Reply:
        chassis = self.chassis
        match words:
            case ("lspci", *_):
                return Reply(listed(chassis.pcie, words) or "")
            case ("lldpctl" | "lldpcli", *options):
                return self._lldp(options)
            case ("sensors", "-j"):
                return Reply(self._tables.sensors(self.duty, self._load(now)))
            case ("od", "-An", "-v", "-tx1", path) if path.endswith("/eeprom"):
                content = chassis.eeprom
                return Reply("\n".join(" " + content[at : at + 16].hex(" ") for at in range(0, len(content), 16)))
            case ("xxd", "-p", path) if path.endswith("/eeprom"):
                digits = chassis.eeprom.hex()
                return Reply("\n".join(digits[at : at + 60] for at in range(0, len(digits), 60)))
            case ("echo", level, "|", *sink) if sink[-2:-1] == ["tee"] and sink[-1].endswith("/pwm1"):
                self.duty = min(_FULL_DUTY, max(0, int(level))) / _FULL_DUTY
                return Reply(level)
            case ("hostname",):
                return Reply(self.hostname)
        return Reply(f"-bash: {words[0]}: command not found", 127)

    def _lldp(self, options: list[str]) -> Reply:
        form = options[options.index("-f") + 1] if "-f" in options[:-1] else "plain"
        if form not in FORMATS:
            return Reply(f"unknown output format: {form}", 1)
        found = [(port.name, their) for port in self.chassis.ports if port.is_up and (their := port.peer()) is not None]
        return Reply(lldp_document(found, form))

    def _show(self, words: tuple[str, ...], now: float) -> str | None:
        tables = self._tables
        known: dict[tuple[str, ...], Callable[[], str]] = {
            ("version",): tables.version,
            ("platform", "summary"): tables.summary,
            ("platform", "syseeprom"): lambda: shown_eeprom(self.chassis.eeprom),
            ("platform", "fan"): lambda: tables.fans(self.duty),
            ("platform", "temperature"): lambda: tables.temperatures(self.duty, self._load(now)),
            ("platform", "psustatus"): tables.supplies,
            ("platform", "voltage"): tables.rails,
            ("environment",): lambda: tables.environment(self.duty, self._load(now)),
            ("interfaces", "status"): tables.interfaces,
            ("interfaces", "counters"): lambda: tables.counters(self._counters),
            ("interfaces", "counters", "fec-stats"): lambda: tables.fec(self._counters, now),
            ("interfaces", "flap"): lambda: tables.flaps(self._counters),
            ("interfaces", "transceiver", "presence"): tables.presence,
            ("lldp", "table"): tables.lldp,
        }
        if words in known:
            return known[words]()
        if words[:3] == ("interfaces", "transceiver", "eeprom"):
            return self._modules(words[3:])
        return None

    def _modules(self, words: tuple[str, ...]) -> str | None:
        wanted = [word for word in words if not word.startswith("-")]
        ports: list[Port] = [port for port in self.chassis.ports if not wanted or port.name in wanted]
        if not ports:
            return None
        return "\n\n".join(shown_module(port, dom="--dom" in words or "-d" in words) for port in ports)

    def _load(self, now: float) -> float:
        """The share of its traffic that the ASIC carries."""
        return 1.0 if now < self._traffic_until else 0.0

    def _traffic(self, kind: str, options: list[str], now: float) -> Reply:
        given = dict(zip(options[::2], options[1::2], strict=False))
        try:
            seconds, size = float(given["--seconds"]), int(given.get("--size", "1518"))
        except (KeyError, ValueError):
            return Reply("usage: diag-traffic snake|loopback --seconds S [--size BYTES]", 2)
        self._traffic_until = now + seconds + 60.0
        if kind == "snake":
            return Reply(json.dumps(self._snake(seconds, size)), seconds=seconds + 2.0)
        if kind == "loopback":
            return Reply(json.dumps(self._loopback(seconds, size)), seconds=seconds + 2.0)
        return Reply(f"diag-traffic: unknown test {kind}", 2)

    def _frames(self, port: Port, seconds: float, size: int) -> int:
        return int(port.speed_gbps * 1e9 * seconds / (8 * (size + GAP_BYTES)))

    def _snake(self, seconds: float, size: int) -> dict[str, object]:
        slowest = min(self.chassis.ports, key=lambda port: port.speed_gbps)
        sent = left = self._frames(slowest, seconds, size)
        for counters in self._counters:
            left = counters.hear(left, seconds, size)
        return {
            "test": "snake",
            "ports": len(self._counters),
            "seconds": seconds,
            "frame_bytes": size,
            "frames_sent": sent,
            "frames_received": left,
        }

    def _loopback(self, seconds: float, size: int) -> dict[str, object]:
        ports = {}
        for counters in self._counters:
            sent = self._frames(counters.port, seconds, size)
            ports[counters.port.name] = {"frames_sent": sent, "frames_received": counters.hear(sent, seconds, size)}
        return {"test": "loopback", "seconds": seconds, "frame_bytes": size, "ports": ports}
