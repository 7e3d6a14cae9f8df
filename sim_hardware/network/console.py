"""The console of a machine that runs an operating system: it boots, asks who is there, echoes, pages, shows a prompt.

Sans input and output: bytes come in with the time, and what is to be sent goes to a port with the delay after which it
arrives. Whatever is behind the prompt is a `Shell`.
"""

import random
import re
from collections import deque
from collections.abc import Callable

from sim_hardware.byte_device import BytePort
from sim_hardware.network.console_quirks import ConsoleQuirks
from sim_hardware.network.shell import Reply, Shell, carried_out

_BITS_PER_CHARACTER = 10  # 8N1
_REFUSAL_S = 2.0
_MORE = "--More--"
_PASTE_ON, _PASTE_OFF = "\x1b[?2004h", "\x1b[?2004l\r"
_WIPE = "\r        \r"


class Console:
    """The serial console of one machine, which began to boot at `since` (s).

    Without a `password` the user's name is enough. `noise` draws when the kernel speaks. Bytes at another rate than
    `baud` are noise in both directions.
    """

    def __init__(
        self,
        shell: Shell,
        now: Callable[[], float],
        noise: random.Random,
        *,
        since: float,
        user: str = "admin",
        password: str | None = None,
        baud: int = 115200,
        quirks: ConsoleQuirks | None = None,
    ) -> None:
        self.shell = shell
        self.quirks = ConsoleQuirks() if quirks is None else quirks
        self._now = now
        self._noise = noise
        self._boot = shell.boot
        self._user, self._password = user, password
        self._baud = baud
        self._port: BytePort | None = None
        self._line = bytearray()
        self._pages: deque[str] = deque()
        self._restarted = False
        self._restart(since)

    def _restart(self, at: float) -> None:
        self._booted_at = at
        self.shell.started(at)
        self.up_at = at + self._boot[-1][0]
        """When the login prompt comes (s)."""
        self._busy_until = self.up_at
        self._state = "login"
        self._name = ""
        self._asked = 0
        self._line.clear()
        self._pages.clear()

    def connected(self, port: BytePort) -> None:
        """Somebody is on the line: what a boot in progress still has to say will come."""
        self._port = port
        self._say_boot(self._now())

    def disconnected(self) -> None:
        """Nobody is on the line any more; who was logged in stays so."""
        self._port = None

    def received(self, content: bytes) -> None:
        """Take what was typed; while the machine boots nobody reads it."""
        now = self._now()
        if now < self.up_at:
            return
        if not self._rate_fits:
            self._say("\x00" * len(content), 0.0)
            return
        for byte in content:
            self._take(byte)

    @property
    def _prompt(self) -> str:
        return f"{_PASTE_ON if self.quirks.bracketed_paste else ''}{self.shell.prompt}"

    @property
    def _rate_fits(self) -> bool:
        rate = getattr(self._port, "baud_rate", None)
        return rate is None or rate == self._baud

    def _take(self, byte: int) -> None:
        if self._pages:
            self._turn_page(byte)
        elif byte == 3:
            self._line.clear()
            self._interrupted()
        elif byte in b"\r\n":
            line = self._line.decode("utf-8", "replace")
            self._line.clear()
            self._entered(line)
        else:
            self._line.append(byte)

    def _interrupted(self) -> None:
        if self._state == "shell":
            self._say(f"^C\r\n{self._prompt}", self._wait)
        else:
            self._ask_name()

    @property
    def _wait(self) -> float:
        """Seconds until the machine has done what was asked before."""
        return max(0.0, self._busy_until - self._now())

    def _entered(self, line: str) -> None:
        match self._state:
            case "login":
                self._name_given(line)
            case "password":
                self._password_given(line)
            case _:
                self._command_given(line)

    def _ask_name(self) -> None:
        self._state, self._asked = "login", 0
        self._say(f"\r\n{self.shell.hostname} login: ", self._wait)

    def _name_given(self, name: str) -> None:
        self._say(f"{name}\r\n", self._wait)
        if not name:
            self._ask_name()
            return
        self._name = name
        if self._password is None and name == self._user:
            self._let_in()
        else:
            self._state = "password"
            self._say("Password: ", self._wait + 0.05)

    def _password_given(self, given: str) -> None:
        self._say(f"{given}\r\n" if self.quirks.echoes_password else "\r\n", self._wait)
        right = self._name == self._user and given == self._password
        self._asked += 1
        if not right:
            self._busy_until = self._now() + self._wait + _REFUSAL_S
            self._say("Login incorrect\r\n", self._wait)
            self._ask_name()
        elif self._asked < self.quirks.password_prompts:
            self._say("Password: ", self._wait + 0.05)
        else:
            self._let_in()

    def _let_in(self) -> None:
        self._state = "shell"
        self._say(
            f"Linux {self.shell.hostname}\r\nLast login: Mon Nov  2 05:12:44 UTC 2026 on ttyS0\r\n", self._wait + 0.2
        )
        self._say(self._prompt, self._wait + 0.3)

    def _command_given(self, line: str) -> None:
        began = self._now() + self._wait
        late = self.quirks.late_echo and bool(line)
        if not late:
            self._say(f"{line}\r\n{_PASTE_OFF if self.quirks.bracketed_paste else ''}", self._wait)
        if line.split() in (["exit"], ["logout"]):
            self._say("logout\r\n", self._wait)
            self._ask_name()
            return
        reply = carried_out(self.shell, line, began) if line.strip() else Reply("", seconds=0.0)
        self._busy_until = began + reply.seconds
        text = reply.text.replace("\n", "\r\n")
        if late:
            text = _behind_first_line(text, f"{line}\r\n")
        if self._noise.random() < self.quirks.kernel_noise:
            text = self._with_noise(text, began)
        if not self._restarted and self.quirks.restarts_during and re.search(self.quirks.restarts_during, line):
            self._restarted = True
            self._say(text[: len(text) // 2], self._wait)
            self._begin_anew()
        elif reply.restarts:
            self._say(text, self._wait)
            self._begin_anew()
        else:
            self._page(text)

    def _begin_anew(self) -> None:
        at = self._now() + self._wait
        self._restart(at)
        self._say_boot(self._now())

    def _say_boot(self, now: float) -> None:
        if now >= self.up_at:
            return
        for after, text in self._boot:
            if (at := self._booted_at + after) >= now:
                self._say(text.format(hostname=self.shell.hostname), at - now)
        self._say(f"{self.shell.hostname} login: ", self.up_at - now)

    def _with_noise(self, text: str, at: float) -> str:
        place = self._noise.randrange(len(text) + 1)
        # Not between the carriage return and the newline of one line end: the kernel ends with one of its own.
        place -= text[place - 1 : place + 1] == "\r\n"
        return f"{text[:place]}[{at:13.6f}] mlx5_core 0000:01:00.0: temperature event 0x2\r\n{text[place:]}"

    def _page(self, text: str) -> None:
        lines, length = text.splitlines(keepends=True), self.quirks.page_lines
        if not length or len(lines) <= length:
            self._say(text + self._prompt, self._wait)
            return
        self._pages.extend("".join(lines[at : at + length]) for at in range(0, len(lines), length))
        self._say(self._pages.popleft() + _MORE, self._wait)

    def _turn_page(self, byte: int) -> None:
        if byte == ord("q") or byte == 3:
            self._pages.clear()
            self._say(f"{_WIPE}{self._prompt}", self._wait)
            return
        page = self._pages.popleft()
        self._say(f"{_WIPE}{page}{_MORE if self._pages else self._prompt}", self._wait)

    def _say(self, text: str, after_s: float) -> None:
        if self._port is None or not text:
            return
        content = text.encode("utf-8")
        if not self._rate_fits:
            content = bytes(self._noise.choice((0x00, 0x80, 0xE0, 0xF8, 0xFE, 0xFF)) for _ in content)
        self._port.send(content, after_s + len(content) * _BITS_PER_CHARACTER / self._baud)


def _behind_first_line(text: str, line: str) -> str:
    end = text.find("\n") + 1
    return text[:end] + line + text[end:]
