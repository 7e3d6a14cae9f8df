"""A recording of real instruments against the simulator: every question put again, every answer held beside the old.

A recording taken on real hardware says how that hardware answers; so it is also a test of whatever claims to be like
it. Nothing of the plan runs here: the bytes that went out then go out again, at the same moments of a virtual clock, to
the instruments of a simulated bench, with the same unit in its fixture.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from drivers.errors import InstrumentError
from drivers.recording import Recording, RecordingError, Row, content_of, load_recording
from drivers.smbus import SmbusBus
from drivers.transport import Transport
from stations.answer_match import Kind, Tolerance, difference, firmware_note
from stations.composition import simulate
from stations.config import SimulationConfig, StationConfig
from stations.errors import ConfigurationError
from stations.fixture import load_fixture
from stations.product import load_product
from stations.replay import renamed
from stations.run_recording import ORDER
from stations.simulated_unit import simulated_unit
from stations.simulation import virtual_clock

_READS: Final = frozenset({"read_line", "read_exactly", "stray", "read_block"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One answer that is another: in which row of the recording, to which question."""

    row: int
    wire: str
    kind: Kind
    question: str
    recorded: str
    simulated: str
    why: str


@dataclass(slots=True)
class Conformity:
    """What came of playing a recording: `answers` compared by wire, what differs, and what is worth knowing."""

    path: Path
    station: str
    rows: int
    answers: dict[str, int] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def conforms(self) -> bool:
        """Whether the simulator answered as was recorded."""
        return not self.differences


def conform(path: Path, config: StationConfig, tolerance: Tolerance) -> Conformity:
    """Play the recording's side of every wire to the simulator.

    Raises `RecordingError` for a file that cannot be read or was changed, `ConfigurationError` for a station that is
    not the one that was recorded, or that cannot be simulated.
    """
    recording = load_recording(path)
    if recording.damage is not None:
        raise RecordingError(
            f"recording {path}: row {recording.damage.row} was changed after it was recorded:"
            f" {recording.damage.problem}; take the file from where it was made"
        )
    station = str(recording.header.get("station"))
    if station != config.station:
        raise ConfigurationError(f"recording {path}: was made at {station}, and {config.path} is {config.station}")
    found = Conformity(path, station, len(recording.rows))
    config, wires = _simulable(renamed(config, recording.header), recording)
    clock = virtual_clock(datetime.fromisoformat(str(recording.header["started_at"])))
    product, kind = load_product(config.product), load_fixture(config.fixture.kind)
    bench = simulate(config, kind, product, clock, f"conform-{config.station}")
    try:
        for unit in _units(recording):
            bench.insert(simulated_unit(config, product, kind, [unit]))
        player = _Player(bench.place, wires, found, tolerance)
        began_s: float | None = None
        for row in recording.rows:
            if row.get("do") == "now" and "s" in row:
                began_s = float(row["s"]) if began_s is None else began_s
                clock.wait_until(float(row["s"]) - began_s)
            elif row.get("do") == "sleep":
                clock.sleep(float(row["s"]))
            elif "wire" in row:
                player.play(row)
    except (KeyError, TypeError, ValueError) as error:
        raise RecordingError(f"recording {path}: holds something that cannot be: {error!r}") from error
    finally:
        bench.close()
    return found


def _simulable(config: StationConfig, recording: Recording) -> tuple[StationConfig, dict[str, str]]:
    """The station as a simulated bench can be it, and where on that bench each recorded wire leads."""
    memories = load_fixture(config.fixture.kind).memories()
    wires: dict[str, str] = {}
    instruments = {}
    for role, one in config.instruments.items():
        name, mark, suffix = one.resource.partition("?")
        if "::" not in name:
            # A serial port or a bus of this machine has no place in the simulator's own world.
            scheme = "sim-i2c://" if role in memories else f"sim://conform-{config.station}/"
            wires.setdefault(name, scheme + role)
        instruments[role] = one.model_copy(update={"resource": wires.get(name, name) + mark + suffix})
    known = {one.resource.partition("?")[0] for one in config.instruments.values()}
    told = {str(row["wire"]) for row in recording.rows if "wire" in row}
    if strangers := sorted(told - known):
        raise ConfigurationError(
            f"recording {recording.path}: {', '.join(strangers)}: no instrument of {config.path} answers there\n"
            "give the station's file as it was when the recording was made"
        )
    seed = recording.header.get("seed")
    simulation = config.simulation or SimulationConfig(seed=seed if isinstance(seed, int) else 0)
    return config.model_copy(update={"instruments": instruments, "simulation": simulation}), wires


def _units(recording: Recording) -> Iterator[str]:
    for row in recording.rows:
        if row.get("do") == "run":
            yield ORDER.validate_json(json.dumps(row["order"])).unit.serial


class _Player:
    """Puts the recorded questions to the simulated instruments."""

    def __init__(self, place: Any, wires: dict[str, str], found: Conformity, tolerance: Tolerance) -> None:
        self._place = place
        self._wires = wires
        self._found = found
        self._tolerance = tolerance
        self._open: dict[str, Any] = {}
        self._asked: dict[str, str] = {}
        self._timeouts: dict[str, float] = {}

    def play(self, row: Row) -> None:
        """One row of a wire."""
        wire, do = str(row["wire"]), str(row["do"])
        if do == "open":
            self._reopen(wire, row)
            return
        if do == "write":
            self._asked[wire] = _shown(content_of(row)).strip()
        elif do in ("read_block", "write_block"):
            self._asked[wire] = f"{do} {row['address']:02X}h {row['register']:02X}h"
        try:
            answer = self._do(self._open[wire], do, wire, row)
        except InstrumentError as error:
            if "error" not in row:
                self._differs(row, "silence", f"{type(error).__name__}: {error}", "the simulator does not answer")
            return
        if do not in _READS:
            return
        self._found.answers[wire] = self._found.answers.get(wire, 0) + 1
        if "error" in row:
            self._differs(row, "silence", _shown(answer), "nothing was answered then")
        else:
            self._compare(row, content_of(row), answer)

    def _reopen(self, wire: str, row: Row) -> None:
        name = self._wires.get(wire, wire)
        if name.startswith("sim-i2c://"):
            self._open[wire] = self._place.smbus(name)
            return
        timeout_s = self._timeouts[wire] = float(row.get("timeout_s", 10.0))
        terminator = str(row.get("terminator", "\n")).encode("latin-1")
        rate = int(row.get("baud_rate", 9600))
        self._open[wire] = self._place.transport(name, timeout_s, baud_rate=rate, terminator=terminator)

    def _do(self, opened: Any, do: str, wire: str, row: Row) -> bytes:
        if do in ("read_block", "write_block"):
            bus: SmbusBus = opened
            if do == "read_block":
                return bus.read_block(row["address"], row["register"], row["length"])
            bus.write_block(row["address"], row["register"], bytes.fromhex(row["hex"]))
            return b""
        if do == "close":
            opened.close()
            return b""
        pipe: Transport = opened
        match do:
            case "write":
                if stray := pipe.take_stray():
                    self._differs(row, "unasked", _shown(stray), "the simulator had said more")
                pipe.write(content_of(row))
            case "read_line":
                return pipe.read_line(self._timeouts[wire])
            case "read_exactly":
                return pipe.read_exactly(row["count"], self._timeouts[wire])
            case "stray":
                return pipe.take_stray()
            case "clear":
                pipe.clear()
            case "reopen":
                pipe.reopen()
        return b""

    def _compare(self, row: Row, recorded: bytes, simulated: bytes) -> None:
        if recorded == simulated:
            return
        if not (_is_text(recorded) and _is_text(simulated)):
            if len(recorded) != len(simulated):
                why = f"{len(recorded)} bytes recorded, {len(simulated)} simulated"
                self._differs(row, "length", _shown(simulated), why)
            return
        question, theirs, ours = self._asked.get(str(row["wire"]), ""), recorded.decode(), simulated.decode()
        if (found := difference(question, theirs, ours, self._tolerance)) is not None:
            self._differs(row, found[0], ours, found[1])
        elif note := firmware_note(question, theirs, ours):
            self._found.notes.append(f"{row['wire']}: {note}")

    def _differs(self, row: Row, kind: Kind, simulated: str, why: str) -> None:
        recorded = f"{row['error']}: {row.get('message')}" if "error" in row else ""
        if "text" in row or "hex" in row:
            recorded = _shown(content_of(row))
        wire = str(row["wire"])
        asked = self._asked.get(wire, "")
        self._found.differences.append(Difference(int(row["n"]), wire, kind, asked, recorded, simulated, why))


def _is_text(content: bytes) -> bool:
    return content.isascii() and content.decode("ascii").strip("\r\n\t").isprintable()


def _shown(content: bytes) -> str:
    return content.decode("ascii") if _is_text(content) else content.hex(" ")
