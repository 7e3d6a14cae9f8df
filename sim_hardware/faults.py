"""Faults of the wire, injected by seeded rules: what drivers must survive and benches really do.

A `Fault` says what happens and to which messages; a `FaultPlan` belongs to a bench, holds the rules of each resource
and one random stream per resource, so that a rule added to one instrument shifts nothing on another.
"""

import random
import re
from dataclasses import dataclass
from typing import Literal, get_args

FaultKind = Literal[
    "drop",  # the answer never comes
    "delay",  # the answer comes `seconds` later
    "garbage",  # `count` bytes of the answer are replaced
    "truncate",  # only the first `count` bytes come, without terminator
    "split",  # the answer comes in two parts, `seconds` apart
    "stale",  # the previous answer comes instead
    "duplicate",  # the answer comes twice
    "close",  # the peer drops the link
    "error",  # the instrument refuses: `code` and `text` go to its error queue, nothing is executed
    "identity",  # another instrument answers: `identity` comes in place of the answer to `*IDN?`
    "answer",  # `text` comes in place of the answer
    "unplugged",  # the message never arrives and is not carried out (a device without SCPI: as drop)
]


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule: `kind` happens to messages in which the pattern `match` is found (case ignored).

    `nth` picks one occurrence among the matching messages, counted from 1, None all of them; of those picked each
    is hit with `probability`. For a device without SCPI the messages are what it sends. Raises ValueError for a rule
    that cannot work.
    """

    kind: FaultKind
    match: str = ""
    nth: int | None = None
    probability: float = 1.0
    seconds: float = 0.05
    count: int = 1
    code: int = -310
    text: str = "System error"
    identity: str = ""

    def __post_init__(self) -> None:
        if self.kind not in get_args(FaultKind):
            raise ValueError(f"unknown fault {self.kind!r}; known: {', '.join(get_args(FaultKind))}")
        if self.nth is not None and self.nth < 1:
            raise ValueError(f"fault {self.kind!r}: occurrences count from 1, got nth={self.nth}")
        if not 0 <= self.probability <= 1:
            raise ValueError(f"fault {self.kind!r}: probability {self.probability!r} is outside [0, 1]")
        if not self.seconds >= 0 or self.count < 0:
            raise ValueError(f"fault {self.kind!r}: seconds={self.seconds!r} and count={self.count} cannot be negative")
        if self.kind == "identity" and not self.identity:
            raise ValueError("fault 'identity': give the identity that answers instead")
        try:
            re.compile(self.match)
        except re.error as error:
            raise ValueError(
                f"fault {self.kind!r}: {self.match!r} is no regular expression ({error}); escape * and ?"
            ) from error


class FaultRules:
    """The rules of one resource, and how often each has been met; shared by all its sessions."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self._rules: list[tuple[Fault, re.Pattern[str]]] = []
        self._met: list[int] = []

    def add(self, fault: Fault) -> None:
        """Add a rule, counting from now."""
        self._rules.append((fault, re.compile(fault.match, re.IGNORECASE)))
        self._met.append(0)

    def clear(self) -> None:
        """Remove all rules."""
        self._rules.clear()
        self._met.clear()

    def strike(self, message: str) -> list[Fault]:
        """Count a message and give the faults that hit it, in the order they were added."""
        hits: list[Fault] = []
        for index, (fault, pattern) in enumerate(self._rules):
            if not pattern.search(message) or (fault.kind == "identity" and "*IDN?" not in message.upper()):
                continue
            self._met[index] += 1
            if fault.nth is not None and fault.nth != self._met[index]:
                continue
            if fault.probability < 1 and self.rng.random() >= fault.probability:
                continue
            hits.append(fault)
        return hits

    def __len__(self) -> int:
        return len(self._rules)


class FaultPlan:
    """All fault rules of a bench, by resource name, as the bench spells it."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._by_resource: dict[str, FaultRules] = {}

    def rules(self, resource: str) -> FaultRules:
        """The rules of one resource, empty at first."""
        if resource not in self._by_resource:
            self._by_resource[resource] = FaultRules(random.Random(f"{self._seed}/faults/{resource}"))
        return self._by_resource[resource]

    def inject(self, resource: str, fault: Fault) -> None:
        """Add a rule for one resource; sessions already open feel it too."""
        self.rules(resource).add(fault)

    def clear(self) -> None:
        """Remove every rule of every resource."""
        for rules in self._by_resource.values():
            rules.clear()
