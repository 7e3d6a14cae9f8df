"""A station's side of the ledger: records go into the spool first, then on to the centre; permission comes back.

Test stations and assembly stations are both producers; what they do with a unit is their own business.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from drivers.clock import Clock
from mes.ledger import Ledger, LedgerUnavailable
from mes.records import GateDecided, GateRequest, LotIdentity, Record, UnitIdentity, UnitRegistered
from mes.vocabulary import SiteKind
from stations.errors import SpoolDamaged, SpoolFull
from stations.forwarder import DrainReport, Forwarder
from stations.offline_policy import OfflinePolicies
from stations.product import Product
from stations.spool import Spool

RecordT = TypeVar("RecordT", bound=Record)

_UNKNOWN_UNIT = "unit_registered"
"""The gate rule that refuses a serial number nobody has registered."""

_ROUTE = "route_order"
"""The gate rule that misses its earlier operations."""


@dataclass(slots=True)
class Producer:
    """What every producing station holds."""

    station: str
    operator: str
    fixture: str
    product: Product
    simulated: bool
    spool: Spool
    forwarder: Forwarder
    ledger: Ledger
    clock: Clock
    new_id: Callable[[], UUID]
    offline: OfflinePolicies
    order: str | None = None
    """The work order that units are made for here."""
    lost: tuple[str, ...] = ()
    """Attachments that were found lost on this disk and that nobody was told of yet."""

    def envelope(self) -> dict[str, Any]:
        """The fields that every record of this station carries, with a new id and the present time."""
        return {
            "id": self.new_id(),
            "source": self.spool.source,
            "at": self.clock.utc(),
            "simulated": self.simulated,
        }

    def commit(self, *records: Record) -> None:
        """Put records into the spool in one transaction: they are recorded when this returns."""
        self.spool.append(records)

    def forward(self) -> DrainReport:
        """Send what the spool holds; what cannot be sent now stays there."""
        report = self.forwarder.drain()
        self.lost += report.lost
        return report

    def release_product(self) -> None:
        """Release the product's definition, once in the life of the spool."""
        self.release_once(self.product.digest, self.product.released)

    def release_once(self, digest: str, released: Callable[..., Record]) -> None:
        """Commit the record that `released` makes of something with a digest, unless this spool already holds it.

        A simulated station tells a real site nothing of its products: the gate will refuse its units anyway.
        """
        if self.fits_the_site() and not self.spool.has_released(digest):
            self.commit(self.recorded(released))

    def fits_the_site(self) -> bool:
        """Whether station and site are both real or both simulated; taken for granted while the centre is away."""
        try:
            return self.simulated is (self.ledger.site().kind is SiteKind.SIMULATED)
        except LedgerUnavailable:
            return True

    def recorded(self, make: Callable[..., RecordT]) -> RecordT:
        """The record that a definition makes of itself when told by whom and when."""
        return make(record_id=self.new_id(), source=self.spool.source, at=self.clock.utc(), simulated=self.simulated)

    def identity(self, serial: str) -> UnitIdentity:
        """A serial number of this station's product."""
        return UnitIdentity(maker=self.product.material.maker, part=self.product.part, serial=serial)

    def register(self, unit: UnitIdentity, enters_at: str | None = None) -> None:
        """Say that this unit has come to life, or enters the route at a later operation."""
        self.commit(
            UnitRegistered(unit=unit, revision=self.product.material.revision, enters_at=enters_at, **self.envelope())
        )

    def refused_at_finish(self, run: UUID, report: DrainReport) -> GateDecided | None:
        """What the centre refused when the end of this run arrived there; None where nothing, or nobody can say yet.

        The centre asks its rules by itself: this reads the answer, once everything was sent (`report`).
        """
        if report.remaining or report.error is not None:
            return None
        try:
            return self.ledger.at_finish(run)
        except LedgerUnavailable:
            return None

    def warnings(self) -> tuple[str, ...]:
        """What whoever keeps this station should see to; work goes on. What was lost is told once."""
        space = self.spool.space()
        lost, self.lost = self.lost, ()
        return ((f"{space}: free some, before new work is refused",) if space.is_low else ()) + lost

    def ask_gate(
        self,
        unit: UnitIdentity,
        operation: str,
        *,
        plan: str | None = None,
        instruments: Sequence[str] = (),
        creates: bool = False,
        components: Sequence[UnitIdentity] = (),
        lots: Sequence[LotIdentity] = (),
    ) -> GateDecided:
        """Ask whether this unit may be worked here now.

        A simulated site registers a well-formed serial number that nobody knows, by a record of its own that
        lets it enter its route at this operation, and asks again; a real one refuses it. Raises `LedgerUnavailable`,
        `SpoolFull` when there is no room to record new work, and `SpoolDamaged` when spool and centre hold different
        histories, so that what is recorded here would never arrive.
        """
        report = self.forward()
        if report.diverged:
            raise SpoolDamaged(f"{report.error}; no new work begins until the spool is set aside")
        space = self.spool.space()
        if space.is_short:
            raise SpoolFull(f"spool {self.spool.path}: no new work begins: {space}; free some, then scan again")

        def ask() -> GateDecided:
            return self.ledger.gate(
                self.gate_request(
                    unit,
                    operation,
                    plan=plan,
                    instruments=instruments,
                    creates=creates,
                    components=components,
                    lots=lots,
                )
            )

        decided = ask()
        rules = {refusal.rule for refusal in decided.refusals}
        unknown = _UNKNOWN_UNIT in rules and rules <= {_UNKNOWN_UNIT, _ROUTE}
        if unknown and self.simulated and self.ledger.site().kind is SiteKind.SIMULATED:
            self.register(unit, enters_at=operation)
            self.forward()
            decided = ask()
        self.offline.learn(operation, decided.offline)
        return decided

    def permission(
        self, unit: UnitIdentity, operation: str, *, plan: str | None = None, instruments: Sequence[str] = ()
    ) -> GateDecided:
        """The gate's decision on a run; this station's own where the centre is away and the route lets work go on.

        The station's own has its spool as `source` and is recorded nowhere: its id is the question that the centre
        answers when the run arrives. Raises as `ask_gate`; `LedgerUnavailable` tells why the unit has to wait.
        """
        try:
            return self.ask_gate(unit, operation, plan=plan, instruments=instruments)
        except LedgerUnavailable as away:
            if not self.offline.allows(operation):
                raise self.offline.waits(operation, away) from away
        request = self.gate_request(unit, operation, plan=plan, instruments=instruments)
        source = self.spool.source
        return GateDecided(
            id=request.id, source=source, at=request.at, simulated=self.simulated, request=request, allowed=True
        )

    def gate_request(
        self,
        unit: UnitIdentity,
        operation: str,
        *,
        plan: str | None = None,
        instruments: Sequence[str] = (),
        creates: bool = False,
        components: Sequence[UnitIdentity] = (),
        lots: Sequence[LotIdentity] = (),
    ) -> GateRequest:
        """The question whether this unit may be worked here now, with an identity of its own."""
        return GateRequest(
            id=self.new_id(),
            at=self.clock.utc(),
            unit=unit,
            operation=operation,
            station=self.station,
            operator=self.operator,
            fixture=self.fixture,
            plan=plan,
            instruments=tuple(instruments),
            creates=creates,
            components=tuple(components),
            lots=tuple(lots),
            order=self.order,
            simulated=self.simulated,
        )
