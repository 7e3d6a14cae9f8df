"""What a console brought so far, and how it is read: kernel messages taken out, garbage seen, a pager recognised.

A serial console is not the command's alone. The kernel writes onto it whenever it likes, also into the middle of
another line; a loader speaks on it before there is a system; and a line at another baud rate is noise.
"""

import re
from typing import Final

KERNEL: Final = re.compile(rb"\[ *\d+\.\d{6}\] [^\r\n]*\r*\n")
"""One line of the kernel's log as printk writes it to a console, wherever it falls."""
_BEGUN_KERNEL: Final = re.compile(rb"\[ *\d+\.\d{6}\] [^\r\n]*\r*$")
_BOOT: Final = re.compile(
    rb"(?:^|[\r\n])(?:\[ *0\.000000\] Linux version|U-Boot \S|GNU GRUB|Booting `|ONIE: |BIOS (?:Date|Version)|Aboot \S)"
)
"""What only a machine says that begins anew: kernel, common boot loaders, ONIE's installer."""
LOGIN: Final = re.compile(rb"(?:^|[\r\n])[^\s:]* ?login: $")
PASSWORD: Final = re.compile(rb"(?:^|[\r\n])[^\r\n]*[Pp]assword[^\r\n:]*: ?$")
REFUSED: Final = re.compile(
    rb"Login incorrect|Authentication failure|Access denied|[Pp]ermission denied|account .*locked"
)
EXPIRED: Final = re.compile(rb"required to change your password|password has expired", re.IGNORECASE)
_PAGER: Final = re.compile(rb"-- ?[Mm]ore ?--[^\r\n]{0,30}$")
_PAGED: Final = re.compile(rb"-- ?[Mm]ore ?--[^\r\n]{0,30}?(?:\r *\r|\x08+ *\x08*|\x1b\[K|\r\x1b\[K)+")
"""A pager's own line with what wipes it out again."""
ANSI: Final = re.compile(rb"\x1b(?:\[[0-9;?]*[A-Za-z]|[=>]|\][^\x07]*\x07)")
_PLAIN: Final = frozenset(b"\r\n\t\b\x07\x1b")
_GARBLED_SHARE: Final = 0.25
_GARBLED_LEAST: Final = 8


class ConsoleText:
    """The bytes since the last command, in the order in which they came."""

    __slots__ = ("_paged_on", "_raw", "kernel_messages")

    def __init__(self) -> None:
        self._raw = bytearray()
        self._paged_on = 0
        self.kernel_messages: list[str] = []
        """What the kernel wrote between, by whole lines."""

    def add(self, content: bytes) -> None:
        """More has come."""
        self._raw += content

    def clear(self) -> None:
        """Begin anew."""
        self._raw.clear()
        self._paged_on = 0
        self.kernel_messages.clear()

    def __len__(self) -> int:
        return len(self._raw)

    def plain(self) -> bytes:
        """What came, without the kernel's messages and a pager's lines, each line ended by one newline."""
        self.kernel_messages = [found.strip().decode("utf-8", "replace") for found in KERNEL.findall(self._raw)]
        text = KERNEL.sub(b"", self._raw)
        # One that is still coming stands at the end and must not hide the prompt before it.
        text = _PAGED.sub(b"", _BEGUN_KERNEL.sub(b"", text))
        return re.sub(rb"\r+\n", b"\n", text)

    @property
    def waits_for_key(self) -> bool:
        """Whether a pager has stopped the output, and was not told yet to go on."""
        return len(self._raw) > self._paged_on and _PAGER.search(self.plain()) is not None

    def page_on(self) -> None:
        """The pager was told to go on; its line goes from the output once it has wiped it out."""
        self._paged_on = len(self._raw)

    def tail(self, count: int = 60) -> bytes:
        """The last bytes, for a message."""
        return bytes(self._raw[-count:])

    @property
    def boots(self) -> bool:
        """Whether a machine that begins anew has spoken."""
        return _BOOT.search(self._raw) is not None

    @property
    def garbage(self) -> int:
        """How many bytes belong to no text: neither UTF-8 nor a control character that terminals know."""
        try:
            text = self._raw.decode("utf-8")
        except UnicodeDecodeError:
            text = self._raw.decode("utf-8", "replace")
        return sum(
            1
            for letter in text
            if letter == "\ufffd" or (ord(letter) < 32 and ord(letter) not in _PLAIN) or letter == "\x7f"
        )

    @property
    def is_garbled(self) -> bool:
        """Whether so much of it is garbage that the line's rate must be wrong."""
        garbage = self.garbage
        return garbage >= _GARBLED_LEAST and garbage >= _GARBLED_SHARE * len(self._raw)
