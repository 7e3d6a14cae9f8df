"""Files that belong to runs, each under the SHA-256 of its content: a folder beside a spool, or beside a database.

The name is the proof: whoever reads a file back knows that it is the one the record names, and one content is kept
once however many runs have it. The name is that of the content as it was measured; on the disk it is gzip
(`<sha256>.gz`, for `zcat` and every archiver), because a waveform as text shrinks to a fifth and because its hash must
not depend on who compressed it.

    AttachmentError
    |-- AttachmentMissing      there is no such file (example: the folder was not in the backup)
    |-- AttachmentAltered      what lies there is not the content of that name (example: a flipped bit, a cut tail)
    `-- AttachmentRefused      the folder cannot take or give it now (example: disk full, no rights)
"""

import hashlib
import os
import re
import threading
import zlib
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

_LEVEL = 1
"""A waveform of 5000 samples: 18 kB in 0.5 ms; level 6 makes 15 kB of it in 2 ms (measured)."""
_GZIP = 31
"""zlib's window for a gzip file; it writes no time into it."""
_UNFINISHED = "unfinished"
_DIGEST = re.compile(r"[0-9a-f]{64}")


class AttachmentError(Exception):
    """An attachment cannot be stored or read."""


class AttachmentMissing(AttachmentError):
    """No file of this name is here."""


class AttachmentAltered(AttachmentError):
    """The file of this name holds something else."""


class AttachmentRefused(AttachmentError):
    """The disk or the folder's rights do not allow it now."""


def digest_of(content: bytes) -> str:
    """SHA-256 of a content in hex: its name."""
    return hashlib.sha256(content).hexdigest()


def folder_beside(file: Path) -> Path:
    """The folder of the attachments that the records in this file name."""
    return file.with_name(f"{file.name}.attachments")


def folder_of_database(url: str) -> Path | None:
    """The folder beside an SQLite file; None for a server, whose attachments lie where somebody says."""
    scheme, _, rest = url.partition("://")
    file = unquote(rest.partition("?")[0].removeprefix("/"))
    return folder_beside(Path(file)) if scheme.partition("+")[0] == "sqlite" and file else None


class AttachmentStore:
    """The attachments in one folder; nothing is made in it before something is kept.

    Several threads and processes may keep and read at once: a file comes under its name whole, or not at all.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def prepare(self) -> None:
        """Make the folder and take away what a killed process left unfinished; for the one owner of a folder.

        Raises `AttachmentRefused` for a folder that cannot be written.
        """
        unfinished = self.folder / _UNFINISHED
        try:
            unfinished.mkdir(parents=True, exist_ok=True)
            for left in unfinished.iterdir():
                left.unlink()
            # Asked of the disk, not of the rights: a read-only mount and a root user are both told so.
            probe = unfinished / f"probe.{os.getpid()}"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise self._refused("written", error) from error

    def keep(self, contents: Iterable[bytes]) -> tuple[str, ...]:
        """Keep these; they are on the disk, under their digests, when this returns.

        Each is written beside, synced, and only then renamed, and the folders are synced last: neither a kill nor a
        power cut leaves a truncated file under a digest. Raises `AttachmentRefused`; what had been kept by then stays.
        """
        digests: list[str] = []
        touched: set[Path] = set()
        try:
            for content in contents:
                digest = digest_of(content)
                digests.append(digest)
                path = self._path(digest)
                if not path.parent.is_dir():
                    path.parent.mkdir(parents=True, exist_ok=True)
                    touched |= {self.folder, self.folder.parent}
                # Again also where it is here: who named it first may have been killed before the folder was synced.
                touched.add(path.parent)
                if not self._is_whole(path, digest):
                    self._write(path, content)
            for folder in touched:
                _sync_folder(folder)
        except OSError as error:
            raise self._refused("written", error) from error
        return tuple(digests)

    def missing(self, digests: Iterable[str]) -> frozenset[str]:
        """Those of which no file is here. Raises `AttachmentRefused` when the folder cannot be looked at."""
        try:
            return frozenset(digest for digest in digests if not self._path(digest).exists())
        except OSError as error:
            raise self._refused("read", error) from error

    def read(self, digest: str) -> bytes:
        """The content of this digest, proven to be it.

        Raises `AttachmentMissing`, `AttachmentAltered`, `AttachmentRefused`, and `ValueError` for what is no digest.
        """
        path = self._path(digest)
        try:
            stored = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise AttachmentMissing(f"attachment {digest[:12]}: there is no {path}; look for it in a backup") from error
        except OSError as error:
            raise self._refused("read", error) from error
        try:
            content = _expanded(stored)
        except zlib.error as error:
            raise AttachmentAltered(f"attachment {digest[:12]}: {path} is damaged: {error}") from error
        if digest_of(content) != digest:
            raise AttachmentAltered(f"attachment {digest[:12]}: {path} holds another content than its name says")
        return content

    def _is_whole(self, path: Path, digest: str) -> bool:
        if not path.exists():
            return False
        try:
            self.read(digest)
        except AttachmentAltered:
            return False
        return True

    def _write(self, path: Path, content: bytes) -> None:
        unfinished = self.folder / _UNFINISHED
        unfinished.mkdir(exist_ok=True)
        # Told apart by who writes it, so that two who keep the same content do not write into one file.
        fresh = unfinished / f"{path.name}.{os.getpid()}.{threading.get_ident()}"
        try:
            with fresh.open("wb") as file:
                file.write(_compressed(content))
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise

    def _path(self, digest: str) -> Path:
        if _DIGEST.fullmatch(digest) is None:
            raise ValueError(f"{digest!a} is no SHA-256 in hex")
        return self.folder / digest[:2] / f"{digest}.gz"

    def _refused(self, act: str, error: OSError) -> AttachmentRefused:
        return AttachmentRefused(
            f"attachments {self.folder}: cannot be {act}: {error.strerror or error}; check the disk and its rights"
        )


def _compressed(content: bytes) -> bytes:
    maker = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    return maker.compress(content) + maker.flush()


def _expanded(stored: bytes) -> bytes:
    reader = zlib.decompressobj(_GZIP)
    content = reader.decompress(stored) + reader.flush()
    if not reader.eof:
        raise zlib.error("its end is missing")
    return content


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
