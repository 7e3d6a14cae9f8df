"""Whether a station is fit to work: every instrument opened, identified, proven safe, and in calibration.

Nothing stops at the first trouble: whoever keeps a station wants to know of all of it before walking there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final, cast

from drivers.capabilities import DigitalIo
from drivers.catalogue import driver_class
from drivers.driver import Driver
from drivers.errors import InstrumentError, LinkTimeout
from drivers.place import Place
from stations.bench import Bench, offers, told
from stations.calibration_register import unregistered
from stations.config import InstrumentConfig, StationConfig
from stations.contactors import closed_loops, told_closed
from stations.errors import StationError
from stations.fault_latch import LatchedFault
from stations.fixture import Fixture
from stations.interlock import Interlock

_OF_THE_UNIT: Final = frozenset({"SupplyTelemetry", "ModuleEeprom"})
"""Capabilities at whose far end the unit sits: without one nobody answers, and nothing is wrong."""

SOON_DAYS: Final = 30
"""Calibration that ends within so many days is told beforehand."""


@dataclass(slots=True)
class InstrumentCheck:
    """What one role's instrument said, and what is wrong with it."""

    role: str
    driver: str
    resource: str
    maker: str = ""
    model: str = ""
    serial: str = ""
    firmware: str = ""
    calibration_due: date | None = None
    days_left: int | None = None
    safe: bool = False
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class StationCheck:
    """A station as found. `interlock` is "closed", "open", "unreadable" or "none"."""

    station: str
    simulated: bool
    at: date
    instruments: tuple[InstrumentCheck, ...]
    interlock: str
    problems: tuple[str, ...]
    contactors_open: bool = True
    """Whether every contactor that has a mirror contact tells that it is open."""

    @property
    def is_safe(self) -> bool:
        """Whether every instrument was opened and proven safe, and no contactor is welded."""
        return bool(self.instruments) and all(one.safe for one in self.instruments) and self.contactors_open

    @property
    def fit(self) -> bool:
        """Whether units can be worked here today."""
        return not self.problems and not any(one.problems for one in self.instruments)


def check_station(config: StationConfig, kind: type[Fixture], place: Place) -> StationCheck:
    """Open every instrument that the station's file names, one after the other, look, and close it again."""
    today = place.clock.utc().date()
    checks: list[InstrumentCheck] = []
    opened: dict[str, Driver] = {}
    missing = [role for role in kind.ROLES if role not in config.instruments]
    problems = [
        f"{role}: the fixture needs a {kind.ROLES[role].__name__} and the file names none: add [instruments.{role}]"
        for role in missing
    ]
    bench = Bench(opened, place.clock)
    try:
        for role in _ordered(kind, config):
            check = _checked(role, config.instruments[role], kind, place, bench, today, simulated=config.simulated)
            checks.append(check)
        interlock, trouble = _interlock(kind.INTERLOCK, bench)
        not_open = _contactors(kind, bench)
        found = [one for one in (trouble, not_open, _plug(kind, config, bench)) if one]
    finally:
        problems += _closed(bench, checks)
    return StationCheck(
        config.station, config.simulated, today, tuple(checks), interlock, (*problems, *found), not not_open
    )


def latched(check: StationCheck, fault: LatchedFault | None) -> StationCheck:
    """The check of a station at which a fault is latched, or the check as it is."""
    if fault is None:
        return check
    problem = (
        f"fault latched since {fault.at} (run {fault.run}): {fault.safe}; inspect the bench, then check it with"
        " --reset: it is reset when every instrument is proven safe"
    )
    return replace(check, problems=(*check.problems, problem))


def _ordered(kind: type[Fixture], config: StationConfig) -> Iterator[str]:
    """Sources of energy first, as the fixture has them; then what it does not use."""
    yield from (role for role in kind.ROLES if role in config.instruments)
    yield from (role for role in config.instruments if role not in kind.ROLES)


def _checked(
    role: str,
    configured: InstrumentConfig,
    kind: type[Fixture],
    place: Place,
    bench: Bench,
    today: date,
    *,
    simulated: bool,
) -> InstrumentCheck:
    check = InstrumentCheck(role, configured.driver, configured.resource, calibration_due=configured.calibration_due)
    if role not in kind.ROLES:
        check.notes.append("the fixture does not use it")
    try:
        driver = driver_class(configured.driver)
        wanted = kind.ROLES.get(role)
        if wanted is not None and not offers(driver, wanted):
            check.problems.append(
                f"is a {driver.capability}, the fixture needs a {wanted.__name__}: name another driver"
            )
        instrument = driver.open(
            configured.resource,
            place,
            serial=configured.serial,
            calibration_due=configured.calibration_due,
            timeout_s=configured.timeout_s,
        )
    except InstrumentError as error:
        # Only what was opened can have timed out: the driver is known by then.
        if isinstance(error, LinkTimeout) and driver_class(configured.driver).capability in _OF_THE_UNIT:
            check.notes.append(f"nobody answers, as long as no unit is in the fixture: {error}")
        else:
            check.problems.append(told(error))
        return check
    bench.instruments[role] = instrument
    if not simulated and (trouble := unregistered(role, instrument, configured)):
        check.problems.append(trouble)
    identity = instrument.identity
    check.maker, check.model = identity.maker, identity.model
    check.serial, check.firmware = identity.serial, identity.firmware
    # Opening has made it safe already; asked again, because "was safe" and "answers that it is" are two things.
    unproven = bench.make_safe([role])
    check.safe = not unproven
    check.problems += unproven
    if check.calibration_due is not None:
        check.days_left = (check.calibration_due - today).days
        if 0 <= check.days_left <= SOON_DAYS:
            check.notes.append(f"calibration ends in {check.days_left} days")
    check.problems += Bench({role: instrument}, place.clock).out_of_calibration(today)
    return check


def _interlock(interlock: Interlock | None, bench: Bench) -> tuple[str, str]:
    if interlock is None:
        return "none", ""
    instrument = bench.instruments.get(interlock.role)
    if instrument is None:
        return "unreadable", f"interlock: {interlock.role}, which reads it, is not open; mend that first"
    try:
        high = cast(DigitalIo, instrument).read_input(interlock.line)
    except InstrumentError as error:
        return "unreadable", f"interlock: line {interlock.line} of {interlock.role} cannot be read: {error}"
    if high is interlock.closed_is:
        return "closed", ""
    return "open", f"interlock: open (line {interlock.line} of {interlock.role}); shut the cover"


def _contactors(kind: type[Fixture], bench: Bench) -> str:
    """Why not every contactor is open; empty when all are, or none tells."""
    if not kind.MIRRORS:
        return ""
    if kind.IO not in bench.instruments:
        return f"contactors: {kind.IO}, which reads their mirror contacts, is not open; mend that first"
    try:
        loops = closed_loops(kind.MIRRORS, bench.instruments, kind.IO, bench.clock)
    except InstrumentError as error:
        return f"contactors: their mirror contacts cannot be read: {error}"
    return told_closed(loops) if loops else ""


def _plug(kind: type[Fixture], config: StationConfig, bench: Bench) -> str:
    """Why the fixture is not known to be the one that the file names; empty when it is, or has no coding plug."""
    plug = kind.CODING_PLUG
    if plug is None or plug.role not in bench.instruments:
        return ""
    try:
        plug.require(config.fixture.options, config.fixture.name, bench.instruments)
    except (InstrumentError, StationError) as error:
        return str(error)
    return ""


def _closed(bench: Bench, checks: list[InstrumentCheck]) -> list[str]:
    """Close everything, in the reverse order; what could not be closed is told with its role."""
    by_role = {check.role: check for check in checks}
    left = []
    for role in reversed(list(bench.instruments)):
        try:
            bench.instruments.pop(role).close()
        except InstrumentError as error:
            if role in by_role:
                by_role[role].problems.append(f"cannot be closed safe: {error}")
            else:
                left.append(f"{role}: cannot be closed safe: {error}")
    return left


def check_document(check: StationCheck) -> dict[str, Any]:
    """The check for a machine (schema 1)."""
    return {
        "schema": 1,
        "station": check.station,
        "simulated": check.simulated,
        "at": check.at.isoformat(),
        "fit": check.fit,
        "interlock": check.interlock,
        "contactors_open": check.contactors_open,
        "problems": list(check.problems),
        "instruments": [
            {
                "role": one.role,
                "driver": one.driver,
                "resource": one.resource,
                "maker": one.maker,
                "model": one.model,
                "serial": one.serial,
                "firmware": one.firmware,
                "calibration_due": None if one.calibration_due is None else one.calibration_due.isoformat(),
                "calibration_days_left": one.days_left,
                "safe": one.safe,
                "problems": one.problems,
                "notes": one.notes,
            }
            for one in check.instruments
        ],
    }


def check_lines(check: StationCheck) -> list[str]:
    """The check for a person: a line a role, what is wrong under it."""
    mark = " (SIMULATED)" if check.simulated else ""
    lines = [f"{check.station}{mark} on {check.at}: {'fit to work' if check.fit else 'NOT FIT to work'}"]
    for one in check.instruments:
        name = " ".join(filter(None, (one.maker, one.model))) or one.driver
        facts = [
            name,
            f"serial {one.serial}" if one.serial else "no serial",
            f"firmware {one.firmware}" if one.firmware else "",
            f"calibrated until {one.calibration_due} ({one.days_left} days)" if one.days_left is not None else "",
            "proven safe" if one.safe else "NOT proven safe",
        ]
        lines.append(f"  {'ok   ' if not one.problems else 'ERROR'} {one.role}: {', '.join(filter(None, facts))}")
        lines += [f"        {problem}" for problem in one.problems]
        lines += [f"        note: {note}" for note in one.notes]
    lines.append(f"  interlock: {check.interlock if check.interlock != 'none' else 'this fixture reads none'}")
    lines += [f"  ERROR {problem}" for problem in check.problems]
    return lines
