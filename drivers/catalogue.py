"""Which drivers there are: one file each, found by walking the folders. Adding a driver is adding its file."""

import difflib
import inspect
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Final

from drivers import capabilities
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

    Raises `UnknownDriver`, naming those whose names are close, or what the driver lacks of its own capability.
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
    _check_whole(name, found[0])
    return found[0]


def _check_whole(name: str, found: type[Driver]) -> None:
    """Refuse a driver that claims a capability that there is none of, or that has not all of its methods.

    A station asks whether a driver's methods are there, and takes its capability's name at its word.
    """
    claimed = getattr(found, "capability", "")
    if claimed not in capabilities.__all__:
        close = difflib.get_close_matches(claimed, capabilities.__all__, n=1, cutoff=0.4)
        hint = f"did you mean {close[0]}?" if close else "drivers/capabilities has them all"
        raise UnknownDriver(f"driver {name!r}: there is no capability {claimed!r}; {hint}")
    members = {member for member in dir(getattr(capabilities, claimed)) if not member.startswith("_")}
    missing = {member for member in members if not hasattr(found, member)}
    if inspect.isabstract(found):
        missing |= found.__abstractmethods__
    if missing:
        raise UnknownDriver(
            f"driver {name!r}: its class {found.__name__} is a {claimed} and lacks {', '.join(sorted(missing))}"
        )
