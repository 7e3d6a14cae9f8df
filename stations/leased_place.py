"""A place whose wires check the lease of whoever writes.

The fence sits at the wire, below every driver, so that no plan, fixture or driver can forget it. Check and write
are one act under a lock: between them nobody else's OFF can slip in and be undone by the write.
"""

from contextlib import AbstractContextManager

from drivers.place import Place
from drivers.smbus import SmbusBus
from drivers.transport import Transport
from stations.lease import check_lease


class LeasedTransport:
    """A transport that lets nothing out for a step whose lease is over."""

    __slots__ = ("_inner", "_lock")

    def __init__(self, inner: Transport, lock: AbstractContextManager[object]) -> None:
        self._inner = inner
        self._lock = lock

    @property
    def resource(self) -> str:
        """The name that the wire was opened by."""
        return self._inner.resource

    def write(self, message: bytes) -> None:
        """Send these bytes, or raise `Fenced`."""
        with self._lock:
            check_lease(self._inner.resource)
            self._inner.write(message)

    def read_line(self, timeout_s: float) -> bytes:
        """Get the next line; reading needs no lease, for it changes nothing."""
        return self._inner.read_line(timeout_s)

    def read_exactly(self, count: int, timeout_s: float) -> bytes:
        """Get this many bytes."""
        return self._inner.read_exactly(count, timeout_s)

    def take_stray(self) -> bytes:
        """Get and drop what has arrived without being asked for."""
        return self._inner.take_stray()

    def clear(self) -> None:
        """Clear the device's output, or raise `Fenced`."""
        with self._lock:
            check_lease(self._inner.resource)
            self._inner.clear()

    def reopen(self) -> None:
        """Open the wire again, or raise `Fenced`."""
        with self._lock:
            check_lease(self._inner.resource)
            self._inner.reopen()

    def close(self) -> None:
        """Let go of the wire."""
        self._inner.close()


class LeasedSmbus:
    """A two-wire bus that carries nothing to a device for a step whose lease is over."""

    __slots__ = ("_inner", "_lock", "_resource")

    def __init__(self, inner: SmbusBus, resource: str, lock: AbstractContextManager[object]) -> None:
        self._inner = inner
        self._resource = resource
        self._lock = lock

    def read_block(self, address: int, register: int, length: int) -> bytes:
        """Get bytes, or raise `Fenced`: on this bus even a read moves the device's pointer."""
        with self._lock:
            check_lease(self._resource)
            return self._inner.read_block(address, register, length)

    def write_block(self, address: int, register: int, content: bytes) -> None:
        """Set bytes, or raise `Fenced`."""
        with self._lock:
            check_lease(self._resource)
            self._inner.write_block(address, register, content)

    def close(self) -> None:
        """Let go of the bus."""
        self._inner.close()


class LeasedPlace(Place):
    """The place in which a bench opens its instruments."""

    __slots__ = ()

    def transport(
        self, resource: str, timeout_s: float, *, baud_rate: int = 9600, terminator: bytes = b"\n"
    ) -> Transport:
        """The wire to this resource, fenced."""
        wire = super().transport(resource, timeout_s, baud_rate=baud_rate, terminator=terminator)
        return LeasedTransport(wire, self.lock())

    def smbus(self, resource: str) -> SmbusBus:
        """The two-wire bus of this name, fenced."""
        return LeasedSmbus(super().smbus(resource), resource, self.lock())
