"""What a map may say: how the columns of somebody's table become runs.

Wherever a map takes a `Said`, a text stands for itself on every line, and a table names the column that says it.
A `[[measurand]]` names a column of its own (one line a run), `[measurements]` the columns in which measurands are
listed one below the other (several lines a run).
"""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, FiniteFloat, model_validator

from mes.records import Document, Name, Text
from mes.vocabulary import OWN_MAKER, CollectionMode, Outcome

NOT_RECORDED: Final = "not recorded"
"""Written where history does not say who, or at which fixture."""

HISTORY_NAME: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
"""A name that a source can carry; no blank, no @."""

Column = Annotated[str, Field(min_length=1, max_length=200)]


class FromColumn(Document):
    """A column; `words` puts our words for those in the file, `empty` is said where the cell is empty."""

    column: Column
    words: dict[str, Name] = {}
    empty: Name | None = None


Said = Name | FromColumn
Limit = FiniteFloat | FromColumn | None


class FileForm(Document):
    """How the file is written."""

    encoding: Name = "utf-8"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    quote: Annotated[str, Field(min_length=1, max_length=1)] = '"'
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ".", ",", " ", "'"] = ""
    skip_lines: int = Field(default=0, ge=0, le=10_000)
    """Lines above the column names."""
    columns: tuple[Column, ...] = ()
    """The column names, where the file has none."""
    longest_line: int = Field(default=65_536, ge=100, le=2**24)
    """Characters in a line, quoted line breaks counted in; more is taken for a quote that was never closed."""
    missing: tuple[str, ...] = ("",)
    """What stands in a cell of a value that was not measured."""
    over: tuple[str, ...] = ()
    """What stands where a value left the range upwards."""
    under: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _marks_differ(self) -> Self:
        if len({self.delimiter, self.quote, self.decimal}) < 3 and self.delimiter != self.decimal:
            raise ValueError("delimiter, quote and decimal mark must differ")
        if self.thousands == self.decimal:
            raise ValueError("the thousands mark cannot be the decimal mark")
        return self


class UnitColumns(Document):
    """Which unit a line is about."""

    maker: Said = OWN_MAKER
    part: Said
    revision: Said
    serial: FromColumn
    enters_at: Name | None = None
    """The operation at which these units enter their route, where the history has none of what lies before."""


class RunColumns(Document):
    """Where and by whom."""

    operation: Said
    station: Said
    fixture: Said = NOT_RECORDED
    operator: Said = NOT_RECORDED
    number: FromColumn | None = None
    """A column that tells runs apart which share unit, operation and start."""


class TimeColumns(Document):
    """When: the start or the end, and perhaps both or how long it took."""

    started: FromColumn | None = None
    finished: FromColumn | None = None
    duration: FromColumn | None = None
    """Seconds."""
    format: Name = "iso"
    """`iso`, `unix` (seconds), or as strptime writes it: %d.%m.%Y %H:%M:%S."""
    zone: Name | None = None
    """IANA name or +08:00, for times that do not say theirs."""
    ambiguous: Literal["refuse", "earlier", "later"] = "refuse"
    """Which of the two an hour is that a clock shows twice in autumn."""

    @model_validator(mode="after")
    def _some_time(self) -> Self:
        if self.started is None and self.finished is None:
            raise ValueError("name the column of the start or of the end")
        if self.duration is not None and self.started is not None and self.finished is not None:
            raise ValueError("start, end and duration: two of them say the third")
        return self


class OutcomeColumns(Document):
    """How a run ended: the column and its words, or nothing but the limits of the file."""

    column: Column | None = None
    words: dict[str, Outcome] = {}
    from_limits: bool = False
    """There is no such column: what lies outside its limits failed."""
    from_measurements: bool = False
    """There is no such column: the worst outcome of its lines is the run's (`measurements.outcome`)."""
    contradictions: Literal["keep", "refuse"] = "keep"
    """What becomes of a run whose stated outcome its own limits contradict."""
    reason: FromColumn | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.column is not None) + self.from_limits + self.from_measurements != 1:
            raise ValueError(
                "say one of: column, where the file tells how a run ended; from_limits = true; from_measurements = true"
            )
        if self.from_limits and (self.words or self.contradictions == "refuse"):
            raise ValueError("nothing is stated where the limits decide: leave words and contradictions out")
        return self


class PlanWords(Document):
    """What the test was called."""

    name: Said | None = None
    """Without it: the operation."""
    revision: Said = "imported"
    limit_revision: Said | None = None
    """Without it: a name made of the limits themselves."""


class WideMeasurand(Document):
    """A column of values."""

    name: Name
    column: Column
    unit: Text = ""
    """The unit in which the file has it; stored in SI without prefix."""
    low: Limit = None
    high: Limit = None
    nominal: FiniteFloat | None = None
    text: bool = False
    equals: Text | None = None
    one_of: tuple[Text, ...] | None = None
    required: bool = True
    clause: Text = ""

    @model_validator(mode="after")
    def _of_one_kind(self) -> Self:
        numeric = any(one is not None for one in (self.low, self.high, self.nominal)) or bool(self.unit)
        if self.text and numeric:
            raise ValueError("a text has no unit and no band")
        if not self.text and (self.equals is not None or self.one_of is not None):
            raise ValueError("equals and one_of are for a text: write text = true")
        if not self.text and not self.unit:
            raise ValueError('a number needs its unit; write unit = "1" for a ratio or a count, or text = true')
        low, high = self.low, self.high
        if isinstance(low, float) and isinstance(high, float) and low > high:
            raise ValueError(f"low {low:g} is above high {high:g}")
        return self


class TidyMeasurements(Document):
    """The columns of a table with one value a line."""

    name: FromColumn
    value: FromColumn
    unit: Said | None = None
    """Without it every value is a text."""
    low: FromColumn | None = None
    high: FromColumn | None = None
    outcome: FromColumn | None = None
    """How this value was judged, in the words of [outcome]."""
    texts: tuple[Name, ...] = ()
    """Measurands that are texts."""


class Instrument(Document):
    """An instrument that took part."""

    role: Name
    model: Said
    serial: Said


class ImportMap(Document):
    """The whole map."""

    name: Annotated[str, Field(pattern=HISTORY_NAME)]
    """What the team calls this history: its records come from the source `import/NAME@…`."""
    simulated: bool = False
    collection: CollectionMode = CollectionMode.AUTO
    file: FileForm = FileForm()
    unit: UnitColumns
    run: RunColumns
    time: TimeColumns
    outcome: OutcomeColumns
    plan: PlanWords = PlanWords()
    measurand: tuple[WideMeasurand, ...] = ()
    measurements: TidyMeasurements | None = None
    instrument: tuple[Instrument, ...] = ()

    @model_validator(mode="after")
    def _one_layout(self) -> Self:
        if bool(self.measurand) == (self.measurements is not None):
            raise ValueError("write [[measurand]] for a column each, or [measurements] for a line each, not both")
        values = self.measurements
        if self.outcome.from_measurements and (values is None or values.outcome is None):
            raise ValueError("from_measurements needs measurements.outcome")
        if self.outcome.from_limits and not self._has_limits():
            raise ValueError("from_limits needs limits: no measurand has any, so nothing could fail")
        return self

    def _has_limits(self) -> bool:
        if self.measurements is not None:
            return self.measurements.low is not None or self.measurements.high is not None
        return any(limit is not None for one in self.measurand for limit in (one.low, one.high, one.equals, one.one_of))
