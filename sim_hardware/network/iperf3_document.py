"""The JSON report of an iperf3 run, after iperf 3.12: several TCP streams, sender to receiver."""

from typing import Any


def iperf3_document(host: str, streams: int, seconds: int, rate_bit_s: float) -> dict[str, Any]:
    """The report of a run of this rate over all streams; the streams share it evenly."""
    each = int(rate_bit_s * seconds / 8 / streams)
    connected = [
        {
            "socket": 5 + 2 * k,
            "local_host": "192.0.2.1",
            "local_port": 40000 + k,
            "remote_host": host,
            "remote_port": 5201,
        }
        for k in range(streams)
    ]
    ends = [
        {"sender": {"socket": 5 + 2 * k, **_sum(each, seconds), "retransmits": 0, "sender": True},
         "receiver": {"socket": 5 + 2 * k, **_sum(each, seconds), "sender": True}}
        for k in range(streams)
    ]  # fmt: skip
    whole = _sum(each * streams, seconds)
    return {
        "start": {
            "connected": connected,
            "version": "iperf 3.12",
            "connecting_to": {"host": host, "port": 5201},
            "test_start": {
                "protocol": "TCP",
                "num_streams": streams,
                "blksize": 131072,
                "omit": 0,
                "duration": seconds,
                "bytes": 0,
                "blocks": 0,
                "reverse": 0,
                "tos": 0,
                "target_bitrate": 0,
                "bidir": 0,
            },
        },
        "intervals": [{"streams": [], "sum": {**whole, "retransmits": 0, "omitted": False, "sender": True}}],
        "end": {
            "streams": ends,
            "sum_sent": {**whole, "retransmits": 0, "sender": True},
            "sum_received": {**whole, "sender": True},
        },
    }


def _sum(count: int, seconds: int) -> dict[str, Any]:
    return {"start": 0, "end": seconds, "seconds": seconds, "bytes": count, "bits_per_second": 8.0 * count / seconds}
