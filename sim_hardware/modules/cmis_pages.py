"""The bytes of a CMIS module that do not move: identity, advertisement, thresholds, with their checksums.

CMIS 5.2, chapter 8: lower memory and pages 00h (identity), 01h (advertisement), 02h (thresholds), 20h (observables).
Interface codes are those of SFF-8024.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from sim_hardware.modules.cmis_states import ModuleTimes
from sim_hardware.modules.identity import ModuleIdentity
from sim_hardware.modules.monitor_limits import ModuleLimits, MonitorLimits
from sim_hardware.modules.words import (
    bias_word,
    byte_sum,
    company_identifier,
    power_word,
    temperature_word,
    text_field,
    voltage_word,
)

LANES_PER_BANK = 8
BIAS_MULTIPLIER = 2
_IDENTIFIERS = {"QSFP-DD": 0x18, "OSFP": 0x19, "QSFP28": 0x1E, "QSFP112": 0x1E}
_MEDIA_TYPES = {"multimode": 0x01, "single-mode": 0x02, "passive copper": 0x03, "active copper": 0x04}
_CONNECTORS = {"multimode": 0x28, "single-mode": 0x0C, "passive copper": 0x23, "active copper": 0x23}
_TECHNOLOGIES = {"multimode": 0x00, "single-mode": 0x06, "passive copper": 0x0A, "active copper": 0x0C}
_WAVELENGTHS_NM = {"multimode": 850.0, "single-mode": 1311.0}
_REACH_KM = {"single-mode": 0.5}
_HOST_INTERFACES = {1: 0x4B, 2: 0x4D, 4: 0x4F, 8: 0x51}
"""100GAUI-1-S, 200GAUI-2-S, 400GAUI-4-S, 800GAUI-8 S, each C2M (SFF-8024; unverified)."""
_MEDIA_INTERFACES = {"multimode": 0x12, "single-mode": 0x1C, "passive copper": 0x01, "active copper": 0x04}
_CLASS_LIMITS_W = (1.5, 3.5, 7.0, 8.0, 10.0, 12.0, 14.0)
_DURATIONS_S = (0.001, 0.005, 0.010, 0.050, 0.1, 0.5, 1.0, 5.0, 10.0, 60.0, 300.0, 600.0, 3000.0)
"""Upper ends of the coded durations of page 01h, bytes 144, 167 and 168; the last code is for what is longer."""
E_SNR_MEDIA, PRE_FEC_BER_MEDIA = 5, 15
"""Types of observables on page 20h."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CmisBuild:
    """What a module is built as, beyond its identity."""

    lanes: int
    limits: ModuleLimits
    times: ModuleTimes
    max_power_w: float
    plug: str = ""
    firmware: tuple[int, int] = (1, 4)
    hardware: tuple[int, int] = (1, 0)

    @property
    def banks(self) -> int:
        """Banks of eight lanes."""
        return math.ceil(self.lanes / LANES_PER_BANK)


def is_flat(identity: ModuleIdentity) -> bool:
    """Whether a module of this kind has no page beyond 00h."""
    return identity.media == "passive copper"


def has_lasers(identity: ModuleIdentity) -> bool:
    """Whether a module of this kind sends light."""
    return identity.media in _WAVELENGTHS_NM


def lower_memory(identity: ModuleIdentity, build: CmisBuild) -> bytearray:
    """Bytes 0 to 127 at power-up. Raises ValueError for a form factor or medium that CMIS modules do not have."""
    for table, key in ((_IDENTIFIERS, identity.form_factor), (_MEDIA_TYPES, identity.media)):
        if key not in table:
            raise ValueError(f"{key!r} is none of {', '.join(table)}, which a CMIS module may be")
    lower = bytearray(128)
    lower[0], lower[1] = _IDENTIFIERS[identity.form_factor], 0x50
    lower[2] = 0x80 if is_flat(identity) else 0
    lower[26] = 0x40  # LowPwrAllowRequestHW: the pin of the cage is heard until the host says otherwise
    if not is_flat(identity):
        lower[39:41] = bytes(build.firmware)
    lower[85] = _MEDIA_TYPES[identity.media]
    lanes = min(build.lanes, LANES_PER_BANK)
    host = _HOST_INTERFACES.get(lanes)
    if host is None or is_flat(identity):
        lower[86] = 0xFF  # nothing advertised: the host negotiates the link with its peer
    else:
        lower[86:90] = bytes((host, _MEDIA_INTERFACES[identity.media], lanes << 4 | lanes, 0x01))
        lower[90] = 0xFF
    return lower


def static_pages(identity: ModuleIdentity, build: CmisBuild) -> dict[int, bytearray]:
    """Pages 00h and, unless the memory is flat, 01h, 02h, 20h and 28h to 2Fh, checksums right."""
    pages = {0x00: _page_00(identity, build)}
    if not is_flat(identity):
        pages |= {0x01: _page_01(identity, build), 0x02: _page_02(build.limits)}
        pages[0x20] = _page_20(build.lanes)
    return pages


def checksum_place(page: int) -> tuple[int, int]:
    """First byte summed and byte of the checksum, both counted from 128, of pages 00h, 01h and 02h."""
    return {0x00: (0, 94), 0x01: (2, 127), 0x02: (0, 127)}[page]


def set_checksum(pages: Mapping[int, bytearray], page: int, error: int = 0) -> None:
    """Store the checksum of a page, off by `error`."""
    first, at = checksum_place(page)
    pages[page][at] = (byte_sum(pages[page][first:at]) + error) & 0xFF


def length_byte(length_m: float) -> int:
    """Multiplier in bits 7-6 (0.1, 1, 10, 100), base in bits 5-0: the finest that holds the length; zero for none."""
    if length_m == 0:
        return 0
    for code, step in enumerate((0.1, 1.0, 10.0, 100.0)):
        if (base := round(length_m / step)) <= 0x3F:
            return code << 6 | max(base, 1)
    raise ValueError(f"a cable of {length_m} m is longer than a module memory can say")


def _page_00(identity: ModuleIdentity, build: CmisBuild) -> bytearray:
    page = bytearray(128)
    page[0] = _IDENTIFIERS[identity.form_factor]
    page[1:17] = text_field(identity.vendor, 16)
    page[17:20] = company_identifier(identity.oui)
    page[20:36] = text_field(identity.part, 16)
    page[36:38] = text_field(identity.revision, 2)
    page[38:54] = text_field(identity.serial, 16)
    page[54:62] = text_field(identity.date_code, 8)
    page[62:72] = text_field("", 10)
    page[72] = sum(build.max_power_w > limit for limit in _CLASS_LIMITS_W) << 5
    page[73] = min(0xFF, round(build.max_power_w / 0.25))
    page[74] = length_byte(identity.length_m)
    page[75] = _CONNECTORS[identity.media]
    page[82] = (0xFF << build.lanes) & 0xFF if build.lanes < LANES_PER_BANK else 0
    page[84] = _TECHNOLOGIES[identity.media]
    page[95:111] = text_field(build.plug, 16)
    pages = {0x00: page}
    set_checksum(pages, 0x00)
    return page


def _page_01(identity: ModuleIdentity, build: CmisBuild) -> bytearray:
    page, times = bytearray(128), build.times
    page[2:4] = bytes(build.hardware)
    if identity.media in _WAVELENGTHS_NM:
        page[10:12] = round(_WAVELENGTHS_NM[identity.media] / 0.05).to_bytes(2, "big")
        page[12:14] = round(6.5 / 0.005).to_bytes(2, "big")
        # Kilometres in bits 5-0, of a tenth with multiplier 0 (byte 132); OM4 in steps of 2 m (byte 134).
        page[4] = round(_REACH_KM.get(identity.media, 0.0) / 0.1)
        page[6] = 50 if identity.media == "multimode" else 0
    # Statistics (VDM), diagnostics, and how many banks: one, two, four (142).
    page[14] = 0x60 | {1: 0, 2: 1}.get(build.banks, 2)
    page[16] = _duration(times.deinit_s) << 4 | _duration(times.init_s)
    page[18], page[19] = 75, 0
    page[27] = 0x02  # OutputDisableTx
    page[29:31] = bytes((0x03 if has_lasers(identity) else 0x02, 0x02))
    page[31] = 0x03  # temperature and supply
    page[32] = 0x0F if has_lasers(identity) else 0x00  # lane monitors, bias times two
    page[39] = _duration(times.power_down_s) << 4 | _duration(times.power_up_s)
    page[40] = _duration(times.turn_off_s) << 4 | _duration(times.turn_on_s)
    page[48:63] = bytes(0x01 if number == 0 else 0 for number in range(15))
    page[95] = 0xFF
    pages = {0x01: page}
    set_checksum(pages, 0x01)
    return page


def _page_02(limits: ModuleLimits) -> bytearray:
    page = bytearray(128)
    page[0:8] = b"".join(map(temperature_word, limits.temperature_c))
    page[8:16] = b"".join(map(voltage_word, limits.supply_v))
    page[48:56] = b"".join(map(power_word, limits.tx_power_mw))
    page[56:64] = _bias_words(limits.bias_ma)
    page[64:72] = b"".join(map(power_word, limits.rx_power_mw))
    pages = {0x02: page}
    set_checksum(pages, 0x02)
    return page


def _page_20(lanes: int) -> bytearray:
    """Descriptors: for each lane of the first bank the ratio at its receiver, then its bit error ratio."""
    descriptors = [
        bytes((lane, kind)) for kind in (E_SNR_MEDIA, PRE_FEC_BER_MEDIA) for lane in range(min(lanes, LANES_PER_BANK))
    ]
    return bytearray(b"".join(descriptors).ljust(128, b"\x00"))


def _bias_words(limits: MonitorLimits) -> bytes:
    return b"".join(bias_word(limit, BIAS_MULTIPLIER) for limit in limits)


def _duration(seconds: float) -> int:
    return next((code for code, limit in enumerate(_DURATIONS_S) if seconds < limit), len(_DURATIONS_S))
