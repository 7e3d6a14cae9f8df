"""A network operating system or host whose console gives a Linux shell, such as SONiC's.

A serial line has no check of its own: a lost character, a kernel message in the middle or an echo that comes late
would become a wrong value. So every command is wrapped in a frame that the shell prints itself: a numbered beginning,
the output, a numbered end with exit status and POSIX checksum. Output that does not agree with its checksum is never
given out.
"""

import re
from typing import ClassVar, Final

from drivers.console_driver import ConsoleDriver
from drivers.console_text import ANSI
from drivers.errors import DeviceError, Garbled
from drivers.posix_checksum import posix_checksum

_FRAME: Final = (
    "o=$( ( {command} ) 2>&1);s=$?;echo \"RK\"'<{number}';printf '%s\\n' \"$o\";"
    'echo "RK"">{number} $s $(printf \'%s\\n\' "$o"|cksum)"'
)
"""The marks are quoted in two pieces, so that the echo of this line does not contain them. The command has a shell of
its own: a `cd` ends with it, and so does a redirection."""
_PROOF_S: Final = 10.0


class NetworkOs(ConsoleDriver):
    """A POSIX shell at a console: dialect of SONiC and other Linux systems with bash, or a shell that has printf and
    cksum (POSIX.1-2017, Shell & Utilities).

    Output is collected by the shell and comes at its end, so nothing pages it; `kernel_messages` are what the kernel
    wrote onto the console during the last command.
    """

    __slots__ = ("_number", "kernel_messages")

    prompt: ClassVar[re.Pattern[bytes]] = re.compile(rb"([^\r\n\x1b]{0,80}[$#] )$")

    _number: int
    kernel_messages: tuple[str, ...]

    def _prove(self) -> None:
        self.kernel_messages = ()
        self._number = 0
        self._ask(":", _PROOF_S)

    def _ask(self, text: str, timeout_s: float) -> str:
        session = self._session
        session.forget()
        self._number += 1
        line = _FRAME.format(command=text, number=self._number)
        # Bash ends bracketed paste with a bare return before the output, and begins it again in its prompt.
        frame = re.compile(
            rb"(?:^|[\r\n])RK<%d\n(?P<body>.*?)RK>%d (?P<status>\d+) (?P<sum>\d+) (?P<count>\d+)\n[^\n]{0,160}?%s"
            % (self._number, self._number, re.escape(self._prompt or b"")),
            re.DOTALL,
        )
        session.type(line.encode("utf-8"), text)
        _, found = session.expect({"frame": frame}, timeout_s, text)
        self.kernel_messages = tuple(session.text.kernel_messages)
        body = self._whole(found, line.encode("utf-8"), text)
        output = ANSI.sub(b"", body).decode("utf-8", "strict").removesuffix("\n")
        if status := int(found["status"]):
            last = output.rpartition("\n")[2]
            raise DeviceError(f"{self.resource}: {text[:60]!r} failed with status {status}: {last[:120]}")
        return output

    def _whole(self, found: re.Match[bytes], line: bytes, text: str) -> bytes:
        """The output if it is what the shell printed: as it came, or without an echo that came late."""
        wanted = int(found["sum"]), int(found["count"])
        for body in (found["body"], found["body"].replace(line + b"\n", b"")):
            if (posix_checksum(body), len(body)) == wanted:
                try:
                    body.decode("utf-8")
                except UnicodeDecodeError as error:
                    raise self._damaged(text, f"the output is not UTF-8: {error}") from error
                return body
        raise self._damaged(
            text,
            f"the output has {len(found['body'])} bytes and a checksum that is not that of the {wanted[1]} printed",
        )

    def _damaged(self, text: str, what: str) -> Garbled:
        error = Garbled(f"{self.resource}: {text[:60]!r}: {what}; log in and ask again")
        self._session.poison(error)
        return error
