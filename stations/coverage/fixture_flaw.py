"""What can be wrong with the fixture of a plan and with its instruments, as its declarations and wires tell."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from drivers.catalogue import driver_class
from stations.bench import is_calibrated
from stations.config import StationConfig
from stations.fixture import Fixture
from stations.product import Product

Defect = Mapping[str, object]

_WEAR: Final = (0.3, 3.0)
"""Contact resistance over that at which a probe counts as worn."""
_DRIFT: Final = (0.003, 0.05)
_CLEAR_DRIFT: Final = 0.05
"""Relative, in the year since it was calibrated. Data sheets allow a tenth of it and less."""
_FURTHER: Final = re.compile(r".*_(?!1$)\d+")
"""Roles of a kind that there are several of: the first, `load_1`, stands for them."""
_DRIFTING: Final = frozenset(
    {
        "AcSource",
        "ComplianceTester",
        "ElectronicLoad",
        "HarnessSafetyTester",
        "HarnessTester",
        "Multimeter",
        "NetworkAnalyzer",
        "Oscilloscope",
        "PowerAnalyzer",
        "PowerSupply",
        "SafetyTester",
        "TemperatureLogger",
    }
)
"""Capabilities of whose gain the simulation has a drift; of light and bit errors it has none."""
LONG_AGO: Final = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class FlawPoint:
    """One magnitude: the fixture's defect, or the role whose calibration is over. `clear` ones must be caught."""

    magnitude: float
    defect: Defect | None = None
    expired: str = ""
    clear: bool = True


@dataclass(frozen=True, slots=True)
class FixtureFlaw:
    """One thing that can be wrong, with its magnitudes in `unit`."""

    name: str
    unit: str
    points: tuple[FlawPoint, ...]


def flaws_of(kind: type[Fixture], product: Product, config: StationConfig) -> Iterator[FixtureFlaw]:
    """Everything that the simulation can do to a fixture of this kind."""
    options = config.fixture.options
    if kind.CODING_PLUG is not None:
        other = kind.CODING_PLUG.expected(options) ^ 1
        yield _one("wrong_fixture", {"kind": "WrongFixture", "code": other})
        yield _one("coding_plug_out", {"kind": "WrongFixture", "code": 0})
    for role, relays in kind.tried_relays(product, options).items():
        for relay in relays:
            place = {"role": role, "contactor": relay}
            yield _one(f"welded {role} {relay}", {"kind": "WeldedContactor", **place})
            yield _one(f"open_pole {role} {relay}", {"kind": "OpenPole", **place})
    for probe, worn_ohm in kind.PROBES.items():
        points = tuple(
            FlawPoint(part * worn_ohm, {"kind": "WornProbe", "probe": probe, "ohm": part * worn_ohm}, clear=part > 1.0)
            for part in _WEAR
        )
        yield FixtureFlaw(f"worn_probe {probe}", "ohm", points)
    for role in _calibrated(kind, config):
        yield FixtureFlaw(f"expired_calibration {role}", "1", (FlawPoint(1.0, expired=role),))
        if role in kind.INDIFFERENT or _FURTHER.fullmatch(role) or not _drifts(role, config):
            continue
        points = tuple(
            FlawPoint(drift, {"kind": "CalibrationDrift", "role": role, "per_year": drift}, clear=drift >= _CLEAR_DRIFT)
            for drift in _DRIFT
        )
        yield FixtureFlaw(f"calibration_drift {role}", "1", points)


def untold_of(kind: type[Fixture], config: StationConfig) -> tuple[str, ...]:
    """What of a fixture is known to be noticed by nothing, and what the simulation cannot try."""
    fixed = [role for role in _calibrated(kind, config) if role not in kind.INDIFFERENT and not _drifts(role, config)]
    drifts = f"drift of {', '.join(fixed)} within the calibration interval: not simulated"
    unnamed = "wrong fixture: it has no coding plug"
    return (*((unnamed,) if kind.CODING_PLUG is None else ()), *kind.UNTOLD, *((drifts,) if fixed else ()))


def _drifts(role: str, config: StationConfig) -> bool:
    return driver_class(config.instruments[role].driver).capability in _DRIFTING


def _one(name: str, defect: Defect) -> FixtureFlaw:
    return FixtureFlaw(name, "1", (FlawPoint(1.0, defect),))


def _calibrated(kind: type[Fixture], config: StationConfig) -> Iterator[str]:
    for role in kind.ROLES:
        if is_calibrated(driver_class(config.instruments[role].driver).capability):
            yield role
