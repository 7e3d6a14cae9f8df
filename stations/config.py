"""A station's configuration: TOML read strictly into frozen documents, of which station.toml is the first.

What a file may say is a pydantic model; whatever it says otherwise becomes a `ConfigurationError` of at most two
lines: file, dotted key and problem, then what to write instead. Products and limit revisions are read the same way.
"""

import hashlib
import json
import math
import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

from pydantic import Field, FiniteFloat, PrivateAttr, ValidationError, model_validator

from mes.records import Document, Name
from stations.attachment_policy import AttachmentsConfig
from stations.check_policy import ChallengeConfig, GoldenConfig
from stations.config_values import ExistingFile, ExistingFolder, FrozenMapping, Table
from stations.errors import ConfigurationError, explained

SIMULATED_RESOURCES = ("sim://", "sim-i2c://", "sim-i2c+tcp://")
"""How the resources begin that only a simulated bench answers; VISA names are the same on both benches."""


def digest_of(content: Any) -> str:
    """SHA-256, in hex, of plain content written as JSON in one canonical way."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


class FileDocument(Document):
    """A document that was read from a file."""

    _path: Path = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        """Remember the file."""
        self._path = context["path"]

    @property
    def path(self) -> Path:
        """The file, absolute."""
        return self._path

    @property
    def digest(self) -> str:
        """SHA-256 of what the file means, defaults included; its comments and layout do not count."""
        return digest_of(self.model_dump(mode="json", context={"path": self.path}))


F = TypeVar("F", bound=FileDocument)


def load_document(path: Path, kind: type[F]) -> F:
    """The document of this kind in a TOML file. Raises `ConfigurationError`."""
    path = path.expanduser().absolute()
    content = json.dumps(_plain(path, "", _read(path)))
    try:
        # JSON, because its strict mode takes a list for a tuple and a text for a path, and still no "7" for a 7.
        return kind.model_validate_json(content, strict=True, context={"path": path})
    except ValidationError as exc:
        raise explained(path, kind, exc) from exc


def _read(path: Path) -> dict[str, Any]:
    text = ""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return tomllib.loads(text)
    except FileNotFoundError as exc:
        raise ConfigurationError(f"{path}: there is no such file; check the path") from exc
    except OSError as exc:
        raise ConfigurationError(f"{path}: cannot be read: {exc.strerror}; check the path and its rights") from exc
    except UnicodeDecodeError as exc:
        line = exc.object.count(b"\n", 0, exc.start) + 1
        raise ConfigurationError(f"{path}: line {line} is not UTF-8; save the file as UTF-8") from exc
    except RecursionError as exc:
        raise ConfigurationError(f"{path}: nested too deeply to be a configuration; write it flat") from exc
    except tomllib.TOMLDecodeError as exc:
        lines = text.splitlines() or [""]
        said = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", str(exc), re.DOTALL)
        problem, row, column = said.groups() if said else (str(exc), None, None)
        line = min(int(row or len(lines)), len(lines))
        shown = f"the line is: {lines[line - 1].strip():.100}"
        column = column or len(lines[-1]) + 1
        raise ConfigurationError(f"{path}: line {line}, column {column}: {problem}\n{shown}") from exc


def _plain(path: Path, key: str, value: Any) -> Any:
    """TOML as JSON has it: dates become text; what JSON cannot say is refused."""
    if isinstance(value, dict):
        return {name: _plain(path, f"{key}.{name}".lstrip("."), item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(path, f"{key}[{i}]", item) for i, item in enumerate(value)]
    if isinstance(value, float) and not math.isfinite(value):
        raise ConfigurationError(f"{path}: {key}: {value} is no value to work with; write a finite number")
    return value.isoformat() if isinstance(value, date | time | datetime) else value


Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]


class FixtureConfig(Document):
    """The fixture that stands here: its asset name, the module that drives it, and its own options."""

    name: Name = Field(examples=['name = "FX-DAC-01"'])
    kind: Identifier = Field(examples=['kind = "dac_rf"'])
    slot: Name = Field(default="1", examples=['slot = "1"'])
    revision: Name | None = Field(
        default=None, examples=['revision = "B"'], exclude_if=lambda revision: revision is None
    )
    """Which build of the fixture this is, as its own papers say; every run names it."""
    cycles_max: int | None = Field(default=None, gt=0, examples=["cycles_max = 20000"])
    """After how many runs its contacts are worn; a fixture of another name counts anew."""
    options: Table = Field(default={}, validate_default=True)


class ScanConfig(Document):
    """The scanner of this station; without a resource, serials come from the keyboard or the command line."""

    resource: Name | None = Field(default=None, examples=['resource = "/dev/ttyACM0"'])
    prefix: str = Field(default="", max_length=8, examples=['prefix = ""'])
    suffix: str = Field(default="\r", min_length=1, max_length=8, examples=[r'suffix = "\r"'])


class InstrumentConfig(Document):
    """One instrument: its driver, where it answers, and what it must be."""

    driver: Annotated[str, Field(pattern=r"^[a-z0-9_]+/[a-z0-9_]+$")] = Field(
        examples=['driver = "network_analyzer/keysight_pna"']
    )
    resource: Name = Field(examples=['resource = "TCPIP0::192.0.2.10::inst0::INSTR"'])
    serial: Name | None = Field(default=None, examples=['serial = "MY12345678"'])
    calibration_due: date | None = Field(default=None, examples=["calibration_due = 2027-05-01"])
    """Last day of validity; None blocks PASSED, because nobody said that the instrument is in calibration."""
    timeout_s: FiniteFloat = Field(default=10.0, gt=0, le=3600, examples=["timeout_s = 10.0"])
    options: Table = Field(default={}, validate_default=True)


class SimulationConfig(Document):
    """What a simulated bench plays; its presence is what makes the bench simulated."""

    seed: int = Field(ge=0, examples=["seed = 7"])
    touchstone: ExistingFile | None = Field(default=None, examples=['touchstone = "cable.s4p"'])
    eeprom: ExistingFile | None = Field(default=None, examples=['eeprom = "module.json"'])
    lldp: ExistingFolder | None = Field(default=None, examples=['lldp = "captured"'])
    """A folder with what `lldpcli show neighbors` printed at each node, such as tor1_neighbors.json0."""
    defects: tuple[Table, ...] = Field(default=(), examples=['defects = [{kind = "Open", pair = 3, conductor = "P"}]'])
    fixture_defects: tuple[Table, ...] = Field(
        default=(), examples=['fixture_defects = [{kind = "WornProbe", probe = "load:+", ohm = 0.02}]']
    )
    """What is wrong with the fixture and its instruments (`sim_hardware/fixture_defects.py`), unit by unit the same."""
    faults: tuple[Table, ...] = Field(default=(), examples=['faults = [{role = "vna", kind = "drop", nth = 3}]'])
    """Faults of the wire, each at the instrument of a role."""

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        for defect in self.defects:
            if not isinstance(defect.get("kind"), str):
                raise ValueError(f'defect {dict(defect)} has no kind\nwrite, for example: {{kind = "Open", pair = 3}}')
        return self


class StationConfig(FileDocument):
    """One station: what it tests, on which fixture, with which instruments."""

    station: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")] = Field(
        examples=['station = "cable-test-1"']
    )
    plan: Identifier = Field(examples=['plan = "dac_800g_final_test"'])
    product: ExistingFile = Field(examples=['product = "../products/dac_800g_1m5.toml"'])
    operator: Name = Field(examples=['operator = "op-demo"'])
    order: Name | None = Field(default=None, exclude_if=lambda order: order is None, examples=['order = "WO-1001"'])
    """The work order that units are made for here, those apart that have one; without it, for none."""
    limits: ExistingFile | None = Field(default=None, examples=['limits = "r2_19db.toml"'])
    resume_within_s: FiniteFloat | None = Field(default=None, ge=0, examples=["resume_within_s = 14400.0"])
    """How long after a power cut a run of a resumable plan goes on; without it such a run is ABORTED too."""
    fixture: FixtureConfig = Field(examples=['[fixture] with name = "FX-DAC-01" and kind = "dac_rf"'])
    scan: ScanConfig = ScanConfig()
    instruments: Annotated[Mapping[Identifier, InstrumentConfig], *FrozenMapping] = Field(
        min_length=1, examples=["[instruments.vna] with its driver and resource"]
    )
    simulation: SimulationConfig | None = None
    attachments: AttachmentsConfig = AttachmentsConfig()
    golden: GoldenConfig | None = Field(default=None, examples=['[golden] with serial = "DAC0000000"'])
    """The golden-unit policy; without it nothing is demanded, as without a challenge."""
    challenge: ChallengeConfig | None = Field(default=None, examples=["[challenge] with a serial and must_fail"])

    @property
    def simulated(self) -> bool:
        """Whether nothing that happens here happens to copper."""
        return self.simulation is not None

    @model_validator(mode="after")
    def _fits_the_bench(self) -> Self:
        if self.challenge is not None and (self.challenge.defect is not None) is not self.simulated:
            raise ValueError(
                "challenge.defect: is what a simulated bench makes the unit of, and only that\n"
                "write it with [simulation], and leave it out on a real bench"
            )
        resources = {f"instruments.{role}": one.resource for role, one in self.instruments.items()}
        if self.scan.resource is not None:
            resources["scan"] = self.scan.resource
        owners: dict[str, str] = {}
        for key, resource in resources.items():
            if resource.startswith(SIMULATED_RESOURCES) and not self.simulated:
                raise ValueError(
                    f"{key}.resource: {resource} is a simulated resource on a real bench\n"
                    "write the instrument's own resource, or add [simulation] with a seed"
                )
            # VISA resource names know no case and board 0 is the default (VPP-4.3 §4.3.1); device files do know case.
            one = re.sub(r"^([a-z]+)::", r"\g<1>0::", resource.lower()) if "::" in resource else resource
            if one in owners:
                raise ValueError(
                    f"{key}.resource: {resource} is already {owners[one]}\n"
                    "give each role a resource of its own, or leave one of them out"
                )
            owners[one] = key
        return self

    def simulation_of(self, serial: str) -> SimulationConfig | None:
        """What a simulated bench plays with this unit in it: the golden one is healthy, the known-bad one is not."""
        defects: Mapping[str, tuple[Table, ...]] = {
            **({self.golden.serial: ()} if self.golden is not None else {}),
            **({self.challenge.serial: (self.challenge.defect or {},)} if self.challenge is not None else {}),
        }
        if self.simulation is None or serial not in defects:
            return self.simulation
        return self.simulation.model_copy(update={"defects": defects[serial]})

    def seeded(self, seed: int) -> Self:
        """This configuration with another seed for its simulated bench, if it has one."""
        if self.simulation is None:
            return self
        return self.model_copy(update={"simulation": self.simulation.model_copy(update={"seed": seed})})

    def overridden(
        self,
        *,
        operator: str | None = None,
        order: str | None = None,
        limits: Path | None = None,
        touchstone: Path | None = None,
        eeprom: Path | None = None,
        lldp: Path | None = None,
    ) -> Self:
        """This configuration with what the command line says instead; paths start at the working directory.

        Raises `ConfigurationError`, also when a file is to be played on a bench that is not simulated.
        """
        content = self.model_dump(context={"path": self.path})
        if operator is not None:
            content["operator"] = operator
        if order is not None:
            content["order"] = order
        if limits is not None:
            content["limits"] = limits.absolute()
        for key, played in (("touchstone", touchstone), ("eeprom", eeprom), ("lldp", lldp)):
            if played is None:
                continue
            if self.simulation is None:
                raise ConfigurationError(
                    f"{self.path}: {key}: {played} plays on a simulated bench only\nadd [simulation] with a seed"
                )
            content["simulation"][key] = played.absolute()
        try:
            return self.model_validate(content, context={"path": self.path})
        except ValidationError as exc:
            raise explained(self.path, type(self), exc) from exc


def load_station_config(path: Path) -> StationConfig:
    """The configuration in a station.toml. Raises `ConfigurationError`."""
    return load_document(path, StationConfig)
