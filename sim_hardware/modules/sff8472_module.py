"""An SFP28 module on its two wires: SFF-8472 rev 12.4, identity at device 50h (A0h) and diagnostics at 51h (A2h).

Internally calibrated, one lane. Copper without electronics has device 50h alone.
"""

from typing import Final

from sim_hardware.clock import BenchClock
from sim_hardware.duts.module_memory import MODULE_ADDRESS
from sim_hardware.modules.cmis_module import LEAST_SUPPLY_V
from sim_hardware.modules.identity import ModuleIdentity
from sim_hardware.modules.live_values import LiveValues
from sim_hardware.modules.monitor_limits import HIGH_ALARM, HIGH_WARNING, LOW_ALARM, LOW_WARNING, ModuleLimits
from sim_hardware.modules.paged_module import not_acknowledged
from sim_hardware.modules.words import (
    bias_word,
    byte_sum,
    company_identifier,
    power_word,
    temperature_word,
    text_field,
    voltage_word,
)

DIAGNOSTICS_ADDRESS = 0x51
_CONNECTORS: Final = {"multimode": 0x07, "single-mode": 0x07, "passive copper": 0x21, "active copper": 0x21}
_WAVELENGTHS_NM: Final = {"multimode": 850, "single-mode": 1310}
_READY_S: Final = 0.3
_STATUS: Final = 110
_SOFT_TX_DISABLE: Final = 0x40
_ALARMS, _WARNINGS = 112, 116
_LONGEST_WRITE: Final = 8


class Sff8472Module:
    """One SFP28, powered from the moment at which `live.supply_v()` is first enough; its one lane is lane 1.

    Raises ValueError for an identity that does not fit into the memory, or more than one lane.
    """

    def __init__(
        self,
        identity: ModuleIdentity,
        *,
        lanes: int = 1,
        clock: BenchClock,
        live: LiveValues,
        limits: ModuleLimits | None = None,
    ) -> None:
        if lanes != 1 or identity.form_factor not in ("SFP28", "SFP+", "SFP"):
            raise ValueError(f"an SFF-8472 module is an SFP of one lane, not {identity.form_factor} of {lanes}")
        if identity.media not in _CONNECTORS:
            raise ValueError(f"{identity.media!r} is none of {', '.join(_CONNECTORS)}, which an SFP may be")
        self.identity = identity
        self.live = live
        self.lanes = lanes
        self._clock = clock
        self._limits = limits or ModuleLimits()
        self._identity_bytes = _identity_bytes(identity)
        self._thresholds = _thresholds(self._limits)
        self._monitored = identity.media in _WAVELENGTHS_NM
        self._started: float | None = None
        self._control = 0
        self._latched = bytearray(8)
        self.advance()

    def device(self, address: int) -> "Sff8472Module | Diagnostics | None":
        """Identity at 50h, diagnostics at 51h where there are any."""
        if address == DIAGNOSTICS_ADDRESS and self._monitored:
            return Diagnostics(self)
        return self if address == MODULE_ADDRESS else None

    def advance(self) -> None:
        """Look at the supply; call it when that comes or goes, or it counts from the next look."""
        if self.live.supply_v() < LEAST_SUPPLY_V:
            self._started = None
        elif self._started is None:
            self._started, self._control, self._latched = self._clock.now(), 0, bytearray(8)

    @property
    def ready(self) -> bool:
        """Whether its monitors have settled (Data_Ready_Bar is down)."""
        return self._started is not None and self._clock.now() >= self._started + _READY_S

    def sends(self, lane: int = 1) -> bool:
        """Whether its transmitter is on now."""
        self.advance()
        return lane == 1 and self.ready and not self._control & _SOFT_TX_DISABLE

    def read(self, register: int, length: int) -> bytes:
        """Identity from this register on, rolling over past byte 255. Raises OSError (ENXIO) without power."""
        self._wake(f"read at byte {register}")
        return bytes(self._identity_bytes[(register + k) % 256] for k in range(length))

    def write(self, register: int, content: bytes) -> None:
        """Take and ignore: identity is the maker's. Raises OSError (ENXIO) without power."""
        self._wake(f"write of {len(content)} bytes at byte {register}")

    def program(self, offset: int, content: bytes) -> None:
        """Write identity bytes as the maker does; checksums stay as they are."""
        self._identity_bytes[offset : offset + len(content)] = content

    def settle_checksum(self, name: str, error: int = 0) -> None:
        """Store CC_BASE, CC_EXT or CC_DMI, off by `error`."""
        content, first, at = {
            "CC_BASE": (self._identity_bytes, 0, 63),
            "CC_EXT": (self._identity_bytes, 64, 95),
            "CC_DMI": (self._thresholds, 0, 95),
        }[name]
        content[at] = (byte_sum(content[first:at]) + error) & 0xFF

    def read_diagnostics(self, register: int, length: int) -> bytes:
        """Diagnostics from this register on. Raises OSError (ENXIO) without power."""
        self._wake(f"read at byte {register} of the diagnostics")
        self._latch()
        content = bytearray(self._thresholds)
        content[_STATUS] = self._control | (not self.ready) | bool(self._control) << 7
        content[_STATUS] |= (self.live.rx_power_mw(1) < 0.5 * self._limits.rx_power_mw.low_alarm) << 1
        if self.ready:
            on = self.sends()
            content[96:106] = (
                temperature_word(self.live.temperature_c())
                + voltage_word(self.live.supply_v())
                + bias_word(self.live.bias_ma(1) if on else 0.0)
                + power_word(self.live.tx_power_mw(1) if on else 0.0)
                + power_word(self.live.rx_power_mw(1))
            )
        content[_ALARMS : _ALARMS + 8] = self._latched
        places = [(register + k) % 256 for k in range(length)]
        for at in places:
            if _ALARMS <= at < _ALARMS + 8:
                self._latched[at - _ALARMS] = 0
        return bytes(content[at] for at in places)

    def write_diagnostics(self, register: int, content: bytes) -> None:
        """Set what is the host's: the soft transmitter disable. Raises OSError (ENXIO) as a read does."""
        self._wake(f"write at byte {register} of the diagnostics")
        if len(content) > _LONGEST_WRITE:
            raise not_acknowledged(f"write of {len(content)} bytes: the module takes {_LONGEST_WRITE} at once")
        for at, byte in enumerate(content, start=register):
            if at == _STATUS:
                self._control = byte & _SOFT_TX_DISABLE

    def _wake(self, act: str) -> None:
        self.advance()
        if self._started is None and self.identity.media != "passive copper":
            raise not_acknowledged(f"{act}: the module has no power")

    def _latch(self) -> None:
        if not self.ready:
            return
        limits, live = self._limits, self.live
        raised = [limits.temperature_c.flags(live.temperature_c()), limits.supply_v.flags(live.supply_v()), 0, 0]
        if self.sends():
            raised[2] = limits.bias_ma.flags(live.bias_ma(1))
            raised[3] = limits.tx_power_mw.flags(live.tx_power_mw(1))
        raised.append(limits.rx_power_mw.flags(live.rx_power_mw(1)))
        for first, high, low in ((0, HIGH_ALARM, LOW_ALARM), (4, HIGH_WARNING, LOW_WARNING)):
            for number, flags in enumerate(raised):
                bits = bool(flags & high) << 1 | bool(flags & low)
                self._latched[first + number // 4] |= bits << 6 - 2 * (number % 4)


class Diagnostics:
    """Device 51h of an SFP."""

    __slots__ = ("_module",)

    def __init__(self, module: Sff8472Module) -> None:
        self._module = module

    def read(self, register: int, length: int) -> bytes:
        """Diagnostics from this register on."""
        return self._module.read_diagnostics(register, length)

    def write(self, register: int, content: bytes) -> None:
        """Set what is the host's."""
        self._module.write_diagnostics(register, content)


def _identity_bytes(identity: ModuleIdentity) -> bytearray:
    content, monitored = bytearray(256), identity.media in _WAVELENGTHS_NM
    content[0:3] = bytes((0x03, 0x04, _CONNECTORS[identity.media]))
    content[8] = {"passive copper": 0x04, "active copper": 0x08}.get(identity.media, 0)
    content[12] = 0xFF
    if monitored:
        content[14], content[18] = (10, 0) if identity.media == "single-mode" else (0, 10)
        content[60:62] = _WAVELENGTHS_NM[identity.media].to_bytes(2, "big")
    else:
        content[18] = max(1, round(identity.length_m)) if identity.length_m else 0
    content[20:36] = text_field(identity.vendor, 16)
    content[37:40] = company_identifier(identity.oui)
    content[40:56] = text_field(identity.part, 16)
    content[56:60] = text_field(identity.revision, 4)
    content[63] = byte_sum(content[:63])
    content[66] = 103  # 25.78125 GBd in steps of 250 MBd
    content[68:84] = text_field(identity.serial, 16)
    content[84:92] = text_field(identity.date_code, 8)
    content[92:95] = bytes((0x68, 0xF0, 0x09)) if monitored else bytes((0, 0, 0x09))
    content[95] = byte_sum(content[64:95])
    return content


def _thresholds(limits: ModuleLimits) -> bytearray:
    content = bytearray(256)
    content[0:8] = b"".join(map(temperature_word, limits.temperature_c))
    content[8:16] = b"".join(map(voltage_word, limits.supply_v))
    content[16:24] = b"".join(map(bias_word, limits.bias_ma))
    content[24:32] = b"".join(map(power_word, limits.tx_power_mw))
    content[32:40] = b"".join(map(power_word, limits.rx_power_mw))
    for slope in (76, 80, 84, 88):
        content[slope : slope + 2] = b"\x01\x00"  # one, in U8.8, though an internally calibrated module needs none
    content[95] = byte_sum(content[:95])
    return content
