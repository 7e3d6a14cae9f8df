"""How a refusal names many things: a person reads it, and a record's text has an end."""

from collections.abc import Sequence

_SHOWN = 12


def listed(items: Sequence[str], between: str = "; ") -> str:
    """The first dozen, and how many more there are; all of them are in the evidence."""
    more = f"{between}and {len(items) - _SHOWN} more" if len(items) > _SHOWN else ""
    return between.join(items[:_SHOWN]) + more
