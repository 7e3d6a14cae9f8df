"""One conversation with one console: typed lines, prompts that are waited for, and nothing taken for what it is not.

A console has no question and answer of its own: an echo may come late or twice, a prompt looks like text, the kernel
writes between. Who waits here therefore names what may come, and gets it only once the line has fallen silent behind
it.
"""

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Final

from drivers.clock import Clock
from drivers.console_text import LOGIN, ConsoleText
from drivers.errors import DeviceRestarted, Garbled, LinkError, LinkTimeout
from drivers.secret import Secret
from drivers.session import Session
from drivers.transport import Transport

SETTLE_S: Final = 0.5
"""What ends a prompt is silence: text that only looks like one goes on sooner, at any usual rate."""
_INTERRUPT: Final = b"\x03"


class ConsoleSession(Session):
    """The owner of a console's wire; `baud_rate` is what it was opened with, for messages."""

    __slots__ = ("_clock", "baud_rate", "text")

    def __init__(
        self,
        transport: Transport,
        clock: Clock,
        *,
        timeout_s: float,
        baud_rate: int,
        lock: AbstractContextManager[object] | None = None,
    ) -> None:
        super().__init__(transport, timeout_s=timeout_s, lock=lock)
        self._clock = clock
        self.baud_rate = baud_rate
        self.text = ConsoleText()

    def forget(self) -> bytes:
        """Drop what came unasked since the last command; what it was, kernel messages taken out."""
        with self._lock:
            try:
                self.text.clear()
                self.text.add(self._transport.take_stray())
                return self.text.plain()
            except LinkError as error:
                raise self._poisoned("console", error) from error
            finally:
                self.text.clear()

    def type(self, line: bytes, shown: str) -> None:
        """Send a line with its return; `shown` stands for it in messages, as a secret must not."""
        message = Secret(line + b"\r") if isinstance(line, Secret) else line + b"\r"
        self._send(message, shown)

    def interrupt(self) -> None:
        """Send what ends a running command, and a half-typed line."""
        self._send(_INTERRUPT, "interrupt")

    def _send(self, message: bytes, shown: str) -> None:
        with self._lock:
            self._require_whole(shown)
            try:
                self._transport.write(message)
            except LinkError as error:
                raise self._poisoned(shown, error) from error

    def expect(
        self, wanted: Mapping[str, re.Pattern[bytes]], timeout_s: float, shown: str, *, boots: bool = False
    ) -> tuple[str, re.Match[bytes]]:
        """Wait until what came matches one of these: its name and the match.

        A pattern that ends in `$` counts only once nothing has followed for half a second. A pager is told to go on.
        With `boots` a machine that begins anew is what is waited for, and its noise is borne.

        Raises `LinkTimeout`, `LinkLost`, `DeviceRestarted` when it booted instead, `Garbled` when the line brings no
        text; each poisons the session.
        """
        with self._lock:
            self._require_whole(shown)
            deadline = self._clock.now() + timeout_s
            try:
                return self._expect(wanted, deadline, timeout_s, shown, boots)
            except LinkError as error:
                raise self._poisoned(shown, error) from error

    def _expect(
        self, wanted: Mapping[str, re.Pattern[bytes]], deadline: float, timeout_s: float, shown: str, boots: bool
    ) -> tuple[str, re.Match[bytes]]:
        while True:
            found = self._found(wanted)
            if found is not None and not found[1].re.pattern.endswith(b"$"):
                return found
            paging = self.text.waits_for_key
            restarted = not boots and "login" not in wanted and LOGIN.search(self.text.plain()) is not None
            remaining = deadline - self._clock.now()
            pause = min(SETTLE_S, remaining) if found or paging or restarted else remaining
            if self._more(pause):
                if not boots and self.text.is_garbled:
                    raise self._noise()
                continue
            if found is not None:
                return found
            if restarted:
                raise DeviceRestarted(
                    f"{self.resource}: a login prompt came instead of the end: the device restarted, or logged us out;"
                    " log in again and begin the step anew"
                )
            if paging:
                self._transport.write(b" ")
                self.text.page_on()
                continue
            raise self._silent(timeout_s, boots)

    def _found(self, wanted: Mapping[str, re.Pattern[bytes]]) -> tuple[str, re.Match[bytes]] | None:
        text = self.text.plain()
        for name, pattern in wanted.items():
            if (match := pattern.search(text)) is not None:
                return name, match
        return None

    def _more(self, pause_s: float) -> bool:
        """Wait this long at most for more; whether some came."""
        if pause_s <= 0:
            return False
        try:
            first = self._transport.read_exactly(1, pause_s)
        except LinkTimeout:
            return False
        self.text.add(first + self._transport.take_stray())
        return True

    def _silent(self, timeout_s: float, boots: bool) -> LinkError:
        """Why what was waited for did not come."""
        text = self.text
        if not boots and text.boots:
            return DeviceRestarted(
                f"{self.resource}: the device booted in the middle ({text.tail()!r}); wait for its login prompt, log in"
                " and begin the step anew"
            )
        if text.is_garbled:
            return self._noise()
        what = f"only {text.tail()!r}" if len(text) else "nothing"
        return LinkTimeout(f"{self.resource}: {what} within {timeout_s:g} s; check the cable and whether it runs")

    def _noise(self) -> Garbled:
        return Garbled(
            f"{self.resource}: {self.text.garbage} of {len(self.text)} bytes are no text ({self.text.tail(16)!r});"
            f" the line is open at {self.baud_rate} baud: is that the console's rate?"
        )
