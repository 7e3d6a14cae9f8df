"""Chroma 63600: a mainframe of load modules of 100 to 400 W.

Terminals + and - are those of its first channel; others are CH{n}.+ and CH{n}.-. Channels count two to a slot: a module
of one load answers at the odd one alone, a 63610 has a left and a right load.
"""

import re
from collections.abc import Mapping

from sim_hardware.clock import BenchClock
from sim_hardware.power.chroma_load import ChromaLoadCommands
from sim_hardware.power.grid import PowerGrid
from sim_hardware.power.load_channel import LoadChannel
from sim_hardware.scpi_grammar import ScpiError, integer, scpi

_MODULE = re.compile(r"636(\d)0-(\d+)-(\d+)")
_SLOTS = 5
_A_US_PER_A = 0.1


class Chroma63600(ChromaLoadCommands):
    """`modules` says which module sits in which slot (1 to 5), for example {1: "63640-80-80"}."""

    def __init__(
        self,
        power: PowerGrid,
        clock: BenchClock,
        role: str,
        serial: str,
        *,
        modules: Mapping[int, str] | None = None,
        stuck_on: bool = False,
        fan_stalled: bool = False,
    ) -> None:
        super().__init__(power, clock, role, serial)
        self.idn = f"CHROMA,63600-5,{serial},1.92"
        self._names: dict[int, str] = {}
        self._loads: dict[int, LoadChannel] = {}
        for slot, module in sorted((modules or {1: "63640-80-80"}).items()):
            match = _MODULE.fullmatch(module)
            if match is None or not 1 <= slot <= _SLOTS:
                raise ValueError(
                    f"{role}: module {module!r} in slot {slot}; slots are 1 to {_SLOTS}, modules such as 63640-80-80"
                )
            hectowatt, volt, ampere = (float(part) for part in match.groups())
            for side, name in enumerate((f"{module}L", f"{module}R") if hectowatt == 1 else (module,)):
                channel = 2 * slot - 1 + side
                self._names[channel] = name
                self._loads[channel] = LoadChannel(
                    self,
                    f"CH{channel}." if self._loads else "",
                    (volt, ampere, hectowatt * 1e2),
                    stuck_on=stuck_on,
                    fan_stalled=fan_stalled,
                )
        self._channel = min(self._loads)
        self._ranges = dict.fromkeys(self._loads, "L")

    @property
    def selected(self) -> LoadChannel:
        """The channel that CHAN has selected."""
        return self._loads[self._channel]

    @property
    def fastest_a_us(self) -> float:  # type: ignore[override] # each module has its own
        """Fastest slew rate of the selected module in A/us."""
        return _A_US_PER_A * self.selected.ampere

    def reset(self) -> None:
        """All modules off, constant current in the low range."""
        self._range = "L"
        self._ranges = dict.fromkeys(self._loads, "L")
        for load in self._loads.values():
            load.reset()

    @scpi("CHANnel[:LOAD]")
    def _select(self, channel: str) -> None:
        wanted = integer(channel, 1, 2 * _SLOTS)
        if wanted not in self._loads:
            raise ScpiError(-222, "Data out of range; no module there")
        self._ranges[self._channel] = self._range
        self._channel = wanted
        self._range = self._ranges[wanted]

    @scpi("CHANnel[:LOAD]?")
    def _selected(self) -> str:
        return str(self._channel)

    @scpi("CHANnel:ID?")
    def _module_identity(self) -> str:
        return f"CHROMA,{self._names[self._channel]},{self.serial}{self._channel:02d},1.92,1.92"
