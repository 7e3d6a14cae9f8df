"""A serial barcode scanner: it says what it reads, and nothing else.

Labels are framed by a prefix and a suffix, as the scanner was set up by its configuration barcodes. A label scanned
while no client has the port open is held until one does, as an operator would wait for the station to ask.
"""

from collections import deque

from sim_hardware.byte_device import BytePort

_CHARACTER_S = 10 / 9600  # 8N1 at 9600 baud


class SerialScanner:
    """A `ByteDevice`; `suffix` is CR unless set up otherwise."""

    def __init__(self, *, prefix: bytes = b"", suffix: bytes = b"\r") -> None:
        self.prefix, self.suffix = prefix, suffix
        self._port: BytePort | None = None
        self._held: deque[str] = deque()

    def scan(self, text: str) -> None:
        """Read a label: its text goes out now, or as soon as a client opens the port.

        Raises ValueError for a text that the framing would cut.
        """
        content = text.encode("latin-1")
        if self.suffix and self.suffix in content:
            raise ValueError(f"label {text!r} contains the scanner's suffix {self.suffix!r}")
        if self._port is None:
            self._held.append(text)
            return
        framed = self.prefix + content + self.suffix
        self._port.send(framed, len(framed) * _CHARACTER_S)

    def connected(self, port: BytePort) -> None:
        """A client has opened the line: the labels held for it follow."""
        self._port = port
        while self._held:
            self.scan(self._held.popleft())

    def received(self, content: bytes) -> None:
        """Ignore what the client sends: this scanner takes no commands."""

    def disconnected(self) -> None:
        """The client has closed the line."""
        self._port = None
