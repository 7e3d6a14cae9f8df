"""The latched flags of eight lanes: bytes 134 to 152 of page 11h (CMIS 5.2)."""

from sim_hardware.modules.monitor_limits import (
    HIGH_ALARM,
    HIGH_WARNING,
    LOW_ALARM,
    LOW_WARNING,
    ModuleLimits,
    MonitorLimits,
)

_ORDER = (HIGH_ALARM, LOW_ALARM, HIGH_WARNING, LOW_WARNING)
_BYTES = 19
_MOVED, _TX_POWER, _BIAS, _RX_LOSS, _RX_POWER = 0, 5, 9, 13, 15
_LOSS_OF_LOW_ALARM = 0.5
"""Loss of signal is told at half of the low alarm of received power (inferred)."""


class LaneFlags:
    """A byte a flag, a bit a lane; a flag stays until its byte is read."""

    __slots__ = ("_bytes",)

    def __init__(self) -> None:
        self._bytes = bytearray(_BYTES)

    @property
    def moved(self) -> int:
        """Lanes whose data path changed its state."""
        return self._bytes[_MOVED]

    @moved.setter
    def moved(self, lanes: int) -> None:
        self._bytes[_MOVED] = lanes

    @property
    def any(self) -> bool:
        """Whether any flag is up."""
        return any(self._bytes)

    def raise_for(
        self, bit: int, limits: ModuleLimits, tx_mw: float, bias_ma: float, rx_mw: float, *, sends: bool
    ) -> None:
        """Raise what these values of one lane raise; those of a transmitter only while it sends."""
        if sends:
            self._raise(_TX_POWER, bit, limits.tx_power_mw, tx_mw)
            self._raise(_BIAS, bit, limits.bias_ma, bias_ma)
        self._raise(_RX_POWER, bit, limits.rx_power_mw, rx_mw)
        if rx_mw < _LOSS_OF_LOW_ALARM * limits.rx_power_mw.low_alarm:
            self._bytes[_RX_LOSS] |= bit

    def page_bytes(self) -> bytes:
        """Bytes 134 to 152."""
        return bytes(self._bytes)

    def clear(self, at: int) -> None:
        """Clear the byte that was read; `at` counts from byte 134."""
        self._bytes[at] = 0

    def _raise(self, first: int, bit: int, limits: MonitorLimits, value: float) -> None:
        raised = limits.flags(value)
        for at, kind in enumerate(_ORDER, start=first):
            if raised & kind:
                self._bytes[at] |= bit
