"""Which station a file describes, whatever kind of station it is."""

from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field

from stations.config import FileDocument, load_document


class _StationFile(FileDocument):
    """The one key that test and assembly stations share; what else the file says is for whoever runs it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    station: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")] = Field(
        examples=['station = "cable-test-1"']
    )


def station_in(path: Path) -> str:
    """The name of the station in this file. Raises `ConfigurationError`."""
    return load_document(path, _StationFile).station
