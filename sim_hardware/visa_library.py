"""An in-process PyVISA library: unmodified drivers talk to simulated instruments, without a socket.

`pyvisa.ResourceManager(library)` is PyVISA's public way in. PyVISA keeps one library per (class, path), so every
bench gets a path of its own, and every session a link of its own: nothing is shared but the instruments.
"""

import itertools
import math
from collections.abc import Mapping
from typing import Any

from pyvisa import constants, highlevel, rname
from pyvisa.attributes import AttributesByID
from pyvisa.constants import ResourceAttribute, StatusCode
from pyvisa.errors import VisaIOError
from pyvisa.typing import VISAEventContext, VISARMSession, VISASession
from pyvisa.util import DebugInfo, LibraryPath

from sim_hardware.faults import FaultPlan
from sim_hardware.registry import BenchNameTaken
from sim_hardware.scpi_device import ScpiDevice
from sim_hardware.visa_session import ResourceLock, VisaSession
from sim_hardware.wire import Ending, LinkClosed

_INPUT_BUFFERS = (
    constants.BufferOperation.discard_read_buffer
    | constants.BufferOperation.discard_receive_buffer
    | constants.BufferOperation.discard_receive_buffer2
)
_STATUS = {
    Ending.END: StatusCode.success,
    Ending.COUNT: StatusCode.success_max_count_read,
    Ending.TIMEOUT: StatusCode.error_timeout,
    Ending.CLOSED: StatusCode.error_connection_lost,
}


class SimVisaLibrary(highlevel.VisaLibraryBase):
    """The VISA library of one simulated bench; made by `for_bench`, ended by `forget`."""

    _devices: Mapping[str, ScpiDevice]
    _faults: FaultPlan | None

    @classmethod
    def for_bench(
        cls, name: str, devices: Mapping[str, ScpiDevice], faults: FaultPlan | None = None
    ) -> "SimVisaLibrary":
        """Make the library of the bench `name`.

        `devices` maps resource names to instruments and is looked into at every open, so a bench may add to it
        later; `faults` goes by the same resource names. Raises BenchNameTaken while a library of that name lives.
        """
        path = LibraryPath(f"sim-{name}", "simulated bench")
        if (cls, path) in cls._registry:
            raise BenchNameTaken(f"simulated bench {name!r} already has a VISA library; close that bench first")
        library = cls(path)
        if not isinstance(library, cls):
            raise TypeError(f"PyVISA made a {type(library).__name__} for {path}")
        library._devices, library._faults = devices, faults
        return library

    def forget(self) -> None:
        """Close the resource manager and every session, and let the name go. Forgetting twice is no error."""
        if self.resource_manager is not None:
            self.resource_manager.close()
        self._sessions.clear()
        self._registry.pop((type(self), self.library_path), None)

    @staticmethod
    def get_debug_info() -> DebugInfo:
        """Say what this library is, for `pyvisa-info`."""
        return {"Version": "simulated bench"}

    def _init(self) -> None:
        self._handles = itertools.count(1)
        self._sessions: dict[int, VisaSession] = {}
        self._managers: set[int] = set()
        self._locks: dict[str, ResourceLock] = {}
        self._devices, self._faults = {}, None

    def open_default_resource_manager(self) -> tuple[VISARMSession, StatusCode]:
        """Open a session to the resource manager."""
        handle = VISARMSession(next(self._handles))
        self._managers.add(handle)
        return handle, self.handle_return_value(handle, StatusCode.success)

    def list_resources(self, session: VISARMSession, query: str = "?*::INSTR") -> tuple[str, ...]:
        """Give the resource names of the bench that match a VISA expression."""
        return rname.filter([str(rname.ResourceName.from_string(name)) for name in self._devices], query)

    def open(
        self,
        session: VISARMSession,
        resource_name: str,
        access_mode: constants.AccessModes = constants.AccessModes.no_lock,
        open_timeout: int = constants.VI_TMO_IMMEDIATE,
    ) -> tuple[VISASession, StatusCode]:
        """Open a session with a fresh link; two sessions of one instrument share no byte."""
        try:
            wanted = rname.ResourceName.from_string(resource_name)
        except rname.InvalidResourceName:
            return VISASession(0), self.handle_return_value(None, StatusCode.error_invalid_resource_name)
        for name, device in self._devices.items():
            if str(rname.ResourceName.from_string(name)) == str(wanted):
                handle = VISASession(next(self._handles))
                rules = self._faults.rules(name) if self._faults is not None else None
                self._sessions[handle] = VisaSession(wanted, device, rules)
                return handle, self.handle_return_value(handle, StatusCode.success)
        return VISASession(0), self.handle_return_value(None, StatusCode.error_resource_not_found)

    def close(self, session: VISASession | VISAEventContext | VISARMSession) -> StatusCode:
        """Close a session; closing the resource manager's closes all."""
        if session in self._managers:
            self._managers.discard(session)
            self._sessions.clear()
            self._locks.clear()
        elif session in self._sessions:
            lock = self._locks.get(self._sessions.pop(session).resource)
            if lock is not None and lock.owner == session:
                lock.owner = lock.depth = 0
                lock.bell.ring()
        else:
            return self.handle_return_value(None, StatusCode.error_invalid_object)
        return StatusCode.success

    def write(self, session: VISASession, data: bytes) -> tuple[int, StatusCode]:
        """Send bytes; an INSTR session ends them with END."""
        opened = self._reach(session)
        try:
            opened.link.write(data, end=opened.end)
        except LinkClosed:
            return 0, self.handle_return_value(session, StatusCode.error_connection_lost)
        return len(data), self.handle_return_value(session, StatusCode.success)

    def read(self, session: VISASession, count: int) -> tuple[bytes, StatusCode]:
        """Read up to `count` bytes, the end of a message, or the termination character, within the timeout.

        On a timeout PyVISA raises and the bytes read so far are lost, as on hardware.
        """
        opened = self._reach(session)
        content, ending = opened.link.receive(
            count,
            opened.device.clock.now() + opened.timeout_s,
            opened.terminator,
            until_end=opened.message_based,
        )
        if ending is Ending.TERMINATOR:
            return content, self.handle_return_value(session, StatusCode.success_termination_character_read)
        return content, self.handle_return_value(session, _STATUS[ending])

    def clear(self, session: VISASession) -> StatusCode:
        """Send a device clear, or empty the buffers of a wire that has none."""
        opened = self._reach(session)
        if opened.link.closed:
            return self.handle_return_value(session, StatusCode.error_connection_lost)
        opened.link.clear()
        return self.handle_return_value(session, StatusCode.success)

    def flush(self, session: VISASession, mask: constants.BufferOperation) -> StatusCode:
        """Discard what has arrived and was not read, when `mask` names an input buffer."""
        opened = self._reach(session)
        if mask & _INPUT_BUFFERS:
            opened.link.discard_input()
        return self.handle_return_value(session, StatusCode.success)

    def read_stb(self, session: VISASession) -> tuple[int, StatusCode]:
        """Poll the status byte."""
        opened = self._reach(session)
        if opened.link.closed:
            return 0, self.handle_return_value(session, StatusCode.error_connection_lost)
        byte = opened.device.status_byte(message_available=opened.link.waiting > 0)
        return byte, self.handle_return_value(session, StatusCode.success)

    def assert_trigger(self, session: VISASession, protocol: constants.TriggerProtocol) -> StatusCode:
        """Trigger the instrument as `*TRG` does."""
        self._reach(session).device.execute("*TRG")
        return self.handle_return_value(session, StatusCode.success)

    def lock(
        self, session: VISASession, lock_type: constants.Lock, timeout: int, requested_key: str | None = None
    ) -> tuple[str, StatusCode]:
        """Lock the resource against the other sessions of this bench; only exclusive locks exist, and they nest."""
        opened = self._opened(session)
        if lock_type != constants.Lock.exclusive:
            return "", self.handle_return_value(session, StatusCode.error_nonsupported_operation)
        clock = opened.device.clock
        lock = self._locks.setdefault(opened.resource, ResourceLock(clock.bell(f"lock on {opened.resource}")))
        deadline = math.inf if timeout == constants.VI_TMO_INFINITE else clock.now() + timeout / 1000
        while lock.owner not in (0, session):
            if clock.now() >= deadline:
                return "", self.handle_return_value(session, StatusCode.error_resource_locked)
            lock.bell.wait_until(deadline, lock.bell.rung)
        lock.owner = session
        lock.depth += 1
        nested = lock.depth > 1
        return "", self.handle_return_value(
            session, StatusCode.success_nested_exclusive if nested else StatusCode.success
        )

    def unlock(self, session: VISASession) -> StatusCode:
        """Undo one `lock`."""
        lock = self._locks.get(self._opened(session).resource)
        if lock is None or lock.owner != session:
            return self.handle_return_value(session, StatusCode.error_session_not_locked)
        lock.depth -= 1
        if not lock.depth:
            lock.owner = 0
            lock.bell.ring()
        return self.handle_return_value(session, StatusCode.success)

    def disable_event(
        self, session: VISASession, event_type: constants.EventType, mechanism: constants.EventMechanism
    ) -> StatusCode:
        """Do nothing: this library raises no events, and PyVISA disables them all at close."""
        return StatusCode.success

    def discard_events(
        self, session: VISASession, event_type: constants.EventType, mechanism: constants.EventMechanism
    ) -> StatusCode:
        """Do nothing, as `disable_event`."""
        return StatusCode.success

    def get_attribute(
        self,
        session: VISASession | VISAEventContext | VISARMSession,
        attribute: ResourceAttribute | constants.EventAttribute,
    ) -> tuple[Any, StatusCode]:
        """Give the value of an attribute of a session."""
        # PyVISA's resources pass the bare number of an attribute.
        if attribute not in AttributesByID:
            return None, self.handle_return_value(None, StatusCode.error_nonsupported_attribute)
        return self._opened(session).attribute(ResourceAttribute(attribute)), StatusCode.success

    def set_attribute(self, session: VISASession, attribute: ResourceAttribute, attribute_state: Any) -> StatusCode:
        """Set an attribute; it takes effect from the next operation."""
        self._opened(session).set_attribute(attribute, attribute_state)
        return self.handle_return_value(session, StatusCode.success)

    def _opened(self, session: int) -> VisaSession:
        opened = self._sessions.get(session)
        if opened is None:
            raise VisaIOError(StatusCode.error_invalid_object)
        return opened

    def _reach(self, session: int) -> VisaSession:
        """The session, provided that no other one holds a lock on its resource."""
        opened = self._opened(session)
        if self._locks:
            lock = self._locks.get(opened.resource)
            if lock is not None and lock.owner not in (0, session):
                raise VisaIOError(StatusCode.error_resource_locked)
        return opened
