"""What answers behind a console's prompt: commands in, text out, with the time that it takes.

Of a shell's language only this is understood: one command with its words, `sudo` before it, and the frame in which a
careful client wraps a command, as bash would carry it out.
"""

import re
from dataclasses import dataclass
from typing import Protocol

_FRAME = re.compile(
    r"o=\$\( \( (?P<command>.*) \) 2>&1\);s=\$\?;echo \"(?P<mark>\w+)\"'(?P<begin>[^']*)';printf '%s\\n' \"\$o\";"
    r"echo \"(?P=mark)\"\"(?P<end>[^ \"]*) \$s \$\(printf '%s\\n' \"\$o\"\|cksum\)\""
)
_POLYNOMIAL = 0x04C11DB7


BootScript = tuple[tuple[float, str], ...]
"""Seconds after a start, and what is said then."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a command prints, its exit status, the seconds it takes, and whether the machine restarts after it."""

    text: str
    status: int = 0
    seconds: float = 0.2
    restarts: bool = False


class Shell(Protocol):
    """A machine's command interpreter."""

    @property
    def hostname(self) -> str:
        """The machine's name, as its login prompt shows it."""
        ...

    @property
    def prompt(self) -> str:
        """What is shown when a command is taken."""
        ...

    @property
    def boot(self) -> BootScript:
        """What it says while it boots; the login prompt follows the last."""
        ...

    def started(self, now: float) -> None:
        """It begins to boot at this time (s): whatever it counted is gone."""
        ...

    def run(self, words: tuple[str, ...], now: float) -> Reply:
        """Carry out a command at this time (s)."""
        ...


def carried_out(shell: Shell, line: str, now: float) -> Reply:
    """What the shell prints for a typed line."""
    framed = _FRAME.fullmatch(line)
    if framed is None:
        return _plain(shell, line, now)
    reply = _plain(shell, framed["command"], now)
    # $(…) takes the newlines off the end, and printf puts one back.
    body = reply.text.rstrip("\n") + "\n"
    content = body.encode("utf-8")
    mark = framed["mark"]
    text = f"{mark}{framed['begin']}\n{body}{mark}{framed['end']} {reply.status} {checksum(content)} {len(content)}\n"
    return Reply(text, 0, reply.seconds, reply.restarts)


def _plain(shell: Shell, line: str, now: float) -> Reply:
    words = tuple(line.split())
    if words[:1] == ("sudo",):
        words = words[1:]
    if not words or words == (":",):
        return Reply("", seconds=0.01)
    return shell.run(words, now)


def checksum(content: bytes) -> int:
    """POSIX cksum: the CRC-32 of polynomial 04C11DB7h over the content and its length."""
    crc, count = 0, len(content)
    length = bytearray()
    while count:
        length.append(count & 0xFF)
        count >>= 8
    for byte in content + length:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ _POLYNOMIAL) & 0xFFFFFFFF if crc & 0x80000000 else crc << 1
    return crc ^ 0xFFFFFFFF
