"""Scan-and-bind: an assembly station makes genealogy, one scanned label after the other.

The parent's own label is scanned first, then one label for each position of the bill of material, in its order.
The gate decides on the whole assembly before anything is bound. Where the station has a printer, the new unit's label
is printed next and must be read again. Then every link is committed in one transaction, so that a cable is bound
completely or not at all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from mes.records import (
    ComponentInstalled,
    GateDecided,
    LotIdentity,
    Name,
    UnitIdentity,
    UnitRegistered,
)
from mes.vocabulary import Tracking
from stations.assembly_label import AssemblyLabel
from stations.config import FileDocument, InstrumentConfig, ScanConfig, SimulationConfig, load_document
from stations.config_values import ExistingFile
from stations.errors import ScanRefused
from stations.forwarder import DrainReport
from stations.producer import Producer
from stations.product import DemoLot, Product
from stations.scan import quoted
from stations.scanned_label import lot_on


class AssemblyConfig(FileDocument):
    """An assembly station: what it builds, of what, and where its scans come from."""

    station: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")] = Field(
        examples=['station = "cable-assembly-1"']
    )
    operation: Name = Field(examples=['operation = "assembly"'])
    product: ExistingFile = Field(examples=['product = "../products/dac_800g_1m5.toml"'])
    components: tuple[ExistingFile, ...] = Field(
        default=(), examples=['components = ["../products/dac_bundle_1m5.toml"]']
    )
    """The products that its serialised components are."""
    bench: Name = Field(examples=['bench = "AB-01"'])
    operator: Name = Field(examples=['operator = "op-demo"'])
    scan: ScanConfig = ScanConfig()
    printer: InstrumentConfig | None = Field(
        default=None, examples=['[printer] with driver = "label_printer/zebra_zpl" and its resource']
    )
    """The printer of the built unit's own label; without one it keeps the label that was scanned first."""
    simulation: SimulationConfig | None = None


def load_assembly_config(path: Path) -> AssemblyConfig:
    """The configuration of an assembly station. Raises `ConfigurationError`."""
    return load_document(path, AssemblyConfig)


@dataclass(frozen=True, slots=True)
class Assembled:
    """What came of one assembly: the gate's decision, and the links if it allowed."""

    parent: UnitIdentity
    decision: GateDecided
    links: tuple[ComponentInstalled, ...]
    forwarded: DrainReport


class AssemblyStation:
    """Binds scanned components into scanned parents."""

    def __init__(
        self,
        operation: str,
        producer: Producer,
        components: Mapping[str, Product],
        label: AssemblyLabel | None = None,
    ) -> None:
        self._operation = operation
        self._producer = producer
        self._components = components
        self._label = label
        self._lots: dict[tuple[str, str], LotIdentity] = {}

    def start(self) -> None:
        """Release the product's definition."""
        self._producer.release_product()
        self._producer.forward()

    def receive(self, lot: DemoLot) -> None:
        """Take in a lot of material: from now on its label can be scanned."""
        self._producer.commit(self._producer.recorded(lot.received))
        self._lots[lot.part, lot.lot] = lot.identity

    def build(self, scan: Callable[[], str]) -> Assembled:
        """Build one parent from the labels that `scan` brings.

        Raises `ScanRefused` for a label that fits neither its part nor a received lot and for a printed one that is
        not read back, `LedgerUnavailable` when nobody can be asked, and what a printer raises. Nothing is bound before
        the gate has allowed the whole.
        """
        producer = self._producer
        parent = producer.identity(producer.product.check_serial(scan()))
        bound: list[tuple[str, float, UnitIdentity | None, LotIdentity | None]] = []
        for line in producer.product.bill_of_material:
            label = scan()
            if line.tracking is Tracking.UNIT:
                component = self._components[line.part]
                child = UnitIdentity(
                    maker=component.material.maker, part=line.part, serial=component.check_serial(label)
                )
                bound.append((line.position, line.quantity, child, None))
            else:
                bound.append((line.position, line.quantity, None, self._lot(line.part, line.position, label)))
        decision = producer.ask_gate(
            parent,
            self._operation,
            creates=True,
            components=[child for *_, child, _ in bound if child is not None],
            lots=[lot for *_, lot in bound if lot is not None],
        )
        links: tuple[ComponentInstalled, ...] = ()
        if decision.allowed:
            self._print(parent, [child.serial for *_, child, _ in bound if child is not None], scan)
            links = tuple(
                ComponentInstalled(
                    parent=parent,
                    position=position,
                    child=child,
                    lot=lot,
                    quantity=quantity,
                    operation=self._operation,
                    station=producer.station,
                    operator=producer.operator,
                    gate=decision.request.id,
                    **producer.envelope(),
                )
                for position, quantity, child, lot in bound
            )
            born = UnitRegistered(unit=parent, revision=producer.product.material.revision, **producer.envelope())
            producer.commit(born, *links)
        return Assembled(parent, decision, links, producer.forward())

    def _print(self, parent: UnitIdentity, components: Sequence[str], scan: Callable[[], str]) -> None:
        if self._label is None:
            return
        content = self._label.print(parent.serial, components)
        if (found := scan().strip()) != content:
            raise ScanRefused(
                f"scan {found[:60]!r}: the printed label of {parent.serial} must read {content[:60]!r}; nothing is"
                " bound: clean the printer's head, destroy the label and build again"
            )

    def _lot(self, part: str, position: str, label: str) -> LotIdentity:
        lot = self._lots.get((part, lot_on(label, part)))
        if lot is None:
            raise ScanRefused(
                f"scan {quoted(label)}: no lot of {part} by this number was received here, so nothing is bound to"
                f" position {position}; scan the label of the reel or box, or receive the lot first"
            )
        return lot
