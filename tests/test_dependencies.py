"""What the lock file brings onto a machine: every package under a licence that a factory may live with."""

import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LOCKED = sorted(set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE)))
ELSEWHERE = {"colorama", "tzdata"}
"""Locked for another operating system only; both are permissive (BSD-3-Clause; Apache-2.0)."""
WITHOUT_A_WORD = {"pysqlite3": "zlib"}
"""Packages whose metadata say nothing, with the licence in their repository."""
COPYLEFT = re.compile(r"\b(A?GPL|GNU (Affero )?General Public)", re.IGNORECASE)
KNOWN = re.compile(r"MIT|BSD|0BSD|Apache|ISC|PSF|Python Software|MPL|Mozilla|LGPL|Zlib|CC0", re.IGNORECASE)


@pytest.mark.parametrize("package", LOCKED)
def test_no_dependency_is_under_the_gpl(package: str) -> None:
    """Each locked package names a licence that is known, and none of it is the GPL or the AGPL."""
    try:
        told = metadata(package)
    except PackageNotFoundError:
        assert package in ELSEWHERE, f"{package} is locked and not installed"
        return
    classified = [line for line in told.get_all("Classifier") or () if line.startswith("License ::")]
    licence = told.get("License-Expression") or " ".join(classified) or told.get("License") or ""
    licence = licence or WITHOUT_A_WORD.get(package, "")
    assert KNOWN.search(licence), f"{package}: its licence is {licence!r}; look at it, then say here what it is"
    # LGPL-3.0 (psycopg) may be used as a library; the word itself holds "GPL".
    assert not COPYLEFT.search(licence), f"{package}: {licence}"
