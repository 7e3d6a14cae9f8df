"""The code that a plan's values come from: its own module, its fixture, and every module of stations that they reach.

What a step calls from another module decides its values as much as what it does itself: a revision that pinned the
plan's file alone would call a changed measurement the same.
"""

import hashlib
import inspect
import sys
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

_PACKAGE = "stations."


def code_digest(roots: Iterable[ModuleType | None]) -> str:
    """SHA-256, in hex, of the source of these modules and of what they reach; None stands for code without a file."""
    reached = {module.__name__: module for module in roots if module is not None}
    pending = list(reached.values())
    while pending:
        for value in vars(pending.pop()).values():
            name = value.__module__ if inspect.isfunction(value) or inspect.isclass(value) else ""
            if name.startswith(_PACKAGE) and name not in reached:
                reached[name] = sys.modules[name]
                pending.append(reached[name])
    digest = hashlib.sha256()
    for name in sorted(reached):
        source = Path(inspect.getfile(reached[name])).read_bytes()
        digest.update(f"{name} {len(source)}\n".encode() + source)
    return digest.hexdigest()
