"""What reaches the terminal: inert text, a mark on simulated figures, plain or drawn as the reader can show it."""

import io
import json
import os
import pty
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mes.command_options import instant
from mes.console_output import Page, inert, lasting, percent, print_document, quantity
from mes.ledger import Site
from mes.vocabulary import SiteKind


@pytest.fixture
def backend():
    """Commands ask the queries, which have met both databases: one is enough here."""
    return "sqlite"


REAL, SIMULATED = Site("Tainan", SiteKind.REAL), Site("Show", SiteKind.SIMULATED)
HOSTILE = ["[bold]DAC[/bold]", "DAC\x1b[2J\x07", "DAC\u202e1000", "DAC\n1", "D" * 120, ":smile:", "DAC\x9b31m", "Ω-1"]


def on_a_terminal(*arguments, **environment):
    """What `mes` writes when its standard output is a terminal of 80 columns."""
    controller, terminal = pty.openpty()
    program = "from mes.cli.main import main; main()"
    inherited = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    environment = inherited | {"TERM": "xterm", "COLUMNS": "80"} | environment
    with subprocess.Popen(
        [sys.executable, "-c", program, *arguments], stdout=terminal, stderr=subprocess.PIPE, env=environment
    ) as child:
        os.close(terminal)
        shown = bytearray()
        while True:
            try:
                chunk = os.read(controller, 4096)
            except OSError:  # Linux ends a terminal without a writer by EIO
                break
            if not chunk:
                break
            shown += chunk
        errors = child.stderr.read()
    os.close(controller)
    assert (child.returncode, errors) == (0, b"")
    return shown.decode()


@pytest.mark.parametrize("serial", HOSTILE)
def test_hostile_serial_comes_out_inert(line, site_mes, serial):
    """Markup is shown as written, control and invisible characters as their escapes, nothing is cut."""
    line.register(serial)
    for question in (("unit", serial), ("tree", serial)):
        answer = site_mes(*question)
        assert answer.code == 0
        assert inert(serial) in answer.out
        assert all(c.isprintable() or c == "\n" for c in answer.out)
        as_document = site_mes(*question, "--json")
        assert as_document.document["unit"]["serial"] == serial
        assert all(c.isascii() and (c.isprintable() or c == "\n") for c in as_document.out)
    unknown = site_mes("unit", serial + "?")
    assert unknown.code == 1
    assert all(c.isprintable() or c == "\n" for c in unknown.err)


@pytest.mark.parametrize("serial", ["D" * 200, "\udcff\udc00", "--", "", "DAC\0"])
def test_serial_that_cannot_exist_is_unknown(line, site_mes, serial):
    """200 characters, broken UTF-8, nothing, NUL: unknown, exit 1, no traceback."""
    answer = site_mes("unit", "--", serial)
    assert answer.code == 1
    assert f"unit {inert(serial)}: unknown" in answer.err


def test_terminal_gets_tables_and_colour_and_no_colour_when_asked(open_line, tmp_path):
    """A drawn table on a terminal; with NO_COLOR no colour escape at all; every number in both."""
    file = tmp_path / "a.db"
    line = open_line(f"sqlite:///{file}")
    line.plan("final_test")
    line.fail_by_one_decibel(line.register("[bold]DAC1"), "final_test")
    coloured = on_a_terminal("unit", "[bold]DAC1", "--db", str(file))
    plain = on_a_terminal("unit", "[bold]DAC1", "--db", str(file), NO_COLOR="1")
    assert "\x1b[1" in coloured
    for shown in (coloured, plain):
        assert "[bold]DAC1" in shown
        assert "by 0.98 dB" in shown
        assert "SIMULATED" in shown
    assert not any(code in plain for code in ("\x1b[3", "\x1b[4"))


@given(st.text())
def test_inert_text_is_printable_and_stays_so(text):
    """Whatever comes in, only visible characters go out, and nothing is lost or escaped twice."""
    shown = inert(text)
    assert shown.isprintable()
    assert inert(shown) == shown
    assert shown == text or not text.isprintable()


def test_only_a_simulated_site_carries_the_mark():
    """The first line of a readable answer says SIMULATED exactly when the site is."""
    for site, marked in ((SIMULATED, True), (REAL, False)):
        out = io.StringIO()
        Page(site, out).line("figures")
        assert out.getvalue().splitlines()[0].startswith("SIMULATED site Show") is marked


def test_document_says_whose_figures_it_holds(capsys):
    """Schema, mark and site come first; a real site says false, never nothing."""
    print_document(REAL, units=())
    printed = json.loads(capsys.readouterr().out)
    assert list(printed.items()) == [("schema", 1), ("simulated", False), ("site", "Tainan"), ("units", [])]


def test_narrow_encoding_gets_the_rest_of_the_answer():
    """A terminal that cannot show Ω gets its escape instead of a traceback."""
    raw = io.BytesIO()
    narrow = io.TextIOWrapper(raw, encoding="ascii")
    Page(REAL, narrow).line("1.1 Ω")
    assert raw.getvalue() == b"1.1 \\u03a9\n"


def test_plain_table_is_aligned_by_display_width():
    """Wide characters take two columns, so what stands right of them still lines up."""
    out = io.StringIO()
    Page(REAL, out).table(("site", "n"), [("台南", "1"), ("Hsin", "10")], right=("n",))
    assert out.getvalue() == "site   n\n台南   1\nHsin  10\n"


@pytest.mark.parametrize(
    ("value", "unit", "digits", "shown"),
    [
        (-18.14, "dB", 6, "-18.14 dB"),
        (-17.16 + 18.14, "dB", 3, "0.98 dB"),
        (1.5e-05, "Ω", 6, "0.000015 Ω"),
        (1234567.0, "Hz", 3, "1230000 Hz"),
        (26.56e9, "Hz", 6, "26560000000 Hz"),
        (0.0, "", 6, "0"),
        (1e-12, "F", 6, "1e-12 F"),
    ],
)
def test_numbers_are_rounded_for_display_only(value, unit, digits, shown):
    """So many significant digits, written out where people would."""
    assert quantity(value, unit, digits) == shown


def test_percentage_of_nothing_is_a_word():
    """A yield over nothing reads undefined."""
    assert (percent(None), percent(0.5)) == ("undefined", "50.00 %")


def test_no_moment_given_is_no_moment():
    """Leaving an option out asks about now."""
    assert instant(None, "--at") is None


def test_help_costs_no_database_and_no_screen():
    """`mes --help` lists every command without importing SQLAlchemy, Rich's tables or Textual."""
    program = (
        "import sys\n"
        "from mes.cli.main import main\n"
        "sys.argv = ['mes', '--help']\n"
        "try: main()\n"
        "except SystemExit as end: code = end.code\n"
        "heavy = {'sqlalchemy', 'sqlmodel', 'textual', 'alembic'} & set(sys.modules)\n"
        "print(sorted(heavy), int(code or 0))\n"
    )
    child = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    shown = child.stdout
    assert shown.splitlines()[-1] == "[] 0"
    for command in ("init", "unit", "tree", "where-used", "yield", "verify", "rebuild"):
        assert f"  {command} " in shown


@pytest.mark.parametrize("command", ["init", "unit", "tree", "where-used", "yield", "verify", "rebuild"])
def test_every_command_takes_the_shared_options(mes, command):
    """--home, --db and --json are on every command, in its help."""
    answer = mes(command, "--help")
    assert answer.code == 0
    assert all(option in answer.out for option in ("--home", "--db", "--json"))


def test_unknown_command_is_wrong_usage(mes):
    """A command that is none ends with exit 2."""
    assert mes("frobnicate").code == 2


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.5, "0.5 s"), (119.0, "119 s"), (120.0, "2 min"), (720.0, "12 min"), (7200.0, "2 h"), (172800.0, "2 d")],
)
def test_duration_is_said_in_the_unit_people_use(seconds, said):
    """A pause of 720 seconds is one of 12 minutes."""
    assert lasting(seconds) == said
