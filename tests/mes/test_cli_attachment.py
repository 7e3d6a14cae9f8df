"""`mes attachment`: what runs attached, listed, proven and written out; `mes verify` when some of it is not whole."""

from hashlib import sha256

import pytest

from mes.attachment_store import AttachmentStore
from mes.command_line import Location
from mes.records import Attachment

RIPPLE, SWEEP = b"time_s,output_v\n0,54.1\n", b"# Hz S RI R 50\n"


def attachment(name: str, content: bytes, media_type: str = "text/csv") -> Attachment:
    """The document that names this content."""
    return Attachment(name=name, media_type=media_type, sha256=sha256(content).hexdigest(), size=len(content))


@pytest.fixture
def store(line, tmp_path, monkeypatch) -> AttachmentStore:
    """Where this site's attachments lie; empty for every test."""
    monkeypatch.setenv("RACKLINE_ATTACHMENTS", str(tmp_path / "server"))
    folder = Location(tmp_path, line.url).attachments
    for path in sorted(folder.rglob("*.gz")):
        path.unlink()
    return AttachmentStore(folder)


@pytest.fixture
def run(line, store) -> str:
    """A run that attached a waveform and a sweep, both kept; its id."""
    unit = line.register("DAC0001")
    store.keep([RIPPLE, SWEEP])
    attached = (attachment("ripple.csv", RIPPLE), attachment("pair_1.s4p", SWEEP, "text/x-touchstone"))
    return str(line.finish(line.start(unit, "final_test"), attachments=attached))


@pytest.mark.parametrize("what", ["unit", "run", "digest", "beginning"])
def test_attachments_are_found_by_what_a_person_has(site_mes, store, run, what):
    """A serial number, a run's id, a digest or its first figures: with name, type, size and where it belongs."""
    digest = sha256(RIPPLE).hexdigest()
    asked = {"unit": "DAC0001", "run": run, "digest": digest, "beginning": digest[:8].upper()}[what]
    answer = site_mes("attachment", asked, "--json")
    assert answer.code == 0
    first, *others = answer.document["attachments"]
    assert (first["name"], first["media_type"], first["size"]) == ("ripple.csv", "text/csv", len(RIPPLE))
    assert (first["sha256"], first["run"], first["state"]) == (digest, run, "here")
    assert first["unit"]["serial"] == "DAC0001"
    assert [one["name"] for one in others] == (["pair_1.s4p"] if what in ("unit", "run") else [])
    page = site_mes("attachment", asked).out
    assert "ripple.csv" in page
    assert "here" in page


def test_one_is_written_out_and_is_what_was_attached(site_mes, run, tmp_path):
    """By name or by digest; the file is the content, byte for byte, and what is there already is not overwritten."""
    file = tmp_path / "out.csv"
    answer = site_mes("attachment", "DAC0001", "--name", "ripple.csv", "--output", str(file))
    assert (answer.code, answer.out) == (0, "")
    assert file.read_bytes() == RIPPLE
    assert sha256(RIPPLE).hexdigest() in answer.err
    again = site_mes("attachment", sha256(SWEEP).hexdigest(), "--output", str(file))
    assert again.code == 2
    assert "there is such a file already" in again.err
    assert file.read_bytes() == RIPPLE


def test_several_are_not_written_into_one_file(site_mes, run, tmp_path):
    """--output needs the one that is meant; the answer names them all."""
    answer = site_mes("attachment", "DAC0001", "--output", str(tmp_path / "x"))
    assert answer.code == 2
    assert "ripple.csv" in answer.err
    assert "pair_1.s4p" in answer.err
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("DAC0001", "--name", "hold_up.csv"), "no run attached anything that is asked for"),
        (("deadbeefdeadbeef",), "attached it"),
        (("DAC9999",), "unknown"),
    ],
)
def test_what_nobody_attached_is_told(site_mes, run, arguments, words):
    """Exit 1 and why; a unit that nobody knows is told as by every other command."""
    answer = site_mes("attachment", *arguments)
    assert answer.code == 1
    assert words in answer.err


@pytest.mark.parametrize("state", ["missing", "altered"])
def test_what_is_not_whole_is_neither_listed_as_here_nor_written(site_mes, store, run, tmp_path, state):
    """Exit 1 from listing, writing and `mes verify`, each naming the attachment; the journal itself is unbroken."""
    digest = sha256(RIPPLE).hexdigest()
    file = store.folder / digest[:2] / f"{digest}.gz"
    if state == "missing":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-4])
    listed = site_mes("attachment", run, "--json")
    assert listed.code == 1
    assert [one["state"] for one in listed.document["attachments"]] == [state, "here"]
    written = site_mes("attachment", digest, "--output", str(tmp_path / "x.csv"))
    assert written.code == 1
    assert digest[:12] in written.err
    assert not (tmp_path / "x.csv").exists()
    verified = site_mes("verify", "--json")
    assert verified.code == 1
    assert (verified.document["ok"], verified.document["faults"], verified.document["attachments"]) == (False, [], 2)
    (fault,) = verified.document["attachment_faults"]
    assert "ripple.csv" in fault["reason"]
    assert state in fault["reason"]
    assert "the journal is whole" in site_mes("verify").err


def test_verify_reads_every_attachment_back(site_mes, run):
    """All of them whole: exit 0, and how many there were."""
    answer = site_mes("verify", "--json")
    assert (answer.code, answer.document["attachments"], answer.document["attachment_faults"]) == (0, 2, [])
    assert "2 attachments read back: whole" in site_mes("verify").out


def test_a_size_that_the_record_contradicts_is_a_fault(line, site_mes, store):
    """The content has its digest, and the record says another size: one of the two was made up."""
    unit = line.register("DAC0002")
    store.keep([RIPPLE])
    line.finish(
        line.start(unit, "final_test"), attachments=(attachment("r.csv", RIPPLE).model_copy(update={"size": 1}),)
    )
    answer = site_mes("verify", "--json")
    assert answer.code == 1
    assert "the record says 1" in answer.document["attachment_faults"][0]["reason"]


def test_rebuilt_tables_name_the_same_attachments(line, site_mes, run):
    """What a run attached is in its record: every table folded again, the answer is the same."""
    before = site_mes("attachment", run, "--json").out
    line.engine.dispose()
    assert site_mes("rebuild").code == 0
    assert site_mes("attachment", run, "--json").out == before
