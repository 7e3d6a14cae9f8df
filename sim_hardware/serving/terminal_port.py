"""An instrument on a pseudo-terminal: a serial port of this machine that any program opens by its name.

The kernel tells the master's end nothing when somebody opens the other one; it only stops saying that nobody has it
open. That is looked at every few milliseconds while nobody has.
"""

import asyncio
import errno
import os
import select
import tty
from contextlib import suppress
from pathlib import Path

from sim_hardware.serving.conversation import Conversation
from sim_hardware.serving.switchboard import Switchboard

_LOOK_S = 0.02
_CHUNK = 65536


class TerminalPort:
    """One line; `resource` is the name under which a client opens it. Belongs to the running loop."""

    def __init__(self, switchboard: Switchboard, role: str) -> None:
        self._switchboard = switchboard
        self._role = role
        self._loop = asyncio.get_running_loop()
        self._master, slave = os.openpty()
        try:
            # Eight bits through, no echo: also for a client that sets nothing.
            tty.setraw(slave)
            self.resource = os.ttyname(slave)
        finally:
            os.close(slave)
        os.set_blocking(self._master, False)
        self._talk: Conversation | None = None
        self._outgoing = bytearray()
        self._dead = False
        """Whether the device has gone from under the client that still has the line open."""
        self._timer: asyncio.TimerHandle | None = None
        self.look()

    def look(self) -> None:
        """Take in what has happened at the other end: opened, written to, closed."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._talk is not None:
            self._read()
        elif not self._is_open():
            self._dead = False
        elif self._dead:
            self._discard()
        else:
            self._begin()
        if self._talk is None and self._master >= 0:
            self._timer = self._loop.call_later(_LOOK_S, self.look)

    def close(self) -> None:
        """Take the line away; closing twice is no error."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._talk is not None:
            self._end()
            if self._timer is not None:
                self._timer.cancel()
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    def _is_open(self) -> bool:
        poll = select.poll()
        poll.register(self._master, select.POLLIN)
        found = poll.poll(0)
        return not any(event & select.POLLHUP for _, event in found) or any(e & select.POLLIN for _, e in found)

    def _begin(self) -> None:
        talk = self._switchboard.connect(self._role, holder_of(self.resource), self.resource, self._send, self._hang_up)
        if talk is None:
            self._dead = True
            return
        self._talk = talk
        self._loop.add_reader(self._master, self._read)
        self._read()

    def _read(self) -> None:
        try:
            content = os.read(self._master, _CHUNK)
        except BlockingIOError:
            return
        except OSError as error:
            # On Linux, EIO says that nobody has the other end open any more.
            if error.errno != errno.EIO:
                raise
            self._end()
            return
        if self._talk is not None:
            self._talk.take(content)
            self._switchboard.changed()

    def _send(self, content: bytes) -> None:
        self._outgoing += content
        self._write()

    def _write(self) -> None:
        while self._outgoing:
            try:
                taken = os.write(self._master, self._outgoing)
            except BlockingIOError:
                self._loop.add_writer(self._master, self._write)
                return
            except OSError as error:
                if error.errno != errno.EIO:
                    raise
                self._outgoing.clear()
                break
            del self._outgoing[:taken]
        self._loop.remove_writer(self._master)

    def _hang_up(self) -> None:
        """The device has gone: what it still says nobody hears, until somebody opens the line anew."""
        self._dead = True
        if self._talk is not None:
            self._end()

    def _end(self) -> None:
        self._loop.remove_reader(self._master)
        self._loop.remove_writer(self._master)
        self._outgoing.clear()
        self._talk = None
        self._switchboard.disconnect(self.resource)
        if self._timer is None:
            self._timer = self._loop.call_later(_LOOK_S, self.look)

    def _discard(self) -> None:
        with suppress(OSError):
            os.read(self._master, _CHUNK)


def holder_of(terminal: str) -> str:
    """Which process has this terminal open, as far as the system lets it be seen; else the terminal's own name."""
    me = str(os.getpid())
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            for descriptor in (process / "fd").iterdir():
                if process.name != me and os.readlink(descriptor) == terminal:
                    return f"{(process / 'comm').read_text(encoding='utf-8').strip()} {process.name}"
    return terminal
