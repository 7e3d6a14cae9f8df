"""A station's simulated bench served to other processes: who makes it, what goes into it, and where it is found."""

from datetime import datetime
from pathlib import Path
from typing import Any

from drivers.clock import Clock
from stations.bench import check_roles
from stations.composition import simulate
from stations.config import StationConfig
from stations.errors import ConfigurationError, ScanRefused
from stations.fixture import load_fixture
from stations.product import load_product
from stations.served_resources import resources_toml
from stations.simulated_unit import simulated_unit
from stations.simulation import BenchServer, ServedInstrument, SimulatedBench, SimulatedSite, SimulatedStation


class ServedStation:
    """Makes the bench of a station's file, as often as it is switched on. Raises `ConfigurationError`."""

    def __init__(self, config: StationConfig, serials: tuple[str, ...] = ()) -> None:
        self.config = config
        self.product = load_product(config.product)
        self.kind = load_fixture(config.fixture.kind)
        check_roles(self.kind, config.instruments)
        if config.simulation is not None:
            # A defect that cannot be is told before anybody connects, not when the first unit is put in.
            SimulatedSite(config.simulation.seed, self.product).parse_defects(config.simulation, "")
        self.serials = serials
        """The units in the fixture."""
        self._station: SimulatedStation | None = None

    def switch_on(self, clock: Clock) -> SimulatedBench:
        """The bench as somebody finds it who has just switched it on; its units are still in the fixture."""
        if self._station is not None:
            self._station.close()
        self._station = simulate(self.config, self.kind, self.product, clock, f"served {self.config.station}")
        self.insert(self.serials)
        return self._station.bench

    def insert(self, serials: tuple[str, ...]) -> None:
        """Put the units of these serial numbers into the fixture; none empties it. Raises ValueError."""
        if self._station is None:
            raise ValueError(f"{self.config.station}: the bench is not switched on yet")
        try:
            unit = simulated_unit(self.config, self.product, self.kind, serials) if serials else None
        except (ConfigurationError, ScanRefused) as error:
            raise ValueError(str(error)) from error
        self.serials = serials
        if unit is None:
            self._station.remove()
        else:
            self._station.insert(unit)


def bench_server(
    config: StationConfig,
    epoch: datetime,
    *,
    serials: tuple[str, ...] = (),
    host: str,
    port_base: int | None,
    speed: float,
    wires: str,
) -> tuple[BenchServer, ServedStation]:
    """The server of a station's bench, not listening yet. `wires` is as in `resource_of`.

    Raises `ConfigurationError`.
    """
    station = ServedStation(config, serials)
    terminals = {"tcp": "none", "pty": "all"}.get(wires, "serial")
    try:
        server = BenchServer(
            station,
            epoch,
            host=host,
            port_base=port_base,
            speed=speed,
            terminals=terminals,
            about={"station": config.station},
        )
    except ValueError as error:
        raise ConfigurationError(str(error)) from error
    return server, station


def resources_of(config: StationConfig, server: BenchServer, wires: str) -> dict[str, tuple[str, str]]:
    """Resource and serial number of each role: by what it has on a real bench, or all by "tcp", or all by "pty".

    What the station's file says behind a question mark stays.
    """
    found = {}
    for role in config.instruments:
        served = _served(config, server, role)
        on_network = "::" in config.instruments[role].resource or "socket://" in config.instruments[role].resource
        real = served.tcp if on_network else served.resource
        resource = {"tcp": served.tcp, "pty": served.terminal or served.tcp}.get(wires, real)
        found[role] = (resource + _suffix(config, role), served.serial)
    return found


def write_resources(path: Path, config: StationConfig, server: BenchServer, wires: str) -> None:
    """Write the file that `station run --on` reads. Raises `ConfigurationError`."""
    text = resources_toml(config.station, server.control, resources_of(config, server, wires), config.path)
    try:
        with path.open("w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        raise ConfigurationError(f"resources {path}: cannot be written: {error.strerror}; check the path") from error


def service_document(config: StationConfig, server: BenchServer, station: ServedStation, wires: str) -> dict[str, Any]:
    """What `station simulate --json` prints when everything is served (schema 1)."""
    chosen = resources_of(config, server, wires)
    return {
        "schema": 1,
        "station": config.station,
        "simulated": True,
        "control": server.control,
        "units": list(station.serials),
        "instruments": [
            {
                "role": role,
                "driver": config.instruments[role].driver,
                "resource": resource,
                "tcp": _served(config, server, role).tcp,
                "terminal": _served(config, server, role).terminal,
                "serial": serial or None,
            }
            for role, (resource, serial) in chosen.items()
        ],
    }


def service_lines(config: StationConfig, server: BenchServer, station: ServedStation, wires: str) -> list[str]:
    """The same for a person."""
    chosen = resources_of(config, server, wires)
    width = max(len(role) for role in chosen)
    units = ", ".join(station.serials) or "nothing; type a serial number to put a unit in, - to take it out"
    return [
        f"{config.station} (SIMULATED) is served until Ctrl-C",
        *(
            f"  {role:<{width}}  {resource}" + (f"  also {other}" if other != resource else "")
            for role, (resource, _) in chosen.items()
            for other in [_served(config, server, role).tcp + _suffix(config, role)]
        ),
        f"  control: {server.control}",
        f"  in the fixture: {units}",
    ]


def _served(config: StationConfig, server: BenchServer, role: str) -> ServedInstrument:
    return server.instruments.get(role) or server.instruments[config.instruments[role].resource.partition("?")[0]]


def _suffix(config: StationConfig, role: str) -> str:
    _, mark, suffix = config.instruments[role].resource.partition("?")
    return mark + suffix
