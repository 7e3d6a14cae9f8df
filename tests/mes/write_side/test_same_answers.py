"""A site made anew from its journal, on either database, answers every question of every command the same.

A command of `mes` that is not named here fails: whoever adds one says how to ask it, or that it acts.
"""

from dataclasses import dataclass, replace
from pkgutil import iter_modules
from typing import Any

import pytest
from sqlalchemy import select

from mes import cli
from mes.attachment_store import AttachmentStore
from mes.command_line import locate
from mes.database import read_only_engine, read_site, reading
from mes.models import projected_tables
from mes.models.rework import Defect
from mes.models.sampling import SampleItem
from mes.models.unit import Unit
from mes.queries.overview import line_overview, line_totals
from mes.queries.search import search
from mes.records import Attachment, LotIdentity, MeasurandDefinition, StationChecked, UnitIdentity
from mes.site_access import display_name
from mes.statistics.selftest.published import GAUGE_STUDY
from mes.vocabulary import OperationKind, RunEnding, SiteKind, Verdict

MOMENT = "2026-05-04T12:00:00Z"
ACTS = {
    "allocate", "calibrate", "convert", "cycles", "defect", "disposition", "hold", "import", "init", "load", "maintain",
    "move", "pack", "rebuild", "receive", "release", "repair", "return", "rob", "scrap", "ship", "unpack", "void",
}  # fmt: skip
SCREENS = {"console"}
"""What has no document: its queries are compared instead."""
QUESTIONS = {
    "alias": [("B6",)],
    "allocations": [()],
    "attachment": [("C1",)],
    "calendar": [(), ("test-1", "--since", "2026-05-04", "--until", "2026-05-11")],
    "capability": [("--measurand", "sdd21", "--operation", "final_test")],
    "conflicts": [()],
    "container": [(), ("BOX-9",)],
    "deviation": [("DV-1",)],
    "deviations": [("--all",)],
    "equipment": [(), ("MY1",)],
    "esd": [("mei",)],
    "gate": [("C1", "final_test", "--at", MOMENT), ("B4", "bundle_test", "--at", MOMENT)],
    "gauge": [(), ("--measurand", "sdd21", "--operation", "bundle_test", "--appraiser", "station")],
    "holds": [("--all",)],
    "level": [("C1",)],
    "lot": [("L1",)],
    "lots": [()],
    "moments": [("sdd21", "--operation", "final_test", "--by", "day", "--by", "source")],
    "oee": [("test-1", "--planned-busy", "1", "--planned-run", "30")],
    "order": [("WO-1",)],
    "orders": [("--all",)],
    "origin": [("C2", "--country", "DE", "--at", MOMENT)],
    "pareto": [()],
    "sample": [("WO-1",)],
    "samples": [("--all",)],
    "shipments": [(), ("--customer", "ACME", "--away")],
    "scan": [("]C1011234567890123110ABC",)],
    "selftest": [()],
    "spc": [("--measurand", "sdd21", "--operation", "final_test")],
    "trail": [("C1", "--contents"), ("HOLD",)],
    "tree": [("C1",), ("C2", "--at", MOMENT)],
    "unit": [(serial,) for serial in ("C1", "C3", "B2", "B5", "B7", "NONE")],
    "verify": [()],
    "what_if": [("LIMITS",)],
    "where_used": [("--lot", "L1", "--ever"), ("--instrument", "MY1")],
    "yield": [(), ("--by", "station", "--by", "day", "--since", "2026-05-04T07:00:00Z")],
}
WITHOUT_DATABASE = {"scan", "selftest"}
NOT_FILLED: set[str] = set()
"""Tables of which `fill` tells nothing."""


def commands():
    """The module of every command, found as the program finds it."""
    return {module.name for module in iter_modules(cli.__path__)} - {"main"}


def test_every_command_is_known_here():
    """Name a new command in ACTS when it writes, else in QUESTIONS with the ways to ask it."""
    known = ACTS | SCREENS | QUESTIONS.keys()
    assert sorted(commands() - known) == [], "say in this file how these are asked, or that they act"
    assert sorted(known - commands()) == [], "these are no commands any more"


@dataclass
class Site:
    """A database with everything in it, and how commands are asked about it."""

    url: str
    mes: Any
    named: dict[str, str]
    """What words in capitals among the arguments stand for: a file, an identity that only the filled site has."""

    def ask(self, command: str, *arguments: str) -> tuple[int, str, str]:
        """Exit code and document of a question; the folder beside a database is where that database is."""
        told = tuple(self.named.get(one, one) for one in arguments)
        where = () if command in WITHOUT_DATABASE else ("--db", self.url)
        answer = self.mes(command.replace("_", "-"), *where, *told, "--json")
        own = str(locate(None, self.url).attachments)
        return answer.code, answer.out.replace(own, "FOLDER"), answer.err.replace(display_name(self.url), "DATABASE")

    def act(self, command: str, *arguments: str) -> None:
        """Something that a person does."""
        answer = self.mes(command, "--db", self.url, *arguments)
        assert answer.code == 0, (command, answer.err or answer.out)


def measured(run: Any, *values: float | None, **facts: Any) -> Any:
    """The same run with these values."""
    start, end = run
    return start, end.model_copy(update={"values": values, **facts})


def checked(story: Any) -> StationChecked:
    """A golden unit that passed at its station."""
    started, _ = story.run(story.bundle("B1"), "bundle_test", 1)
    same = {name: getattr(started, name) for name in ("station", "operation", "unit", "plan", "run", "fixture")}
    told = {"check": "golden", "judged_by": started.plan, "operator": "mei", "instruments": ("N5227B MY1",)}
    return StationChecked(**story.envelope(1, "test-1/1"), **same, **told)


def fill(site: Site, writer: Any, story: Any, tmp_path: Any) -> None:
    """A day and a half of a line, told late, twice over, voided, held, repaired and decided about."""
    cables, bundles = ("C1", "C2", "C3", "C4"), ("B1", "B2", "B3", "B4")
    writer.tell(story.setting(cables, bundles))
    for number, serial in enumerate((*bundles, *bundles)):
        source = ("test-1/1", "test-2/1")[number % 2]
        run = story.run(story.bundle(serial), "bundle_test", 2 + number, source=source)
        writer.tell(measured(run, -15.0 - 0.1 * number, 0.25 * number if number % 3 else None))
    for serial, core in (("C1", "B1"), ("C2", "B2")):
        writer.tell(story.assembled(serial, core, 20))
        writer.ledger.gate(story.request(story.cable(serial), "final_test"))
        writer.ledger.gate(story.request(story.cable(serial), "bundle_test"))
    wire = LotIdentity(maker="Leoni", part="WIRE-1", lot="L1")
    reserved = story.request(story.cable("C4"), "assembly", components=(story.bundle("B3"),), lots=(wire,))
    assert writer.ledger.gate(reserved).allowed
    wave = b"time,volt\n0,1\n"
    (digest,) = AttachmentStore(locate(None, site.url).attachments).keep([wave])
    attached = {"attachments": (Attachment(name="w.csv", media_type="text/csv", sha256=digest, size=len(wave)),)}
    cable = story.cable
    runs = [
        measured(story.run(cable("C1"), "final_test", 30, source="test-2/1"), -15.25, 1.5, **attached),
        story.run(cable("C2"), "final_test", 31, Verdict.FAILED),
        story.run(cable("C2"), "final_test", 1500, Verdict.NONE, RunEnding.ERROR),
        measured(story.run(cable("C2"), "final_test", 1510, source="test-2/1"), -16.0, 1.25),
        story.run(cable("C3"), "final_test", 32, Verdict.PASSED, RunEnding.ABORTED),
        measured(story.run(cable("C3"), "final_test", 33), -15.75, 1.0),
        # Told last, though it was first: its station was offline.
        story.run(cable("C3"), "final_test", 3, Verdict.FAILED, source="test-3/1"),
        story.run(cable("C4"), "final_test", 1600)[:1],
        measured(story.run(cable("C4"), "final_test", 34, source="test-3/1"), 1e7, -1e7),
    ]
    for run in runs:
        writer.tell(run)
    # Its memory says that it is another one.
    serial_told = (MeasurandDefinition(name="serial_told", unit="", tells="serial"),)
    plan = story.plan("wake_up", measurands=("serial_told",)).model_copy(update={"measurands": serial_told})
    woken = measured(story.run(cable("C3"), "wake_up", 1515), None, texts={"serial_told": "C9"})
    writer.tell([plan, *woken])
    bundle = story.bundle("B2")
    writer.tell([story.removed(cable("C2"), "core", bundle, 1501), story.installed(cable("C3"), "core", bundle, 1502)])
    by, reason = ("--by", "ann"), ("--reason", "looked at")
    site.act("load", "--example", "cable", *by)
    ranged = tmp_path / "range.toml"
    ranged.write_text('[[serial_range]]\npart = "BUNDLE-1"\nprefix = "X"\nwidth = 4\n', encoding="utf-8")
    site.act("load", str(ranged), *by)
    site.act("allocate", "serial", "BUNDLE-1", "--count", "3", *by)
    site.act("cycles", "F1", "--max", "500", *by)
    site.act("maintain", "F1", "--done", "contacts cleaned", "--renewed", *by, "--at", "2026-05-04T11:00:00Z")
    day = ("--at", "2026-05-06T08:00:00Z", "--due", "2027-05-06", "--certificate", "K-1", "--performed-by", "PTB", *by)
    site.act("calibrate", "MY1", "--point", "S21,-15 dB,dB,-15,0.05,-15.2,-15.01", *day)
    writer.tell([checked(story)])
    site.act("receive", "WIRE-1", "L2", "--quantity", "50", "--unit", "m", "--maker", "Leoni", "--country", "DE")
    site.act("hold", "--lot", "L1", *by, *reason)
    site.act("hold", "--serial", "B4", "--part", "BUNDLE-1", *by, *reason)
    held = site.mes("holds", "--db", site.url, "--json").document["holds"][0]["id"]
    site.named["HOLD"] = held
    site.act("release", held, *by, *reason, "--serial", "C1")
    site.act("defect", "C1", "OPEN", *by, "--operation", "final_test")
    site.act("defect", "C3", "SHORT", *by)
    site.act("repair", "C1", "RESOLDER", *by, "--disturbs", "final_test")
    site.act("disposition", "C3", "waiver", "--operation", "final_test", *by, *reason)
    site.act("scrap", "B3", *by, *reason)
    site.act("void", "run", str(runs[-1][0].run), *by, *reason)
    wrong = next(row.id for row in writer.rows(Defect) if row.code == "SHORT")
    site.act("void", "defect", str(wrong), *by, *reason)
    plan_work(site, writer, story, tmp_path)
    study = tmp_path / "study.csv"
    rows = (f"{r.value},{r.part},{r.appraiser},{r.trial}" for r in GAUGE_STUDY)
    study.write_text("\n".join(["value,part,appraiser,trial", *rows]), encoding="utf-8")
    of = ("--part", "CABLE-1", "--operation", "final_test", "--measurand", "sdd21")
    for day in ("2026-05-01", "2026-05-02"):
        site.act("gauge", *of, "--csv-in", str(study), "--record", "--on", day, *by)
    (study_id, *_) = [one["id"] for one in site.mes("gauge", "--db", site.url, "--json").document["studies"]]
    site.act("void", "gauge-study", study_id, *by, *reason)
    handle_goods(site, writer, story)


def handle_goods(site: Site, writer: Any, story: Any) -> None:
    """Packed, taken out, moved, shipped, returned, robbed, converted, called by a customer; an operator checked."""
    by, reason = ("--by", "olga"), ("--reason", "asked for")
    writer.tell([story.definition("BUNDLE-9", [("bundle_test", OperationKind.TEST)])])
    for number, serial in enumerate(("B5", "B6", "B7")):
        unit = story.bundle(serial)
        writer.tell([story.registered(unit)])
        gate = writer.ledger.gate(story.request(unit, "bundle_test")).id
        writer.tell([one.model_copy(update={"gate": gate}) for one in story.run(unit, "bundle_test", 50 + number)])
    site.act("pack", "BOX-9", "B5", "B6", *by)
    site.act("unpack", "BOX-9", "B6", *by)
    site.act("move", "BOX-9", "--to", "dock", *by)
    site.act("ship", "BOX-9", "B7", "--customer", "ACME", "--delivery-note", "DN-1", *by)
    site.act("return", "B7", "--authorisation", "RMA-1", *reason, *by)
    site.act("convert", "B7", "--to", "BUNDLE-9", "--meaning", "engineering", *reason, *by)
    site.act("alias", "B6", "--customer", "ACME", "--serial", "AC-6", *by)
    site.act("rob", "C1", "core", "--for", "C4", *reason, *by)
    site.act("esd", "mei", "passed", "--hours", "8")


def answers(site: Site) -> dict[str, Any]:
    """Every document of every command."""
    return {
        " ".join((command, *arguments)): site.ask(command, *arguments)
        for command, ways in QUESTIONS.items()
        for arguments in ways
    }


def rows(site: Site) -> dict[str, Any]:
    """Every row of every table, and what the console shows."""
    told: dict[str, Any] = {}
    engine = read_only_engine(site.url)
    with reading(engine) as connection:
        for table in projected_tables():
            told[table.name] = sorted(repr(tuple(row)) for row in connection.execute(select(table)))
        told["site"] = read_site(connection)
    told["console"] = (line_overview(engine, day=None, simulated=True), line_totals(engine, simulated=True))
    told["search"] = search(engine, "C1")
    engine.dispose()
    return told


def plan_work(site: Site, writer: Any, story: Any, tmp_path: Any) -> None:
    """Orders, samples, shifts and deviations."""
    tests = [("in_circuit", OperationKind.TEST), ("final_test", OperationKind.TEST)]
    units = [UnitIdentity(part="UNIT-1", serial=serial) for serial in ("U1", "U2")]
    writer.tell([story.definition("UNIT-1", tests), *(story.registered(unit) for unit in units)])
    signed = ("--by", "zoe", "--reason", "as agreed")
    for number in ("DV-1", "DV-2"):
        bounds = ("--part", "UNIT-1", "--skip", "in_circuit", "--quantity", "5")
        site.act("deviation", number, "approve", *bounds, *signed)
    site.act("deviation", "DV-2", "withdraw", *signed)
    assert writer.ledger.gate(story.request(units[0], "final_test")).permits
    planned = tmp_path / "planned.toml"
    planned.write_text(
        '[[calendar]]\nname = "site"\nrevision = "1"\ntime_zone = "UTC"\n'
        'shifts = [{ name = "early", start = "06:00", end = "14:00", days = ["MON"] }]\n'
        '[[sampling]]\nname = "pull"\nrevision = "1"\npart = "BUNDLE-1"\nsample_size = 1\nacceptance_number = 0\n'
        'destructive = true\npurpose = "RELIABILITY"\n',
        encoding="utf-8",
    )
    site.act("load", str(planned), "--by", "zoe")
    site.act("order", "WO-1", "release", "--part", "BUNDLE-1", "--revision", "A", "--quantity", "2", "--by", "zoe")
    site.act("order", "WO-1", "assign", "B1", "B4", "--by", "zoe")
    site.act("sample", "WO-1", "draw", "--plan", "pull", "--by", "zoe", "--seed", "s")
    drawn = {row.unit_id for row in writer.rows(SampleItem)}
    (piece,) = [row.serial for row in writer.rows(Unit) if row.id in drawn]
    site.act("sample", "WO-1", "record", piece, "--conforming", "--intact", "--by", "zoe")


@pytest.fixture
def original(tmp_path, open_writer, story, mes, monkeypatch):
    """A simulated site on SQLite with everything in it."""
    monkeypatch.setenv("RACKLINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LOGNAME", "ann")
    limits = tmp_path / "limits.toml"
    limits.write_text(
        'part = "CABLE-1"\nplan = "final_test"\nrevision = "L9"\n\n[limits]\nsdd21 = { low = -15.5, unit = "dB" }\n'
    )
    url = f"sqlite:///{tmp_path / 'original.db'}"
    with open_writer(url, SiteKind.SIMULATED) as writer:
        site = Site(url, mes, {"LIMITS": str(limits)})
        fill(site, writer, story, tmp_path)
    return site


def made_from(original: Site, url: str) -> Site:
    """The site that `mes rebuild --from` makes behind this URL."""
    copy = replace(original, url=url)
    copy.act("rebuild", "--from", original.url)
    return copy


def test_site_made_anew_answers_as_the_original(original, tmp_path, postgresql_database_url, monkeypatch):
    """From SQLite to PostgreSQL and back: each copy and the original folded in place say what the original said."""
    expected, expected_rows = answers(original), rows(original)
    silent = [name for name, told in expected_rows.items() if isinstance(told, list) and not told]
    assert set(silent) == NOT_FILLED, "tell a fact of these tables in fill(), or name them in NOT_FILLED"
    on_server = made_from(original, postgresql_database_url)
    again = made_from(on_server, f"sqlite:///{tmp_path / 'again.db'}")
    for site in (on_server, again):
        found = answers(site) | rows(site)
        for name, told in (expected | expected_rows).items():
            assert found[name] == told, f"{site.url}: {name}"
    original.act("rebuild")
    assert rows(original) == expected_rows
