"""What can go wrong at a station, apart from what its instruments say.

    StationError
    |-- ConfigurationError     a file says something impossible; names file, key, problem and what to write (exit 2)
    |-- ScanRefused            a scan is no well-formed serial for this part (example: two scans run together)
    |-- PlanError              a plan, or a limit revision laid over it, cannot be run as declared (exit 2)
    |-- RecordError            a step recorded what it did not declare, twice, or in another unit
    |-- Fenced                 a step touched the bench after its lease was over
    |   |-- StepTimeout        it used up its time
    |   `-- RunStopped         somebody pressed STOP
    |-- GateRefused            the gate said no, and why
    |-- InstrumentWithdrawn    a shared instrument was not proven off by its last holder; no slot gets it any more
    |-- FaultLatched           an output was not proven off here; a person must reset that before anything is armed
    |-- CheckOverdue           the golden unit or the known-bad one has not been run as often as the station's file asks
    |-- FixtureWorn            the fixture has made as many runs as its contacts last
    |-- WrongFixture           another fixture stands here than the station's file names
    |-- ReplayRefused          a recorded run does not lead to its own record again (exit 1)
    `-- SpoolError             the spool cannot take or give a record; what it said it holds, it still holds
        |-- SpoolBusy          another agent owns the spool
        |-- SpoolFull          its disk is too full to begin new work; what is in flight can still end
        `-- SpoolDamaged       the spool contradicts itself or the centre; its file must be set aside

Every message names object, act, state and next step in one or two lines, for a person at the bench.
"""

import json
import re
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError


class StationError(Exception):
    """Base of everything a station raises on purpose; anything else is a bug."""


class ConfigurationError(StationError):
    """A configuration file cannot mean what it says."""


class ScanRefused(StationError):
    """What was scanned is no serial number of this part."""


class PlanError(StationError):
    """A plan cannot be bound to this product, or declares what cannot be judged."""


class RecordError(StationError):
    """A step recorded something that does not fit its declaration: the test is wrong, not the unit."""


class Fenced(StationError):
    """A step's lease is over: it may neither touch the bench nor record."""


class StepTimeout(Fenced):
    """A step did not end in time."""


class RunStopped(Fenced):
    """The run was told to stop."""


class GateRefused(StationError):
    """The gate does not allow this unit to be worked here now."""


class FaultLatched(StationError):
    """An output of this station was not proven off, and nobody has reset that since."""


class InstrumentWithdrawn(StationError):
    """A shared instrument may have a live output: no slot is granted it any more."""


class CheckOverdue(StationError):
    """A check with the golden or the known-bad unit is due, and no unit is worked before it comes out right."""


class ReplayRefused(StationError):
    """A recording does not lead to its own record: it was changed, or the code was."""


class FixtureWorn(StationError):
    """The fixture has made all the runs that its contacts last for; nothing is armed in it any more."""


class WrongFixture(StationError):
    """The fixture itself says that it is another one than the station's file names."""


class SpoolError(StationError):
    """The spool cannot take or give a record (example: disk full); nothing that was acknowledged is lost."""


class SpoolBusy(SpoolError):
    """Another process owns the spool."""


class SpoolFull(SpoolError):
    """The spool's disk is too full to begin new work; what has begun can still be recorded."""


class SpoolDamaged(SpoolError):
    """The spool's file or chain is broken, or the centre's chain differs from it."""


def explained(path: Path, kind: type[BaseModel], exc: ValidationError) -> ConfigurationError:
    """The first thing that pydantic found wrong in a file, in two lines for whoever writes it.

    Fields carry in their `examples` the TOML to write; a `ValueError` of a validator may carry it after a newline.
    """
    # A misspelt key is also a missing one: said first, the spelling explains both.
    errors = sorted(exc.errors(include_url=False), key=lambda e: e["type"] != "extra_forbidden")
    error, loc = errors[0], errors[0]["loc"]
    known, example = _around(kind, loc)
    remedy = f"write, for example: {example}" if example else ""
    if error["type"] == "extra_forbidden":
        near = get_close_matches(str(loc[-1]), known, 1)
        problem = f'unknown key; did you mean "{near[0]}"?' if near else "unknown key"
        remedy = f"the keys here are: {', '.join(known)}"
    elif error["type"] == "missing":
        problem, remedy = "is missing", remedy or "add it"
    elif error["type"] == "value_error":
        problem, _, own = str(error["ctx"]["error"]).partition("\n")
        remedy = own or remedy
    else:
        said = re.sub("^(Input|String|Value)", "it", error["msg"]).replace("an object", "a table")
        problem = f"{json.dumps(error['input']):.80} is refused: {said}"
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc if part != "[key]").lstrip(".")
    others = f" ({len(errors) - 1} more to mend in this file)" if len(errors) > 1 else ""
    return ConfigurationError(f"{path}: {key}{': ' if key else ''}{problem}\n{remedy}{others}".rstrip())


def _around(kind: Any, loc: Iterable[int | str]) -> tuple[list[str], str]:
    """The keys that the table holding `loc` may have, and an example of what to write at `loc` (may be empty)."""
    keys: list[str] = []
    example = ""
    for part in loc:
        while type(None) in get_args(kind) or hasattr(kind, "__metadata__"):
            kind = next(a for a in get_args(kind) if a is not type(None))
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            fields = {field.alias or name: field for name, field in kind.model_fields.items()}
            field = fields.get(str(part))
            keys, example, kind = list(fields), "", field and field.annotation
            if field is not None and field.examples:
                example = field.examples[0]
        else:
            # Mapping[str, X] and tuple[X, ...]: go on with X. Anything else has no keys to tell.
            arguments = get_args(kind)
            kind = arguments[0 if isinstance(part, int) else -1] if arguments else None
    return keys, example
