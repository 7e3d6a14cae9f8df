"""A label that was printed twice: asked of a real gate, on an SQLite database of its own that is thrown away."""

import random
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from mes.ledger import JournalEntry, Ledger, create_ledger
from mes.records import GateRequest, Record, UnitIdentity, UnitRegistered, encode_record
from mes.vocabulary import SiteKind
from stations.identity import IdMaker
from stations.product import Product
from stations.simulation import virtual_clock

_SOURCE = "coverage/1"
_START = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)


def refusing_rules(product: Product, serials: Sequence[str], seed: int) -> list[frozenset[str]]:
    """The rules of the gate that refuse to bring each of these registered serial numbers to life a second time.

    Before, each is let through once as a new one; raises ValueError when the gate already refuses that.
    """
    with tempfile.TemporaryDirectory(prefix="rackline-coverage-") as folder:
        ledger = create_ledger(f"sqlite:///{Path(folder) / 'gate.db'}", "coverage", SiteKind.SIMULATED)
        try:
            return _Registrar(ledger, product, seed).refusals(serials)
        finally:
            ledger.close()


class _Registrar:
    """Brings serial numbers to life at the first operation of their route."""

    def __init__(self, ledger: Ledger, product: Product, seed: int) -> None:
        self._ledger = ledger
        self._product = product
        self._clock = virtual_clock(_START)
        self._new_id = IdMaker(self._clock, random.Random(f"{seed}/duplicate serial"))
        self._written = 0

    def refusals(self, serials: Sequence[str]) -> list[frozenset[str]]:
        product = self._product
        self._append(product.released(record_id=self._new_id(), source=_SOURCE, at=self._clock.utc(), simulated=True))
        found = []
        for serial in serials:
            unit = UnitIdentity(maker=product.material.maker, part=product.part, serial=serial)
            refused = self._ask(unit)
            if refused:
                raise ValueError(f"the gate refuses {unit} as a new unit already: {', '.join(sorted(refused))}")
            self._append(
                UnitRegistered(
                    id=self._new_id(),
                    source=_SOURCE,
                    at=self._clock.utc(),
                    simulated=True,
                    unit=unit,
                    revision=product.material.revision,
                )
            )
            found.append(self._ask(unit))
        return found

    def _ask(self, unit: UnitIdentity) -> frozenset[str]:
        decided = self._ledger.gate(
            GateRequest(
                id=self._new_id(),
                at=self._clock.utc(),
                unit=unit,
                operation=self._product.route[0].name,
                station="coverage",
                operator="coverage",
                fixture="coverage",
                plan=None,
                instruments=(),
                creates=True,
                components=(),
                simulated=True,
            )
        )
        return frozenset(refusal.rule for refusal in decided.refusals)

    def _append(self, record: Record) -> None:
        self._written += 1
        self._ledger.append([JournalEntry(_SOURCE, self._written, encode_record(record))])
