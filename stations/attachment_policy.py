"""Which attachments of a run are kept: what a station's file says, and the rule that it means.

A step attaches whatever it judged by; a line that tests thousands of good units a day need not keep every sweep of
them. What is not kept is not even encoded.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import Final

from pydantic import Field

from mes.records import Document
from mes.vocabulary import Outcome

LARGEST: Final = 64_000_000
"""Bytes of the largest attachment: far above any sweep, far below what fills a disk in a shift."""


class Keep(StrEnum):
    """Which attachments are kept."""

    ALL = "all"
    FAILED = "failed"
    """Those of attempts that did not pass; of one that failed, those that show a measurand out of limits."""
    NONE = "none"


class AttachmentsConfig(Document):
    """What a station keeps of the waveforms and sweeps that it judged by."""

    keep: Keep = Field(default=Keep.FAILED, examples=['keep = "failed"'])


def is_kept(keep: Keep, outcome: Outcome, shows: Collection[str], failed: Collection[str]) -> bool:
    """Whether an attachment is kept of an attempt that ended so.

    `shows` are the measurands that were judged by it (none: all of the step's), `failed` those that were out of limits.
    An attempt that came to no end keeps everything: nobody knows yet what will explain it.
    """
    if keep is not Keep.FAILED or outcome is Outcome.PASSED:
        return keep is Keep.ALL
    return outcome is not Outcome.FAILED or not shows or not set(shows).isdisjoint(failed)
