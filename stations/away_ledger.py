"""A ledger that may be away when its station is opened: its site is remembered, and every call tries the way again.

Which spool a station writes into depends on whose site the centre is, so a station that has never met its centre cannot
begin. One that has keeps the site's identity beside its benches, and may then be opened, to work provisionally where
its route allows that or to say why a unit waits.
"""

import json
import sys
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from uuid import UUID

from mes.command_line import Location
from mes.ledger import (
    AppendReceipt,
    JournalEntry,
    Ledger,
    LedgerUnavailable,
    Site,
    WrongDatabase,
    open_ledger,
)
from mes.records import GateDecided, GateRequest
from mes.vocabulary import SiteKind
from stations.durable_file import write_document
from stations.errors import SpoolError


class AwayLedger:
    """Implements `mes.ledger.Ledger` for a site that is known, whose ledger `reach` opens as soon as it can.

    Every call raises `LedgerUnavailable` until then, and `WrongDatabase` when another site answers.
    """

    def __init__(self, site: Site, reach: Callable[[], Ledger]) -> None:
        self._site = site
        self._reach = reach
        self._ledger: Ledger | None = None

    def site(self) -> Site:
        """The site, as it was when it was last met."""
        return self._site

    def expected(self, source: str) -> int:
        """The `seq` that the next entry of this source must carry."""
        return self._there().expected(source)

    def gate(self, request: GateRequest) -> GateDecided:
        """The gate's decision."""
        return self._there().gate(request)

    def at_finish(self, run: UUID) -> GateDecided | None:
        """What the gate refused at the end of this run."""
        return self._there().at_finish(run)

    def append(self, entries: Sequence[JournalEntry]) -> AppendReceipt:
        """Journal entries of one source."""
        return self._there().append(entries)

    def missing_attachments(self, digests: Collection[str]) -> frozenset[str]:
        """Those that the ledger does not hold."""
        return self._there().missing_attachments(digests)

    def attach(self, content: bytes) -> str:
        """Hold this content."""
        return self._there().attach(content)

    def close(self) -> None:
        """Let go of what was reached."""
        if self._ledger is not None:
            self._ledger.close()

    def _there(self) -> Ledger:
        if self._ledger is None:
            ledger = self._reach()
            if ledger.site().id != self._site.id:
                ledger.close()
                raise WrongDatabase(
                    f"the centre that answers is site {ledger.site().name}, and this station's spool belongs to site "
                    f"{self._site.name}\nrestart the station: it then writes into a spool for that site"
                )
            self._ledger = ledger
        return self._ledger


def open_or_await(location: Location, *, simulated: bool) -> Ledger:
    """The ledger at this location; one that is awaited, which is told, where it is away and its site was met before.

    Raises `WrongDatabase`, `LedgerUnavailable` for a site that was never met, and `SpoolError` when the home folder
    cannot be written.
    """

    def reach() -> Ledger:
        return open_ledger(location.url, simulated_site=simulated, attachments=location.attachments)

    note = location.home / "benches" / "sites.json"
    try:
        ledger = reach()
    except LedgerUnavailable as away:
        site = _met(note).get(location.shown)
        if site is None:
            raise
        sys.stderr.write(f"station: {away}\n")
        return AwayLedger(site, reach)
    _remember(note, location.shown, ledger.site())
    return ledger


def _met(note: Path) -> dict[str, Site]:
    try:
        stored = json.loads(note.read_text("utf-8"))
        return {url: Site(one["name"], SiteKind(one["kind"]), UUID(one["id"])) for url, one in stored.items()}
    except (FileNotFoundError, ValueError, TypeError, KeyError, AttributeError):
        # What cannot be read was never met: the centre will say it again.
        return {}


def _remember(note: Path, url: str, site: Site) -> None:
    met = _met(note)
    known = met.get(url)
    if known is None or (known.id, known.name, known.kind) != (site.id, site.name, site.kind):
        met[url] = site
        document = {key: {"name": one.name, "kind": one.kind, "id": str(one.id)} for key, one in met.items()}
        try:
            write_document(note, document)
        except OSError as error:
            raise SpoolError(f"site note {note}: cannot be written: {error}") from error
