"""The page of foreign clients: written by `make foreign` from what they told, held to the page by the test."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim_hardware.tcp_server import served
from tests.foreign.exchange_log import logged, write
from tests.foreign.foreign_bench import ROLES, foreign_bench
from tests.foreign.foreign_process import CLIENTS, run_client

PAGE = Path(__file__).parents[2] / "docs" / "foreign-clients.md"

_HEAD = """# Other people's drivers against our simulated instruments

A simulated instrument that only its own driver can talk to proves nothing. `make foreign` installs published drivers,
unmodified, in an environment of their own (`.venv-peers`), lets them talk to a served bench over TCP, and holds what
they read against the world behind it: they switch one supply on, and each reads its voltage by a meter of its own; they
sweep one piece of copper, and each finds its true loss. It writes this table and keeps every message that they sent in
`tests/foreign/exchanges`; `make test` says all of them again, so that no simulator forgets what strangers rely on.

| simulated | client | what was exercised |
|---|---|---|
"""

_FOOT = """
Not usable as published: PyMeasure's `KeysightN5767A` fails in its own constructor (`VISAAdapter` has no `config`).
`KeysightN6705B`, `KeysightN5245A`, `KeysightDSOX1102G` and `Keysight1200X` are drivers of sister models that speak the
same dialect as the one that is simulated.

The other way round, our SCPI driver base talks to instro's simulated multimeter and supply
(`tests/foreign/test_foreign_servers.py`): it identifies them, sets, measures, proves the output off, and raises what
their error queue says.
"""


def try_all() -> list[dict[str, Any]]:
    """Run every client against one served bench, keeping what each of them said."""
    told = []
    bench = foreign_bench("foreign")
    try:
        with served(bench) as resources:
            for client in CLIENTS:
                with logged() as said:
                    told.append(run_client(client, resources))
                write(client, said)
    finally:
        bench.close()
    return told


def page(told: Sequence[dict[str, Any]]) -> str:
    """The page for what the clients told."""
    rows = sorted(
        (ROLES[role][0], one["client"], read["exercised"]) for one in told for role, read in one["read"].items()
    )
    return _HEAD + "".join(f"| `{model}` | {client} | {what} |\n" for model, client, what in rows) + _FOOT


if __name__ == "__main__":
    PAGE.write_text(page(try_all()), encoding="utf-8")
    sys.stderr.write(f"wrote {PAGE.name}\n")
