"""When each check of a station's testers last came out right, and for what: a note on its disk, beside its fault latch.

It outlives the process, and it speaks for one plan revision, one unit and the instruments that were there: with any
of them changed it says nothing. What cannot be understood counts as never passed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

from stations.durable_file import write_document


@dataclass(frozen=True, slots=True)
class CheckBasis:
    """What a check was passed for: all of it must still be so.

    `plan` is the digest of the plan revision that units are worked under, `judged_by` that of the check itself, with
    its own limits; `bench` names fixture and instruments.
    """

    unit: str
    must_fail: str
    plan: str
    judged_by: str
    bench: tuple[str, ...]
    simulated: bool

    def document(self) -> dict[str, Any]:
        """As it stands in the note."""
        return {
            "unit": self.unit,
            "must_fail": self.must_fail,
            "plan": self.plan,
            "judged_by": self.judged_by,
            "bench": list(self.bench),
            "simulated": self.simulated,
        }

    def differs_from(self, noted: Mapping[str, Any]) -> str:
        """What has changed since that note, for a person; empty for nothing."""
        told = {
            "unit": "with another unit",
            "must_fail": "by another measurand",
            "plan": "for another plan or other limits",
            "judged_by": "under other limits of its own",
            "bench": "on another fixture or with other instruments",
            "simulated": "on a bench of the other kind, real or simulated",
        }
        return ", ".join(told[key] for key, value in self.document().items() if noted.get(key) != value)


class GoldenNote:
    """The note of one station, in one file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._wrong: dict[str, str] = {}
        """What came out wrong in this process, by check: it holds although the disk may refuse to take it."""

    @classmethod
    def of(cls, home: Path, station: str) -> Self:
        """The note of the station of this name."""
        return cls(home / "benches" / f"{station}.golden.json")

    def overdue(self, check: str, basis: CheckBasis, every_s: float, now: datetime) -> str:
        """Why this check must be done (again) before units are worked, for a person; empty while it holds."""
        if check in self._wrong:
            return self._wrong[check]
        try:
            noted = self._read().get(check)
            if noted is None:
                return "it has never been passed here"
            if "passed_at" not in noted:
                return f"it came out wrong at {noted['failed_at']}: {noted['reason']}"
            passed_at = datetime.fromisoformat(noted["passed_at"])
            age = now - passed_at
            changed = basis.differs_from(noted)
        except (OSError, ValueError, TypeError, AttributeError, KeyError) as error:
            return f"{self.path} cannot be read: {error}"
        when = f"it was passed at {noted['passed_at']}"
        if changed:
            return f"{when} {changed}"
        # A virtual bench begins anew at the wall's time, and may have been ahead of it.
        if age < timedelta(0) and not basis.simulated:
            return f"{when}, which is still to come: the clock was set back"
        late_s = age.total_seconds() - every_s
        return f"{when} and holds {every_s / 3600:g} h: {late_s / 3600:.2f} h overdue" if late_s >= 0 else ""

    def passed(self, check: str, basis: CheckBasis, at: datetime) -> None:
        """Note that this check came out right. Raises OSError when the disk refuses: then it does not count."""
        self._write(check, {"passed_at": at.isoformat(), **basis.document()})
        self._wrong.pop(check, None)

    def failed(self, check: str, basis: CheckBasis, at: datetime, reason: str) -> None:
        """Note that it did not: whatever was noted before is void. Raises OSError when the disk refuses."""
        self._wrong[check] = f"it came out wrong at {at.isoformat()}: {reason}"
        self._write(check, {"failed_at": at.isoformat(), "reason": reason, **basis.document()})

    def _read(self) -> dict[str, Any]:
        try:
            return dict(json.loads(self.path.read_text("utf-8")))
        except FileNotFoundError:
            return {}

    def _write(self, check: str, entry: Mapping[str, Any]) -> None:
        try:
            noted = self._read()
        except (ValueError, TypeError):
            noted = {}  # damaged: every other check in it is overdue already, and stays so
        write_document(self.path, {**noted, check: entry})
