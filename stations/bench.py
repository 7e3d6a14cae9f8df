"""The instruments of one fixture, opened and identified, and the way to make them all safe."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Self

from drivers.catalogue import UnknownDriver, driver_class
from drivers.clock import Clock
from drivers.driver import Driver
from drivers.errors import InstrumentError, NotSafe
from drivers.place import Place
from drivers.reading import Reading
from mes.records import InstrumentUsed
from stations.config import InstrumentConfig
from stations.errors import ConfigurationError
from stations.fixture import Fixture

_UNCALIBRATED = frozenset(
    {
        "SwitchMatrix",
        "ModuleEeprom",
        "BarcodeScanner",
        "LabelPrinter",
        "SupplyTelemetry",
        "DigitalIo",
        "SerialConsole",
    }
)
"""Capabilities that vouch for nothing: a relay or a memory cannot be out of calibration, and what a unit says of itself
is what is tested."""

_TRIES = 3
"""How often an output that does not read back off is switched off (design: fault latched after three tries)."""


class Bench:
    """Roles and their open drivers, in the order in which they are made safe (sources of energy first).

    `shared` are the roles that other slots use too: they are made safe by the slot that holds them, before it lets go,
    and closed by whoever opened them. `resources` are the wires of the roles.
    """

    def __init__(
        self,
        instruments: Mapping[str, Driver],
        clock: Clock,
        *,
        shared: Iterable[str] = (),
        resources: Mapping[str, str] | None = None,
    ) -> None:
        self.instruments = dict(instruments)
        self.clock = clock
        self.shared = frozenset(shared)
        self.resources = dict(resources or {})

    @property
    def own_roles(self) -> tuple[str, ...]:
        """The roles that no other slot uses, in the order in which they are made safe."""
        return tuple(role for role in self.instruments if role not in self.shared)

    def withheld_from(self, held: Sequence[str]) -> dict[str, str]:
        """The wires of shared instruments that are not held, each with its role."""
        if not self.shared:
            return {}
        return {self.resources.get(role, role): role for role in self.shared if role not in held}

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
        self.resources[role] = configured.resource
        self.instruments[role] = driver_class(configured.driver).open(
            configured.resource,
            place,
            serial=configured.serial,
            calibration_due=configured.calibration_due,
            timeout_s=configured.timeout_s,
        )

    def make_safe(self, roles: Sequence[str] | None = None) -> list[str]:
        """Switch outputs off and prove it, none skipped for another's failure; return what is unproven.

        These roles, or without them every role that no other slot uses.
        """
        return list(self.make_safe_by_role(roles).values())

    def make_safe_by_role(self, roles: Sequence[str] | None = None) -> dict[str, str]:
        """The same, with the role of each output that is not proven off."""
        wanted = self.own_roles if roles is None else [role for role in self.instruments if role in roles]
        unproven = {}
        for role in wanted:
            try:
                _switch_off(self.instruments[role])
            except Exception as error:  # noqa: BLE001 - a driver's bug must not keep the others from being made safe
                unproven[role] = f"{role} is not proven safe, its output may be live: {told(error)}"
        return unproven

    def out_of_calibration(self, today: date, readings: Iterable[Reading] = ()) -> tuple[str, ...]:
        """What may not vouch for a pass today, each with why: the measuring instruments, and those of the readings.

        A reading tells which instrument made it and until when that was calibrated; it counts although the instrument
        is none of this bench's roles.
        """
        found = []
        uncalibrated = {i.identity for i in self.instruments.values() if i.capability in _UNCALIBRATED}
        known = {i.identity for i in self.instruments.values()}
        foreign = {
            (reading.instrument, reading.calibration_due)
            for reading in readings
            if reading.instrument is not None and reading.instrument not in uncalibrated
        }
        for identity, due in sorted(foreign, key=str):
            if due is not None and due < today:
                found.append(f"a reading of {identity.model} {identity.serial}, due for calibration on {due}")
            elif due is None and identity not in known:
                found.append(f"a reading of {identity.model} {identity.serial}, which has no calibration_due")
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
        for role, instrument in reversed(self.instruments.items()):
            if role in self.shared:
                continue
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


def _switch_off(instrument: Driver) -> None:
    """Make one instrument safe; an output that reads back on is switched off again, up to three times."""
    for left in range(_TRIES - 1, -1, -1):
        try:
            instrument.safe_state()
        except NotSafe:
            if not left:
                raise
        else:
            return


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
    interlock = fixture.INTERLOCK
    if interlock is not None and interlock.role not in fixture.ROLES:
        raise ConfigurationError(f"fixture reads its interlock by {interlock.role}, which is none of its ROLES; add it")
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


def is_calibrated(capability: str) -> bool:
    """Whether an instrument of this capability is calibrated, and so stands in the calibration register."""
    return capability not in _UNCALIBRATED


def offers(driver: type, capability: type) -> bool:
    """Whether a class has every public method of a capability (protocols with attributes refuse issubclass)."""
    wanted = (name for name in dir(capability) if not name.startswith("_"))
    return all(hasattr(driver, name) for name in wanted)
