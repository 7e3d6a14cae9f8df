"""A QSFP28 module on its two wires: SFF-8636 rev 2.10a, pages 00h and 03h, values of this moment, latched flags.

There is no state machine as in CMIS: Data_Not_Ready (byte 2, bit 0) goes when the module has started, and Power_set
under Power_override (byte 93, bits 1 and 0), or the cage's pin without the override, keeps its lasers off.
"""

from typing import Final

from sim_hardware.clock import BenchClock
from sim_hardware.modules.cmis_module import LEAST_SUPPLY_V
from sim_hardware.modules.identity import ModuleIdentity
from sim_hardware.modules.live_values import LiveValues
from sim_hardware.modules.monitor_limits import ModuleLimits
from sim_hardware.modules.paged_module import BANK_SELECT, HALF, PAGE_SELECT, PagedModule, not_acknowledged
from sim_hardware.modules.words import (
    bias_word,
    byte_sum,
    company_identifier,
    power_word,
    temperature_word,
    text_field,
    voltage_word,
)

_IDENTIFIERS: Final = {"QSFP+": 0x0D, "QSFP28": 0x11}
_CONNECTORS: Final = {"multimode": 0x0C, "single-mode": 0x07, "passive copper": 0x23, "active copper": 0x23}
_TECHNOLOGIES: Final = {"multimode": 0x0, "single-mode": 0x4, "passive copper": 0xA, "active copper": 0xC}
_LASERS: Final = {"multimode": 850.0, "single-mode": 1310.0}
"""Nominal wavelength in nm of media that need one."""
_RESET_S: Final = 0.1
"""From power to the first acknowledge; a module has 2 s until its data are ready (t_init)."""
_READY_S: Final = 0.3
_TX_DISABLE, _POWER_CONTROL = 86, 93
_OVERRIDE, _POWER_SET, _RESET = 0x01, 0x02, 0x80
_HOST_BYTES: Final = frozenset({*range(86, 100), *range(100, 107), *range(119, 127)})
_FLAGS: Final = range(3, 15)
_CHECKSUMS: Final = {"CC_BASE": (0, 63), "CC_EXT": (64, 95)}
"""First byte summed and byte of the checksum, counted from 128."""


class Sff8636Module(PagedModule):
    """One module, powered from the moment at which `live.supply_v()` is first enough; `lanes` 1 to 4.

    Copper without electronics has a flat memory, which needs no supply. Raises ValueError for an identity that does
    not fit into the memory.
    """

    longest_write = 4

    def __init__(
        self,
        identity: ModuleIdentity,
        *,
        lanes: int,
        clock: BenchClock,
        live: LiveValues,
        limits: ModuleLimits | None = None,
        low_power_pin: bool = False,
    ) -> None:
        if not 1 <= lanes <= 4:
            raise ValueError(f"an SFF-8636 module has 1 to 4 lanes, not {lanes}")
        for table, key in ((_IDENTIFIERS, identity.form_factor), (_CONNECTORS, identity.media)):
            if key not in table:
                raise ValueError(f"{key!r} is none of {', '.join(table)}, which an SFF-8636 module may be")
        self.identity = identity
        self.live = live
        self.lanes = lanes
        self._clock = clock
        self._limits = limits or ModuleLimits()
        self._flat = identity.media == "passive copper"
        self._lasers = identity.media in _LASERS
        self._page_00 = _page_00(identity)
        self._page_03 = _page_03(self._limits, lasers=self._lasers)
        self._pin = low_power_pin
        self._started: float | None = None
        self._forget()
        self.advance()

    @property
    def low_power(self) -> bool:
        """Whether pin or host keep the module in low power mode."""
        control = self._host[_POWER_CONTROL]
        return bool(control & _POWER_SET) if control & _OVERRIDE else self._pin

    def sends(self, lane: int) -> bool:
        """Whether this lane's transmitter is on now."""
        self.advance()
        ready = self._started is not None and self._clock.now() >= self._started + _READY_S
        return ready and not self.low_power and not self._host[_TX_DISABLE] >> (lane - 1) & 1

    def advance(self) -> None:
        """Look at the supply; call it when that comes or goes, or it counts from the next look."""
        if self.live.supply_v() < LEAST_SUPPLY_V:
            self._started = None
        elif self._started is None:
            self._started = self._clock.now()
            self._forget()

    def set_low_power_pin(self, asserted: bool) -> None:
        """Set the cage's LPMode."""
        self._pin = asserted

    def reset(self) -> None:
        """Pull the reset pin once."""
        self._started = self._clock.now()
        self._forget()

    def program(self, page: int, offset: int, content: bytes) -> None:
        """Write static bytes of page 00h or 03h as the maker does (128 to 255); checksums stay as they are."""
        half = {0x00: self._page_00, 0x03: self._page_03}[page]
        half[offset - HALF : offset - HALF + len(content)] = content

    def settle_checksum(self, name: str, error: int = 0) -> None:
        """Store CC_BASE or CC_EXT, off by `error`."""
        first, at = _CHECKSUMS[name]
        self._page_00[at] = (byte_sum(self._page_00[first:at]) + error) & 0xFF

    def _forget(self) -> None:
        self._host = bytearray(HALF)
        self._page = 0
        self._latched = bytearray(len(_FLAGS))

    def _wake(self, act: str) -> None:
        if self._flat:
            return
        self.advance()
        if self._started is None or self._clock.now() < self._started + _RESET_S:
            raise not_acknowledged(f"{act}: the module has no power or is in reset")
        limits, live = self._limits, self.live
        self._latch(6, limits.temperature_c.flags(live.temperature_c()) << 4)
        self._latch(7, limits.supply_v.flags(live.supply_v()) << 4)
        if not self._lasers:
            return
        for lane in range(1, self.lanes + 1):
            at, shift = (lane - 1) // 2, 4 if lane % 2 else 0
            received = live.rx_power_mw(lane)
            self._latch(9 + at, limits.rx_power_mw.flags(received) << shift)
            if received < 0.5 * limits.rx_power_mw.low_alarm:
                self._latch(3, 1 << (lane - 1))
            if self.sends(lane):
                self._latch(11 + at, limits.bias_ma.flags(live.bias_ma(lane)) << shift)
                self._latch(13 + at, limits.tx_power_mw.flags(live.tx_power_mw(lane)) << shift)

    def _latch(self, byte: int, bits: int) -> None:
        self._latched[byte - _FLAGS.start] |= bits

    def _lower(self) -> bytes:
        lower = bytearray(self._host)
        lower[0], lower[1] = self._page_00[0], 0x08  # SFF-8636 rev 2.8 to 2.10
        lower[PAGE_SELECT] = self._page
        if self._flat:
            lower[2] = 0x04
            return bytes(lower)
        ready = self._started is not None and self._clock.now() >= self._started + _READY_S
        lower[3:15] = self._latched
        lower[2] = (not any(self._latched)) << 1 | (not ready)
        if ready:
            lower[22:24] = temperature_word(self.live.temperature_c())
            lower[26:28] = voltage_word(self.live.supply_v())
        for lane in range(1, self.lanes + 1) if self._lasers and ready else ():
            at, on = 2 * (lane - 1), self.sends(lane)
            lower[34 + at : 36 + at] = power_word(self.live.rx_power_mw(lane))
            lower[42 + at : 44 + at] = bias_word(self.live.bias_ma(lane) if on else 0.0)
            lower[50 + at : 52 + at] = power_word(self.live.tx_power_mw(lane) if on else 0.0)
        return bytes(lower)

    def _upper(self) -> bytes:
        return bytes(self._page_03 if self._page == 0x03 else self._page_00)

    def _was_read(self, at: int) -> None:
        if at in _FLAGS and not self._flat:
            self._latched[at - _FLAGS.start] = 0

    def _set(self, at: int, byte: int) -> None:
        if at == PAGE_SELECT:
            self._page = byte if byte == 0x03 and not self._flat else 0
        elif at == BANK_SELECT or self._flat or at not in _HOST_BYTES:
            return
        elif at == _POWER_CONTROL and byte & _RESET:
            self.reset()
        else:
            self._host[at] = byte


def _page_00(identity: ModuleIdentity) -> bytearray:
    page, copper = bytearray(128), "copper" in identity.media
    page[0] = _IDENTIFIERS[identity.form_factor]
    page[2] = _CONNECTORS[identity.media]
    page[3], page[12] = 0x80, 0xFF  # extended compliance says more (192); the rate stands in byte 222
    if copper:
        page[18] = min(0xFF, max(1, round(identity.length_m))) if identity.length_m else 0
    elif identity.media == "single-mode":
        page[14] = 2
    else:
        page[18] = 50
    page[19] = _TECHNOLOGIES[identity.media] << 4
    page[20:36] = text_field(identity.vendor, 16)
    page[37:40] = company_identifier(identity.oui)
    page[40:56] = text_field(identity.part, 16)
    page[56:58] = text_field(identity.revision, 2)
    if not copper:
        page[58:60] = round(_LASERS[identity.media] * 20).to_bytes(2, "big")
        page[60:62] = round(6.5 * 200).to_bytes(2, "big")
    page[62] = 70
    page[64] = {"multimode": 0x02, "single-mode": 0x06, "passive copper": 0x0B, "active copper": 0x08}[identity.media]
    page[68:84] = text_field(identity.serial, 16)
    page[84:92] = text_field(identity.date_code, 8)
    if identity.media != "passive copper":
        page[92] = 0x30 | (0x0C if identity.media in _LASERS else 0)
    page[94] = 103  # 25.78125 GBd in steps of 250 MBd
    for first, at in _CHECKSUMS.values():
        page[at] = byte_sum(page[first:at])
    return page


def _page_03(limits: ModuleLimits, *, lasers: bool) -> bytearray:
    page = bytearray(128)
    page[0:8] = b"".join(map(temperature_word, limits.temperature_c))
    page[16:24] = b"".join(map(voltage_word, limits.supply_v))
    if lasers:
        page[48:56] = b"".join(map(power_word, limits.rx_power_mw))
        page[56:64] = b"".join(map(bias_word, limits.bias_ma))
        page[64:72] = b"".join(map(power_word, limits.tx_power_mw))
    return page
