"""The ports of a SONiC switch by its show outputs: state and speed, error correction, how often a link went down."""

import re
from dataclasses import dataclass
from typing import Final

from drivers.device_documents._ruled_table import read_table
from drivers.device_documents._text import decimal_in, document_lines, integer_in
from drivers.errors import DocumentError

_STATUS: Final = (*("Interface", "Lanes", "Speed", "MTU", "FEC", "Alias", "Vlan", "Oper", "Admin", "Type", "Asym PFC"),)
_FEC: Final = ("IFACE", "STATE", "FEC_CORR", "FEC_UNCORR", "FEC_SYMBOL_ERR", "FEC_PRE_BER", "FEC_POST_BER")
_FLAPS: Final = ("Interface", "Flap Count", "Admin", "Oper", "Link Down TimeStamp(UTC)", "Link Up TimeStamp(UTC)")
_SPEED: Final = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<prefix>[GM])")
_PREFIXES: Final = {"G": 1e9, "M": 1e6}
_STATES: Final = {"up": True, "down": False}
_MOST: Final = 2**64


@dataclass(frozen=True, slots=True)
class SwitchInterface:
    """One port: its ASIC lanes, its speed in bit/s, whether its link is up and may be, and what is plugged in."""

    name: str
    lanes: tuple[int, ...]
    speed_bit_s: float
    alias: str
    is_up: bool
    is_enabled: bool
    module: str | None


@dataclass(frozen=True, slots=True)
class ErrorCorrection:
    """Codewords since the counters were cleared, and bit error ratios; None for a link that is down."""

    port: str
    is_up: bool
    corrected: int | None
    uncorrected: int | None
    pre_fec_ber: float | None
    post_fec_ber: float | None


def parse_interfaces(content: str | bytes, *, complete: bool = False) -> tuple[SwitchInterface, ...]:
    """The ports by `show interfaces status`. Raises `DocumentError`, also for a port that is listed twice."""
    name = "SONiC interfaces"
    found = []
    for line, row in read_table(name, document_lines(name, content, complete=complete), _STATUS):
        place = f"line {line}"
        speed = _SPEED.fullmatch(row["Speed"])
        if speed is None:
            raise DocumentError(name, place, f"{row['Speed'][:20]!r} is no speed")
        found.append(
            SwitchInterface(
                name=row["Interface"],
                lanes=tuple(integer_in(name, place, lane, 0, 10_000) for lane in row["Lanes"].split(",")),
                speed_bit_s=float(speed["number"]) * _PREFIXES[speed["prefix"]],
                alias=row["Alias"],
                is_up=_state(name, place, row["Oper"]),
                is_enabled=_state(name, place, row["Admin"]),
                module=None if row["Type"] == "N/A" else row["Type"],
            )
        )
    _each_once(name, [one.name for one in found])
    return tuple(found)


def parse_error_correction(content: str | bytes, *, complete: bool = False) -> tuple[ErrorCorrection, ...]:
    """What `show interfaces counters fec-stats` counts. Raises `DocumentError`, also for half the values of a link."""
    name = "SONiC FEC counters"
    found = []
    for line, row in read_table(name, document_lines(name, content, complete=complete), _FEC):
        place = f"line {line}"
        cells = [row[column] for column in _FEC[2:]]
        if row["STATE"] not in ("U", "D") or (row["STATE"] == "U" and "N/A" in cells):
            raise DocumentError(name, place, f"{row['IFACE']} is {row['STATE']!r} with {', '.join(cells)}")
        if "N/A" in cells:
            found.append(ErrorCorrection(row["IFACE"], False, None, None, None, None))
            continue
        found.append(
            ErrorCorrection(
                row["IFACE"],
                row["STATE"] == "U",
                integer_in(name, place, row["FEC_CORR"], 0, _MOST),
                integer_in(name, place, row["FEC_UNCORR"], 0, _MOST),
                _ratio(name, place, row["FEC_PRE_BER"]),
                _ratio(name, place, row["FEC_POST_BER"]),
            )
        )
    _each_once(name, [one.port for one in found])
    return tuple(found)


def parse_flaps(content: str | bytes, *, complete: bool = False) -> dict[str, int]:
    """How often each link went down, by `show interfaces flap`. Raises `DocumentError`."""
    name = "SONiC flap counters"
    rows = read_table(name, document_lines(name, content, complete=complete), _FLAPS)
    _each_once(name, [row["Interface"] for _, row in rows])
    return {row["Interface"]: integer_in(name, f"line {line}", row["Flap Count"], 0, _MOST) for line, row in rows}


def _state(name: str, place: str, text: str) -> bool:
    if text not in _STATES:
        raise DocumentError(name, place, f"{text[:20]!r} is neither up nor down")
    return _STATES[text]


def _ratio(name: str, place: str, text: str) -> float:
    ratio = decimal_in(name, place, text)
    if not 0.0 <= ratio <= 1.0:
        raise DocumentError(name, place, f"{text[:20]} is no ratio")
    return ratio


def _each_once(name: str, ports: list[str]) -> None:
    for number, port in enumerate(ports, 1):
        if not port or ports.count(port) > 1:
            raise DocumentError(name, f"row {number}", f"lists {port or 'no port'} {'twice' if port else ''}".rstrip())
