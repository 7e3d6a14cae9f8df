"""The traffic can be seen without changing it."""

from collections.abc import Callable
from typing import Any, BinaryIO

import pytest

from drivers.errors import LinkTimeout
from drivers.place import Place
from drivers.session import Session


def test_every_message_of_a_place_is_told(tcp_instrument: Callable[..., Any]) -> None:
    """Sent, received and failed, in order, with the resource's name."""

    def serve(wire: BinaryIO, _: int) -> None:
        for line in wire:
            if line == b"*IDN?\n":
                wire.write(b"Maker,Model,1,1.0\n")
                wire.flush()

    resource = tcp_instrument(serve).resource
    told: list[tuple[str, str, bytes]] = []
    with Place(trace=lambda *what: told.append(what)) as place:
        session = Session(place.transport(resource, 0.05), timeout_s=0.05)
        session.clear()
        session.query("*IDN?")
        with pytest.raises(LinkTimeout):
            session.query("X?")
    assert [(name, what) for name, what, _ in told] == [
        (resource, what) for what in ("cleared", "sent", "received", "sent", "failed")
    ]
    assert told[2][2] == b"Maker,Model,1,1.0"
    assert b"no answer" in told[4][2]
