"""Which instruments can be simulated: one file each in `instruments`, found by walking the folder."""

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from sim_hardware.byte_device import ByteDevice
from sim_hardware.instruments.power_instrument import PowerInstrument
from sim_hardware.instruments.serial_instrument import SerialInstrument
from sim_hardware.instruments.signal_instrument import SignalInstrument
from sim_hardware.instruments.world_instrument import WorldInstrument

_HERE = Path(__file__).with_name("instruments")


class UnknownModel(ValueError):
    """No simulated instrument of this name."""


@cache
def instrument_models() -> dict[str, type[Any]]:
    """Every simulated instrument by its module's name.

    A model is the class of its module that is a `WorldInstrument`, or a `ByteDevice` for what speaks no SCPI.
    """
    found: dict[str, type[Any]] = {}
    for file in sorted(_HERE.glob("*.py")):
        module = import_module(f"sim_hardware.instruments.{file.stem}")
        for thing in vars(module).values():
            if isinstance(thing, type) and thing.__module__ == module.__name__ and _is_model(thing):
                found[file.stem] = thing
    return found


def instrument_model(name: str) -> type[Any]:
    """The simulated instrument of this name. Raises `UnknownModel` naming those there are."""
    try:
        return instrument_models()[name]
    except KeyError:
        raise UnknownModel(f"no simulated instrument {name!r}; known: {', '.join(instrument_models())}") from None


def _is_model(thing: type) -> bool:
    bases = (WorldInstrument, PowerInstrument, SerialInstrument, SignalInstrument)
    return thing not in bases and (issubclass(thing, WorldInstrument) or issubclass(thing, ByteDevice))
