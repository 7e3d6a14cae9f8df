"""An assembly station of a simulated line: the station, its scanner, and the person who shows it the labels."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from drivers.barcode_scanner.serial_scanner import SerialScanner
from mes.vocabulary import Tracking
from stations.assembly import AssemblyStation, load_assembly_config
from stations.composition import open_producer
from stations.errors import StationError
from stations.lines.floor import Floor
from stations.product import Product, load_product
from stations.simulation import SimulatedStation

_SCAN_TIMEOUT_S = 10.0


class AssemblyPlace:
    """Builds one parent after the other."""

    def __init__(
        self, station: AssemblyStation, product: Product, show: Callable[[str], None], scanner: SerialScanner
    ) -> None:
        self.product = product
        self._station = station
        self._show = show
        self._scanner = scanner

    @classmethod
    def opened(cls, config_file: Path, floor: Floor, stack: ExitStack) -> Self:
        """The station of this file with everything that its product is made of received; closed with the stack."""
        config = load_assembly_config(config_file)
        product = load_product(config.product)
        components = [load_product(path) for path in config.components]
        simulated = SimulatedStation(config.station, floor.seed, floor.clock)
        stack.callback(simulated.close)
        if config.scan.resource is None:
            raise StationError(f"{config.path}: the simulated line needs a scanner; add scan.resource")
        simulated.add_scanner(config.scan.resource)
        scanner = stack.enter_context(SerialScanner.open(config.scan.resource, simulated.place))
        producer = stack.enter_context(
            open_producer(
                station=config.station,
                operator=config.operator,
                fixture=config.bench,
                product=product,
                simulated=True,
                location=floor.location,
                ledger=floor.ledger,
                clock=floor.clock,
                chance=floor.chance(config.station),
            )
        )
        station = AssemblyStation(config.operation, producer, {p.part: p for p in components})
        station.start()
        for lot in product.lots:
            station.receive(lot)
        producer.forward()
        return cls(station, product, simulated.scanner("scanner"), scanner)

    def lots(self, part: str) -> list[str]:
        """The lots of this part that were received, oldest first."""
        return [lot.lot for lot in self.product.lots if lot.part == part]

    def build(self, serial: str, components: Sequence[str], lots: Mapping[str, str]) -> None:
        """Show the labels in the order of the bill of material; raise `StationError` when the gate refuses.

        `components` are the serial numbers of the serialised parts in that order; `lots` says by part which lot is
        used, the first one that was received unless it says otherwise.
        """
        serials = iter(components)
        labels = [serial]
        for line in self.product.bill_of_material:
            by_unit = line.tracking is Tracking.UNIT
            labels.append(next(serials) if by_unit else lots.get(line.part) or self.lots(line.part)[0])
        waiting = iter(labels)

        def scan() -> str:
            self._show(next(waiting))
            return self._scanner.read_scan(_SCAN_TIMEOUT_S)

        built = self._station.build(scan)
        if not built.decision.allowed:
            refusals = "; ".join(refusal.message for refusal in built.decision.refusals)
            raise StationError(f"the gate refused to assemble {built.parent}: {refusals}")
