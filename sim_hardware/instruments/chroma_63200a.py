"""Chroma 63200A: an electronic load of one channel, 2 to 24 kW. Terminals + and -."""

import re

from sim_hardware.clock import BenchClock
from sim_hardware.power.chroma_load import ChromaLoadCommands
from sim_hardware.power.grid import PowerGrid
from sim_hardware.power.load_channel import LoadChannel

_MODEL = re.compile(r"632(\d\d)A-(\d+)-(\d+)")
_A_US_PER_A = 0.02


class Chroma63200A(ChromaLoadCommands):
    """`variant` is the maker's model and gives the rating: 63206A-150-600 takes 6 kW, 150 V and 600 A."""

    def __init__(
        self,
        power: PowerGrid,
        clock: BenchClock,
        role: str,
        serial: str,
        *,
        variant: str = "63206A-150-600",
        stuck_on: bool = False,
        fan_stalled: bool = False,
    ) -> None:
        super().__init__(power, clock, role, serial)
        match = _MODEL.fullmatch(variant)
        if match is None:
            raise ValueError(f"{role}: {variant!r} is no 63200A; their names are such as 63206A-150-600")
        kilowatt, volt, ampere = (float(part) for part in match.groups())
        self.idn = f"Chroma,{variant},{serial},1.06"
        self.fastest_a_us = _A_US_PER_A * ampere
        self.channel = LoadChannel(
            self,
            "",
            (volt, ampere, kilowatt * 1e3),
            stuck_on=stuck_on,
            fan_stalled=fan_stalled,
        )

    @property
    def selected(self) -> LoadChannel:
        """The only channel."""
        return self.channel

    def reset(self) -> None:
        """Off, constant current in the low range."""
        self._range = "L"
        self.channel.reset()
