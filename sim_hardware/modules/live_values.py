"""What a module's own sensors see of the unit that they are built into."""

from typing import Protocol


class LiveValues(Protocol):
    """Quantities that move while a module works; asked whenever its memory is read. Lanes count from 1."""

    def temperature_c(self) -> float:
        """Temperature of the case, degC."""
        ...

    def supply_v(self) -> float:
        """Voltage at its 3.3 V pins, V."""
        ...

    def tx_power_mw(self, lane: int) -> float:
        """Optical power that this lane sends while its laser is on, mW."""
        ...

    def rx_power_mw(self, lane: int) -> float:
        """Optical power that arrives in this lane, mW."""
        ...

    def bias_ma(self, lane: int) -> float:
        """Laser bias of this lane while its laser is on, mA."""
        ...

    def pre_fec_ber(self, lane: int) -> float:
        """Bit error ratio before correction of what this lane receives."""
        ...
