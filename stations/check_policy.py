"""What a station's file demands of its own testers: a golden unit that must pass, a known-bad one that must not.

A tester that has gone deaf passes everything, and a run of good units never tells. So a golden unit is measured under
limits of its own, narrower than the product's, and a known-bad one shows that hipot and bond testers still see.
"""

from typing import Self

from pydantic import Field, FiniteFloat, model_validator

from mes.records import Document, Name
from stations.config_values import ExistingFile, Table

SHIFT_S = 28800.0
"""A shift of eight hours, in seconds: how long a check holds unless the file says otherwise."""


class GoldenConfig(Document):
    """The golden unit: it must pass every `every_s` seconds, under `limits` if the file names any."""

    serial: Name = Field(examples=['serial = "DAC0000000"'])
    limits: ExistingFile | None = Field(default=None, examples=['limits = "golden.toml"'])
    """A limit revision for the golden unit alone, laid over the plan's limits instead of the station's."""
    every_s: FiniteFloat = Field(default=SHIFT_S, gt=0, examples=["every_s = 28800.0"])


class ChallengeConfig(Document):
    """The known-bad unit: every `every_s` seconds it must fail, by `must_fail` and by nothing else."""

    serial: Name = Field(examples=['serial = "DAC0000001"'])
    must_fail: Name = Field(examples=['must_fail = "withstand_judgement"'])
    """The measurand that must be out of its limits."""
    every_s: FiniteFloat = Field(default=SHIFT_S, gt=0, examples=["every_s = 28800.0"])
    defect: Table | None = Field(default=None, examples=['defect = {kind = "NickedInsulation", volt = 1500.0}'])
    """What is wrong with it, on a simulated bench; a real unit brings its own."""

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if self.defect is not None and not isinstance(self.defect.get("kind"), str):
            raise ValueError('defect has no kind\nwrite, for example: {kind = "NickedInsulation", volt = 1500.0}')
        return self
