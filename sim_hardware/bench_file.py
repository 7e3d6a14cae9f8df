"""A simulated bench from a file, for programs that know nothing of stations: instruments, and wires between them.

    name = "my-bench"
    wires = [["meter:HI", "relays:0.COM"], ["meter:LO", "relays:0.NO"]]

    [simulation]
    seed = 7
    speed = 1.0                           # how much faster than the wall clock; 1.0 unless given

    [instruments.meter]
    model = "keithley_dmm6500"            # a module of sim_hardware.instruments
    resource = "TCPIP0::meter::inst0::INSTR"
    serial = "04412345"
    options.language = "SCPI"             # those of the model

A station's file with [simulation] is one too: its `driver` names the model. What joins its instruments is its fixture
and its unit, which belong to the station: here they stand side by side, with nothing between their terminals, and its
two-wire memories, which sit in the unit, are left out. `station simulate` serves such a bench whole.
"""

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sim_hardware.bench import BenchError, SimulatedBench
from sim_hardware.clock import ScaledClock

SHOWCASE: Final = Path(__file__).with_name("showcase.toml")
"""A bench with one of each."""

_INSTRUMENT_KEYS: Final = frozenset(
    {"model", "driver", "resource", "serial", "options", "calibration_due", "timeout_s"}
)


class BenchFileError(ValueError):
    """A bench file cannot be read, or says something that no bench can be."""


def read_bench_file(path: Path) -> dict[str, Any]:
    """The tables of a bench file, checked. Raises `BenchFileError`."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BenchFileError(f"{path}: cannot be read: {error.strerror}; check the path") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BenchFileError(f"{path}: is no TOML: {error}") from error
    simulation, instruments = content.get("simulation"), content.get("instruments")
    if not isinstance(simulation, dict) or not isinstance(simulation.get("seed"), int):
        raise BenchFileError(f"{path}: its bench is real: write [simulation] with a seed, for example seed = 7")
    speed = simulation.get("speed", 1.0)
    if not isinstance(speed, int | float) or not speed > 0:
        raise BenchFileError(f"{path}: simulation.speed: {speed!r} is no speed; write a number above 0")
    if not isinstance(instruments, dict) or not instruments:
        raise BenchFileError(f"{path}: has no instruments: write [instruments.meter] with a model and a resource")
    for role, one in instruments.items():
        if not isinstance(one, dict) or not isinstance(one.get("model", one.get("driver")), str):
            raise BenchFileError(f"{path}: instruments.{role}: has no model, such as keithley_dmm6500")
        if not isinstance(one.get("resource"), str):
            raise BenchFileError(f"{path}: instruments.{role}: has no resource, such as TCPIP0::{role}::inst0::INSTR")
        if strangers := sorted(set(one) - _INSTRUMENT_KEYS):
            raise BenchFileError(f"{path}: instruments.{role}: {', '.join(strangers)}: unknown; correct or leave out")
    for wire in content.get("wires", []):
        if not isinstance(wire, list) or len(wire) != 2 or not all(isinstance(end, str) for end in wire):
            raise BenchFileError(
                f"{path}: wires: {wire!r} does not join two terminals, such as [meter:HI, relays:0.COM]"
            )
    return content


def bench_from(path: Path) -> SimulatedBench:
    """The bench of a file, on wall time. Raises `BenchFileError`, `registry.BenchNameTaken`."""
    content = read_bench_file(path)
    simulation: Mapping[str, Any] = content["simulation"]
    name = str(content.get("name", content.get("station", path.stem)))
    bench = SimulatedBench(name, simulation["seed"], ScaledClock(datetime.now(UTC), simulation.get("speed", 1.0)))
    try:
        for role, one in content["instruments"].items():
            if one["resource"].startswith(("sim-i2c://", "/dev/i2c")):
                continue
            model = str(one.get("model", one.get("driver"))).rpartition("/")[2]
            options = {option: numbered(value) for option, value in one.get("options", {}).items()}
            bench.add_instrument(role, model, one["resource"], str(one.get("serial", "")), **options)
        for a, b in content.get("wires", []):
            bench.wire(a, b)
    except (BenchError, ValueError, TypeError) as error:
        bench.close()
        raise BenchFileError(f"{path}: {error}") from error
    return bench


def numbered(value: Any) -> Any:
    """A table of slots, channels or elements: TOML keys are texts, and these are numbers."""
    if isinstance(value, Mapping) and all(key.isdecimal() for key in value):
        return {int(key): item for key, item in value.items()}
    return value
