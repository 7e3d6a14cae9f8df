"""Contactors that tell where they are: mirror contacts, and what a fixture makes of them.

A relay card knows what its coils are told, and nothing of a contact that has welded. A mirror contact (IEC 60947-4-1
Annex F), or the break contact of a relay with forcibly guided contacts (IEC 61810-3), cannot be closed while a main
contact is: in series on an input line, high while all of them are open, they show a welded contactor. A broken wire
reads as one, which is the safe side. A contact that is burnt away they do not show; current must.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from drivers.capabilities import DigitalIo
from drivers.clock import Clock

_DROP_OUT_S = 0.1
"""How long a contactor may take to fall (inferred: several times what makers give for the sizes of a fixture)."""


@dataclass(frozen=True, slots=True)
class MirrorLoop:
    """The contactors of one purpose whose mirror contacts lie in series on one input line, counted from 0."""

    name: str
    role: str
    contactors: tuple[int, ...]
    line: int

    def __str__(self) -> str:
        first, *_, last = (*self.contactors, *self.contactors[-1:])
        among = f"{first} to {last}" if len(self.contactors) > 2 else ", ".join(map(str, self.contactors))
        return f"{self.name} ({self.role} {among})"


def closed_loops(
    loops: Sequence[MirrorLoop],
    instruments: Mapping[str, object],
    role: str,
    clock: Clock,
    names: Collection[str] | None = None,
) -> tuple[MirrorLoop, ...]:
    """The loops (of these names, or all) with a contactor that does not tell that it is open, read by `role`.

    One that has just been opened is given the time to fall. Raises `InstrumentError` when the lines cannot be read.
    """
    wanted = [loop for loop in loops if names is None or loop.name in names]
    if not wanted:
        return ()
    inputs, lines = cast(DigitalIo, instruments[role]), [loop.line for loop in wanted]
    levels = inputs.read_inputs(lines)
    if not all(levels):
        clock.sleep(_DROP_OUT_S)
        levels = inputs.read_inputs(lines)
    return tuple(loop for loop, is_high in zip(wanted, levels, strict=True) if not is_high)


def told_closed(loops: Sequence[MirrorLoop]) -> str:
    """Which contactors are not open, for a person."""
    names = ", ".join(map(str, loops))
    return f"contactor {names} is not open: its mirror contact says closed; take the energy away, then replace it"
