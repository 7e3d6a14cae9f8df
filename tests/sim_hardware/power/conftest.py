"""A supply with its outlet and load, driven by hand through the calls that a power grid makes."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sim_hardware.duts.power.family import PowerFamily
from sim_hardware.duts.power.power_supply import PowerSupplyUnit
from sim_hardware.power.branch import AcFeed, DcBranch, LinearBranch

SEED = 7


def family_of(preset: str, **design: Any) -> PowerFamily:
    """The family of a preset, with these numbers of its design changed."""
    return PowerFamily(SEED, design=design, specification={}, part="PSU-1", preset=preset)


class SteadyLoad:
    """A constant-current load that saturates at a milliohm."""

    plus, minus = "load:+", "load:-"

    def __init__(self, ampere: float = 0.0, slew_a_s: float = 3e6) -> None:
        self.ampere = ampere
        self.slew_a_s = slew_a_s

    def current(self, volt: float) -> float:
        """Ampere into its plus terminal."""
        return max(0.0, min(self.ampere, volt / 1e-3))


class Rig:
    """One supply on the mains with a load; `now` is the time of its bench."""

    def __init__(self, unit: PowerSupplyUnit, volt_rms: float = 230.0) -> None:
        self.unit = unit
        self.now = 0.0
        self.feed = AcFeed(live="ac:L", neutral="ac:N", volt_rms=volt_rms)
        self.load = SteadyLoad()
        self.others: dict[str, list[DcBranch]] = {"PS_ON": [LinearBranch(plus="x", minus="y", ohm=10.0)]}
        self.join()

    def join(self) -> None:
        """Tell the unit what hangs on it."""
        branches = {"OUT": [self.load], **self.others}
        branches["OUT"] = [self.load, *self.others.get("OUT", [])]
        self.unit.join(self.now, {"AC": self.feed}, branches)

    def wait(self, seconds: float) -> None:
        """Let time go by."""
        self.now += seconds
        self.unit.advance(self.now)

    def switch_on(self, phase_deg: float = 90.0) -> None:
        """Switch the mains on at this angle."""
        self.feed.switch_on(self.now, phase_deg)
        self.join()

    def switch_off(self) -> None:
        """Switch the mains off, where they pass zero."""
        self.now = self.feed.next_phase(self.now, 0.0)
        self.unit.advance(self.now)
        self.feed.is_on = False
        self.join()

    def run(self, ampere: float = 0.0, seconds: float = 3.0) -> None:
        """Switch on and settle at this load."""
        self.load.ampere = ampere
        self.switch_on()
        self.wait(seconds)

    def draw(self, ampere: float) -> None:
        """Draw this current from now on."""
        self.load.ampere = ampere
        self.join()

    def hang(self, *branches: DcBranch) -> None:
        """Hang these on the output beside the load."""
        self.others["OUT"] = list(branches)
        self.join()

    def last(self, name: str, seconds: float, points: int = 20001) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """A signal over the last seconds: times from their beginning, values."""
        times = np.linspace(self.now - seconds, self.now, points)
        return times - times[0], self.unit.signal(name, times)

    @property
    def volt(self) -> float:
        """Mean output voltage now."""
        return self.unit.level("OUT.U")

    @property
    def ampere(self) -> float:
        """Mean output current now."""
        return self.unit.level("OUT.I")

    @property
    def log(self) -> list[str]:
        """Names in the black box."""
        return [name for name, _ in self.unit.controller.events()]


def true_values(unit: PowerSupplyUnit) -> Mapping[str, float]:
    """The unit's true parameters by name."""
    return {parameter.name: parameter.value for parameter in unit.true_parameters()}


@pytest.fixture
def family() -> Callable[..., PowerFamily]:
    """Makes families."""
    return family_of


@pytest.fixture
def rig() -> Callable[..., Rig]:
    """Puts a supply of a preset with these defects on the mains."""

    def make(preset: str = "ORV3_HPR_12KW", *defects: Any, serial: str = "PSU0000001", volt_rms: float = 230.0) -> Rig:
        return Rig(family_of(preset).unit("power_supply", serial, defects=defects), volt_rms)

    return make


@pytest.fixture
def truth() -> Callable[[PowerSupplyUnit], Mapping[str, float]]:
    """True parameters by name."""
    return true_values
