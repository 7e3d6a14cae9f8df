"""A CMIS module on its two wires: pages and banks, a state machine in time, values of this moment, latched flags.

CMIS 5.2 (OIF), chapter 8: flags are latched until they are read; a page or bank that the module lacks brings page 00h.
What follows no clause is marked here, in `cmis_states` and in `cmis_pages`.
"""

from sim_hardware.clock import BenchClock
from sim_hardware.modules.cmis_pages import (
    BIAS_MULTIPLIER,
    LANES_PER_BANK,
    CmisBuild,
    has_lasers,
    is_flat,
    lower_memory,
    set_checksum,
    static_pages,
)
from sim_hardware.modules.cmis_states import CmisStates, DataPathState, ModuleState, ModuleTimes
from sim_hardware.modules.identity import ModuleIdentity
from sim_hardware.modules.lane_flags import LaneFlags
from sim_hardware.modules.live_values import LiveValues
from sim_hardware.modules.monitor_limits import ModuleLimits
from sim_hardware.modules.paged_module import BANK_SELECT, HALF, PAGE_SELECT, PagedModule, not_acknowledged
from sim_hardware.modules.words import (
    bias_word,
    f16,
    pam4_snr_db,
    power_word,
    ratio_word,
    temperature_word,
    voltage_word,
)

LEAST_SUPPLY_V = 2.7
"""Below this the controller is held in reset (inferred)."""
_MAX_POWER_W = {"passive copper": 0.1, "active copper": 12.0, "single-mode": 15.0, "multimode": 13.0}
_GLOBAL_CONTROLS = 26
_SOFTWARE_RESET, _LOW_POWER_SW, _LOW_POWER_BY_PIN = 0x08, 0x10, 0x40
_HOST_BYTES = frozenset({_GLOBAL_CONTROLS, *range(31, 37), *range(118, 126)})
"""Lower memory that the host writes: global controls, flag masks, password."""
_DEINIT, _TX_DISABLE, _APPLICATION = 0, 2, 17
"""Of page 10h, counted from 128: DPDeinit, OutputDisableTx, DPConfig of lane 1."""
_BANKED = frozenset({0x10, 0x11, 0x14})
_PAGES = frozenset({0x00, 0x01, 0x02, 0x10, 0x11, 0x14, 0x20, 0x24, 0x2F})


class CmisModule(PagedModule):
    """One module, plugged in and powered from the moment at which `live.supply_v()` is first enough.

    `lanes` 1 to 32. Copper without electronics has a flat memory, which needs no supply. `low_power_pin` is the cage's
    LPMode. Raises ValueError for an identity that does not fit into the memory.
    """

    longest_write = 8

    def __init__(
        self,
        identity: ModuleIdentity,
        *,
        lanes: int,
        clock: BenchClock,
        live: LiveValues,
        limits: ModuleLimits | None = None,
        times: ModuleTimes | None = None,
        max_power_w: float | None = None,
        plug: str = "",
        low_power_pin: bool = False,
    ) -> None:
        if not 1 <= lanes <= 4 * LANES_PER_BANK:
            raise ValueError(f"a CMIS module has 1 to 32 lanes, not {lanes}")
        self.identity = identity
        self.live = live
        self.lanes = lanes
        watts = _MAX_POWER_W.get(identity.media, 1.5) if max_power_w is None else max_power_w
        self._build = CmisBuild(
            lanes=lanes, limits=limits or ModuleLimits(), times=times or ModuleTimes(), max_power_w=watts, plug=plug
        )
        self._first_lower = bytes(lower_memory(identity, self._build))
        self._pages = static_pages(identity, self._build)
        self._flat = is_flat(identity)
        self._lasers = has_lasers(identity)
        self._pin = low_power_pin
        self._states = CmisStates(lanes, clock, self._build.times)
        self._forget()
        self.advance()

    @property
    def state(self) -> ModuleState:
        """The module's state at the last look."""
        return self._states.state

    def data_path(self, lane: int) -> DataPathState:
        """The state of a lane's data path at the last look."""
        return self._states.data_path(lane)

    def sends(self, lane: int) -> bool:
        """Whether this lane's transmitter is on now."""
        self.advance()
        return self._states.data_path(lane) is DataPathState.ACTIVATED

    def advance(self) -> None:
        """Bring the states up to now; call it when the supply comes or goes, or it counts from the next look."""
        if self._flat:
            return
        resets = self._states.state is ModuleState.RESETTING
        self._states.advance(self.live.supply_v() >= LEAST_SUPPLY_V)
        if self._states.state is ModuleState.RESETTING and not resets:
            self._forget()

    def set_low_power_pin(self, asserted: bool) -> None:
        """Set the cage's LPMode."""
        self.advance()
        self._pin = asserted
        self._obey()

    def reset(self) -> None:
        """Pull the reset pin once: what the host wrote is gone, and the module does not answer for a while."""
        self._forget()
        self._states.restart()

    def fail(self, cause: int) -> None:
        """Go to ModuleFault for a cause of byte 41: 1 TEC runaway, 2 data memory, 3 program memory corrupted.

        With 0 it is mended, and comes back after a reset.
        """
        self.advance()
        self._states.fault_cause = cause
        self._obey()
        self.advance()

    def program(self, page: int, offset: int, content: bytes) -> None:
        """Write static bytes as the maker does (offset 128 to 255, or lower memory); checksums stay as they are."""
        if offset < HALF:
            first = bytearray(self._first_lower)
            first[offset : offset + len(content)] = content
            self._first_lower = bytes(first)
            self._lower_bytes[offset : offset + len(content)] = content
        else:
            self._pages[page][offset - HALF : offset - HALF + len(content)] = content

    def settle_checksum(self, page: int, error: int = 0) -> None:
        """Store the checksum of page 00h, 01h or 02h, off by `error`."""
        set_checksum(self._pages, page, error)

    def _forget(self) -> None:
        """What a reset leaves: nothing that a host wrote, and no flag."""
        self._lower_bytes = bytearray(self._first_lower)
        self._bank = self._page = 0
        self._host: dict[tuple[int, int], bytearray] = {}
        for bank in range(self._build.banks):
            for page in (0x10, 0x14):
                self._host[bank, page] = bytearray(HALF)
            # Every lane runs the first application, in a data path of its own number.
            self._host[bank, 0x10][_APPLICATION : _APPLICATION + 8] = bytes(1 << 4 for _ in range(8))
        self._module_flags = self._state_flag = 0
        self._flags = tuple(LaneFlags() for _ in range(self._build.banks))
        self._obey()

    def _obey(self) -> None:
        control = self._lower_bytes[_GLOBAL_CONTROLS]
        self._states.low_power = bool(control & _LOW_POWER_SW) or bool(control & _LOW_POWER_BY_PIN and self._pin)
        deinit = disabled = 0
        for bank in range(self._build.banks):
            deinit |= self._host[bank, 0x10][_DEINIT] << 8 * bank
            disabled |= self._host[bank, 0x10][_TX_DISABLE] << 8 * bank
        self._states.deinit, self._states.tx_disabled = deinit, disabled
        self._states.changed()

    def _wake(self, act: str) -> None:
        self.advance()
        if self._flat:
            return
        if self._states.state is ModuleState.RESETTING:
            raise not_acknowledged(f"{act}: the module has no power or is in reset")
        limits = self._build.limits
        self._state_flag |= bool(self._states.take_state_changes())
        vcc, celsius = (
            limits.supply_v.flags(self.live.supply_v()),
            limits.temperature_c.flags(self.live.temperature_c()),
        )
        # Byte 9: from bit 0 temperature high alarm, low alarm, high warning, low warning; then the supply's.
        self._module_flags |= int(f"{vcc:04b}"[::-1], 2) << 4 | int(f"{celsius:04b}"[::-1], 2)
        moved = self._states.take_moved_lanes()
        for lane in range(1, self.lanes + 1):
            flags, bit = self._flags[(lane - 1) // LANES_PER_BANK], 1 << (lane - 1) % LANES_PER_BANK
            flags.moved |= bit * (lane in moved)
            if self._lasers and self._states.state is ModuleState.READY:
                on = self._states.data_path(lane) is DataPathState.ACTIVATED
                flags.raise_for(bit, limits, self._tx(lane), self._bias(lane), self.live.rx_power_mw(lane), sends=on)

    def _tx(self, lane: int) -> float:
        return self.live.tx_power_mw(lane) if self._states.data_path(lane) is DataPathState.ACTIVATED else 0.0

    def _bias(self, lane: int) -> float:
        return self.live.bias_ma(lane) if self._states.data_path(lane) is DataPathState.ACTIVATED else 0.0

    def _lower(self) -> bytes:
        lower = self._lower_bytes
        lower[BANK_SELECT], lower[PAGE_SELECT] = self._bank, self._page
        if self._flat:
            lower[3] = ModuleState.READY << 1
            return bytes(lower)
        for bank, flags in enumerate(self._flags):
            lower[4 + bank] = int(flags.any)
        lower[8], lower[9] = int(self._state_flag), self._module_flags
        interrupt = any(lower[4:8]) or self._state_flag or bool(self._module_flags & ~lower[32])
        lower[3] = self._states.state << 1 | (not interrupt)
        lower[14:16] = temperature_word(self.live.temperature_c())
        lower[16:18] = voltage_word(self.live.supply_v())
        lower[41] = self._states.fault_cause if self._states.state is ModuleState.FAULT else 0
        return bytes(lower)

    def _upper(self) -> bytes:
        match self._page:
            case 0x10:
                return bytes(self._host[self._bank, 0x10])
            case 0x11:
                return self._page_11()
            case 0x14:
                return self._page_14()
            case 0x24:
                return self._page_24()
            case 0x2F:
                return bytes(128)  # one group of observables, not frozen
        return bytes(self._pages[self._page])

    def _bank_lanes(self) -> list[int]:
        first = self._bank * LANES_PER_BANK + 1
        return list(range(first, min(first + LANES_PER_BANK, self.lanes + 1)))

    def _page_11(self) -> bytes:
        page = bytearray(HALF)
        for at, lane in enumerate(self._bank_lanes()):
            page[at // 2] |= self._states.data_path(lane) << 4 * (at % 2)
            sends = self._states.data_path(lane) is DataPathState.ACTIVATED
            up = self._states.data_path(lane) in (DataPathState.ACTIVATED, DataPathState.INITIALIZED)
            page[4] |= up << at
            page[5] |= sends << at
            if self._lasers:
                page[26 + 2 * at : 28 + 2 * at] = power_word(self._tx(lane))
                page[42 + 2 * at : 44 + 2 * at] = bias_word(self._bias(lane), BIAS_MULTIPLIER)
                page[58 + 2 * at : 60 + 2 * at] = power_word(self.live.rx_power_mw(lane))
            page[74 + at // 2] |= 1 << 4 * (at % 2)  # ConfigSuccess
            page[78 + at] = self._host[self._bank, 0x10][_APPLICATION + at]
        page[6:25] = self._flags[self._bank].page_bytes()
        return bytes(page)

    def _page_14(self) -> bytes:
        page = bytearray(self._host[self._bank, 0x14])
        for at, lane in enumerate(self._bank_lanes()):
            ratio = self.live.pre_fec_ber(lane)
            if page[0] == 0x01:
                page[80 + 2 * at : 82 + 2 * at] = f16(ratio)
            elif page[0] == 0x06:
                # The only words of the map with the low byte first, as captured modules confirm.
                page[112 + 2 * at : 114 + 2 * at] = ratio_word(pam4_snr_db(ratio))[::-1]
        return bytes(page)

    def _page_24(self) -> bytes:
        lanes = range(1, min(self.lanes, LANES_PER_BANK) + 1)
        ratios = [self.live.pre_fec_ber(lane) for lane in lanes]
        samples = [ratio_word(pam4_snr_db(ratio)) for ratio in ratios] + [f16(ratio) for ratio in ratios]
        return b"".join(samples).ljust(HALF, b"\x00")

    def _was_read(self, at: int) -> None:
        if at == 8:
            self._state_flag = 0
        elif at == 9:
            self._module_flags = 0
        elif self._page == 0x11 and HALF + 6 <= at < HALF + 25:
            self._flags[self._bank].clear(at - HALF - 6)

    def _set(self, at: int, byte: int) -> None:
        if at == BANK_SELECT:
            self._bank = byte
        elif at == PAGE_SELECT:
            self._select(byte)
        elif at in _HOST_BYTES and not self._flat:
            self._lower_bytes[at] = byte & ~_SOFTWARE_RESET if at == _GLOBAL_CONTROLS else byte
            if at == _GLOBAL_CONTROLS and byte & _SOFTWARE_RESET:
                self.reset()
            else:
                self._obey()
        elif at == HALF and self._page == 0x14:
            self._host[self._bank, 0x14][0] = byte
        elif at >= HALF and self._page == 0x10:
            self._host[self._bank, 0x10][at - HALF] = byte
            self._obey()

    def _select(self, page: int) -> None:
        known = page == 0 if self._flat else page in _PAGES
        if page not in _BANKED:
            self._bank = 0
        self._page = page if known and self._bank < self._build.banks else 0
        if self._page != page:
            self._bank = 0
