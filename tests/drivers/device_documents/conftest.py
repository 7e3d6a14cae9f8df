"""The captured documents, read in place."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def captured() -> Path:
    """The folder of captured data. Its absence is said by a skip."""
    folder = os.environ.get("RACKLINE_REALDATA")
    if not folder:
        pytest.skip("RACKLINE_REALDATA names no folder: nothing captured to read")
    return Path(folder)
