"""A limit revision: limits that quality released over a plan's own, as data with a name.

A plan's limits change more often than its steps and by other hands; the overlay is part of the plan revision's
digest, so a run always says which limits judged it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, FiniteFloat, model_validator

from mes.records import Document, Name, Text
from stations.config import FileDocument, Identifier, load_document
from stations.config_values import FrozenMapping


class LimitOverlay(Document):
    """The limits of one measurand as released, inclusive, in `unit`.

    It states the whole band: a side that is left out is no limit, whatever the plan said.
    """

    low: FiniteFloat | None = Field(default=None, examples=["low = -19.0"])
    high: FiniteFloat | None = Field(default=None, examples=["high = 0.5"])
    unit: Name = Field(examples=['unit = "dB", or unit = "1" for a ratio or a count'])
    clause: Text = Field(default="", examples=['clause = "deviation 2027-014"'])

    @model_validator(mode="after")
    def _is_a_band(self) -> Self:
        if self.low is None and self.high is None:
            raise ValueError("neither low nor high: it would judge nothing\nwrite low, high or both")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(
                f"low {self.low:g} {self.unit} is above high {self.high:g} {self.unit}: nothing could pass\n"
                "exchange them, or correct the wrong one"
            )
        return self


class LimitRevision(FileDocument):
    """Limits laid over those of one plan, under a name that every record repeats."""

    name: Name = Field(alias="revision", examples=['revision = "R2-19dB"'])
    plan: Identifier = Field(examples=['plan = "dac_50g_lane_test"'])
    part: Name | None = Field(default=None, examples=['part = "DAC-50G-LANE"'])
    """The part it was released for; None for every part that the plan tests."""
    limits: Annotated[Mapping[Name, LimitOverlay], *FrozenMapping] = Field(
        min_length=1, examples=["[limits.sdd21_nyquist_lane_1] with low or high and a unit"]
    )


def load_limit_revision(path: Path) -> LimitRevision:
    """The limit revision in a TOML file. Raises `ConfigurationError`."""
    return load_document(path, LimitRevision)
