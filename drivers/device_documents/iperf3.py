"""The report of `iperf3 --json`: what was sent, what arrived, and whether the run can be believed.

The report of a run that failed is well-formed JSON too: it says so in a member `error` and has no sums. A run of two
directions at once has sums that mean something else and is refused.
"""

import math
from dataclasses import dataclass
from typing import Final, Literal

from drivers.device_documents._json_tree import JsonNode, json_tree

_DOCUMENT: Final = "iperf3 report"
_SHORTEST: Final = 0.98
"""The least part of the time asked for that a whole run takes; inferred from its timers."""
_SAME_SUM: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Iperf3Report:
    """One run. Rates are in bit/s and times in s.

    `retransmits` are TCP's and None for UDP; the last four are UDP's, as the receiver counted, and None for TCP.
    """

    protocol: Literal["TCP", "UDP"]
    streams: int
    reverse: bool
    host: str
    duration_s: float
    sent_bytes: int
    sent_bits_per_s: float
    received_bytes: int
    received_bits_per_s: float
    retransmits: int | None
    packets: int | None
    lost_packets: int | None
    lost_ratio: float | None
    jitter_s: float | None


def parse_iperf3(content: str | bytes) -> Iperf3Report:
    """The report of a whole run.

    Raises `DocumentError` for a run that failed, was cut short or says nothing of one side, and for sums that are not
    those of its streams.
    """
    root = json_tree(_DOCUMENT, content)
    error = root.optional("error")
    if error is not None:
        raise error.wrong(f"iperf3 says: {error.text()[:200]}")
    start, end = root.member("start"), root.member("end")
    test = start.member("test_start")
    protocol = test.member("protocol").text()
    if protocol not in ("TCP", "UDP"):
        raise test.wrong(f"protocol {protocol!r} is neither TCP nor UDP")
    bidirectional = test.optional("bidir")
    if bidirectional is not None and bidirectional.integer(0, 1):
        raise test.wrong("is a run of both directions at once; run them one after the other")
    count = test.member("num_streams").integer(1, 1024)
    _require_streams(start.member("connected"), count)
    _require_streams(end.member("streams"), count)
    sent, received = end.member("sum_sent"), end.member("sum_received")
    _require_whole_run(test, root.member("intervals"), sent)
    if protocol == "TCP":
        for side, total in (("sender", sent), ("receiver", received)):
            _require_sum(end.member("streams"), side, total)
    datagrams = received if protocol == "UDP" else None
    return Iperf3Report(
        protocol="TCP" if protocol == "TCP" else "UDP",
        streams=count,
        reverse=bool(test.member("reverse").integer(0, 1)),
        host=start.member("connecting_to").member("host").text(),
        duration_s=_time(sent),
        sent_bytes=sent.member("bytes").integer(),
        sent_bits_per_s=_rate(sent),
        received_bytes=received.member("bytes").integer(),
        received_bits_per_s=_rate(received),
        retransmits=_retransmits(sent) if protocol == "TCP" else None,
        packets=None if datagrams is None else datagrams.member("packets").integer(),
        lost_packets=None if datagrams is None else datagrams.member("lost_packets").integer(),
        lost_ratio=None if datagrams is None else _lost(datagrams),
        jitter_s=None if datagrams is None else _positive(datagrams.member("jitter_ms")) / 1000.0,
    )


def _require_streams(node: JsonNode, count: int) -> None:
    if len(node.elements()) != count:
        raise node.wrong(f"has {len(node.elements())} streams where {count} were asked for")


def _require_whole_run(test: JsonNode, intervals: JsonNode, sent: JsonNode) -> None:
    asked = test.member("duration").integer(0, 86_400)
    took = _time(sent)
    if took <= 0.0 or took < _SHORTEST * asked:
        raise sent.wrong(f"took {took} s where {asked} s were asked for; the run was cut short")
    if not intervals.elements():
        raise intervals.wrong("is empty; the run was cut short")


def _require_sum(streams: JsonNode, side: str, total: JsonNode) -> None:
    parts = sum(stream.member(side).member("bytes").integer() for stream in streams.elements())
    if parts != total.member("bytes").integer():
        raise total.wrong(f"says {total.member('bytes').value} bytes where its streams sum to {parts}")


def _rate(node: JsonNode) -> float:
    """Bits per second, held against bytes and time, which say the same."""
    rate, seconds = _positive(node.member("bits_per_second")), _time(node)
    computed = 8.0 * node.member("bytes").integer() / seconds if seconds > 0.0 else 0.0
    if not math.isclose(rate, computed, rel_tol=_SAME_SUM, abs_tol=1.0):
        raise node.wrong(f"says {rate} bit/s where its bytes and its time make {computed}")
    return rate


def _retransmits(sent: JsonNode) -> int:
    node = sent.optional("retransmits")
    if node is None:
        raise sent.wrong("has no 'retransmits': the sender's system does not count them")
    return node.integer()


def _lost(node: JsonNode) -> float:
    lost, packets = node.member("lost_packets").integer(), node.member("packets").integer()
    if packets == 0 or lost > packets:
        raise node.wrong(f"lost {lost} of {packets} packets")
    return lost / packets


def _time(node: JsonNode) -> float:
    return _positive(node.member("seconds"))


def _positive(node: JsonNode) -> float:
    number = node.number()
    if number < 0.0:
        raise node.wrong(f"{number} is less than nothing")
    return number
