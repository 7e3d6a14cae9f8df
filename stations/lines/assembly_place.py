"""An assembly station of a simulated line: the station, scanner and printer, and the person who shows it labels."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from drivers.barcode_scanner.serial_scanner import SerialScanner
from drivers.catalogue import driver_class
from drivers.label_printer.zebra_zpl import ZebraZpl
from mes.vocabulary import Tracking
from stations.assembly import AssemblyStation, load_assembly_config
from stations.assembly_label import AssemblyLabel
from stations.composition import open_producer
from stations.config import InstrumentConfig
from stations.errors import StationError
from stations.lines.floor import Floor
from stations.product import Product, load_product
from stations.simulation import SimulatedStation

_SCAN_TIMEOUT_S = 10.0


class AssemblyPlace:
    """Builds one parent after the other."""

    def __init__(
        self,
        station: AssemblyStation,
        product: Product,
        show: Callable[[str], None],
        scanner: SerialScanner,
        printed: Callable[[], str],
    ) -> None:
        self.product = product
        self._station = station
        self._show = show
        self._scanner = scanner
        self._printed = printed
        self._left = {(lot.part, lot.lot): lot.quantity for lot in product.lots}

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
        scanner = stack.enter_context(SerialScanner.open(config.scan.resource, simulated.place, separators=True))
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
        label = None
        if config.printer is not None:
            simulated.add("printer", config.printer)
            label = AssemblyLabel(stack.enter_context(_opened(config.printer, simulated)))
        station = AssemblyStation(config.operation, producer, {p.part: p for p in components}, label)
        station.start()
        for lot in product.lots:
            station.receive(lot)
        producer.forward()
        return cls(
            station, product, simulated.scanner("scanner"), scanner, lambda: simulated.bench.printed_label("printer")
        )

    def lots(self, part: str) -> list[str]:
        """The lots of this part that were received, oldest first."""
        return [lot.lot for lot in self.product.lots if lot.part == part]

    def build(self, serial: str, components: Sequence[str], lots: Mapping[str, str]) -> None:
        """Show the labels in the order of the bill of material; raise `StationError` when the gate refuses.

        What the station printed is shown last. `components` are the serial numbers of the serialised parts in that
        order; `lots` says by part which lot is used, the first one that was received unless it says otherwise.
        """
        serials = iter(components)
        labels = [serial]
        for line in self.product.bill_of_material:
            if line.tracking is Tracking.UNIT:
                labels.append(next(serials))
                continue
            labels.append(lots.get(line.part) or self.lots(line.part)[0])
            self._take(line.part, labels[-1], line.quantity)
        waiting = iter(labels)

        def scan() -> str:
            # Whatever is asked for behind the last part is the label that has just been printed.
            self._show(next(waiting, None) or self._printed())
            return self._scanner.read_scan(_SCAN_TIMEOUT_S)

        built = self._station.build(scan)
        if not built.decision.allowed:
            refusals = "; ".join(refusal.message for refusal in built.decision.refusals)
            raise StationError(f"the gate refused to assemble {built.parent}: {refusals}")

    def _take(self, part: str, lot: str, quantity: float) -> None:
        """Take from the shelf; a lot that does not hold enough any more gets another delivery before."""
        left = self._left[part, lot]
        if left < quantity:
            (delivery,) = [one for one in self.product.lots if (one.part, one.lot) == (part, lot)]
            self._station.receive(delivery)
            left += delivery.quantity
        self._left[part, lot] = left - quantity


def _opened(configured: InstrumentConfig, simulated: SimulatedStation) -> ZebraZpl:
    driver = driver_class(configured.driver)
    if not issubclass(driver, ZebraZpl):
        raise StationError(f"printer.driver: {configured.driver} prints no labels; give label_printer/zebra_zpl")
    return driver.open(configured.resource, simulated.place, serial=configured.serial, timeout_s=configured.timeout_s)
