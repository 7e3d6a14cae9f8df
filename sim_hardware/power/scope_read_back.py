"""What a simulated oscilloscope says of its settings, and the settings that are spelled in two ways.

A front panel and other people's drivers speak of divisions (`SCALe`) where ours speak of full scale (`RANGe`).
"""

from abc import abstractmethod

from sim_hardware.instruments.power_instrument import PowerInstrument
from sim_hardware.power.scope_channel import DIVISIONS, ScopeChannel
from sim_hardware.scpi_grammar import number, scpi

TIME_DIVISIONS = 10
_SAMPLE_RATE_HZ = 4e9
"""The converter's own; a record keeps fewer of its samples."""


class ScopeReadBack(PowerInstrument):
    """Queries over what a subclass keeps; channels are found by `channel_settings`."""

    _span: float
    _position: float
    _source: int
    _level: float
    _rising: bool
    _view: int
    _points: int
    _word: bool
    _little_endian: bool

    @abstractmethod
    def channel_settings(self, channel: int) -> ScopeChannel:
        """The settings of a channel. Raises `ScpiError` for one that is not there."""

    @abstractmethod
    def set_full_scale(self, channel: int, full_scale: str) -> None:
        """Set a channel's height in the unit that it shows."""

    @abstractmethod
    def set_span(self, seconds: str) -> None:
        """Set the length of the record."""

    @scpi("CHANnel#:DISPlay?")
    def _display(self, channel: int) -> str:
        return str(int(self.channel_settings(channel).displayed))

    @scpi("CHANnel#:RANGe?")
    def _range(self, channel: int) -> str:
        return f"{self.channel_settings(channel).full_scale:+.6E}"

    @scpi("CHANnel#:SCALe")
    def _set_scale(self, channel: int, per_division: str) -> None:
        self.set_full_scale(channel, repr(DIVISIONS * number(per_division)))

    @scpi("CHANnel#:SCALe?")
    def _scale(self, channel: int) -> str:
        return f"{self.channel_settings(channel).full_scale / DIVISIONS:+.6E}"

    @scpi("CHANnel#:OFFSet?")
    def _offset(self, channel: int) -> str:
        return f"{self.channel_settings(channel).offset:+.6E}"

    @scpi("CHANnel#:PROBe?")
    def _probe(self, channel: int) -> str:
        return f"{self.channel_settings(channel).unit_per_volt:+.6E}"

    @scpi("CHANnel#:COUPling?")
    def _coupling(self, channel: int) -> str:
        return "AC" if self.channel_settings(channel).ac_coupled else "DC"

    @scpi("CHANnel#:BWLimit?", "CHANnel#:BANDwidth?")
    def _bandwidth(self, channel: int) -> str:
        return str(int(self.channel_settings(channel).limited))

    @scpi("CHANnel#:UNITs?")
    def _unit(self, channel: int) -> str:
        return self.channel_settings(channel).unit

    @scpi("TIMebase:RANGe?")
    def _get_span(self) -> str:
        return f"{self._span:+.6E}"

    @scpi("TIMebase:SCALe")
    def _set_time_scale(self, per_division: str) -> None:
        self.set_span(repr(TIME_DIVISIONS * number(per_division)))

    @scpi("TIMebase:SCALe?")
    def _time_scale(self) -> str:
        return f"{self._span / TIME_DIVISIONS:+.6E}"

    @scpi("TIMebase:POSition?")
    def _get_position(self) -> str:
        return f"{self._position:+.6E}"

    @scpi("TIMebase:MODE?")
    def _time_mode(self) -> str:
        return "MAIN"

    @scpi("ACQuire:TYPE?")
    def _acquisition(self) -> str:
        return "NORM"

    @scpi("ACQuire:SRATe?")
    def _sample_rate(self) -> str:
        return f"{_SAMPLE_RATE_HZ:+.6E}"

    @scpi("TRIGger[:EDGE]:SOURce?")
    def _get_source(self) -> str:
        return f"CHAN{self._source}"

    @scpi("TRIGger[:EDGE]:LEVel?")
    def _get_level(self) -> str:
        return f"{self._level:+.6E}"

    @scpi("TRIGger[:EDGE]:SLOPe?")
    def _slope(self) -> str:
        return "POS" if self._rising else "NEG"

    @scpi("WAVeform:SOURce?")
    def _get_view(self) -> str:
        return f"CHAN{self._view}"

    @scpi("WAVeform:FORMat?")
    def _get_format(self) -> str:
        return "WORD" if self._word else "BYTE"

    @scpi("WAVeform:POINts?")
    def _get_points(self) -> str:
        return str(self._points)
