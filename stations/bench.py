"""The instruments of one fixture, opened and identified, and the way to make them all safe."""

from collections.abc import Mapping
from datetime import date
from typing import Self

from drivers.catalogue import UnknownDriver, driver_class
from drivers.clock import Clock
from drivers.driver import Driver
from drivers.errors import InstrumentError
from drivers.place import Place
from mes.records import InstrumentUsed
from stations.config import InstrumentConfig
from stations.errors import ConfigurationError
from stations.fixture import Fixture

_UNCALIBRATED = frozenset({"SwitchMatrix", "ModuleEeprom", "BarcodeScanner"})
"""Capabilities that measure nothing: a relay or a memory cannot be out of calibration."""


class Bench:
    """Roles and their open drivers, in the order in which they are made safe (sources of energy first)."""

    def __init__(self, instruments: Mapping[str, Driver], clock: Clock) -> None:
        self.instruments = dict(instruments)
        self.clock = clock

    @classmethod
    def open(cls, fixture: type[Fixture], configured: Mapping[str, InstrumentConfig], place: Place) -> Self:
        """Open, identify and make safe every instrument that the fixture needs.

        Raises `ConfigurationError` for a missing role, or for a driver that cannot do what the role needs, and
        `InstrumentError` for an instrument that does not answer or is another one; what was opened is closed.
        """
        check_roles(fixture, configured)
        bench = cls({}, place.clock)
        try:
            for role in fixture.ROLES:
                bench._open(role, configured[role], place)
        except BaseException:
            bench.close()
            raise
        return bench

    def _open(self, role: str, configured: InstrumentConfig, place: Place) -> None:
        self.instruments[role] = driver_class(configured.driver).open(
            configured.resource,
            place,
            serial=configured.serial,
            calibration_due=configured.calibration_due,
            timeout_s=configured.timeout_s,
        )

    def make_safe(self) -> list[str]:
        """Switch every output off and prove it, none skipped for another's failure; return what is unproven."""
        unproven = []
        for role, instrument in self.instruments.items():
            try:
                instrument.safe_state()
            except Exception as error:  # noqa: BLE001 - a driver's bug must not keep the others from being made safe
                unproven.append(f"{role} is not proven safe, its output may be live: {told(error)}")
        return unproven

    def out_of_calibration(self, today: date) -> tuple[str, ...]:
        """The measuring instruments that may not vouch for a pass today, each with why."""
        found = []
        for role, instrument in self.instruments.items():
            if instrument.capability in _UNCALIBRATED:
                continue
            due = instrument.calibration_due
            name = f"{role} ({instrument.identity.model} {instrument.identity.serial})"
            if due is None:
                found.append(f"{name} has no calibration_due; enter it in the station's file")
            elif due < today:
                found.append(f"{name} was due for calibration on {due}; calibrate it")
        return tuple(found)

    def instruments_used(self) -> tuple[InstrumentUsed, ...]:
        """Every instrument as it identified itself, for the record."""
        return tuple(
            InstrumentUsed(
                role=role,
                model=instrument.identity.model,
                serial=instrument.identity.serial,
                firmware=instrument.identity.firmware,
                calibration_due=instrument.calibration_due,
            )
            for role, instrument in self.instruments.items()
        )

    def close(self) -> None:
        """Close every instrument, each leaving its outputs off; raise the first error after all were tried."""
        errors: list[Exception] = []
        for instrument in reversed(self.instruments.values()):
            try:
                instrument.close()
            except Exception as error:  # noqa: BLE001 - the same: the others are closed first
                errors.append(error)
        self.instruments.clear()
        if errors:
            raise errors[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def told(error: Exception) -> str:
    """An error for a person; one that nobody raised on purpose also says what kind it is."""
    return str(error) if isinstance(error, InstrumentError) else f"{type(error).__name__}: {error}"


def check_roles(fixture: type[Fixture], configured: Mapping[str, InstrumentConfig]) -> None:
    """Raise `ConfigurationError` for a missing role, an unknown driver, or one that cannot do what the role needs."""
    missing = [role for role in fixture.ROLES if role not in configured]
    if missing:
        raise ConfigurationError(
            f"fixture needs an instrument for {', '.join(missing)}: add [instruments.{missing[0]}]"
        )
    for role, capability in fixture.ROLES.items():
        name = configured[role].driver
        try:
            driver = driver_class(name)
        except UnknownDriver as error:
            raise ConfigurationError(f"instruments.{role}: {error}") from error
        if not offers(driver, capability):
            raise ConfigurationError(
                f"instruments.{role}: driver {name} is a {driver.capability}, the fixture needs a {capability.__name__}"
            )


def offers(driver: type, capability: type) -> bool:
    """Whether a class has every public method of a capability (protocols with attributes refuse issubclass)."""
    wanted = (name for name in dir(capability) if not name.startswith("_"))
    return all(hasattr(driver, name) for name in wanted)
