"""The durable commit of one run with 50 measurements, beside a bare insert of the same bytes on the same disk."""

import tempfile
import time
from contextlib import closing
from pathlib import Path
from statistics import median

from pysqlite3 import dbapi2 as sqlite

from mes.records import RunFinished, encode_record
from stations.spool import Spool
from tests.bench.corpus import Corpus
from tests.bench.figure import Figure, compared

_BLOCK = 25


def pairs(commits: int, folder: Path) -> list[tuple[float, float]]:
    """Seconds of one commit each, in turns: the spool with a new record, a bare table with that record's bytes."""
    corpus = Corpus(50)
    corpus.setting(0)
    measured = []
    with (
        Spool(folder / "spool.db", "final-1", lambda: "bench") as spool,
        closing(sqlite.connect(folder / "bare.db", isolation_level=None)) as bare,
    ):
        bare.execute("PRAGMA journal_mode = WAL")
        bare.execute("PRAGMA synchronous = FULL")
        bare.execute("CREATE TABLE record (seq INTEGER PRIMARY KEY, body BLOB NOT NULL)")
        for _ in range(commits):
            _, told = corpus.run(0)
            # The station's record is the same object, told under the spool's own name.
            finished = RunFinished.model_validate(told.model_dump() | {"source": spool.source})
            began = time.perf_counter()
            spool.append([finished])
            between = time.perf_counter()
            ours = between - began
            body = encode_record(finished)
            between = time.perf_counter()
            bare.execute("INSERT INTO record (body) VALUES (?)", (body,))
            measured.append((ours, time.perf_counter() - between))
    return measured


def figures(quick: bool) -> list[Figure]:
    """Every row of this bench."""
    blocks = 5 if quick else 20
    # In the working folder and not under /tmp, which is in memory on many machines.
    with tempfile.TemporaryDirectory(prefix=".bench-", dir=Path.cwd()) as name:
        measured = pairs(_BLOCK * (blocks + 1), Path(name))[_BLOCK:]
    medians = [
        (median(ours for ours, _ in block), median(theirs for _, theirs in block))
        for block in (measured[start : start + _BLOCK] for start in range(0, len(measured), _BLOCK))
    ]
    return [
        compared(
            "durable spool commit of a run with 50 measurements",
            "s",
            medians,
            "bare sqlite3 insert of the same bytes, WAL + FULL",
            goal="≤ 1.3 ×",
            met=lambda ratio: ratio >= 1 / 1.3,
            note="single commits in turns on one file system, medians of 25; ours also makes the JSON, hashes it "
            "into the chain and keeps an index of record ids; the bare one gets the finished bytes",
        )
    ]
