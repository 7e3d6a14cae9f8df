"""Ctrl-C and SIGTERM ask a run to stop; they never cut it off."""

import signal
from types import FrameType
from typing import Self

from stations.lease import StopSwitch

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopSignals:
    """While entered, both signals press STOP. A second Ctrl-C is counted, not obeyed: safe-off comes first."""

    def __init__(self, stop: StopSwitch) -> None:
        self._stop = stop

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._pressed) for number in _SIGNALS}
        return self

    def __exit__(self, *exc: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _pressed(self, number: int, frame: FrameType | None) -> None:
        self._stop.request(f"stopped by {signal.Signals(number).name}")
