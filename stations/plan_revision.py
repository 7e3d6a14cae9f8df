"""A plan bound to one product and one limit revision: frozen, under a digest, every measurand known before power."""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol, Self
from uuid import UUID

from pydantic import AwareDatetime

from drivers.reading import Reading
from mes.records import PlanReleased, PlanStep
from stations.errors import PlanError
from stations.limits import Measurand
from stations.retry import Retry

Parameters = Mapping[str, Any]
"""The product's test data: lanes, frequencies, masks."""


class UnitRecord(Protocol):
    """What a step calls with every value it measured on one unit."""

    def __call__(self, name: str, value: Reading | str) -> None:
        """Record one declared measurand, once."""
        ...

    def attach(
        self, name: str, media_type: str, content: bytes | Callable[[], bytes], *, shows: Collection[str] = ()
    ) -> None:
        """Attach a file to the run; see `Record.attach`."""
        ...

    def error(self, message: str) -> None:
        """Say that this unit alone cannot be tested further; the others of the run go on."""
        ...


class Record(Protocol):
    """What a step calls with every value it measured: a `Reading`, or a text."""

    def __call__(self, name: str, value: Reading | str) -> None:
        """Record one declared measurand, once, for the only unit of the run."""
        ...

    def attach(
        self, name: str, media_type: str, content: bytes | Callable[[], bytes], *, shows: Collection[str] = ()
    ) -> None:
        """Attach a file to the run of the only unit: the waveform or sweep that values were judged by.

        `name` is a file name, one for the whole run. `content` may be a pure function, called only if the station's
        policy keeps it (`[attachments]` in its file); `shows` are the measurands of this step that were judged by it.
        """
        ...

    @property
    def units(self) -> tuple[int, ...]:
        """The units that take part in this step, by their numbers in the run, counted from 1."""
        ...

    def unit(self, number: int) -> UnitRecord:
        """The record of one unit of the run, counted from 1 in the order of the scans."""
        ...


StepFunction = Callable[[Any, Record], None]


@dataclass(frozen=True, slots=True)
class BoundStep:
    """One step of a plan revision: the measurands it must record are known."""

    name: str
    function: StepFunction
    measurands: tuple[Measurand, ...]
    timeout_s: float
    hazardous: bool
    on_fail: Literal["continue", "stop"]
    skipped: bool
    retry: Retry | None = None
    exclusive: tuple[str, ...] = ()
    """The roles that this step must hold alone where other slots share them."""


@dataclass(frozen=True, slots=True)
class PlanRevision:
    """A plan for one product under one limit revision, immutable under its digest."""

    name: str
    revision: str
    part: str
    operation: str
    fixture: str
    limit_revision: str
    steps: tuple[BoundStep, ...]
    digest: str
    code_digest: str
    units: tuple[int, int] = (1, 1)
    """The least and the most units that one run tests."""
    resumable: bool = False
    """Whether a run that was cut off may go on after its last finished step."""

    @property
    def measurands(self) -> tuple[Measurand, ...]:
        """Every measurand in the order of the measurement vector."""
        return tuple(m for step in self.steps for m in step.measurands)

    @property
    def content_digest(self) -> str:
        """SHA-256 of what this revision says; `digest` is the same unless somebody changed the one or the other."""
        content = {key: _plain(value) for key, value in self._content().items()}
        canonical = json.dumps([content, self.code_digest], sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def sealed(self) -> Self:
        """This revision under the digest of its content."""
        return replace(self, digest=self.content_digest)

    def verify(self) -> None:
        """Raise `PlanError` when this revision does not say what was sealed: it was put together from two."""
        if self.digest != self.content_digest:
            raise PlanError(
                f"plan {self.name} revision {self.revision} is not what its digest {self.digest[:12]} stands for;"
                " bind the plan again, and never mix two revisions"
            )

    def check_units(self, count: int) -> None:
        """Raise `PlanError` for a number of units that one run of this plan does not take."""
        least, most = self.units
        if not least <= count <= most:
            takes = f"{least}" if least == most else f"{least} to {most}"
            raise PlanError(f"plan {self.name} tests {takes} units in a run, not {count}")

    def released(self, *, record_id: UUID, source: str, at: AwareDatetime, simulated: bool) -> PlanReleased:
        """The record that makes this revision's vectors readable for ever."""
        return PlanReleased(
            id=record_id,
            source=source,
            at=at,
            simulated=simulated,
            digest=self.digest,
            code_digest=self.code_digest,
            **self._content(),
        )

    def _content(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "revision": self.revision,
            "part": self.part,
            "operation": self.operation,
            "limit_revision": self.limit_revision,
            "steps": tuple(
                PlanStep(
                    name=s.name,
                    measurands=tuple(m.name for m in s.measurands),
                    timeout_s=s.timeout_s,
                    hazardous=s.hazardous,
                )
                for s in self.steps
            ),
            "measurands": tuple(m.definition() for m in self.measurands),
        }


def _plain(value: Any) -> Any:
    return [item.model_dump(mode="json") for item in value] if isinstance(value, tuple) else value
