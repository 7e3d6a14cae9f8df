"""The fixture's own word for which fixture it is: a number on bridges of a plug that is part of it.

A station's file says what stands there, and a fixture can be changed without the file. Its plug goes with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from drivers.capabilities import DigitalIo
from stations.errors import ConfigurationError, WrongFixture


@dataclass(frozen=True, slots=True)
class CodingPlug:
    """The input lines of `role` that read the plug, its lowest bit first; a bridge is high.

    Nothing plugged in reads as 0, which is no number of a fixture.
    """

    role: str
    lines: tuple[int, ...]

    def expected(self, options: Mapping[str, object]) -> int:
        """The number that a station's file gives its fixture. Raises `ConfigurationError`."""
        code, most = options.get("code"), (1 << len(self.lines)) - 1
        if isinstance(code, bool) or not isinstance(code, int) or not 1 <= code <= most:
            given = "is missing" if code is None else f"{code!r} is refused"
            raise ConfigurationError(
                f"fixture.options.code: {given}: this fixture has a coding plug; write its number, 1 to {most}"
            )
        return code

    def require(self, options: Mapping[str, object], name: str, instruments: Mapping[str, object]) -> None:
        """Raise `WrongFixture` when another fixture stands here than the station's file says."""
        expected = self.expected(options)
        levels = cast(DigitalIo, instruments[self.role]).read_inputs(self.lines)
        found = sum(1 << bit for bit, is_high in enumerate(levels) if is_high)
        if found != expected:
            told = f"its coding plug reads {found}" if found else "no coding plug is read"
            raise WrongFixture(
                f"fixture {name} has number {expected} and {told}: another fixture stands here, or its plug is out;"
                " put the right one there, or correct [fixture]"
            )
