"""A wire opened through VISA: LAN, USB, GPIB, or a simulated bench behind the same interface.

It calls the VISA library's own read and write instead of going through pyvisa's resource objects, which log and check
on every message. Over pyvisa-py's raw sockets it goes one step lower, to the socket that pyvisa-py opened, because
pyvisa-py 0.8 lets a refused connection "open", writes without any time limit, spins on a peer that is gone
until the timeout, throws away what it had received before one, and leaves Nagle's algorithm on.
"""

import math
import os
import select
import socket
from collections.abc import Callable
from contextlib import ExitStack
from typing import Final, NoReturn

import pyvisa
from pyvisa import constants, errors
from pyvisa.constants import ResourceAttribute, StatusCode
from pyvisa.typing import VISASession

from drivers.clock import Clock
from drivers.errors import Garbled, LinkError, LinkLost, LinkTimeout
from drivers.transport import BufferedTransport

_SOCKET_CHUNK: Final = 256 * 1024

_FOREIGN: Final = (errors.Error, OSError, RuntimeError)
"""What VISA libraries raise: their own errors, the system's, and for HiSLIP in pyvisa-py a bare RuntimeError."""

_LOST: Final = frozenset(
    {
        StatusCode.error_connection_lost,
        StatusCode.error_io,
        StatusCode.error_resource_not_found,
        StatusCode.error_no_listeners,
        StatusCode.error_invalid_object,
        StatusCode.error_system_error,
    }
)


class VisaTransport(BufferedTransport):
    """One open VISA resource.

    `resource_manager` is asked at every opening, so that a manager which someone else closed is replaced. Raises
    `LinkLost` when the resource cannot be opened.
    """

    __slots__ = ("_handle", "_library", "_resource_manager", "_scope", "_socket", "_termchar_on", "_timeout_s")

    def __init__(
        self,
        resource: str,
        resource_manager: Callable[[], pyvisa.ResourceManager],
        clock: Clock,
        *,
        timeout_s: float,
        terminator: bytes = b"\n",
    ) -> None:
        super().__init__(resource, clock, terminator)
        self._resource_manager = resource_manager
        self._scope = ExitStack()
        self._handle: VISASession | None = None
        self._socket: socket.socket | None = None
        self._termchar_on = True
        self._timeout_s = timeout_s
        self._open()

    @property
    def is_open(self) -> bool:
        """Whether the resource is held."""
        return self._handle is not None

    def _open(self) -> None:
        try:
            manager = self._resource_manager()
            self._library = manager.visalib
            handle, _ = manager.open_bare_resource(
                self.resource, constants.AccessModes.no_lock, self._milliseconds(self._timeout_s)
            )
        # pyvisa-py raises Exception itself when it cannot connect.
        except Exception as error:
            if isinstance(error, RuntimeError) and type(error) is not RuntimeError:
                raise
            raise LinkLost(
                f"{self.resource}: cannot open: {error}; check the address, the cable and the power"
            ) from error
        self._handle = handle
        try:
            # A read that stops at its limit is how a counted block is read, not something to warn about.
            self._scope.enter_context(self._library.ignore_warning(handle, StatusCode.success_max_count_read))
            self._adopt_socket(handle)
            if self._socket is None:
                self._set(ResourceAttribute.termchar, self._terminator[-1])
                self._set(ResourceAttribute.termchar_enabled, constants.VI_TRUE)
                self._termchar_on = True
                self._set_timeout(self._timeout_s)
        except LinkError:
            self.close()
            raise

    def _adopt_socket(self, handle: VISASession) -> None:
        """Turn Nagle off on every socket of the session, and take over the socket of a raw TCP session."""
        session = getattr(self._library, "sessions", {}).get(handle)
        interface = getattr(session, "interface", None)
        for candidate in (interface, *getattr(interface, "__dict__", {}).values()):
            if isinstance(candidate, socket.socket):
                candidate.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not isinstance(interface, socket.socket):
            return
        # pyvisa-py takes "writable" for "connected"; a refused connection is writable too.
        if code := interface.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise LinkLost(f"{self.resource}: cannot open: {os.strerror(code)}; check the address and the power")
        self._socket = interface

    @staticmethod
    def _milliseconds(timeout_s: float) -> int:
        return max(1, math.ceil(timeout_s * 1000))

    def _set(self, attribute: ResourceAttribute, state: object) -> None:
        try:
            self._library.set_attribute(self._require(), attribute, state)
        except _FOREIGN as error:
            self._reraise(f"set {attribute.name}", error)

    def _set_timeout(self, timeout_s: float) -> None:
        self._set(ResourceAttribute.timeout_value, self._milliseconds(timeout_s))
        self._timeout_s = timeout_s

    def _require(self) -> VISASession:
        if self._handle is None:
            raise LinkLost(f"{self.resource}: the wire is closed; open the instrument again")
        return self._handle

    def _reraise(self, act: str, error: Exception) -> NoReturn:
        """Raise a foreign exception as its kind in `drivers.errors`."""
        if isinstance(error, RuntimeError) and type(error) is not RuntimeError:
            raise error  # a stopped simulation, or a bug: neither is the wire's
        code = getattr(error, "error_code", None)
        if isinstance(error, TimeoutError) or code == StatusCode.error_timeout:
            raise LinkTimeout(f"{self.resource}: {act}: no answer within {self._timeout_s:g} s") from error
        if code is None or code in _LOST:
            raise LinkLost(
                f"{self.resource}: {act}: the instrument is gone ({error}); check cable and power"
            ) from error
        raise LinkError(f"{self.resource}: {act}: {error}") from error

    def write(self, message: bytes) -> None:
        """Send these bytes as they are; the terminator is the caller's."""
        handle = self._handle
        if handle is None:
            handle = self._require()
        try:
            if self._socket is not None:
                self._socket.settimeout(self._timeout_s)
                self._socket.sendall(message)
            else:
                self._library.write(handle, message)
        except _FOREIGN as error:
            self._reraise(f"write {message[:60]!r}", error)

    def _receive(self, limit: int, timeout_s: float) -> bytes:
        handle = self._handle
        if handle is None:
            handle = self._require()
        if self._socket is not None:
            return self._receive_from(self._socket, timeout_s)
        if timeout_s != self._timeout_s:
            self._set_timeout(timeout_s)
        try:
            chunk, status = self._library.read(handle, limit)
        except _FOREIGN as error:
            self._reraise("read", error)
        if status == StatusCode.success and self._termchar_on and not chunk.endswith(self._terminator):
            raise Garbled(f"{self.resource}: read: the message ended without its terminator: {chunk[-60:]!r}")
        return chunk

    def _receive_from(self, wire: socket.socket, timeout_s: float) -> bytes:
        self._timeout_s = timeout_s
        try:
            wire.settimeout(timeout_s)
            chunk = wire.recv(_SOCKET_CHUNK)
        except OSError as error:
            self._reraise("read", error)
        if not chunk:
            raise LinkLost(f"{self.resource}: read: the instrument closed the connection; check its power")
        return chunk

    def read_exactly(self, count: int, timeout_s: float) -> bytes:
        """Get this many bytes, terminators included; raise `LinkTimeout` when fewer come in time."""
        if self._socket is not None or len(self._buffer) >= count:
            return super().read_exactly(count, timeout_s)
        # A block holds terminators by chance; with the character enabled, VISA would cut it at each of them.
        self._set(ResourceAttribute.termchar_enabled, constants.VI_FALSE)
        self._termchar_on = False
        try:
            return super().read_exactly(count, timeout_s)
        finally:
            self._set(ResourceAttribute.termchar_enabled, constants.VI_TRUE)
            self._termchar_on = True

    def take_stray(self) -> bytes:
        """Get and drop what has arrived without being asked for; never waits."""
        wire = self._socket
        if wire is not None:
            while select.select((wire,), (), (), 0)[0]:
                self._buffer += self._receive_from(wire, self._timeout_s)
        return super().take_stray()

    def clear(self) -> None:
        """Clear the device (viClear) and drop what was received; a raw socket has no clear and is only drained."""
        self._buffer.clear()
        if self._socket is not None:
            self.take_stray()
            return
        try:
            self._library.clear(self._require())
        except _FOREIGN as error:
            self._reraise("clear", error)

    def reopen(self) -> None:
        """Open the resource again from nothing."""
        self.close()
        self._open()

    def close(self) -> None:
        """Let go of the resource; closing twice is allowed."""
        handle, self._handle, self._socket = self._handle, None, None
        self._buffer.clear()
        if handle is None:
            return
        try:
            self._scope.close()
            self._library.close(handle)
        except _FOREIGN as error:
            self._reraise("close", error)
