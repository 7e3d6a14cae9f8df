"""Where resource strings lead: real buses, or a simulated bench, by the same names.

A station opens its instruments in one place. The place owns the buses: each is opened once at a time, because two
sessions on one wire take each other's answers.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import RLock
from typing import Self

import pyvisa

from drivers.clock import Clock, SystemClock
from drivers.errors import InstrumentError
from drivers.recorder import Recorder
from drivers.replayer import Replayer
from drivers.serial_transport import SerialTransport
from drivers.shared_line import SharedLine
from drivers.smbus import AdaptedSmbus, SmbusBus, open_smbus
from drivers.trace import Trace, TracedSmbus, TracedTransport
from drivers.transport import BufferedTransport, Transport
from drivers.visa_transport import VisaTransport


def real_resource_manager() -> pyvisa.ResourceManager:
    """pyvisa over pyvisa-py: no vendor's VISA needs to be installed."""
    return pyvisa.ResourceManager("@py")


class Place:
    """A clock, a VISA resource manager made when first needed, and a way to two-wire buses.

    `lock` makes the lock of a session. Under a virtual clock it must be one that waits through that clock
    (`clock.resource`), or a thread waiting for a shared instrument would stop time itself. It need not be
    reentrant. `trace` is told every byte of every wire. With `played` there is no bus at all: wires and clock are
    those of a recording.
    """

    __slots__ = (
        "_made",
        "_managers",
        "_open",
        "_played",
        "_recorder",
        "_shared",
        "_smbus",
        "_trace",
        "_wire_clock",
        "clock",
        "lock",
    )

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        resource_manager: Callable[[], pyvisa.ResourceManager] = real_resource_manager,
        smbus: Callable[[str], SmbusBus] = open_smbus,
        lock: Callable[[], AbstractContextManager[object]] = RLock,
        trace: Trace | None = None,
        played: Replayer | None = None,
    ) -> None:
        self._wire_clock: Clock = SystemClock() if clock is None else clock
        self.clock = self._wire_clock if played is None else played.clock
        self.lock = lock
        self._played = played
        self._recorder: Recorder | None = None
        self._managers = resource_manager
        self._made: pyvisa.ResourceManager | None = None
        self._smbus = smbus
        self._trace = trace
        self._open: dict[str, BufferedTransport] = {}
        self._shared: dict[str, SharedLine] = {}

    def trace(self, trace: Trace) -> None:
        """Tell every byte of every wire that is opened from now on."""
        self._trace = trace

    def record(self, recorder: Recorder) -> None:
        """Record every wire that is opened from now on, and the clock of whoever asks for it from now on."""
        self._recorder = recorder
        # Below the recorder a wire may look at its clock as often as it likes: only its bytes are recorded.
        self.clock = recorder.clock(self._wire_clock)

    def _resource_manager(self) -> pyvisa.ResourceManager:
        # pyvisa shares one manager among all who ask for the same library, and whoever closes it closes it for all:
        # asking again gives a living one.
        self._made = self._managers()
        return self._made

    def transport(
        self, resource: str, timeout_s: float, *, baud_rate: int = 9600, terminator: bytes = b"\n"
    ) -> Transport:
        """Open a wire: a URL, /dev/… or COM… through pyserial, every other name through VISA.

        Raises `LinkLost` when it cannot be opened, `InstrumentError` when this place holds it already.
        """
        if self._played is not None:
            return self._traced(self._played.transport(resource))

        def make() -> Transport:
            return self._wire(resource, timeout_s, baud_rate, terminator)

        if self._recorder is None:
            return self._traced(make())
        how = {"timeout_s": timeout_s, "baud_rate": baud_rate, "terminator": terminator.decode("latin-1")}
        return self._traced(self._recorder.transport(resource, make, **how))

    def _traced(self, wire: Transport) -> Transport:
        return wire if self._trace is None else TracedTransport(wire, self._trace)

    def _wire(self, resource: str, timeout_s: float, baud_rate: int, terminator: bytes) -> Transport:
        held = self._open.get(resource)
        if held is not None and held.is_open:
            raise InstrumentError(f"{resource}: cannot open it twice: one wire has one session; close the other first")
        wire: SerialTransport | VisaTransport
        if "://" in resource or resource.startswith(("/dev/", "COM")):
            wire = self._serial(resource, timeout_s, baud_rate, terminator)
        else:
            wire = self._visa(resource, timeout_s, terminator)
        self._open[resource] = wire
        return wire

    def _serial(
        self, resource: str, timeout_s: float, baud_rate: int, terminator: bytes
    ) -> SerialTransport | VisaTransport:
        """A wire through pyserial."""
        return SerialTransport(
            resource, self._wire_clock, timeout_s=timeout_s, baud_rate=baud_rate, terminator=terminator
        )

    def _visa(self, resource: str, timeout_s: float, terminator: bytes) -> SerialTransport | VisaTransport:
        """A wire through VISA."""
        return VisaTransport(
            resource, self._resource_manager, self._wire_clock, timeout_s=timeout_s, terminator=terminator
        )

    def shared(self, resource: str, timeout_s: float, *, baud_rate: int = 9600) -> SharedLine:
        """Join the users of a multidrop line, opening its wire when nobody has it yet; `leave()` it afterwards.

        Raises as `transport` does, and `InstrumentError` for another baud rate than the line was opened with.
        """
        line = self._shared.get(resource)
        if line is None or not line.is_open:
            wire = self.transport(resource, timeout_s, baud_rate=baud_rate, terminator=b"")
            line = self._shared[resource] = SharedLine(wire, self.lock(), baud_rate)
        line.join(baud_rate)
        return line

    def smbus(self, resource: str) -> SmbusBus:
        """Open a two-wire bus; the driver that asked for it closes it."""
        if self._played is not None:
            bus = self._played.smbus(resource)
        elif self._recorder is not None:
            bus = self._recorder.smbus(resource, lambda: AdaptedSmbus(resource, self._smbus(resource)))
        else:
            bus = AdaptedSmbus(resource, self._smbus(resource))
        return bus if self._trace is None else TracedSmbus(bus, resource, self._trace)

    def close(self) -> None:
        """Close every wire that is still open, and the resource manager."""
        for wire in self._open.values():
            wire.close()
        self._open.clear()
        self._shared.clear()
        made, self._made = self._made, None
        if made is not None:
            made.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
