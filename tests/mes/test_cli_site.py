"""`mes init`, `verify` and `rebuild`, and how every command ends when its database is not there or not ours."""

import os
import subprocess
import sys

import pysqlite3
import pytest

from mes import migrations
from mes.database import open_engine, writing


@pytest.fixture
def backend():
    """Commands ask the queries, which have met both databases: one is enough here."""
    return "sqlite"


QUESTIONS = [
    ("unit", "DAC0001"),
    ("tree", "DAC0001"),
    ("where-used", "--lot", "P9"),
    ("yield",),
    ("verify",),
    ("rebuild",),
]


def process(*arguments, **environment):
    """`mes` in a process of its own."""
    program = "from mes.cli.main import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | environment,
    )


def flip_a_bit(file):
    """Change one bit in the middle of the first journalled body, behind the back of the ledger."""
    with pysqlite3.connect(file) as connection:
        position, body = connection.execute("SELECT position, body FROM journal ORDER BY position LIMIT 1").fetchone()
        middle = len(body) // 2
        flipped = body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]
        connection.execute("UPDATE journal SET body = ? WHERE position = ?", (flipped, position))
    connection.close()


def test_init_makes_a_real_site_in_the_home(tmp_path):
    """A new home gets its folder and database; the second time it is refused and nothing is touched."""
    home = tmp_path / "new" / "home"
    made = process("init", "--name", "Tainan 2", "--json", RACKLINE_HOME=str(home))
    assert (made.returncode, made.stderr) == (0, "")
    assert (home / "rackline.db").exists()
    assert '"simulated": false' in made.stdout
    before = (home / "rackline.db").read_bytes()
    again = process("init", "--name", "Tainan 3", "--home", str(home))
    assert again.returncode == 2
    assert "not empty" in again.stderr
    assert "Traceback" not in again.stderr
    assert (home / "rackline.db").read_bytes() == before


def test_init_says_in_words_what_it_made(mes, tmp_path):
    """Kind, name and place of the site; a simulated one carries its mark from the first line on."""
    real = mes("init", "--name", "Tainan", "--db", str(tmp_path / "a.db"))
    assert real.out == f"real site Tainan is ready in {tmp_path / 'a.db'}\n"
    simulated = mes("init", "--name", "Show", "--simulated", "--db", str(tmp_path / "b.db"))
    assert simulated.out.splitlines()[0].startswith("SIMULATED site Show")


def test_init_needs_a_name(mes, tmp_path):
    """A site without a name would be an answer without an owner: exit 2, and nothing is made."""
    assert mes("init", "--name", "  ", "--db", str(tmp_path / "a.db")).code == 2
    assert mes("init", "--db", str(tmp_path / "a.db")).code == 2
    assert not (tmp_path / "a.db").exists()


def test_init_where_no_folder_can_be_made(mes, tmp_path):
    """A home below a file cannot be made: exit 2 with the path, no traceback."""
    (tmp_path / "file").write_text("x")
    answer = mes("init", "--name", "Tainan", "--home", str(tmp_path / "file" / "home"))
    assert answer.code == 2
    assert "cannot be made" in answer.err


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q[0])
def test_missing_database_is_configuration_and_names_the_next_step(mes, tmp_path, question):
    """No file: exit 2, the path and `mes init`; no file is created by asking."""
    answer = mes(*question, "--home", str(tmp_path))
    assert (answer.code, answer.out) == (2, "")
    assert str(tmp_path / "rackline.db") in answer.err
    assert "mes init" in answer.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q[0])
def test_foreign_file_is_refused_and_left_alone(mes, tmp_path, question):
    """Another program's file is neither read as ours nor changed: exit 2."""
    file = tmp_path / "holiday.db"
    file.write_bytes(b"not a database, but long enough to look into" * 100)
    before = file.read_bytes()
    answer = mes(*question, "--db", str(file))
    assert answer.code == 2
    assert str(file) in answer.err
    assert file.read_bytes() == before


@pytest.mark.parametrize("url", ["mysql://host/db", "postgresql://host:port/db", "sqlite://"])
def test_url_that_is_no_site_is_wrong_usage(mes, url):
    """Another database's URL, a broken one, one without a file: exit 2, no traceback."""
    answer = mes("yield", "--db", url)
    assert answer.code == 2
    assert answer.err.startswith("mes: database")


def test_server_that_does_not_answer_may_answer_later(mes):
    """Nothing listens there: exit 3, try again, and no password on the screen."""
    answer = mes("yield", "--db", "postgresql://mei:secret@127.0.0.1:1/site")
    assert answer.code == 3
    assert "try again" in answer.err
    assert "secret" not in answer.err


@pytest.mark.parametrize("question", QUESTIONS[3:], ids=lambda q: q[0])
def test_empty_site_is_answered(mes, tmp_path, question):
    """A new site without a record has an answer to every question: exit 0."""
    file = str(tmp_path / "a.db")
    mes("init", "--name", "Tainan", "--db", file)
    assert mes(*question, "--db", file).code == 0
    assert mes(*question, "--db", file, "--json").document["schema"] == 1


def test_unit_of_an_empty_site_is_unknown(mes, tmp_path):
    """Nothing begins like it, because there is nothing."""
    file = str(tmp_path / "a.db")
    mes("init", "--name", "Tainan", "--db", file)
    answer = mes("unit", "DAC0001", "--db", file)
    assert answer.code == 1
    assert "nothing there begins like it" in answer.err


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_verify_of_an_unbroken_journal(line, site_mes):
    """Exit 0 and the counts."""
    line.register("DAC0001")
    answer = site_mes("verify", "--json")
    assert answer.code == 0
    assert (answer.document["ok"], answer.document["sources"], answer.document["faults"]) == (True, 1, [])
    assert answer.document["records"] == 6
    assert "6 records of 1 source checked: unbroken" in site_mes("verify").out


def test_verify_finds_one_flipped_bit(open_line, mes, tmp_path):
    """One bit in one body breaks the chain there: exit 1, and the fault is named."""
    file = tmp_path / "a.db"
    line = open_line(f"sqlite:///{file}")
    line.register("DAC0001")
    line.register("DAC0002")
    flip_a_bit(str(file))
    answer = mes("verify", "--db", str(file), "--json")
    assert answer.code == 1
    assert answer.document["ok"] is False
    (fault,) = answer.document["faults"]
    assert (fault["source"], fault["seq"]) == ("final-1/spool", 1)
    assert "1 fault\nstop writing" in answer.err
    words = mes("verify", "--db", str(file))
    assert words.code == 1
    assert "final-1/spool entry 1: " in words.out


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_rebuild_brings_back_identical_answers(line, site_mes):
    """Every answer after `mes rebuild` is byte for byte the answer before it."""
    cable, bundle = line.register("DAC0001"), line.register("B1", line.BUNDLE)
    plugs = line.receive("P9")
    line.ask_gate(bundle, "bundle_test")
    line.run(bundle, "bundle_test")
    line.install(cable, "bundle", child=bundle)
    line.install(cable, "near", lot=plugs)
    line.fail_by_one_decibel(cable, "final_test")
    questions = [("unit", "DAC0001"), ("unit", "B1"), ("tree", "DAC0001"), ("where-used", "--lot", "P9"), ("yield",)]
    before = [site_mes(*question, "--json").out for question in questions]
    line.engine.dispose()
    rebuilt = site_mes("rebuild", "--json")
    assert rebuilt.code == 0
    assert rebuilt.document["records"] == site_mes("verify", "--json").document["records"]
    assert "records" in rebuilt.err
    assert [site_mes(*question, "--json").out for question in questions] == before


def test_second_process_reads_while_the_ledger_is_open(open_line, tmp_path):
    """`mes unit` in its own process answers from the file that a line writes to."""
    file = tmp_path / "a.db"
    line = open_line(f"sqlite:///{file}")
    line.register("DAC0001")
    answer = process("unit", "DAC0001", "--db", str(file))
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "DAC-800G DAC0001" in answer.stdout


def test_database_of_an_older_release_is_brought_up_by_rebuild(open_line, mes, tmp_path):
    """Every question names the step that it wants; after that step the answers are those of a new database."""
    file = tmp_path / "a.db"
    line = open_line(f"sqlite:///{file}")
    line.plan("final_test")
    line.run(line.register("DAC0001"), "final_test")
    before = mes("unit", "DAC0001", "--db", str(file), "--json").out
    older = open_engine(line.url)
    with writing(older) as connection:
        migrations.downgrade(connection, "0001")
    older.dispose()
    for question in QUESTIONS[:-1]:
        refused = mes(*question, "--db", str(file))
        assert (refused.code, refused.out) == (2, "")
        assert "its schema is version 0001" in refused.err
        assert "bring it up by `mes rebuild`" in refused.err
    assert mes("rebuild", "--db", str(file)).code == 0
    assert mes("unit", "DAC0001", "--db", str(file), "--json").out == before
