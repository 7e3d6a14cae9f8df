"""The commands of an instrument class: every legal spelling of every header, and the method behind it.

Built once when the class is defined, so that a wrong pattern is found at import and not on the first message.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import get_args

from sim_hardware.scpi_grammar import Form, header_candidates, header_forms, patterns_of


@dataclass(frozen=True, slots=True)
class Signature:
    """What a method takes: suffixes and parameters (`required` to `accepted`), and whether a block may be one."""

    suffixes: int
    required: int
    accepted: float
    takes_blocks: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One spelling in the table: the name of its method (a subclass may override it) and the time it costs (s)."""

    method: str
    form: Form
    delay: float
    signature: Signature


@dataclass(frozen=True, slots=True)
class Command:
    """A received header, resolved: what to call with which suffixes."""

    call: Callable[..., "str | bytes | None"]
    suffixes: tuple[int, ...]
    delay: float
    required: int
    accepted: float
    takes_blocks: bool


def command_table(device: type) -> dict[str, Entry]:
    """Give every spelling of every header a class answers to; a subclass takes precedence over what it inherits.

    Raises TypeError when one class gives a spelling to two methods, or when a method takes fewer arguments than its
    pattern has suffixes; ValueError for a malformed pattern.
    """
    table: dict[str, Entry] = {}
    for owner in reversed(device.__mro__):
        own: dict[str, Entry] = {}
        for name, method in vars(owner).items():
            for pattern in patterns_of(method):
                signature = _signature(method, pattern.text.count("#"))
                for form in header_forms(pattern.text):
                    first = own.setdefault(form.header, Entry(name, form, pattern.delay, signature)).method
                    if first != name:
                        raise TypeError(f"{owner.__name__}: {form.header} belongs to both {first} and {name}")
        table.update(own)
    return table


def resolve(table: Mapping[str, Entry], device: object, header: str) -> Command | None:
    """Find the command of an absolute upper-case header, None when there is none.

    A suffix that was not written, alone or with its optional node, is 1 (SCPI-99 volume 1, 6.2.5.2).
    """
    for key, read in header_candidates(header):
        entry = table.get(key)
        if entry is None:
            continue
        signature = entry.signature
        suffixes = [1] * signature.suffixes
        for slot, value in zip(entry.form.slots, read, strict=True):
            suffixes[slot] = value
        return Command(
            getattr(device, entry.method),
            tuple(suffixes),
            entry.delay,
            signature.required,
            signature.accepted,
            signature.takes_blocks,
        )
    return None


def _signature(method: Callable[..., object], suffixes: int) -> Signature:
    parameters = list(inspect.signature(method).parameters.values())[1:]
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    endless = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    if len(positional) < suffixes and not endless:
        raise TypeError(f"{method.__qualname__} takes {len(positional)} arguments, its pattern has {suffixes} suffixes")
    required = max(0, sum(p.default is p.empty for p in positional) - suffixes)
    accepted = float("inf") if endless else len(positional) - suffixes
    takes_blocks = any(p.annotation is bytes or bytes in get_args(p.annotation) for p in parameters)
    return Signature(suffixes, required, accepted, takes_blocks)
