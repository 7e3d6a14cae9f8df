"""The captured documents, read in place."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def captured() -> Path:
    """The folder of captured data. Its absence is said by a skip."""
    folder = os.environ.get("RACKLINE_REALDATA")
    if not folder:
        pytest.skip("RACKLINE_REALDATA names no folder: nothing captured to read")
    return Path(folder)


@pytest.fixture(scope="session")
def eos_capture(captured: Path) -> Callable[[str], tuple[bytes, list[dict[str, str]]]]:
    """A captured EOS output by its file's name, and the rows that ntc-templates holds to be the truth of it."""

    def read(name: str) -> tuple[bytes, list[dict[str, str]]]:
        folder = captured / "cli_show_outputs" / "arista_eos"
        raw = next(folder.glob(f"*/arista_eos_{name}.raw"))
        return raw.read_bytes(), truth_rows(raw.with_suffix(".yml").read_text(encoding="utf-8"))

    return read


def truth_rows(text: str) -> list[dict[str, str]]:
    """The rows of a truth file: YAML of one list of flat maps, of which no more than its quoted texts is read."""
    rows: list[dict[str, str]] = []
    for line in re.sub(r"\\\n\s*\\?", "", text).splitlines()[2:]:
        found = re.fullmatch(r'\s*(?P<new>- )?\s*(?P<key>\w+): "(?P<value>.*)"', line)
        assert found, line
        if found["new"]:
            rows.append({})
        rows[-1][found["key"]] = found["value"].replace('\\"', '"')
    assert rows
    return rows
