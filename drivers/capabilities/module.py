"""A pluggable module: its memory, what it says of itself and of its light, and the few things it can be told."""

from typing import Protocol, runtime_checkable

from drivers.module_eeprom.maps.checksum import Checksum
from drivers.module_eeprom.maps.cmis_states import DataPathState, ModuleState
from drivers.module_eeprom.maps.cmis_statistics import Side
from drivers.module_eeprom.maps.identity import ModuleIdentity
from drivers.module_eeprom.maps.monitors import ModuleFlags, ModuleMonitors, ModuleThresholds
from drivers.reading import Reading


@runtime_checkable
class ModuleEeprom(Protocol):
    """The memory of a pluggable module (SFF-8472, SFF-8636, CMIS) over its two-wire bus."""

    def read_page(self, page: int, bank: int = 0) -> bytes:
        """Get the 256 bytes seen with this upper page selected: lower memory, then the page."""
        ...

    def write(self, page: int, offset: int, content: bytes, bank: int = 0) -> None:
        """Set bytes of a page (offset 0..255) and prove it by reading back."""
        ...

    def read_identity(self) -> ModuleIdentity:
        """Get what the module says of itself."""
        ...

    def checksums(self) -> tuple[Checksum, ...]:
        """Get every checksum of the memory as stored and as computed."""
        ...

    def read_dom(self) -> ModuleMonitors:
        """Measure with the module's own sensors: degC, V, and W and A of each lane."""
        ...

    def read_thresholds(self) -> ModuleThresholds:
        """Get the alarm and warning thresholds of what it measures."""
        ...

    def read_flags(self) -> ModuleFlags:
        """Get the flags latched since they were read last, which clears them."""
        ...

    def module_state(self) -> ModuleState:
        """Get the state of the module."""
        ...

    def read_data_paths(self) -> tuple[DataPathState | None, ...]:
        """Get the data path state of every host lane of a CMIS module."""
        ...

    def wait_ready(self, timeout_s: float, *, data_paths: bool = False) -> None:
        """Hold until the module is ready and, if asked, every data path of it is activated."""
        ...

    def set_low_power(self, low: bool) -> None:
        """Set low power mode by the host's own bits."""
        ...

    def set_transmitter(self, lane: int, enabled: bool) -> None:
        """Set the transmitter of one lane (from 1) on or off."""
        ...

    def restart(self) -> None:
        """Apply a software reset."""
        ...

    def measure_bit_error_ratio(self, side: Side = "media") -> tuple[Reading, ...]:
        """Measure the bit error ratio before correction of each lane of a CMIS module."""
        ...

    def measure_signal_to_noise(self, side: Side = "media") -> tuple[Reading, ...]:
        """Measure the signal-to-noise ratio (eSNR) in dB of each lane of a CMIS module."""
        ...
