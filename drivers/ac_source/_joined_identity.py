"""Identities of instruments that answer maker and model as one field: "Chroma ATE 61505,123456,1.00,1.01,1.02"."""

from drivers.reading import InstrumentIdentity
from drivers.scpi import Identity


class JoinedIdentity(Identity):
    """As `Identity`, for an answer whose first field ends with the model."""

    __slots__ = ()

    def check(self, resource: str, answer: str, serial: str | None) -> InstrumentIdentity:
        """Who answered. Raises `WrongInstrument` for another instrument, firmware or serial number."""
        named, comma, rest = answer.partition(",")
        maker, _, model = named.strip().rpartition(" ")
        return super().check(resource, f"{maker},{model}{comma}{rest}", serial)
