"""The terminal of an operator's screen, which may go away at any moment: a window is closed, a line drops.

Textual 8.2.8 writes from a thread that dies with the terminal, after which the app waits for it for ever. Here the
output outlasts its terminal, and the app is told to stop the run and leave (fault 24 of design page 5).
"""

import os
from collections.abc import Callable
from typing import Any, TextIO, cast

from textual.drivers.linux_driver import LinuxDriver


class _LastingOutput:
    """A terminal's output that goes nowhere once the terminal is gone."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        """Write, if there is still somebody to read."""
        self._outlasting(lambda: self._file.write(text))
        return len(text)

    def flush(self) -> None:
        """Let out what is buffered."""
        self._outlasting(self._file.flush)

    def fileno(self) -> int:
        """The terminal's descriptor."""
        return self._file.fileno()

    def isatty(self) -> bool:
        """Whether it is a terminal still."""
        return self._file.isatty()

    def _outlasting(self, act: Callable[[], object]) -> None:
        try:
            act()
        except OSError:
            # What is left in the buffer must have somewhere to go, or the interpreter fails at its end.
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._file.fileno())
            os.close(nowhere)


class StationTerminal(LinuxDriver):
    """Textual's driver for a terminal that may go away; the app has an action ``hang_up`` for then."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._file = cast(Any, _LastingOutput(cast(TextIO, self._file)))

    def run_input_thread(self) -> None:
        """Read keys until the app ends or the terminal does."""
        try:
            super().run_input_thread()
        except OSError:
            self._app.call_later(self._app.run_action, "hang_up")
