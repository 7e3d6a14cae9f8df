"""Reports of iperf3: captured ones, failed ones, and such that cannot be believed."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.device_documents.iperf3 import parse_iperf3
from drivers.errors import DocumentError


def side(octets: int, **more: Any) -> dict[str, Any]:
    return {"seconds": 5.0, "bytes": octets, "bits_per_second": 8 * octets / 5.0, **more}


def report(protocol: str = "TCP") -> dict[str, Any]:
    udp = {"jitter_ms": 0.25, "lost_packets": 3, "packets": 1000}
    stream = {"udp": side(4000, **udp)} if protocol == "UDP" else {"sender": side(2000), "receiver": side(1500)}
    count = 1 if protocol == "UDP" else 2
    return {
        "start": {
            "connected": [{"socket": n} for n in range(count)],
            "connecting_to": {"host": "10.0.0.1", "port": 5201},
            "test_start": {"protocol": protocol, "num_streams": count, "duration": 5, "reverse": 0},
        },
        "intervals": [{}],
        "end": {
            "streams": [stream] * count,
            "sum_sent": side(4000, packets=1000) if protocol == "UDP" else side(4000, retransmits=7),
            "sum_received": side(3988, **udp) if protocol == "UDP" else side(3000),
        },
    }


WHOLE = json.dumps(report())


@pytest.mark.parametrize(
    ("name", "streams", "reverse", "sent", "received", "retransmits"),
    [
        ("iperf3_tcp_4streams_5s", 4, False, 15300510432.900278, 15287481018.236938, 11),
        ("iperf3_tcp_reverse_5s", 1, True, 15717335596.53113, 15718165906.30958, 737),
    ],
)
def test_captured_tcp_runs(
    captured: Path, name: str, streams: int, reverse: bool, sent: float, received: float, retransmits: int
) -> None:
    """Four streams are summed by the tool, and the sums are those of the streams."""
    run = parse_iperf3((captured / "iperf3" / f"{name}.json").read_bytes())
    assert (run.protocol, run.streams, run.reverse) == ("TCP", streams, reverse)
    assert (run.sent_bits_per_s, run.received_bits_per_s, run.retransmits) == (sent, received, retransmits)
    assert run.lost_ratio is None


def test_a_captured_udp_run_tells_its_loss(captured: Path) -> None:
    """The receiver's count, not the sender's, which knows of no loss."""
    run = parse_iperf3((captured / "iperf3" / "iperf3_udp_2G_5s.json").read_bytes())
    assert (run.protocol, run.packets, run.lost_packets) == ("UDP", 442121, 205474)
    assert run.lost_ratio == pytest.approx(0.4647460763)
    assert run.jitter_s == pytest.approx(0.00024700747862)
    assert run.received_bits_per_s == 548200836.1440107
    assert run.retransmits is None


def test_a_captured_run_without_a_server_is_an_error(captured: Path) -> None:
    """The report is well-formed and says why there is nothing in it."""
    with pytest.raises(DocumentError, match="unable to connect to server"):
        parse_iperf3((captured / "iperf3" / "iperf3_error_unreachable.json").read_bytes())


def test_made_reports_are_read() -> None:
    """The shape that the other tests break."""
    assert parse_iperf3(WHOLE).retransmits == 7
    assert parse_iperf3(json.dumps(report("UDP"))).lost_ratio == 0.003


def test_a_cut_report_is_refused_wherever_it_is_cut() -> None:
    """A tool that was killed leaves half a report."""
    for end in range(len(WHOLE)):
        with pytest.raises(DocumentError):
            parse_iperf3(WHOLE[:end])


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("error", "interrupt - the client has terminated", "iperf3 says: interrupt"),
        ("end.sum_sent.seconds", 3.0, "cut short"),
        ("end.sum_sent.bits_per_second", 1e9, "bytes and its time make 6400"),
        ("end.sum_received.bits_per_second", 1e9, "bytes and its time make 4800"),
        ("end.sum_sent.bytes", 3999, "streams sum to 4000"),
        ("end.streams", [], "has 0 streams where 2"),
        ("end.sum_sent.retransmits", -1, "outside 0"),
        ("end.sum_sent.retransmits", True, "truth value"),
        ("end.sum_received.seconds", "5", "a string, not a number"),
        ("start.test_start.protocol", "SCTP", "neither TCP nor UDP"),
        ("start.test_start.bidir", 1, "both directions"),
        ("intervals", [], "is empty"),
    ],
)
def test_a_report_that_cannot_be_believed_is_refused(path: str, value: object, message: str) -> None:
    """The member is named."""
    document = report()
    node = document
    *way, last = path.split(".")
    for name in way:
        node = node[name]
    node[last] = value
    with pytest.raises(DocumentError, match=message):
        parse_iperf3(json.dumps(document))


def test_a_sender_that_counts_no_retransmits_is_not_one_without_any() -> None:
    """Some systems do not count them; nothing is not zero."""
    document = report()
    del document["end"]["sum_sent"]["retransmits"]
    with pytest.raises(DocumentError, match="retransmits"):
        parse_iperf3(json.dumps(document))


@given(st.binary(max_size=60), st.integers(0, len(WHOLE)), st.integers(0, 30))
def test_damaged_bytes_are_an_error_or_a_report(garbage: bytes, place: int, gone: int) -> None:
    """Nothing but `DocumentError` comes out of the reader."""
    content = WHOLE.encode()
    try:
        run = parse_iperf3(content[:place] + garbage + content[place + gone :])
    except DocumentError:
        return
    assert run.streams == 2
