"""A real bench works with the instruments in its calibration register, and with no other.

The register is the station's file: for each role the serial number that was calibrated, and until when. An instrument
is known by the serial number that it tells. One that the file does not name may be any instrument of its model, a
simulated one of another process too; what it measures vouches for nothing, and what it switches is nobody's bench.
"""

from collections.abc import Mapping

from drivers.driver import Driver
from drivers.errors import WrongInstrument
from stations.bench import Bench, is_calibrated
from stations.config import InstrumentConfig

SIMULATED_SERIAL = "SIM-"
"""How the serial numbers begin that the instruments of a served simulated bench tell."""


def unregistered(role: str, instrument: Driver, configured: InstrumentConfig) -> str:
    """Why this instrument has no place on a real bench; empty when it has."""
    identity = instrument.identity
    name = " ".join(filter(None, (identity.maker, identity.model)))
    if identity.serial.startswith(SIMULATED_SERIAL):
        return (
            f"{role}: {configured.resource} is answered by a simulated {name}, serial {identity.serial}, and this bench"
            " is real; write the real instrument's resource, or add [simulation] and run with --on"
        )
    if configured.serial is None and is_calibrated(instrument.capability):
        return (
            f"{role}: {configured.resource} is answered by a {name}, serial {identity.serial or 'unknown'}, which is"
            f" not in the calibration register; if it is the right one, write its serial and calibration_due into"
            f" [instruments.{role}]"
        )
    return ""


def require_registered(bench: Bench, configured: Mapping[str, InstrumentConfig]) -> None:
    """Raise `WrongInstrument` for an open real bench with an instrument that is not in the register."""
    found = (unregistered(role, instrument, configured[role]) for role, instrument in bench.instruments.items())
    if wrong := [reason for reason in found if reason]:
        raise WrongInstrument("nothing was armed: " + "\n".join(wrong))
