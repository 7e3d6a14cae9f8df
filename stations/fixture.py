"""A fixture: named instruments, how they are wired to the unit, and the verbs that a plan speaks.

The same `wiring` that a technician follows with a soldering iron builds the simulated bench.
"""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import ClassVar

from drivers.capabilities import Instrument
from mes.records import UnitIdentity
from stations.errors import ConfigurationError
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
    """The kind of unit that fits: `twinax_bundle` or `passive_dac`."""

    def __init__(self, instruments: Mapping[str, Instrument], product: Product, options: Mapping[str, object]) -> None:
        self.product = product
        self.parameters = product.parameters
        self.options = options
        self.unit: UnitIdentity | None = None
        """The unit in the fixture, as scanned."""

    @classmethod
    def wiring(cls, product: Product, options: Mapping[str, object]) -> tuple[Wire, ...]:
        """Every wire between instruments and unit for this product."""
        raise NotImplementedError

    @classmethod
    def memories(cls) -> Mapping[str, str]:
        """The roles that reach a two-wire memory, each with the unit's terminal it sits on."""
        return {}

    def set_up(self) -> None:
        """Bring the instruments to where every step may start."""

    def tear_down(self) -> None:
        """Leave the fixture so that the unit can be taken out."""


def fixture_kinds() -> tuple[str, ...]:
    """Every fixture in `stations/fixtures`, by file name."""
    folder = Path(__file__).with_name("fixtures")
    return tuple(sorted(p.stem for p in folder.glob("*.py") if p.stem != "__init__"))


def load_fixture(kind: str) -> type[Fixture]:
    """The fixture class of this kind. Raises `ConfigurationError` naming the kinds there are."""
    if kind not in fixture_kinds():
        raise ConfigurationError(f"fixture kind {kind}: there is none; the kinds are {', '.join(fixture_kinds())}")
    module = import_module(f"stations.fixtures.{kind}")
    found: type[Fixture] = module.FIXTURE
    return found
