"""What is programmed into a module's memory at the end of its line."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModuleIdentity:
    """What a module's memory says of itself."""

    form_factor: str
    """ "OSFP", "QSFP-DD", "QSFP28" or "SFP28"."""
    vendor: str
    oui: str
    """IEEE company identifier, such as "00-1B-21"."""
    part: str
    revision: str
    serial: str
    date_code: str
    """YYMMDD."""
    media: str
    """ "passive copper", "active copper", "single-mode" or "multimode"."""
    length_m: float
    """0.0 for a module with separable medium."""
