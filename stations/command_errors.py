"""How a station's expected failures end a command: one message for a person, and the exit code of page 6."""

from collections.abc import Iterator
from contextlib import contextmanager

from drivers.errors import InstrumentError, LinkError
from drivers.recording import RecordingError
from mes.command_line import CommandError, Exit
from mes.ledger import LedgerError, LedgerUnavailable
from stations.errors import ConfigurationError, PlanError, ReplayRefused, ScanRefused, SpoolBusy, StationError

_EXITS: tuple[tuple[type[Exception], Exit], ...] = (
    (ConfigurationError, Exit.USAGE),
    (PlanError, Exit.USAGE),
    (ScanRefused, Exit.USAGE),
    (ReplayRefused, Exit.NO),
    (RecordingError, Exit.NO),
    (SpoolBusy, Exit.RETRY),
    (StationError, Exit.STATION),
    (LedgerUnavailable, Exit.RETRY),
    (LedgerError, Exit.USAGE),
    (LinkError, Exit.RETRY),
    (InstrumentError, Exit.STATION),
)
"""The first that fits decides."""


@contextmanager
def explained() -> Iterator[None]:
    """Turn what a station raises on purpose into a `CommandError`; anything else is a bug and stays one."""
    try:
        yield
    except tuple(kind for kind, _ in _EXITS) as error:
        code = next(code for kind, code in _EXITS if isinstance(error, kind))
        raise CommandError(str(error), code) from error
