"""Numbers are given out once: in order, without a gap, to whoever asks at whatever time, and never again."""

import subprocess
import sys
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from mes.database import open_engine
from mes.desk.acts import Desk
from mes.desk.allocating import Wanted, allocate
from mes.labels.check_characters import CheckCharacter
from mes.labels.mac_address import read_mac
from mes.labels.serial_format import SerialFormat
from mes.ledger import JournalEntry, RecordRejected
from mes.projection import rebuild
from mes.records import NumbersAllocated, encode_record
from mes.vocabulary import Numbering

ROOT = Path(__file__).parents[2]
REQUEST = "019a0000-0000-7000-8000-000000000001"
RANGES = """
[[serial_range]]
part = "DAC-800G"
prefix = "DAC"
date_code = "YYWW"
width = 3
base = 34
check = "mod37_36"

[[serial_range]]
part = "BUNDLE-8"
prefix = "B"
width = 2
first = 90
warn_left = 4

[[mac_range]]
name = "nic"
base = "00:1b:21:00:00:02"
count = 30
each = 4
"""
CLIENT = """
import sys
from mes.desk.allocating import Wanted, allocate
from mes.database import open_engine
from mes.desk.acts import Desk
from mes.vocabulary import Numbering
engine = open_engine(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for _ in range(6):
    given = allocate(Desk(engine), Wanted(Numbering.SERIAL, "DAC-800G", 2), sys.argv[2])
    print(*given.record.numbers, flush=True)
engine.dispose()
"""


@pytest.fixture
def ranged(site_mes, tmp_path):
    """A site with number ranges, its command, and a way to load other ones."""

    def load(text=RANGES, *changes):
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (tmp_path / "ranges.toml").write_text(text)
        return site_mes("load", str(tmp_path / "ranges.toml"), "--by", "ann")

    assert load().code == 0
    site_mes.load = load
    return site_mes


@pytest.fixture
def site_mes(site_mes):
    """The command as an object that can be given a name."""

    class Called:
        def __call__(self, *arguments):
            return site_mes(*arguments)

    return Called()


def numbers(answer):
    """The numbers of an answer in JSON."""
    assert answer.code == 0, answer.err
    return answer.document["numbers"]


def test_serials_are_counted_on(ranged):
    """Prefix, week, three digits of base 34 and the check character of ISO/IEC 7064; each number once."""
    first = numbers(ranged("allocate", "serial", "DAC-800G", "--count", "2", "--json"))
    second = numbers(ranged("allocate", "serial", "DAC-800G", "--json"))
    assert [serial[7:10] for serial in first + second] == ["001", "002", "003"]
    assert all(len(serial) == 11 and serial.startswith("DAC") for serial in first)


def test_addresses_of_a_unit_are_aligned(ranged):
    """Seven units with four addresses each fit into thirty from an odd base; the first is a multiple of four."""
    answer = ranged("allocate", "mac", "nic", "--count", "2", "--json")
    given = [read_mac(text) for text in numbers(answer)]
    assert given[0] % 4 == 0
    assert given == list(range(given[0], given[0] + 8))
    assert answer.document["left"] == 5


def test_a_request_made_again_gets_the_same_numbers(ranged):
    """An answer that was lost can be asked for again; the id stands for nothing else."""
    ask = ("allocate", "serial", "BUNDLE-8", "--request", REQUEST, "--json")
    first = ranged(*ask)
    again = ranged(*ask)
    assert numbers(again) == numbers(first) == ["B90"]
    assert (first.document["repeated"], again.document["repeated"]) == (False, True)
    other = ranged("allocate", "serial", "BUNDLE-8", "--count", "2", "--request", REQUEST)
    assert (other.code, "was 1 of BUNDLE-8" in other.err) == (2, True)
    assert numbers(ranged("allocate", "serial", "BUNDLE-8", "--json")) == ["B91"]


def test_a_range_says_when_it_runs_low_and_when_it_is_used_up(ranged):
    """Of ten numbers six leave four, which is enough; seven leave three, which is told; eleven cannot be had."""
    enough = ranged("allocate", "serial", "BUNDLE-8", "--count", "6", "--json")
    assert (enough.document["left"], enough.document["low"]) == (4, False)
    low = ranged("allocate", "serial", "BUNDLE-8", "--json")
    assert "3 are left, fewer than the range should have" in low.err
    refused = ranged("allocate", "serial", "BUNDLE-8", "--count", "4")
    assert refused.code == 1
    assert "4 serial numbers are asked for, and 3 are left; nothing was given out" in refused.err
    listed = ranged("allocations", "BUNDLE-8")
    assert "serials of BUNDLE-8: 7 given out, 3 left: LOW" in listed.out
    assert ranged.load(RANGES, ("width = 2\nfirst = 90", "width = 2\nfirst = 10")).code == 0
    assert ranged("allocate", "serial", "BUNDLE-8", "--count", "4").code == 1


def test_what_was_voided_leaves_a_gap_and_no_duplicate(ranged):
    """A number that may stand on a label is not given out again, and the list says that it is void."""
    given = ranged("allocate", "serial", "BUNDLE-8", "--json").document
    ranged("allocate", "serial", "BUNDLE-8")
    voided = ranged("void", "allocation", given["request"], "--by", "ann", "--reason", "labels spoilt")
    assert voided.code == 0, voided.err
    assert numbers(ranged("allocate", "serial", "BUNDLE-8", "--json")) == ["B92"]
    listed = ranged("allocations", "BUNDLE-8", "--json").document["allocations"]
    assert [one["void"] for one in listed] == [True, False, False]
    again = ranged("void", "allocation", given["request"], "--by", "ann", "--reason", "twice")
    assert (again.code, "was voided already" in again.err) == (1, True)


def test_addresses_for_a_unit_are_given_once(ranged, line):
    """A unit has one set of addresses of a range, found by the unit, by the address, and counted by `used`."""
    line.register("B90", part=line.BUNDLE)
    given = numbers(ranged("allocate", "mac", "nic", "--unit", "B90", "--json"))
    second = ranged("allocate", "mac", "nic", "--unit", "B90")
    assert (second.code, "BUNDLE-8 B90 has its own already" in second.err) == (1, True)
    spelled = given[1].upper().replace(":", "-")
    for narrowed in (("--unit", "B90"), ("--number", spelled)):
        (found,) = ranged("allocations", *narrowed, "--json").document["allocations"]
        assert (found["numbers"], found["unit"]) == (given, "BUNDLE-8 B90")
    assert "nothing was given out that fits" in ranged("allocations", "--number", "00:1b:21:ff:ff:ff").out
    taken = ranged("allocate", "serial", "BUNDLE-8")
    assert (taken.code, "exist already, as B90" in taken.err) == (1, True)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"BUNDLE-8"', '"BUNDLE-9"', "serial_range[1].part: part BUNDLE-9 is unknown; did you mean BUNDLE-8?"),
        ('"BUNDLE-8"', '"PLUG-OSFP"', "serial_range[1].part: part PLUG-OSFP is traced by lots"),
        ("first = 90", "first = 100", "first: 100 lies behind the last, 99"),
        ("first = 90", "last = 100", "last: 100 does not fit into 2 digits of base 10"),
        ("first = 90", "weekly = true", "a counter that begins anew each week needs date_code"),
        ('prefix = "DAC"', 'prefix = "D-"', "not every character counts in mod37_36"),
        ("00:1b:21:00:00:02", "01:1b:21:00:00:02", "is a group address"),
        ("00:1b:21:00:00:02", "02:1b:21:00:00:02", "is locally administered; write local = true"),
        ("00:1b:21:00:00:02", "00:1b:21", "is no MAC address"),
        ("count = 30", "count = 16777215", "leave the MA-L assignment, which ends at 00:1b:21:ff:ff:ff"),
        ("count = 30", "count = 3", "are none for a unit with 4"),
        (
            "each = 4",
            'each = 4\n[[mac_range]]\nname = "b"\nbase = "00:1b:21:00:00:1f"\ncount = 9',
            "nic and of b overlap",
        ),
        ("each = 4", 'each = 4\n[[mac_range]]\nname = "nic"\nbase = "00:1b:22:00:00:00"\ncount = 9', "already defined"),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_ranges_that_cannot_be_are_refused_by_file_and_key(ranged, old, new, said):
    """A range is held against its part, its counter and the other ranges, before anything is released."""
    refused = ranged.load(RANGES, (old, new))
    assert refused.code == 2
    assert "nothing was released" in refused.err
    assert said in refused.err


def test_a_serial_range_writes_what_the_part_says(ranged, line):
    """Numbers that the part's own pattern would refuse at every gate are not begun."""
    line.define("NEW-1", serial_pattern="^N[0-9]{4}$")
    refused = ranged.load('[[serial_range]]\npart = "NEW-1"\nprefix = "N"\nwidth = 5\n')
    assert (refused.code, "it gives N00001, which is no serial number of NEW-1" in refused.err) == (2, True)


def test_numbers_are_given_out_by_the_centre_alone(ranged, line):
    """A record from elsewhere that gives out numbers is refused, and so is a number that was given out before."""
    given = ranged("allocate", "serial", "BUNDLE-8", "--json").document

    def forged(source):
        return NumbersAllocated(
            **line.envelope() | {"source": source},
            numbering=Numbering.SERIAL,
            name="BUNDLE-8",
            digest="0" * 64,
            first=90,
            count=1,
            numbers=given["numbers"],
            allocated_by="eve",
        )

    with pytest.raises(RecordRejected, match="by the centre alone"):
        line.ledger.append([JournalEntry("eve/1", 1, encode_record(forged("eve/1")))])
    engine = open_engine(line.url)
    try:
        with pytest.raises(RecordRejected, match="B90 was given out before"), Desk(engine).act() as act:
            act.write([forged("centre/desk")])
    finally:
        engine.dispose()


def test_a_rebuild_gives_the_same_allocations(ranged, line):
    """Ranges, numbers and voids are all in the journal."""
    given = ranged("allocate", "mac", "nic", "--unit", "B1", "--part", "BUNDLE-8", "--json").document
    ranged("allocate", "serial", "DAC-800G", "--count", "3")
    ranged("void", "allocation", given["request"], "--by", "ann", "--reason", "no such unit")
    before = ranged("allocations", "--json").document
    engine = open_engine(line.url)
    rebuild(engine)
    engine.dispose()
    assert ranged("allocations", "--json").document == before
    assert len(before["allocations"]) == 2


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_weekly_counter_begins_anew(ranged, line):
    """Each week has its own counter, told apart by the date code; a number of last week is not given out again."""
    assert ranged.load(RANGES, ('check = "mod37_36"', "weekly = true")).code == 0
    engine = open_engine(line.url)
    given = []
    for day in (date(2026, 12, 31), date(2027, 1, 3), date(2027, 1, 4)):
        desk = Desk(engine, lambda day=day: datetime.combine(day, time(12), UTC))
        given += allocate(desk, Wanted(Numbering.SERIAL, "DAC-800G", 2), "ann").record.numbers
    engine.dispose()
    # 3 January 2027 is a Sunday of the 53rd week of 2026 (ISO 8601).
    assert given == [*(f"DAC265300{n}" for n in (1, 2, 3, 4)), "DAC2701001", "DAC2701002"]
    assert "serials of DAC-800G in week 2701: 2 given out, 39301 left" in ranged("allocations", "DAC-800G").out


def test_clients_that_ask_at_once_share_no_number(ranged, line):
    """Real processes go at one word: every number is given out once, and none is left out."""
    names = ["client-1", "client-2"]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", CLIENT, line.url, name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for name in names
    ]
    for client in running:
        assert client.stdout.readline() == "ready\n"
    for client in running:
        client.stdin.write("go\n")
        client.stdin.flush()
    given = [client.communicate()[0].split() for client in running]
    form = SerialFormat("DAC", 3, 34, dated=True, check=CheckCharacter.MOD37_36)
    assert [len(theirs) for theirs in given] == [12, 12]
    assert sorted(form.read(serial)[0] for theirs in given for serial in theirs) == list(range(1, 25))
    listed = ranged("allocations", "DAC-800G", "--json").document["allocations"]
    assert [one["allocated_by"] for one in listed].count("client-1") == 6
