"""A spool that keeps nothing: for runs whose record is wanted and must not count."""

from collections.abc import Iterable
from typing import cast
from uuid import UUID

from mes.records import RunFinished, RunStarted
from stations.open_run import RunBasis, RunProgress
from stations.spool import Spool


class _NowhereSpool:
    """What a run recorder asks of a spool."""

    def __init__(self, source: str) -> None:
        self.source = source

    def begin_run(self, started: RunStarted, basis: RunBasis) -> None:
        """Keep nothing."""

    def keep_attachments(self, contents: Iterable[bytes]) -> None:
        """Keep nothing."""

    def save_progress(self, run: UUID, piece: RunProgress) -> None:
        """Keep nothing."""

    def finish_run(self, finished: RunFinished) -> None:
        """Keep nothing."""


def nowhere_spool(source: str) -> Spool:
    """A spool whose records carry this source and go nowhere."""
    return cast(Spool, _NowhereSpool(source))
