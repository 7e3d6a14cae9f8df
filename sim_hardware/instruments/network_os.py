"""The serial line to the console of a machine in the fixture: a switch, or a node of a kit.

The line is the station's, the machine is the unit's: with nothing plugged in it is silent, and a machine that is
plugged in begins to boot when the line first looks for it.
"""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from sim_hardware.byte_device import BytePort
from sim_hardware.clock import BenchClock
from sim_hardware.instruments.serial_instrument import SerialInstrument
from sim_hardware.network.console import Console
from sim_hardware.network.console_quirks import ConsoleQuirks
from sim_hardware.network.shell import Shell
from sim_hardware.power.grid import PowerGrid


@runtime_checkable
class HasConsoles(Protocol):
    """A unit with serial consoles, by the names of its machines."""

    @property
    def shells(self) -> Mapping[str, Shell]:
        """What runs on each machine."""
        ...


class NetworkOs(SerialInstrument):
    """`node` names the machine, empty for the only one; `password` None for a console that asks for none.

    The other options are those of `ConsoleQuirks`.
    """

    def __init__(
        self,
        power: PowerGrid,
        clock: BenchClock,
        role: str,
        serial: str,
        *,
        node: str = "",
        user: str = "admin",
        password: str | None = None,
        baud: int = 115200,
        kernel_noise: float = 0.0,
        late_echo: bool = False,
        password_prompts: int = 1,
        restarts_during: str = "",
        page_lines: int = 0,
        echoes_password: bool = False,
        bracketed_paste: bool = True,
    ) -> None:
        super().__init__(power, clock, role, serial)
        self._node = node
        self._user, self._password, self._baud = user, password, baud
        self._quirks = ConsoleQuirks(
            kernel_noise, late_echo, password_prompts, restarts_during, page_lines, echoes_password, bracketed_paste
        )
        self._shell: Shell | None = None
        self._console: Console | None = None

    @property
    def console(self) -> Console | None:
        """The console that is at the other end of the line now, if there is one."""
        dut = self.world.dut
        shells: Mapping[str, Shell] = dut.shells if isinstance(dut, HasConsoles) else {}
        shell = shells.get(self._node) if self._node else next(iter(shells.values()), None)
        if shell is not self._shell:
            self._shell, self._console = shell, None
            if shell is not None:
                self._console = Console(
                    shell,
                    self.clock.now,
                    self.rng,
                    since=self.clock.now(),
                    user=self._user,
                    password=self._password,
                    baud=self._baud,
                    quirks=self._quirks,
                )
                if self.port is not None:
                    self._console.connected(self.port)
        return self._console

    def connected(self, port: BytePort) -> None:
        """A client has opened the line."""
        super().connected(port)
        known = self._console
        # Asking may make a new one, which then connects by itself.
        if (console := self.console) is not None and console is known:
            console.connected(port)

    def received(self, content: bytes) -> None:
        """Bytes have come from the client; nobody hears them when no machine is there."""
        if (console := self.console) is not None:
            console.received(content)

    def disconnected(self) -> None:
        """The client has closed the line."""
        super().disconnected()
        if self._console is not None:
            self._console.disconnected()
