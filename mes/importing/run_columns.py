"""What every line says of its run, whatever it measured: unit, place, people, time, and how the run ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from mes.definitions.faults import near
from mes.importing.cells import CellRefused, Cells, Moments, Numbers, said
from mes.importing.map_document import FromColumn, ImportMap
from mes.importing.units import SiUnit
from mes.records import InstrumentUsed, UnitIdentity
from mes.vocabulary import Outcome

_SECONDS = SiUnit("s")


@dataclass(frozen=True, slots=True)
class RunHead:
    """Of one line. `outcome` is None where the file states none, and `limit_revision` where it names none."""

    unit: UnitIdentity
    revision: str
    operation: str
    station: str
    fixture: str
    operator: str
    number: str
    started_at: datetime
    finished_at: datetime
    outcome: Outcome | None
    reason: str
    plan: str
    plan_revision: str
    limit_revision: str | None
    instruments: tuple[InstrumentUsed, ...]


class RunColumns:
    """Reads the heads of runs by a map."""

    def __init__(self, by: ImportMap) -> None:
        self._by = by
        self._moments = Moments(by.time)
        self._numbers = Numbers(by.file)

    def columns(self) -> dict[str, str]:
        """Every column that is read here, by its key in the map."""
        by = self._by
        named: dict[str, object] = {
            f"unit.{key}": getattr(by.unit, key) for key in ("maker", "part", "revision", "serial")
        }
        named |= {
            f"run.{key}": getattr(by.run, key) for key in ("operation", "station", "fixture", "operator", "number")
        }
        named |= {f"time.{key}": getattr(by.time, key) for key in ("started", "finished", "duration")}
        named |= {f"plan.{key}": getattr(by.plan, key) for key in ("name", "revision", "limit_revision")}
        named["outcome.reason"] = by.outcome.reason
        for place, one in enumerate(by.instrument):
            named |= {f"instrument[{place}].model": one.model, f"instrument[{place}].serial": one.serial}
        found = {key: one.column for key, one in named.items() if isinstance(one, FromColumn)}
        return found | ({"outcome.column": by.outcome.column} if by.outcome.column is not None else {})

    def key_columns(self) -> tuple[str, ...]:
        """The columns that together tell one run from the next."""
        by = self._by
        keys: list[object] = [by.unit.maker, by.unit.part, by.unit.serial, by.run.operation]
        keys += [by.run.number] if by.run.number is not None else [by.time.started, by.time.finished]
        return tuple(dict.fromkeys(one.column for one in keys if isinstance(one, FromColumn)))

    def head(self, cells: Cells) -> RunHead:
        """What a line says of its run. Raises `CellRefused`."""
        by = self._by
        operation = said(by.run.operation, cells)
        started_at, finished_at = self._times(cells)
        name = by.plan.name
        return RunHead(
            unit=UnitIdentity(
                maker=said(by.unit.maker, cells), part=said(by.unit.part, cells), serial=said(by.unit.serial, cells)
            ),
            revision=said(by.unit.revision, cells),
            operation=operation,
            station=said(by.run.station, cells),
            fixture=said(by.run.fixture, cells),
            operator=said(by.run.operator, cells),
            number="" if by.run.number is None else said(by.run.number, cells),
            started_at=started_at,
            finished_at=finished_at,
            outcome=None if by.outcome.column is None else self.outcome(by.outcome.column, cells),
            reason=self._reason(cells),
            plan=operation if name is None else said(name, cells),
            plan_revision=said(by.plan.revision, cells),
            limit_revision=None if by.plan.limit_revision is None else said(by.plan.limit_revision, cells),
            instruments=tuple(
                InstrumentUsed(
                    role=one.role,
                    model=said(one.model, cells),
                    serial=said(one.serial, cells),
                    firmware="",
                    calibration_due=None,
                )
                for one in by.instrument
            ),
        )

    def outcome(self, column: str, cells: Cells) -> Outcome:
        """The outcome that a column states, in the words of [outcome] or in our own."""
        written = cells[column].strip()
        words = self._by.outcome.words
        if written in words:
            return words[written]
        if not words and written in Outcome.__members__:
            return Outcome(written)
        if not written:
            raise CellRefused(column, written, "is empty: it does not say how the run ended")
        raise CellRefused(column, written, f"is no outcome; {near(written, words or Outcome)} (outcome.words)")

    def _reason(self, cells: Cells) -> str:
        by = self._by.outcome.reason
        if by is None or not cells[by.column].strip():
            return ""
        return said(by, cells, most=1000)

    def _times(self, cells: Cells) -> tuple[datetime, datetime]:
        by = self._by.time
        started = self._moment(by.started, cells)
        finished = self._moment(by.finished, cells)
        if by.duration is not None:
            column = by.duration.column
            seconds = self._numbers.measured(column, cells[column], _SECONDS).value
            if seconds is not None:
                if not 0 <= seconds < 1e8:
                    raise CellRefused(column, cells[column], "is no duration in seconds")
                lasted = timedelta(microseconds=int(Decimal(repr(seconds)) * 1_000_000))
                started, finished = (
                    (started, started + lasted) if started is not None else (self._known(finished) - lasted, finished)
                )
        start, end = self._known(started or finished), self._known(finished or started)
        if end < start and by.finished is not None:
            raise CellRefused(by.finished.column, cells[by.finished.column], "lies before the start of the run")
        return start, end

    def _known(self, moment: datetime | None) -> datetime:
        if moment is None:
            raise CellRefused("", "", "says neither when the run began nor when it ended")
        return moment

    def _moment(self, by: FromColumn | None, cells: Cells) -> datetime | None:
        return None if by is None else self._moments.at(by.column, cells[by.column])
