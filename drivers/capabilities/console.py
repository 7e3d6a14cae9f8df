"""Consoles of switches and hosts."""

from typing import Protocol, runtime_checkable


@runtime_checkable
class SerialConsole(Protocol):
    """A shell or command line on a serial line; the machine behind it may restart at any time."""

    def log_in(self, timeout_s: float) -> None:
        """Open a session: wait for the machine to boot if it must, log in, prove that commands are answered."""
        ...

    def log_out(self) -> None:
        """Close the session."""
        ...

    def command(self, text: str, timeout_s: float) -> str:
        """Get what a command prints, whole, without echo and prompt.

        Raises `DeviceError` when it fails, `DeviceRestarted` when the machine boots meanwhile.
        """
        ...

    def wait_for_login(self, timeout_s: float) -> None:
        """Get a login prompt after a restart that was wanted; the session is over."""
        ...
