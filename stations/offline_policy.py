"""What a station may do while the centre is away: the last that it heard of the route, kept beside its spool.

Every answer of the gate says what the route allows at this operation without it. A station that was cut off goes by the
last answer; one that never had one goes by its own product file. Where nothing allows it, the unit waits. Units are not
prefetched yet as short signed permits, which would keep a station gated while it is cut off: that comes with access
and identity. What is worked meanwhile is recorded here with its route unchecked, and the gate judges it as it arrives.
"""

import json
from collections.abc import Iterable
from pathlib import Path

from mes.ledger import LedgerUnavailable
from mes.records import RouteOperation
from mes.vocabulary import OfflinePolicy
from stations.durable_file import write_document
from stations.errors import SpoolError


class OfflinePolicies:
    """The policies of one station at one site, in one small file. `route` is that of the station's own product."""

    def __init__(self, path: Path, route: Iterable[RouteOperation]) -> None:
        self.path = path
        self._own = {operation.name: operation.offline for operation in route}
        self._heard: dict[str, OfflinePolicy | None] | None = None

    @classmethod
    def beside(cls, spool: Path, route: Iterable[RouteOperation]) -> "OfflinePolicies":
        """Those of the station with this spool."""
        return cls(spool.with_suffix(".offline.json"), route)

    def learn(self, operation: str, policy: OfflinePolicy | None) -> None:
        """Note what the gate said, where it is something else. Raises `SpoolError` when the disk refuses."""
        if self._of(operation) == policy:
            return
        heard = {**self._read(), operation: policy}
        try:
            write_document(self.path, {name: None if one is None else one.value for name, one in heard.items()})
        except OSError as error:
            raise SpoolError(f"offline policies {self.path}: cannot be written: {error}") from error
        self._heard = heard

    def allows(self, operation: str) -> bool:
        """Whether work may go on here without the gate."""
        return self._of(operation) is OfflinePolicy.PROVISIONAL

    def waits(self, operation: str, error: LedgerUnavailable) -> LedgerUnavailable:
        """The error that tells why a unit waits."""
        if self._of(operation) is OfflinePolicy.BLOCK:
            why = "its route says that it is not worked while the centre is away"
        else:
            why = "nothing that this station knows of its route lets it be worked while the centre is away"
        return LedgerUnavailable(f"{error}\n{operation} waits: {why}; scan again when the centre is back")

    def _of(self, operation: str) -> OfflinePolicy | None:
        heard = self._read()
        return heard[operation] if operation in heard else self._own.get(operation)

    def _read(self) -> dict[str, OfflinePolicy | None]:
        if self._heard is None:
            try:
                stored = json.loads(self.path.read_text("utf-8"))
                self._heard = {name: None if one is None else OfflinePolicy(one) for name, one in stored.items()}
            except FileNotFoundError:
                self._heard = {}
            except (ValueError, AttributeError, TypeError):
                # A file that cannot be understood allows nothing: the next answer of the gate writes it anew.
                self._heard = dict.fromkeys(self._own)
        return self._heard
