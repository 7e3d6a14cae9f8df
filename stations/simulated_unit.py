"""The unit of a serial number, as a simulated bench gets it into its fixture."""

from collections.abc import Sequence

from stations.config import StationConfig
from stations.errors import ConfigurationError
from stations.fixture import Fixture
from stations.product import Product
from stations.simulation import SimulatedSite, SimulatedUnit


def simulated_unit(config: StationConfig, product: Product, kind: type[Fixture], scans: Sequence[str]) -> SimulatedUnit:
    """The unit of these serial numbers with the defects that the station's file asks for.

    Several are the parts of what the fixture holds. Raises `ScanRefused`, and `ConfigurationError` for a bench that is
    not simulated, for more units than the fixture holds and for defects that such a unit cannot have.
    """
    simulation = config.simulation
    if simulation is None:
        raise ConfigurationError(f"{config.path}: its bench is real; put the unit in by hand, or add [simulation]")
    serials = [product.check_serial(scan) for scan in scans]
    if kind.EACH is None and len(serials) != 1:
        raise ConfigurationError(f"{config.path}: its fixture holds one unit, not {len(serials)}; give one serial")
    site = SimulatedSite(simulation.seed, product)
    try:
        units = [
            site.unit(
                kind.EACH or kind.UNIT,
                serial,
                defects=site.parse_defects(config.simulation_of(serial) or simulation, serial),
            )
            for serial in serials
        ]
        return units[0] if kind.EACH is None else site.unit(kind.UNIT, serials[0], parts=units)
    except ValueError as error:
        # A defect at a place that this product does not have, or that is born later than this fixture's unit.
        raise ConfigurationError(f"{config.path}: simulation.defects: {error}") from error
