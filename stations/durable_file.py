"""One small document of a station on its disk, replaced whole: after a power cut it is the old one or the new one."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write_document(path: Path, content: Mapping[str, Any]) -> None:
    """Put this document in place of what is there; it is on the disk when this returns. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(json.dumps(content, indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames and removals in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
