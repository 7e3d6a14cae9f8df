"""A fixture: named instruments, how they are wired to the unit, and the verbs that a plan speaks.

The same `wiring` that a technician follows with a soldering iron builds the simulated bench.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import ClassVar

from drivers.capabilities import Instrument
from drivers.clock import Clock
from drivers.errors import DeviceError, InstrumentError
from drivers.reading import Reading
from mes.records import UnitIdentity
from stations.coding_plug import CodingPlug
from stations.contactors import MirrorLoop, closed_loops, told_closed
from stations.errors import ConfigurationError
from stations.interlock import LOOK_EVERY_S, Interlock
from stations.lease import wait
from stations.product import Product

Wire = tuple[str, str]
"""Two terminals that are joined, each ``role:terminal`` or ``dut:terminal``."""


class Fixture:
    """Base of every fixture.

    A subclass names in `ROLES` the capability that each role needs, in the order in which their outputs are
    made safe (sources of energy first), and adds verbs in the unit's own words.
    """

    ROLES: ClassVar[Mapping[str, type]] = {}
    UNIT: ClassVar[str] = ""
    """The kind of unit that fits, as its family names it: `passive_dac`, `power_supply`."""
    EACH: ClassVar[str | None] = None
    """The kind of each unit that is scanned, where `UNIT` is several of them side by side."""
    INTERLOCK: ClassVar[Interlock | None] = None
    """The input that reads whether the cover is shut; looked at before arming and all through a run."""
    IO: ClassVar[str] = "io"
    """The role that reads mirror contacts."""
    MIRRORS: ClassVar[tuple[MirrorLoop, ...]] = ()
    """Contactors that tell whether they are open; looked at in set-up, before high voltage or mains, and at the end."""
    CODING_PLUG: ClassVar[CodingPlug | None] = None
    """What tells which fixture this is; read before anything is armed."""
    UNTOLD: ClassVar[tuple[str, ...]] = ()
    """What of this fixture may be wrong and is noticed by nothing: said in its coverage, for it is a gap."""
    INDIFFERENT: ClassVar[frozenset[str]] = frozenset()
    """Calibrated roles whose gain nothing that is measured rests on: what they give, others measure."""
    PROBES: ClassVar[Mapping[str, float]] = {}
    """Terminals that carry current through a probe that wears, each with the ohm at which it is worn."""

    def __init__(self, instruments: Mapping[str, Instrument], product: Product, options: Mapping[str, object]) -> None:
        self.instruments = instruments
        self.product = product
        self.parameters = product.parameters
        self.options = options
        self.unit: UnitIdentity | None = None
        """The unit in the fixture, as scanned; the first of several."""
        self.units: tuple[UnitIdentity, ...] = ()
        """Every unit in the fixture, in the order of its places."""
        self.resumed_values: tuple[Mapping[str, float], ...] = ()
        """What each unit's run had measured before a power cut that it goes on after; nothing in a run of one piece."""

    @classmethod
    def wiring(cls, product: Product, options: Mapping[str, object]) -> tuple[Wire, ...]:
        """Every wire between instruments and unit for this product."""
        raise NotImplementedError

    @classmethod
    def supervision(cls) -> tuple[Wire, ...]:
        """The wires of mirror contacts and coding plug."""
        mirrors = (
            (f"{cls.IO}:{loop.line}", f"{loop.role}:{k}.MIRROR") for loop in cls.MIRRORS for k in loop.contactors
        )
        plug = cls.CODING_PLUG
        bridges = () if plug is None else enumerate(plug.lines)
        return (*mirrors, *((f"{cls.IO}:{line}", f"fixture:CODE.{bit}") for bit, line in bridges))

    @classmethod
    def tried_relays(cls, product: Product, options: Mapping[str, object]) -> Mapping[str, tuple[int, ...]]:
        """Relays and contactors by role, for who tries what happens when one welds or burns.

        By default every one that is wired by `{k}.COM`; a fixture with many of a kind may name some of each.
        """
        found: dict[str, set[int]] = {}
        for terminal in (end for wire in cls.wiring(product, options) for end in wire):
            role, _, name = terminal.partition(":")
            channel, _, contact = name.partition(".")
            if contact == "COM":
                found.setdefault(role, set()).add(int(channel))
        return {role: tuple(sorted(channels)) for role, channels in found.items()}

    @classmethod
    def memories(cls) -> Mapping[str, str]:
        """The roles that reach a two-wire memory, each with the unit's terminal it sits on."""
        return {}

    @classmethod
    def reach(cls, product: Product, options: Mapping[str, object]) -> frozenset[str]:
        """What a test in this fixture can tell of a unit, in the words of the unit's family (`Sweep.reach`).

        Coverage tries the defects within reach and names the others. By default everything that a cable's fixture can
        reach: its pairs; the memories, and the ends that they are at; the ground, if it is wired.
        """
        ends = {terminal.removeprefix("dut:") for terminal in cls.memories().values()}
        wired = {terminal for wire in cls.wiring(product, options) for terminal in wire}
        return frozenset({"pairs", *ends, *(["memories"] if ends else []), *(["ground"] * ("dut:A.GND" in wired))})

    @property
    def clock(self) -> Clock:
        """The bench's time, on which every wait of a fixture passes."""
        return next(iter(self.instruments.values())).clock

    def wait_until(self, condition: Callable[[], bool], timeout_s: float, what: str, every_s: float = 0.02) -> float:
        """Look again and again until something is so; the seconds that it took.

        Raises `DeviceError` naming `what` never came: not before a look that began after the limit said so too, for a
        slow look tells of a moment long past. Look through an instrument: that is what a step's lease sees.
        """
        began = self.clock.now()
        while True:
            is_last = self.clock.now() - began > timeout_s
            if condition():
                return self.clock.now() - began
            if is_last:
                raise DeviceError(f"{what} did not come within {timeout_s:g} s")
            self.clock.sleep(every_s)

    def wait(self, seconds: float, every_s: float = LOOK_EVERY_S) -> None:
        """Let this much of the bench's time go by; STOP, the step's limit and the interlock end it early.

        They are looked at `every_s` seconds: a soak of an hour need not ask twenty times a second what the hardwired
        interlock does by itself.
        """
        wait(self.clock, seconds, every_s)

    def require_fit(self, name: str) -> None:
        """Before anything is armed: this is the fixture of that name, and every contactor is open.

        Raises `WrongFixture`, and `DeviceError` naming the contactor.
        """
        if self.CODING_PLUG is not None:
            self.CODING_PLUG.require(self.options, name, self.instruments)
        self.require_open()

    def require_open(self, *names: str) -> None:
        """Raise `DeviceError` unless the contactors of these mirror loops, or all, tell that they are open."""
        if self.MIRRORS:
            loops = closed_loops(self.MIRRORS, self.instruments, self.IO, self.clock, names or None)
            if loops:
                raise DeviceError(told_closed(loops))

    def prove_open(self) -> list[str]:
        """What of the contactors is not proven open, after every one was told to; runs without a lease."""
        try:
            self.require_open()
        except InstrumentError as error:
            return [str(error)]
        return []

    def ambient(self) -> Reading | None:
        """Measure the air around the unit in degC, for the record; None where nothing measures it."""
        return None

    def prove_safe(self) -> list[str]:
        """Measure that the unit is dead, after every instrument was made safe; return what is not proven.

        Runs without a lease. A fixture that can look overrides it: an output below its hazard's threshold, a
        capacitor discharged.
        """
        return []

    def set_up(self) -> None:
        """Bring the instruments to where every step may start."""

    def tear_down(self) -> None:
        """Leave the fixture in order; called on every way out of a run."""

    def release(self) -> None:
        """Let the unit be taken out: unlock the door, open the clamps.

        Called last, and only when everything was proven off; a bench that starts or is closed locks again.
        """


def fixture_kinds() -> tuple[str, ...]:
    """Every fixture in `stations/fixtures`, by file name."""
    folder = Path(__file__).with_name("fixtures")
    return tuple(sorted(p.stem for p in folder.glob("*.py") if p.stem != "__init__"))


def load_fixture(kind: str) -> type[Fixture]:
    """The fixture class of this kind. Raises `ConfigurationError` naming the kinds there are, or what it lacks."""
    if kind not in fixture_kinds():
        raise ConfigurationError(f"fixture kind {kind}: there is none; the kinds are {', '.join(fixture_kinds())}")
    module = import_module(f"stations.fixtures.{kind}")
    found = getattr(module, "FIXTURE", None)
    if not (isinstance(found, type) and issubclass(found, Fixture)):
        raise ConfigurationError(f"fixture kind {kind}: its file does not say its class; end it with FIXTURE = …")
    return found
