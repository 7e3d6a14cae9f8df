"""Scanned labels at the desk: explained, received as lots, and taken wherever a unit or a lot is asked for."""

import pytest

from mes.labels.message import write_message
from mes.models import table_of
from mes.models.journal import JournalRow
from mes.records import LotReceived, parse_record

REEL = [("P", "PLUG-OSFP"), ("1P", "AMP-77"), ("1T", "L-17"), ("Q", "250"), ("10D", "2648"), ("4L", "TW")]
REEL += [("1V", "Amphenol"), ("V", "Arrow")]


def lots_in(line):
    """The lots as they were recorded."""
    from sqlalchemy import select

    from mes.database import reading

    with reading(line.engine) as connection:
        rows = table_of(JournalRow)
        bodies = connection.execute(select(rows.c.body).order_by(rows.c.source, rows.c.seq)).scalars()
        return [record for record in map(parse_record, bodies) if isinstance(record, LotReceived)]


def test_scan_says_what_a_label_says(mes):
    """Each field with its meaning and place, and what follows; a cut one says where it ends."""
    label = write_message(REEL)
    answer = mes("scan", label, "--json").document
    assert (answer["syntax"], answer["part"], answer["maker_part"]) == ("ISO15434", "PLUG-OSFP", "AMP-77")
    assert (answer["lot"], answer["quantity"], answer["country"]) == ("L-17", 250.0, "TW")
    assert answer["fields"][2] == {
        "identifier": "1T",
        "title": "lot, assigned by the supplier",
        "value": "L-17",
        "position": 28,
    }
    assert answer["raw"] == label
    page = mes("scan", label)
    assert "10D    date code, YYWW" in page.out
    assert "supplier: Arrow" in page.out
    refused = mes("scan", label[:-2], "--json")
    assert refused.code == 1
    assert refused.document["position"] == len(label) - 1
    assert "the scan ends in field 8" in refused.err
    assert "number: DAC0001" in mes("scan", "DAC0001").out
    assert mes("scan", label, "--csv").out.startswith("field,means,value,at\r\n")
    assert mes("scan", "").code == 2


def test_a_lot_is_received_by_its_label(site_mes, line):
    """Part, lot, quantity, date code, country, maker and supplier come from it, the unit from the bill of material."""
    label = write_message(REEL)
    answer = site_mes("receive", "--scan", label, "--json")
    assert answer.code == 0, answer.err
    lot = answer.document["lot"]
    assert (lot["part"], lot["lot"], lot["quantity"], lot["unit"]) == ("PLUG-OSFP", "L-17", 250.0, "pc")
    assert (lot["maker"], lot["supplier"]) == ("Amphenol", "Arrow")
    assert (lot["date_code"], lot["country_of_origin"]) == ("2648", "TW")
    (received,) = lots_in(line)
    assert received.label == label
    typed = site_mes("receive", "PLUG-OSFP", "L-18", "--quantity", "1", "--maker", "Molex")
    assert typed.code == 0, typed.err
    assert lots_in(line)[-1].label is None


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_contradicts_a_label_is_refused(site_mes, line):
    """What is typed and what is printed must agree, and what neither says is asked for."""
    label = write_message(REEL)
    for typed, said in (
        (("PLUG-QSFP", "--scan", label), "PART PLUG-QSFP: the label is of part PLUG-OSFP / AMP-77"),
        (("PLUG-OSFP", "L-18", "--scan", label), "LOT L-18: the label says L-17"),
        (("--quantity", "7", "--scan", label), "--quantity 7.0: the label says 250.0"),
        (("--country", "CN", "--scan", label), "--country CN: the label says TW"),
        (("--scan", label[:-2]), "the trailer is missing"),
        (("--scan", "L-17"), "is a plain number and no label"),
        (("--scan", write_message([("P", "PLUG-OSFP"), ("1T", "L-1")])), "who made it is not said"),
        (("PLUG-OSFP", "--maker", "X", "--quantity", "1"), "LOT is not said; give it"),
        (("OTHER", "L-1", "--maker", "X", "--quantity", "1"), "the unit of the quantity of OTHER is not said"),
    ):
        refused = site_mes("receive", *typed)
        assert (refused.code, said in refused.err) == (2, True), refused.err
    assert lots_in(line) == []


def test_a_label_stands_for_its_number(site_mes, line):
    """The same serial number on two parts is told apart by the part on the label, ours or the supplier's."""
    line.register("X1")
    line.register("X1", part=line.BUNDLE)
    line.receive("L-17")
    bundle = write_message([("P", "CUST-1"), ("1P", line.BUNDLE), ("S", "X1")])
    assert site_mes("unit", bundle, "--json").document["unit"]["part"] == line.BUNDLE
    assert site_mes("tree", "[)>^^06^]1PDAC-800G^]SX1^^^D", "--json").document["unit"]["part"] == line.CABLE
    assert site_mes("where-used", "--serial", bundle, "--json").document["unit"]["part"] == line.BUNDLE
    assert site_mes("where-used", "--lot", write_message(REEL), "--json").document["lot"]["lot"] == "L-17"
    other = site_mes("unit", bundle, "--part", line.CABLE)
    assert (other.code, "is the label of part CUST-1 / BUNDLE-8, and --part says DAC-800G" in other.err) == (2, True)
    lot = site_mes("unit", write_message(REEL))
    assert (lot.code, "names no serial number" in lot.err) == (2, True)
    cut = site_mes("unit", bundle[:-2])
    assert (cut.code, "the trailer is missing" in cut.err) == (2, True)
    unknown = site_mes("gate", write_message([("1P", line.CABLE), ("S", "X9")]), "final_test")
    assert "DAC-800G X9 at final_test: refused" in unknown.out
