"""Two stations reach for one piece at the same instant: exactly one gets it, and the other is told why."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from mes.command_line import CommandError
from mes.database import open_engine
from mes.desk.acts import Desk
from mes.desk.repairing import Change, repair
from mes.gate.reservations import LASTS
from mes.queries.identity import find_units
from mes.vocabulary import LinkReason

ROOT = Path(__file__).parents[3]
CLIENTS = 4
CLIENT = """
import sys
from datetime import datetime, timezone
from uuid import UUID
from mes.ledger import JournalEntry, open_ledger
from mes.records import ComponentInstalled, GateRequest, UnitIdentity, encode_record
url, number = sys.argv[1], int(sys.argv[2])
ledger = open_ledger(url)
parent, child = UnitIdentity(part="CABLE-1", serial=f"C{number}"), UnitIdentity(part="BUNDLE-1", serial="B1")
at = datetime(2026, 5, 4, 6, 10, tzinfo=timezone.utc)
new = lambda kind: UUID(int=(9 << 76) | (2 << 62) | kind << 8 | number)
asked = GateRequest(id=new(1), at=at, unit=parent, operation="assembly", station=f"assembly-{number}", operator="mei",
                    fixture="F1", components=(child,), simulated=True)
print("ready", flush=True)
sys.stdin.readline()
decided = ledger.gate(asked)
if decided.allowed:
    link = ComponentInstalled(id=new(2), source=f"assembly-{number}/1", at=at, simulated=True, parent=parent,
                              position="core", child=child, operation="assembly", station=f"assembly-{number}",
                              operator="mei", gate=decided.id)
    ledger.append([JournalEntry(link.source, 1, encode_record(link))])
print("allowed" if decided.allowed else ",".join(r.rule for r in decided.refusals), flush=True)
ledger.close()
"""


@pytest.fixture
def site(writer, story):
    """As many cables as clients, and one tested bundle."""
    cables = [f"C{number}" for number in range(CLIENTS)]
    writer.tell([*story.setting(cables, ("B1",)), *story.run(story.bundle("B1"), "bundle_test", 2)])
    return writer


def test_stations_that_bind_one_child_at_once(site):
    """Real processes, each with a ledger of its own, go at one word: one installation is made."""
    command = [sys.executable, "-c", CLIENT, site.url]
    running = [
        subprocess.Popen([*command, str(number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        for number in range(CLIENTS)
    ]
    for client in running:
        assert client.stdout.readline() == "ready\n"
    for client in running:
        client.stdin.write("go\n")
        client.stdin.flush()
    answers = [client.communicate()[0].strip() for client in running]
    assert answers.count("allowed") == 1
    assert {rule for answer in answers if answer != "allowed" for rule in answer.split(",")} <= {
        "child_free",
        "reserved",
    }
    (bundle,) = find_units(site.engine, "B1")
    assert bundle.state.value == "INSTALLED"


def test_promise_to_a_station_that_never_binds_runs_out(site, story):
    """A component is kept for one station until a quarter of an hour is over; that station may ask again."""
    ask = lambda number, at, station: site.ledger.gate(  # noqa: E731
        story.request(
            story.cable(f"C{number}"), "assembly", components=(story.bundle("B1"),), station=station
        ).model_copy(update={"at": at})
    )
    first = story.at(10)
    assert ask(0, first, "assembly-1").allowed
    assert ask(0, first, "assembly-1").allowed
    (refusal,) = ask(1, first, "assembly-2").refusals
    assert refusal.rule == "reserved"
    assert "was given to CABLE-1 C0 at assembly-1 until 2026-05-04T06:25:00+00:00" in refusal.message
    assert ask(1, first + LASTS, "assembly-2").allowed


def test_repairs_that_put_in_one_child_at_once(site, story):
    """Two technicians take the same spare: one repair is recorded whole, the other not at all."""
    spare = story.bundle("S1")
    used = [story.bundle(f"U{number}") for number in range(2)]
    site.tell([*(story.registered(unit) for unit in (spare, *used))])
    site.tell([record for unit in (spare, *used) for record in story.run(unit, "bundle_test", 3)])
    site.tell([story.installed(story.cable(f"C{number}"), "core", used[number], 4) for number in range(2)])
    barrier = Barrier(2)

    def one(number):
        engine = open_engine(site.url)
        try:
            (cable,), (new,) = find_units(engine, f"C{number}"), find_units(engine, "S1")
            barrier.wait()
            change = Change("core", f"U{number}", unit=new)
            repair(Desk(engine), cable, "REPLACED", LinkReason.REPAIR, "ann", change=change)
        except CommandError as error:
            return str(error)
        finally:
            engine.dispose()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(one, range(2)))
    assert answers.count("done") == 1
    (refused,) = [answer for answer in answers if answer != "done"]
    assert "it is installed in CABLE-1 C" in refused
    winner = answers.index("done")
    (loser,) = find_units(site.engine, f"U{1 - winner}")
    assert loser.state.value == "INSTALLED"


def test_stations_that_were_apart_are_both_stopped(site, story):
    """Both bindings happened and both are kept: the cables wait until somebody voids one of them."""
    later = story.at(20)
    site.tell([story.installed(story.cable("C0"), "core", story.bundle("B1"), 4, source="assembly-1/1")])
    site.tell([story.installed(story.cable("C1"), "core", story.bundle("B1"), 5, source="assembly-2/1")])
    for serial in ("C0", "C1"):
        refusals = site.ledger.gate(story.request(story.cable(serial), "assembly").model_copy(update={"at": later}))
        (refusal,) = refusals.refusals
        assert refusal.rule == "contradiction"
        assert "BUNDLE-1 B1 is recorded in" in refusal.message
