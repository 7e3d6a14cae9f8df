"""Where a bench is served: the file that `station simulate --resources` writes and `station run --on` reads."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field

from mes.records import Document, Name
from stations.config import FileDocument, Identifier, StationConfig, load_document
from stations.config_values import FrozenMapping
from stations.errors import ConfigurationError


class ServedRole(Document):
    """One role: the resource to open it by, and the serial number that answers there."""

    resource: Name = Field(examples=['resource = "TCPIP0::127.0.0.1::5025::SOCKET"'])
    serial: Name | None = Field(default=None, examples=['serial = "SIM-MY51000042"'])


class ServedResources(FileDocument):
    """The resources of one served bench."""

    station: Annotated[str, Field(max_length=64)] = Field(examples=['station = "psu-test"'])
    clock: Annotated[str, Field(pattern=r"^clock://[^/:\s]+:\d{1,5}$")] = Field(
        examples=['clock = "clock://127.0.0.1:5024"']
    )
    instruments: Annotated[Mapping[Identifier, ServedRole], *FrozenMapping] = Field(
        min_length=1, examples=["[instruments.vna] with its resource"]
    )

    @property
    def control(self) -> tuple[str, int]:
        """Host and port of the bench's control."""
        host, _, port = self.clock.removeprefix("clock://").rpartition(":")
        return host, int(port)

    def applied_to(self, config: StationConfig) -> StationConfig:
        """The station with the served instruments in place of its own.

        Raises `ConfigurationError` for a station that is not the one whose bench is served, or that is real.
        """
        if not config.simulated:
            raise ConfigurationError(
                f"{config.path}: its bench is real, and {self.path} tells of a simulated one\n"
                "run the file with [simulation] that the bench was served from"
            )
        if config.station != self.station:
            raise ConfigurationError(
                f"{self.path}: serves {self.station}, and {config.path} is {config.station}\n"
                f"serve that one: station simulate {config.path} --resources {self.path}"
            )
        if missing := [role for role in config.instruments if role not in self.instruments]:
            raise ConfigurationError(
                f"{self.path}: has no {', '.join(missing)}, which {config.path} names\nserve the bench of this file"
            )
        instruments = {
            role: one.model_copy(
                update={
                    "resource": self.instruments[role].resource,
                    # Only what the file promises is checked: what tells no serial number has none here.
                    "serial": one.serial and (self.instruments[role].serial or one.serial),
                }
            )
            for role, one in config.instruments.items()
        }
        return config.model_copy(update={"instruments": instruments})


def load_served_resources(path: Path) -> ServedResources:
    """The resources in such a file. Raises `ConfigurationError`."""
    return load_document(path, ServedResources)


def resources_toml(station: str, clock: str, roles: Mapping[str, tuple[str, str]], config: Path) -> str:
    """The file of a served bench: `roles` gives resource and serial number (may be empty) by role."""
    lines = [f"# The bench of {one_line(str(config))}, as `station simulate` serves it; good while that runs.", ""]
    lines += [f"station = {json.dumps(station)}", f"clock = {json.dumps(clock)}"]
    for role, (resource, serial) in roles.items():
        lines += ["", f"[instruments.{role}]", f"resource = {json.dumps(resource)}"]
        lines += [f"serial = {json.dumps(serial)}"] if serial else []
    return "\n".join(lines) + "\n"


def one_line(text: str) -> str:
    """A text for a comment: nothing in it ends the line."""
    return re.sub(r"[^\x20-\x7e]", "?", text)
