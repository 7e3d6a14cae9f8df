"""A station whose outputs were not proven off arms nothing more until somebody has been there and said so.

Kept on the station's disk, because the process that saw it may be gone while the output is not: a relay that has
welded stays welded through a restart. It is set before the next unit can be scanned, and only a person resets it
(`station check CONFIG --reset`), after every instrument was proven safe again.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self
from uuid import UUID

from stations.durable_file import sync_folder, write_document
from stations.errors import FaultLatched


@dataclass(frozen=True, slots=True)
class LatchedFault:
    """What was not proven off, at the end of which run, and when (UTC)."""

    safe: str
    run: str
    at: str


class FaultLatch:
    """The latch of one station, in one file that is there while it is latched."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def of(cls, home: Path, station: str) -> Self:
        """The latch of the station of this name."""
        return cls(home / "benches" / f"{station}.latched.json")

    @property
    def fault(self) -> LatchedFault | None:
        """What it is latched for, or None. A file that cannot be understood is a latch all the same."""
        try:
            told = json.loads(self.path.read_text("utf-8"))
            return LatchedFault(str(told["safe"]), str(told["run"]), str(told["at"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError) as error:
            return LatchedFault(f"OUTPUT MAY BE LIVE: {self.path} cannot be read: {error}", "unknown", "unknown")

    def latch(self, safe: str, run: UUID, at: datetime) -> None:
        """Latch; the first fault stands until it is reset. Raises OSError when the disk refuses."""
        if self.fault is None:
            write_document(self.path, {"safe": safe, "run": str(run), "at": at.isoformat()})

    def require_clear(self) -> None:
        """Raise `FaultLatched` while it is latched."""
        fault = self.fault
        if fault is not None:
            raise FaultLatched(
                f"nothing is armed here since {fault.at} (run {fault.run}): {fault.safe}\n"
                "go there, take its energy away and inspect; then: station check CONFIG --reset"
            )

    def reset(self) -> None:
        """Somebody has inspected the bench: it may be armed again. Resetting twice is no error."""
        self.path.unlink(missing_ok=True)
        if self.path.parent.is_dir():
            sync_folder(self.path.parent)
