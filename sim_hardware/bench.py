"""A simulated bench: instruments by role, the world that joins them, and the ways in that real drivers use.

The same description that wires a real fixture builds it: roles with models and resources, wires between terminals.
Drivers reach it through PyVISA (`resource_manager`), pyserial (`sim://bench/role`) and a two-wire bus (`open_smbus`),
and cannot tell.
"""

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import pyvisa

from sim_hardware import registry
from sim_hardware.bench_protocols import NeighbourPlayer, Player, Printer, Scanner
from sim_hardware.calibration import Age
from sim_hardware.catalogue import UnknownModel, instrument_model
from sim_hardware.clock import BenchClock
from sim_hardware.duts.module_memory import ModuleBus, ModuleMemory, PluggedModule
from sim_hardware.faults import Fault, FaultPlan
from sim_hardware.instruments.power_instrument import PowerInstrument
from sim_hardware.instruments.serial_instrument import SerialInstrument
from sim_hardware.instruments.signal_instrument import SignalInstrument
from sim_hardware.instruments.world_instrument import WorldInstrument
from sim_hardware.power.grid import PowerGrid
from sim_hardware.power.pmbus_bus import BUS_FAULTS, PmbusBus
from sim_hardware.registry import Outlet
from sim_hardware.scpi_device import ScpiDevice
from sim_hardware.signals.paths import SignalPaths
from sim_hardware.visa_library import SimVisaLibrary
from sim_hardware.world import DUT_ROLE, FIXTURE_ROLE, Dut, World


class TwoWireBus(Protocol):
    """An SMBus adapter; a device that does not acknowledge raises OSError (ENXIO)."""

    def read_block(self, address: int, register: int, length: int) -> bytes:
        """Get bytes from this register on."""
        ...

    def write_block(self, address: int, register: int, content: bytes) -> None:
        """Set bytes from this register on."""
        ...

    def close(self) -> None:
        """Let go of the bus."""
        ...


class BenchError(ValueError):
    """A bench that cannot be built so: an unknown model, a role or resource used twice, or an option a model lacks."""


class SimulatedBench:
    """One bench; `name` is unique among the open benches of this process. A context manager that closes it.

    Raises `registry.BenchNameTaken` for a name in use.
    """

    def __init__(self, name: str, seed: int, clock: BenchClock) -> None:
        self.name = name
        self.clock = clock
        self.world = World(seed)
        self.power = PowerGrid(self.world, clock)
        self.signals = SignalPaths(self.power)
        self.faults = FaultPlan(seed)
        self._devices: dict[str, ScpiDevice] = {}
        self._resources: dict[str, str] = {}
        self._instruments: dict[str, object] = {}
        self._outlets: dict[str, Outlet] = {}
        self._memories: dict[str, Callable[[], PluggedModule | None]] = {}
        self._pmbus: dict[str, PmbusBus] = {}
        self._lines: dict[str, tuple[str, str, dict[str, Any]]] = {}
        self._manager: pyvisa.ResourceManager | None = None
        registry.announce(name, self._outlets)
        self._library = SimVisaLibrary.for_bench(name, self._devices, self.faults)

    def add_instrument(self, role: str, model: str, resource: str, serial: str, /, **options: Any) -> None:
        """Put an instrument on the bench.

        `model` is a module of `sim_hardware.instruments`; `resource` the VISA name or `sim://bench/role` it answers at;
        options are those of the model (`cards` of a DAQ970A, `port_map` of a PNA, `prefix` and `suffix` of a scanner),
        and of every one `days_since_calibration`.
        What follows a question mark names a unit of a line: roles at one line share its device, with the options of
        the first. Raises BenchError.
        """
        if role in self._instruments or role == DUT_ROLE:
            raise BenchError(f"bench {self.name}: role {role!r} is taken; choose another")
        if resource in self._resources.values():
            raise BenchError(f"bench {self.name}: resource {resource!r} of role {role!r} belongs to another role")
        wire, _, unit = resource.partition("?")
        if unit and wire in self._lines:
            self._share(role, model, resource, options)
            return
        rules = self.faults.rules(wire)
        days = options.pop("days_since_calibration", None)
        if days is not None and self.world.age(role) is None:
            self.world.set_age(role, Age(float(days)))
        try:
            made = instrument_model(model)
            device: Any
            if issubclass(made, PowerInstrument):
                device = self._devices[resource] = made(self.power, self.clock, role, serial, **options)
            elif issubclass(made, SignalInstrument):
                device = self._devices[resource] = made(self.signals, self.clock, role, serial, **options)
            elif issubclass(made, WorldInstrument):
                device = self._devices[resource] = made(self.world, self.clock, role, serial, **options)
            elif issubclass(made, SerialInstrument):
                device = made(self.power, self.clock, role, serial, **options)
            else:
                device = made(**options)
            self._outlets[role] = Outlet(device, self.clock, rules)
            self._instruments[role] = device
            if unit:
                self._lines[wire] = (role, model, options)
                # A line that several roles share has a name of its own.
                self._outlets.setdefault(wire.rpartition("/")[2], self._outlets[role])
        except UnknownModel as error:
            raise BenchError(f"bench {self.name}: role {role!r}: {error}") from error
        except TypeError as error:
            raise BenchError(f"bench {self.name}: role {role!r}, model {model}: {error}") from error
        self._resources[role] = resource

    def _share(self, role: str, model: str, resource: str, options: dict[str, Any]) -> None:
        first, first_model, first_options = self._lines[resource.partition("?")[0]]
        if model != first_model or (options and options != first_options):
            raise BenchError(
                f"bench {self.name}: role {role!r}: the line of {resource!r} is a {first_model} with the options of "
                f"role {first!r}; one line is one model with one set of options"
            )
        self._outlets[role] = self._outlets[first]
        self._instruments[role] = self._instruments[first]
        self._resources[role] = resource

    def add_memory(self, resource: str, terminal: str) -> None:
        """Lead a two-wire bus to the device.

        For example ("sim-i2c://near", "dut:A") to the memory in its plug A, ("sim-i2c://supply", "dut:PMBUS") to the
        PMBus slaves of its processors (58h and on, by slot).
        """
        role, _, end = terminal.partition(":")
        resource = resource.partition("?")[0]
        if role != DUT_ROLE or not end:
            raise BenchError(f"bench {self.name}: memory terminal {terminal!r}: expected dut:A or dut:B, or dut:PMBUS")
        if resource in self._pmbus and end == "PMBUS":
            # Several roles, each with a supply of its own on the one bus.
            return
        if resource in self._memories or resource in self._pmbus:
            raise BenchError(f"bench {self.name}: memory resource {resource!r} is taken; choose another")
        if end == "PMBUS":
            self._pmbus[resource] = PmbusBus(self.power, self.clock, self.faults.rules(resource))
            return
        self._memories[resource] = lambda: self._plugged(end)

    def _plugged(self, end: str) -> PluggedModule | None:
        # What a module tells is measured at this moment: its supply, its light.
        self.signals.settle()
        return self.world.dut.memory(end) if self.world.dut is not None else None

    def wire(self, a: str, b: str) -> None:
        """Join two terminals. Raises BenchError when one belongs to no role of this bench."""
        for terminal in (a, b):
            role = terminal.partition(":")[0]
            if role not in (DUT_ROLE, FIXTURE_ROLE) and role not in self._instruments:
                known = ", ".join(sorted([*self._instruments, DUT_ROLE]))
                raise BenchError(f"bench {self.name}: terminal {terminal!r} belongs to no role; roles: {known}")
        self.world.wire(a, b)

    def play_touchstone(self, role: str, path: Path) -> None:
        """Make an analyser answer from a .s4p file. Raises `TouchstoneError`, naming file, line and what is wrong."""
        analyser = self._instruments.get(role)
        if not isinstance(analyser, Player):
            raise BenchError(f"bench {self.name}: role {role!r} is no network analyser; a Touchstone file needs one")
        analyser.play(path)

    def play_memory(self, resource: str, path: Path) -> None:
        """Put a read-only module memory from a file on a bus. Raises `MemoryMapError`."""
        if resource not in self._memories:
            raise self._no_memory(resource)
        memory = ModuleMemory.from_file(path)
        self._memories[resource] = lambda: memory

    def play_neighbours(self, role: str, folder: Path) -> None:
        """Let a machine's LLDP agent answer from captured files. Raises OSError when there are none of its name."""
        console = self._instruments.get(role)
        if not isinstance(console, NeighbourPlayer):
            raise BenchError(f"bench {self.name}: role {role!r} is no console; captured neighbours need one")
        console.play_neighbours(folder)

    def insert(self, dut: Dut) -> None:
        """Put a device into the fixture. Raises ValueError when one is there already."""
        self.world.insert(dut)

    def remove(self) -> None:
        """Take the device out of the fixture."""
        self.world.remove()

    def scan(self, role: str, text: str) -> None:
        """Let the scanner of this role read a label."""
        scanner = self._instruments.get(role)
        if not isinstance(scanner, Scanner):
            raise BenchError(f"bench {self.name}: role {role!r} is no scanner")
        scanner.scan(text)

    def printed_label(self, role: str) -> str:
        """What a reader makes of the Data Matrix on the last label of this printer. Raises BenchError without one."""
        printer = self._instruments.get(role)
        if not isinstance(printer, Printer) or not printer.printed:
            raise BenchError(f"bench {self.name}: role {role!r} is no printer, or nothing came out of it yet")
        return printer.printed[-1].content("data_matrix")

    def inject(self, resource: str, fault: Fault) -> None:
        """Add a fault of the wire at this resource, for open sessions too. Raises BenchError for another name."""
        resource = resource.partition("?")[0]
        if resource in self._pmbus or resource in self._memories:
            if fault.kind not in BUS_FAULTS:
                raise BenchError(
                    f"bench {self.name}: {resource!r} is a two-wire bus, which has no fault {fault.kind!r}"
                )
        elif all(resource != given.partition("?")[0] for given in self._resources.values()):
            known = ", ".join([*self._resources.values(), *self._pmbus, *self._memories])
            raise BenchError(f"bench {self.name}: no instrument at {resource!r} to disturb; resources: {known}")
        self.faults.inject(resource, fault)

    @property
    def scpi_outlets(self) -> dict[str, Outlet]:
        """The SCPI instruments by role, for a wire that this bench does not make itself."""
        return {role: outlet for role, outlet in self._outlets.items() if isinstance(outlet.device, ScpiDevice)}

    @property
    def outlets(self) -> dict[str, Outlet]:
        """The instruments by role; roles at one line share its outlet."""
        return {role: self._outlets[role] for role in self._resources}

    @property
    def visa_devices(self) -> dict[str, ScpiDevice]:
        """The SCPI instruments by the VISA resource that each answers at."""
        return {resource: device for resource, device in self._devices.items() if "::" in resource}

    @property
    def buses(self) -> tuple[str, ...]:
        """The resources of its two-wire buses."""
        return (*self._memories, *self._pmbus)

    def resource_manager(self) -> pyvisa.ResourceManager:
        """PyVISA's way in; the same manager every time."""
        if self._manager is None:
            self._manager = pyvisa.ResourceManager(self._library)
        return self._manager

    def open_smbus(self, resource: str) -> TwoWireBus:
        """A two-wire bus with the device behind it. Raises BenchError for a bus this bench does not have."""
        if resource in self._pmbus:
            return self._pmbus[resource]
        if resource not in self._memories:
            raise self._no_memory(resource)
        # Looked up at each transfer: the device under test changes while the bus stays open.
        return ModuleBus(lambda: self._memories[resource](), self.faults.rules(resource))

    def close(self) -> None:
        """Close every session and let the bench's name go. Closing twice is no error."""
        self._library.forget()
        registry.forget(self.name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _no_memory(self, resource: str) -> BenchError:
        return BenchError(
            f"bench {self.name}: no module memory at {resource!r}; there is: {', '.join(self._memories) or 'none'}"
        )
