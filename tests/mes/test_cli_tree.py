"""`mes tree` and `mes where-used`: genealogy both ways."""

import pytest


@pytest.fixture
def backend():
    """Commands ask the queries, which have met both databases: one is enough here."""
    return "sqlite"


@pytest.fixture
def built(line):
    """A cable from a bundle with a bulk lot, and a plug lot that was taken out again."""
    cable, bundle = line.register("DAC0001"), line.register("B1", line.BUNDLE)
    bulk, plugs = line.receive("BULK7", "TWINAX"), line.receive("P9")
    line.install(bundle, "twinax", lot=bulk)
    line.install(cable, "bundle", child=bundle)
    line.install(cable, "near", lot=plugs)
    line.before_removal = line.at.isoformat()
    line.remove(cable, "near", lot=plugs)
    return line


def test_tree_in_words_is_indented_by_depth(built, site_mes):
    """Position, identity and time of installation, a component under its parent."""
    lines = site_mes("tree", "DAC0001").out.splitlines()
    assert lines[0].startswith("SIMULATED site Cable works")
    assert lines[1] == "DAC-800G DAC0001  revision A  as built now"
    assert lines[2].startswith("  bundle: BUNDLE-8 B1  since 2026-03-02 08:00:")
    assert lines[3].startswith("    twinax: Amphenol TWINAX lot BULK7, 1 pc  since ")
    assert len(lines) == 4


def test_tree_as_rows_leads_from_the_top(built, site_mes):
    """CSV: each component once, before what is in it, by the way that leads to it."""
    rows = [line.split(",")[:7] for line in site_mes("tree", "DAC0001", "--csv").out.splitlines()]
    assert rows[1:] == [
        ["bundle", "1", "own", "BUNDLE-8", "B1", "", "1.0"],
        ["bundle/twinax", "2", "Amphenol", "TWINAX", "", "BULK7", "1.0"],
    ]


def test_tree_at_a_moment_shows_what_was_inside_then(built, site_mes):
    """The plug that was taken out later is in the tree of the moment before."""
    document = site_mes("tree", "DAC0001", "--at", built.before_removal, "--json").document
    assert [c["position"] for c in document["components"]] == ["bundle", "near"]
    assert document["components"][0]["components"][0]["lot"]["lot"] == "BULK7"
    assert document["at"].endswith("Z")
    now = site_mes("tree", "DAC0001", "--json").document
    assert ([c["position"] for c in now["components"]], now["at"]) == (["bundle"], None)


def test_unit_without_components_says_so(line, site_mes):
    """An empty tree is an answer, not an error."""
    line.register("DAC0001")
    answer = site_mes("tree", "DAC0001")
    assert (answer.code, answer.out.splitlines()[-1]) == (0, "  nothing is installed in it")


@pytest.mark.parametrize(
    ("moment", "message"),
    [
        ("yesterday", "--at 'yesterday': not a moment"),
        ("2026-03-02T08:00:00", "has no time zone"),
        ("2026-13-02", "not a moment"),
        ("0001-01-01T00:00:00+10:00", "lies outside the calendar"),
    ],
)
def test_moment_that_cannot_be_read_is_wrong_usage(line, site_mes, moment, message):
    """A moment without a zone would mean another hour to everybody: exit 2 and how to write it."""
    answer = site_mes("tree", "DAC0001", "--at", moment)
    assert answer.code == 2
    assert message in answer.err


def test_where_used_lists_every_holder_with_depth_and_top_level(built, site_mes):
    """The bulk lot is in the bundle and through it in the cable, which is the top."""
    document = site_mes("where-used", "--lot", "BULK7", "--json").document
    assert [(u["unit"]["serial"], u["depth"], u["top_level"]) for u in document["units"]] == [
        ("B1", 1, False),
        ("DAC0001", 2, True),
    ]
    assert document["lot"]["lot"] == "BULK7"
    words = site_mes("where-used", "--lot", "BULK7").out.splitlines()
    assert words[1] == "Amphenol TWINAX lot BULK7 is used in 2 units now"
    assert words[2].split() == ["depth", "part", "serial", "state", "top", "level", "inside"]
    assert words[4].split()[:3] == ["2", "DAC-800G", "DAC0001"]


def test_where_used_of_a_serial(built, site_mes):
    """A unit is looked for like a lot."""
    document = site_mes("where-used", "--serial", "B1", "--json").document
    assert [u["unit"]["serial"] for u in document["units"]] == ["DAC0001"]
    assert document["unit"]["serial"] == "B1"


def test_units_that_held_it_once_are_counted_and_shown_on_request(built, site_mes):
    """Containment must not miss a cable that a plug lot was taken out of again."""
    short = site_mes("where-used", "--lot", "P9")
    assert "1 more held it once and no longer do: show them with --ever" in short.out
    document = site_mes("where-used", "--lot", "P9", "--json").document
    assert (document["units"], document["formerly"]) == ([], 1)
    ever = site_mes("where-used", "--lot", "P9", "--ever", "--json").document
    assert [(u["unit"]["serial"], u["inside"]) for u in ever["units"]] == [("DAC0001", False)]
    assert "no, removed" in site_mes("where-used", "--lot", "P9", "--ever").out


@pytest.mark.parametrize("arguments", [(), ("--lot", "P9", "--serial", "B1")])
def test_where_used_wants_a_lot_or_a_serial(built, site_mes, arguments):
    """Neither or both is wrong usage."""
    answer = site_mes("where-used", *arguments)
    assert answer.code == 2
    assert "exactly one of --lot LOT and --serial SERIAL" in answer.err


def test_unknown_lot_is_answered_no_with_the_nearest(built, site_mes):
    """Exit 1 and the lots that begin alike."""
    answer = site_mes("where-used", "--lot", "BULK8")
    assert answer.code == 1
    assert "lot BULK8: unknown in " in answer.err
    assert "nearest are BULK7" in answer.err


def test_lot_number_of_two_makers_wants_a_maker(built, site_mes):
    """Two makers number their lots alike: exit 2 naming both, and --maker settles it."""
    built.receive("P9", maker="Molex")
    answer = site_mes("where-used", "--lot", "P9")
    assert answer.code == 2
    assert "of maker Amphenol, part PLUG-OSFP of maker Molex" in answer.err
    assert site_mes("where-used", "--lot", "P9", "--maker", "Molex", "--json").document["units"] == []


def test_containment_never_guesses_which_unit_is_meant(line, site_mes):
    """Where-used leads to holds: a serial of two parts is refused, naming both, until --part settles it."""
    line.register("X1")
    line.register("X1", line.BUNDLE)
    answer = site_mes("where-used", "--serial", "X1")
    assert answer.code == 2
    assert "part BUNDLE-8 of maker own, part DAC-800G of maker own; choose with --part" in answer.err
