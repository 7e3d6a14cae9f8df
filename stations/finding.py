"""One thing that a look at a plan or a bench has found."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How bad it is: an ERROR must be mended, a WARNING thought about, a NOTE says what could not be looked at."""

    ERROR = "ERROR"
    WARNING = "WARNING"
    NOTE = "NOTE"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, by which check, where; `number` is what it turns on, if there is one."""

    severity: Severity
    check: str
    where: str
    message: str
    number: float | None = None

    def document(self) -> dict[str, Any]:
        """The finding for a machine."""
        return {
            "severity": self.severity.value,
            "check": self.check,
            "where": self.where,
            "message": self.message,
            "number": self.number,
        }
