"""The store of attachments: what comes back under a digest is what was kept, or the reading says what is wrong."""

import gzip
import os
import subprocess
import sys
import textwrap
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mes.attachment_store import (
    AttachmentAltered,
    AttachmentMissing,
    AttachmentRefused,
    AttachmentStore,
    folder_of_database,
)
from mes.command_line import Location, sqlite_url
from mes.ledger import LedgerUnavailable, open_ledger

ROOT = Path(__file__).parents[3]


@pytest.fixture
def store(tmp_path: Path) -> AttachmentStore:
    """A store in which nothing is."""
    return AttachmentStore(tmp_path / "attachments")


def file_of(store: AttachmentStore, digest: str) -> Path:
    """Where a content lies."""
    return store.folder / digest[:2] / f"{digest}.gz"


@settings(max_examples=60, deadline=None)
@given(contents=st.lists(st.binary(max_size=4000), max_size=6))
def test_every_byte_comes_back_under_its_digest(
    tmp_path_factory: pytest.TempPathFactory, contents: list[bytes]
) -> None:
    """Whatever is kept, in whatever order and however often, is read back byte for byte under its SHA-256."""
    store = AttachmentStore(tmp_path_factory.mktemp("law"))
    digests = store.keep(contents)
    assert digests == tuple(sha256(content).hexdigest() for content in contents)
    assert store.keep(reversed(contents)) == digests[::-1]
    assert [store.read(digest) for digest in digests] == contents
    assert store.missing({*digests, "0" * 64}) == {"0" * 64}
    assert len([path for path in store.folder.rglob("*") if path.is_file()]) == len(set(contents))


def test_a_kept_file_opens_with_gzip(store: AttachmentStore) -> None:
    """A person without Rackline reads it by zcat; nothing but the content is in it, no name and no time."""
    (digest,) = store.keep([b"time_s,output_v\n"])
    stored = file_of(store, digest).read_bytes()
    assert gzip.decompress(stored) == b"time_s,output_v\n"
    assert stored[3:8] == bytes(5)


@pytest.mark.parametrize(
    "damage",
    [
        lambda stored: stored[:-1],
        lambda stored: stored[: len(stored) // 2],
        lambda stored: b"",
        lambda stored: stored[:30] + bytes([stored[30] ^ 4]) + stored[31:],
        lambda stored: gzip.compress(b"something else"),
    ],
    ids=["a byte short", "cut in half", "empty", "a bit flipped", "another content"],
)
def test_damage_is_told_and_mended_by_keeping_again(store: AttachmentStore, damage) -> None:
    """A damaged file is never given out; who has the content still may keep it again in its place."""
    content = os.urandom(300)
    (digest,) = store.keep([content])
    file = file_of(store, digest)
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(AttachmentAltered, match=digest[:12]):
        store.read(digest)
    store.keep([content])
    assert store.read(digest) == content


def test_what_is_not_there_is_missing(store: AttachmentStore) -> None:
    """Reading makes nothing, and a name that is no digest reaches no file."""
    with pytest.raises(AttachmentMissing, match=r"look for it in a backup"):
        store.read("a" * 64)
    assert not store.folder.exists()
    for name in ("../../etc/passwd", "A" * 64, "a" * 63, ""):
        with pytest.raises(ValueError, match="no SHA-256"):
            store.read(name)


def test_nothing_unfinished_comes_under_a_digest(store: AttachmentStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fills up while a file is synced leaves no file under the digest, and says so."""
    content = b"x" * 100

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        with pytest.raises(AttachmentRefused, match=r"cannot be written: No space left on device; check the disk"):
            store.keep([content])
    assert [path for path in store.folder.rglob("*") if path.is_file()] == []
    (digest,) = store.keep([content])
    assert store.read(digest) == content


def test_a_file_is_synced_before_it_has_its_name_and_its_folder_after(
    store: AttachmentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order that a power cut respects: the file's content, its name, the folder that holds the name."""
    happened: list[str] = []
    sync, replace = os.fsync, Path.replace

    def synced(descriptor: int) -> None:
        happened.append(f"sync {Path(os.readlink(f'/proc/self/fd/{descriptor}')).relative_to(store.folder.parent)}")
        sync(descriptor)

    def renamed(path: Path, target: Path) -> Path:
        happened.append(f"name {target.relative_to(store.folder.parent)}")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", renamed)
    (digest,) = store.keep([b"waveform"])
    folder = f"attachments/{digest[:2]}"
    first, second, *folders = happened
    assert first.startswith(f"sync attachments/unfinished/{digest}.gz.")
    assert second == f"name {folder}/{digest}.gz"
    assert set(folders) == {f"sync {folder}", "sync attachments", "sync ."}


def test_a_process_that_is_killed_while_it_writes_leaves_no_truncated_file(tmp_path: Path) -> None:
    """Kill -9 between the bytes and the name: the digest is missing, and the owner's next start clears what is left."""
    program = textwrap.dedent(
        f"""
        import os, signal
        from pathlib import Path
        from mes.attachment_store import AttachmentStore
        Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
        AttachmentStore(Path({str(tmp_path / "a")!r})).keep([b"half a run"])
        """
    )
    killed = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False)
    assert killed.returncode == -9
    store, digest = AttachmentStore(tmp_path / "a"), sha256(b"half a run").hexdigest()
    left = list((store.folder / "unfinished").iterdir())
    assert len(left) == 1
    assert store.missing([digest]) == {digest}
    store.prepare()
    assert list((store.folder / "unfinished").iterdir()) == []
    store.keep([b"half a run"])
    assert store.read(digest) == b"half a run"


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_kept(tmp_path: Path) -> None:
    """A file stands where the folder should be: `prepare` refuses and names it."""
    (tmp_path / "taken").write_text("x")
    with pytest.raises(AttachmentRefused, match=r"attachments .*taken: cannot be written: (Not a dir|File ex)"):
        AttachmentStore(tmp_path / "taken").prepare()


@pytest.mark.parametrize("name", ["site.db", "50 % of #1?.db", "käse.db"])
def test_attachments_lie_beside_the_database_file(tmp_path: Path, name: str) -> None:
    """`FILE.attachments` for `FILE`, whatever characters it has; ledger and commands mean the same folder."""
    url = sqlite_url(tmp_path / name)
    assert folder_of_database(url) == tmp_path / f"{name}.attachments" == Location(tmp_path, url).attachments
    ledger = open_ledger(url, simulated_site=True)
    try:
        digest = ledger.attach(b"kept")
        assert (tmp_path / name).is_file()
        assert ledger.missing_attachments([digest, "0" * 64]) == {"0" * 64}
        assert AttachmentStore(tmp_path / f"{name}.attachments").read(digest) == b"kept"
    finally:
        ledger.close()


def test_a_server_has_its_attachments_where_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL has no file to lie beside: $RACKLINE_ATTACHMENTS, else a folder of the home."""
    location = Location(tmp_path, "postgresql://centre/site")
    monkeypatch.delenv("RACKLINE_ATTACHMENTS", raising=False)
    assert location.attachments == tmp_path / "attachments"
    monkeypatch.setenv("RACKLINE_ATTACHMENTS", "/srv/attachments")
    assert location.attachments == Path("/srv/attachments")


def test_a_centre_whose_disk_refuses_may_be_asked_again(tmp_path: Path) -> None:
    """Its folder cannot be made: unavailable, so that the record waits at its station and nothing is lost."""
    url = sqlite_url(tmp_path / "site.db")
    (tmp_path / "site.db.attachments").write_text("in the way")
    ledger = open_ledger(url, simulated_site=True)
    try:
        with pytest.raises(LedgerUnavailable, match=r"the centre's attachments .* cannot be written"):
            ledger.attach(b"waveform")
    finally:
        ledger.close()
