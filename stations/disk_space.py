"""The space left on a disk, and what a station may still begin with it.

A run that has begun must be able to end: so new work is refused while there is still room for what is in flight.
The share alone would stop a line for want of nothing: on a disk of a terabyte five hundredths are room for millions
of runs (6.3 kB each, measured), so that a disk with `AMPLE` bytes free is never short.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from stations.errors import SpoolError

AMPLE = 10_000_000_000
_SHORT_SHARE, _LOW_SHARE = 0.05, 0.15


@dataclass(frozen=True, slots=True)
class DiskSpace:
    """What a disk has free for an ordinary user, in bytes, of what such users can have in all."""

    folder: Path
    free: int
    total: int

    @classmethod
    def of(cls, folder: Path, statvfs: Callable[[Path], os.statvfs_result]) -> Self:
        """The space on the disk that holds `folder`. Raises `SpoolError` when it cannot be told."""
        try:
            told = statvfs(folder)
        except OSError as exc:
            raise SpoolError(f"{folder}: its disk does not tell its space: {exc.strerror}; check the disk") from exc
        used = told.f_blocks - told.f_bfree
        return cls(folder, told.f_bavail * told.f_frsize, (used + told.f_bavail) * told.f_frsize)

    @property
    def is_short(self) -> bool:
        """Whether no new work may begin: less than 5 % is free, and less than `AMPLE`."""
        return self._below(_SHORT_SHARE)

    @property
    def is_low(self) -> bool:
        """Whether somebody should make room: less than 15 % is free, and less than `AMPLE`."""
        return self._below(_LOW_SHARE)

    def __str__(self) -> str:
        share = self.free / self.total if self.total else 0.0
        return f"the disk of {self.folder} has {share:.1%} free ({self.free / 1e6:.0f} MB)"

    def _below(self, share: float) -> bool:
        # Some file systems (FUSE, overlays) tell a size of 0: they do not know, which is no shortage.
        return self.total > 0 and self.free < min(share * self.total, AMPLE)
