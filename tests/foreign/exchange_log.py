"""Everything that was said to a served bench and what came back, so that it can be said again without the client."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sim_hardware.scpi_device import ScpiDevice
from tests.foreign.foreign_bench import ROLES

FOLDER = Path(__file__).with_name("exchanges")


@dataclass(frozen=True, slots=True)
class Said:
    """One message to the instrument of a role, and whether it was answered."""

    role: str
    message: str
    answered: bool


@contextmanager
def logged() -> Iterator[list[Said]]:
    """The messages of all devices of this process while this is open, in their order."""
    roles = {serial: role for role, (_, serial, _) in ROLES.items()}
    said: list[Said] = []
    execute = ScpiDevice.execute

    def log(self: ScpiDevice, message: str) -> tuple[bytes | None, float]:
        answer, at = execute(self, message)
        said.append(Said(roles[getattr(self, "serial", "")], message.strip(), answer is not None))
        return answer, at

    ScpiDevice.execute = log  # type: ignore[method-assign]
    try:
        yield said
    finally:
        ScpiDevice.execute = execute  # type: ignore[method-assign]


def write(client: str, said: list[Said]) -> None:
    """Keep what a client said, without what it said while waiting for something to end."""
    lines: list[str] = []
    for one in said:
        line = json.dumps({"role": one.role, "message": one.message, "answered": one.answered})
        if not lines or lines[-1] != line:
            lines.append(line)
    (FOLDER / f"{client}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def read(client: str) -> list[Said]:
    """What a client said when it was last tried."""
    text = (FOLDER / f"{client}.jsonl").read_text(encoding="utf-8")
    return [Said(**json.loads(line)) for line in text.splitlines()]
