"""A limit revision that is only considered: the same TOML file that a station lays over a plan's own limits.

It is read here again and not through the stations' code: the centre knows no station. What it holds is the contract.
"""

import tomllib
from pathlib import Path

from pydantic import Field, FiniteFloat, ValidationError

from mes.command_line import CommandError
from mes.records.document import Document, Name, Text


class ProposedBand(Document):
    """The whole band of one measurand, inclusive, in `unit`; a side that is left out is no limit."""

    low: FiniteFloat | None = None
    high: FiniteFloat | None = None
    unit: Name
    clause: Text = ""


class LimitProposal(Document):
    """Limits over those of one plan, under the name that they would get."""

    revision: Name
    plan: Name
    part: Name | None = None
    limits: dict[Name, ProposedBand] = Field(min_length=1)


def load_limit_proposal(path: Path) -> LimitProposal:
    """The proposal in a TOML file. Raises `CommandError` with what is wrong and where."""
    try:
        proposal = LimitProposal.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CommandError(f"{path}: cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise CommandError(
            f"{path}: {where}: {first['msg']}; see the example limit revisions of the stations"
        ) from error
    for name, band in proposal.limits.items():
        if band.low is None and band.high is None:
            raise CommandError(f"{path}: limits.{name}: neither low nor high; it would judge nothing")
        if band.low is not None and band.high is not None and band.low > band.high:
            raise CommandError(f"{path}: limits.{name}: low {band.low:g} is above high {band.high:g}")
    return proposal
