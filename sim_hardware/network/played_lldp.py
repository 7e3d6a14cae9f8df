"""A machine whose LLDP agent answers from captured files; everything else it answers itself.

The files are what `lldpcli show neighbors` printed, one for each form: tor1_neighbors.json0, tor1_neighbors.plain.
"""

from pathlib import Path

from sim_hardware.network.lldp_document import FORMATS
from sim_hardware.network.shell import BootScript, Reply, Shell


class PlayedLldp:
    """A `Shell` around another one. Raises OSError for a file that is there and cannot be read."""

    def __init__(self, shell: Shell, documents: dict[str, str]) -> None:
        self._shell = shell
        self._documents = documents

    @property
    def hostname(self) -> str:
        """The machine's own."""
        return self._shell.hostname

    @property
    def prompt(self) -> str:
        """The machine's own."""
        return self._shell.prompt

    @property
    def boot(self) -> BootScript:
        """The machine's own."""
        return self._shell.boot

    def started(self, now: float) -> None:
        """It begins to boot."""
        self._shell.started(now)

    def run(self, words: tuple[str, ...], now: float) -> Reply:
        """Answer an LLDP command from the file of its form; pass everything else on."""
        if words[:1] not in (("lldpcli",), ("lldpctl",)):
            return self._shell.run(words, now)
        form = words[words.index("-f") + 1] if "-f" in words[:-1] else "plain"
        if form not in self._documents:
            return Reply(f"unknown output format: {form}", 1)
        return Reply(self._documents[form])


def captured_neighbours(folder: Path, node: str) -> dict[str, str]:
    """What was captured at this node, by form. Raises FileNotFoundError when nothing was."""
    found = {}
    for form in FORMATS:
        path = folder / f"{node}_neighbors.{form}"
        if path.is_file():
            found[form] = path.read_text(encoding="utf-8")
    if not found:
        raise FileNotFoundError(
            f"{folder}: nothing was captured at {node}; a file {node}_neighbors.json0 is wanted (lldpcli show"
            " neighbors -f json0)"
        )
    return found
