"""What may go over a wire and nowhere else: a password, in traces, recordings and messages a mark instead of its text.

Whoever sends it says so by its type; whatever writes traffic down asks a `Redaction` what it may show.
"""

from typing import Final

MARK: Final = b"(secret)"
"""What stands in place of a secret wherever traffic is written down."""


class Secret(bytes):
    """Bytes that are written to a wire and shown nowhere; as text they are a mark."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(MARK)

    __str__ = __repr__


class Redaction:
    """What of one wire's traffic may be shown.

    A device that echoes a password sends it back, in pieces or whole. Of one that comes in pieces the piece that
    completes it is masked, so that at most its beginning is seen.
    """

    __slots__ = ("_secrets", "_tail")

    def __init__(self) -> None:
        self._secrets: set[bytes] = set()
        self._tail = b""

    def sent(self, message: bytes) -> bytes:
        """What may be shown of a message; a secret is remembered, to be known again when it comes back."""
        if not isinstance(message, Secret):
            return message
        if text := bytes(message).strip():
            self._secrets.add(text)
        return MARK

    def received(self, content: bytes) -> bytes:
        """What may be shown of received bytes: as many bytes, those of a secret replaced by asterisks."""
        if not self._secrets:
            return content
        seen = bytearray(self._tail + content)
        for secret in self._secrets:
            at = seen.find(secret)
            while at >= 0:
                seen[at : at + len(secret)] = b"*" * len(secret)
                at = seen.find(secret, at + len(secret))
        shown = bytes(seen[len(self._tail) :])
        longest = max(map(len, self._secrets)) - 1
        self._tail = (self._tail + content)[-longest:] if longest else b""
        return shown
