"""Both ways to a simulated instrument."""

from typing import Any

import pytest


@pytest.fixture(params=["in process", "over TCP"])
def way(request: Any) -> str:
    """In process through the simulation's VISA library, or over TCP through pyvisa-py and real sockets."""
    return str(request.param)
