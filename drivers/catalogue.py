"""Which drivers there are: one file each, found by walking the folders. Adding a driver is adding its file."""

import difflib
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Final

from drivers.driver import Driver
from drivers.errors import InstrumentError

_HERE: Final = Path(__file__).parent
_NO_DRIVERS: Final = frozenset({"capabilities", "device_documents"})
"""The folders that say what instruments can do and what devices tell about themselves; they hold no driver."""


class UnknownDriver(InstrumentError):
    """No driver of this name."""


@cache
def driver_names() -> tuple[str, ...]:
    """Every driver as "folder/file", sorted."""
    files = (file for file in _HERE.glob("*/*.py") if file.parent.name not in _NO_DRIVERS)
    return tuple(sorted(f"{file.parent.name}/{file.stem}" for file in files if not file.stem.startswith("_")))


def driver_class(name: str) -> type[Driver]:
    """The driver of this name, imported only now.

    Raises `UnknownDriver`, naming those whose names are close.
    """
    if name not in driver_names():
        close = difflib.get_close_matches(name, driver_names(), n=3, cutoff=0.4) or list(driver_names())
        raise UnknownDriver(f"driver {name!r}: no such driver; did you mean {' or '.join(close)}?")
    module = import_module(f"drivers.{name.replace('/', '.')}")
    found = [
        thing
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, Driver) and thing.__module__ == module.__name__
    ]
    if len(found) != 1:
        raise UnknownDriver(f"driver {name!r}: its file defines {len(found)} drivers; a driver file defines one")
    return found[0]
