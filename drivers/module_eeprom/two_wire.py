"""A pluggable module on its two wires: SFF-8472, SFF-8636 and CMIS, told apart by the identifier in byte 0.

Modules come and go while a station holds the bus, so nothing about one is remembered between two calls. Reads are
repeated while a busy module does not acknowledge; writes never are, and each is proven by reading back.
"""

from dataclasses import replace
from typing import ClassVar, Final

from drivers.errors import DeviceError, LinkError, LinkLost, OutOfRange
from drivers.module_eeprom._module_image import DIAGNOSTICS_ADDRESS, ImagedMemory
from drivers.module_eeprom._paged_memory import ADDRESS
from drivers.module_eeprom.maps import cmis, cmis_states, cmis_statistics, sff8472, sff8636
from drivers.module_eeprom.maps.checksum import Checksum
from drivers.module_eeprom.maps.cmis_states import DataPathState, ModuleState
from drivers.module_eeprom.maps.cmis_statistics import Side
from drivers.module_eeprom.maps.decoding import decoder_of
from drivers.module_eeprom.maps.identity import ModuleIdentity
from drivers.module_eeprom.maps.image import ModuleImage
from drivers.module_eeprom.maps.monitors import LaneMonitors, ModuleFlags, ModuleMonitors, ModuleThresholds
from drivers.reading import Reading

_LANES_PER_BANK: Final = 8
_POLL_S: Final = 0.01
_GLOBAL_CONTROLS: Final = 26
"""CMIS: bit 3 SoftwareReset, bit 4 LowPwrRequestSW, bit 6 LowPwrAllowRequestHW."""
_POWER_CONTROL: Final = 93
"""SFF-8636: bit 0 Power_override, bit 1 Power_set, bit 7 software reset."""
_CMIS_TX_DISABLE, _SFF8636_TX_DISABLE = 130, 86


class TwoWireModule(ImagedMemory):
    """A module in the dialects of SFF-8472 rev 12.4, SFF-8636 rev 2.10a and CMIS 5.2 on an SMBus.

    The identity is the bus, not the module: modules come and go while the station holds the bus.
    """

    __slots__ = ()

    capability: ClassVar[str] = "ModuleEeprom"

    def read_identity(self) -> ModuleIdentity:
        """Get what the module says of itself.

        Raises `MemoryMapError` for an identifier that has no map, `LinkError` when no module answers.
        """
        image = self._image("identity")
        return decoder_of(image).identity(image)

    def checksums(self) -> tuple[Checksum, ...]:
        """Get every checksum of the memory as stored and as computed. Raises as `read_identity` does."""
        image = self._image("checksums")
        return decoder_of(image).checksums(image)

    def read_dom(self) -> ModuleMonitors:
        """Measure with the module's own sensors: degC, V, and W and A of each lane; None for what it has no sensor for.

        No latched flag is cleared. Raises as `read_identity` does.
        """
        image = self._image("monitors")
        found = decoder_of(image).monitors(image)
        return ModuleMonitors(
            temperature=self._stamped(found.temperature),
            supply_voltage=self._stamped(found.supply_voltage),
            lanes=tuple(
                LaneMonitors(
                    lane=lane.lane,
                    tx_power=self._stamped(lane.tx_power),
                    rx_power=self._stamped(lane.rx_power),
                    tx_bias=self._stamped(lane.tx_bias),
                )
                for lane in found.lanes
            ),
        )

    def read_thresholds(self) -> ModuleThresholds:
        """Get the alarm and warning thresholds of what it measures. Raises as `read_identity` does."""
        image = self._image("thresholds")
        return decoder_of(image).thresholds(image)

    def read_flags(self) -> ModuleFlags:
        """Get the flags latched since they were read last, which clears them: so it is never asked twice.

        Raises as `read_identity` does.
        """
        image = self._image("flags")
        return decoder_of(image).flags(image)

    def module_state(self) -> ModuleState:
        """Get the state of the module.

        SFF-8636 and SFF-8472 have no states: data not ready counts as ModulePwrUp, low power asked for by the host as
        ModuleLowPwr. Raises as `read_identity` does, and `MemoryMapError` for a code that CMIS reserves.
        """
        name = self._map()
        if name == "CMIS":
            return cmis_states.module_state(self._read_patiently(0, 4))
        if name == "SFF-8636":
            if not sff8636.is_ready(self._read_patiently(0, 3)):
                return "ModulePwrUp"
            control = self._read_patiently(_POWER_CONTROL, 1)
            return "ModuleLowPwr" if sff8636.asks_low_power(control[0]) else "ModuleReady"
        if not sff8472.has_monitors(self._read_patiently(0, 96)):
            return "ModuleReady"
        status = self._read_patiently(sff8472.STATUS, 1, DIAGNOSTICS_ADDRESS)
        return "ModuleReady" if sff8472.is_ready(status[0]) else "ModulePwrUp"

    def read_data_paths(self) -> tuple[DataPathState | None, ...]:
        """Get the data path state of every host lane of a CMIS module; none for another or a flat one.

        Raises as `read_identity` does, and `MemoryMapError` for a code that CMIS reserves.
        """
        image = self._image("data paths")
        if not image.has(0x11):
            return ()
        return tuple(state for bank in range(cmis.banks(image)) for state in cmis_states.data_path_states(image, bank))

    def wait_ready(self, timeout_s: float, *, data_paths: bool = False) -> None:
        """Hold until the module is ready and, if asked, every data path of it is activated.

        A module that restarts does not acknowledge; that is waited out. Raises `DeviceError` when it fails or is not
        ready in time, `LinkError` when it does not answer by then.
        """
        deadline = self.clock.now() + timeout_s
        while True:
            try:
                said: str = self.module_state()
                if said == "ModuleFault":
                    cause = cmis_states.fault_cause(self._read_patiently(41, 1)[0]) or "no cause told"
                    raise DeviceError(f"{self.resource}: the module went to ModuleFault: {cause}; take it out")
                if said == "ModuleReady":
                    lagging = {state for state in self.read_data_paths() if state} if data_paths else set()
                    if lagging <= {"DPActivated"}:
                        return
                    said = f"{said} with data paths in {', '.join(sorted(lagging))}"
            except LinkLost:
                raise
            except LinkError:
                if self.clock.now() >= deadline:
                    raise
                said = "silent"
            if self.clock.now() >= deadline:
                raise DeviceError(f"{self.resource}: waited {timeout_s:g} s for the module: it is still {said}")
            self.clock.sleep(_POLL_S)

    def set_low_power(self, low: bool) -> None:
        """Set low power mode by the host's own bits, whatever the pin of the cage says from then on.

        The state follows later, in CMIS once every data path is down; `wait_ready` waits for the way back. Raises
        `DeviceError` for an SFP, which has no such mode.
        """
        name = self._map()
        if name == "CMIS":
            control = self._read_patiently(_GLOBAL_CONTROLS, 1)[0]
            self._write_byte(_GLOBAL_CONTROLS, control | 0x10 if low else control & ~0x50)
        elif name == "SFF-8636":
            control = self._read_patiently(_POWER_CONTROL, 1)[0] | 0x01
            self._write_byte(_POWER_CONTROL, control | 0x02 if low else control & ~0x02)
        else:
            raise DeviceError(f"{self.resource}: an SFP has no low power mode")

    def set_transmitter(self, lane: int, enabled: bool) -> None:
        """Set the transmitter of one lane (from 1) on or off.

        Raises `OutOfRange` for a lane that this kind of module cannot have, `DeviceError` when the module has no such
        control or the bit does not hold.
        """
        name = self._map()
        lanes = {"CMIS": 4 * _LANES_PER_BANK, "SFF-8636": sff8636.LANES, "SFF-8472": 1}[name]
        if not 1 <= lane <= lanes:
            raise OutOfRange(f"{self.resource}: lane {lane} is outside 1 to {lanes} of {name}")
        at, address, bit = _SFF8636_TX_DISABLE, ADDRESS, 1 << (lane - 1) % _LANES_PER_BANK
        if name == "CMIS":
            at = _CMIS_TX_DISABLE
            self._select(0x10, (lane - 1) // _LANES_PER_BANK)
        elif name == "SFF-8472":
            at, address, bit = sff8472.STATUS, DIAGNOSTICS_ADDRESS, sff8472.TX_DISABLED
        held = self._read_patiently(at, 1, address)[0]
        if name == "SFF-8472":
            held &= sff8472.WRITABLE_STATUS
        wanted = held & ~bit if enabled else held | bit
        self._bus.write_block(address, at, bytes((wanted,)))
        found = self._read_patiently(at, 1, address)[0]
        if bool(found & bit) is enabled:
            raise DeviceError(
                f"{self.resource}: lane {lane}: transmitter set {'on' if enabled else 'off'}, byte {at} holds "
                f"{found:02X}h; the module has no such control"
            )

    def restart(self) -> None:
        """Apply a software reset; the module does not acknowledge for a while (`wait_ready`).

        Raises `DeviceError` for an SFP, which has none.
        """
        name = self._map()
        if name == "SFF-8472":
            raise DeviceError(f"{self.resource}: an SFP has no software reset; take it out and put it back")
        at, bit = (_GLOBAL_CONTROLS, 0x08) if name == "CMIS" else (_POWER_CONTROL, 0x80)
        control = self._read_patiently(at, 1)[0]
        self._bus.write_block(ADDRESS, at, bytes((control | bit,)))

    def measure_bit_error_ratio(self, side: Side = "media") -> tuple[Reading, ...]:
        """Measure the bit error ratio before correction, of eight lanes of each bank of a CMIS module.

        Raises `DeviceError` for another module, or one without diagnostics.
        """
        return self._statistic(cmis_statistics.BIT_ERROR_RATIO, "1", side)

    def measure_signal_to_noise(self, side: Side = "media") -> tuple[Reading, ...]:
        """Measure the signal-to-noise ratio (eSNR) in dB, of eight lanes of each bank of a CMIS module.

        Raises `DeviceError` for another module, or one without diagnostics.
        """
        return self._statistic(cmis_statistics.SIGNAL_TO_NOISE, "dB", side)

    def _statistic(self, selector: int, unit: str, side: Side) -> tuple[Reading, ...]:
        image = self._image("identity")
        if self._map() != "CMIS" or not image.has(0x01) or not image.view(0x01)[142] & 0x20:
            raise DeviceError(f"{self.resource}: the module advertises no diagnostics of its signals")
        found: list[Reading] = []
        decode = cmis_statistics.bit_error_ratios if unit == "1" else cmis_statistics.signal_to_noise
        for bank in range(cmis.banks(image)):
            self._select(cmis_statistics.DIAGNOSTICS, bank)
            self._bus.write_block(ADDRESS, 128, bytes((selector,)))
            self._prove(cmis_statistics.DIAGNOSTICS, 128, bytes((selector,)))
            page = self._read_patiently(128, 128)
            shown = ModuleImage(image.lower, {(bank, cmis_statistics.DIAGNOSTICS): page}, origin=self.resource)
            found += [self._reading(value, unit) for value in decode(shown, side, bank)]
        return tuple(found)

    def _write_byte(self, at: int, byte: int) -> None:
        self._bus.write_block(ADDRESS, at, bytes((byte,)))
        self._prove(0x00, at, bytes((byte,)))

    def _reading(self, value: float, unit: str) -> Reading:
        return Reading(value, unit, at=self.clock.utc(), instrument=self.identity)

    def _stamped(self, reading: Reading | None) -> Reading | None:
        return None if reading is None else replace(reading, at=self.clock.utc(), instrument=self.identity)
