"""What can go wrong between a driver and its instrument.

    InstrumentError
    |-- LinkError              the wire; the session is poisoned until `resync()`
    |   |-- LinkLost           peer closed, cable out, port gone (example: LAN pulled while a sweep runs)
    |   |   `-- DeviceRestarted  it booted meanwhile (example: a switch's loader appears in the middle of an answer)
    |   |-- LinkTimeout        no complete answer in time (example: instrument busy, or off)
    |   `-- Garbled            bytes that are no answer to the question (example: "12,05", a cut line, NaN)
    |-- DeviceError            the instrument refused the command and said so in its error queue
    |   |-- LoginRefused       a console took neither name nor password
    |   `-- MemoryMapError     a module's bytes are not what its management standard allows
    |-- OutOfRange             the driver refused the argument before it reached the wire (also a ValueError)
    |-- WrongInstrument        another identity, or firmware outside the qualified range, answered
    |-- DocumentError          what a device tells about itself cannot be read (example: a cut EEPROM image)
    `-- NotSafe                an output could not be proven off

Every message says object, act and state: which resource, which command, what came back.
"""


class InstrumentError(Exception):
    """Base of everything a driver raises on purpose; anything else is a bug."""


class LinkError(InstrumentError):
    """The wire failed; what the instrument now holds to say is unknown."""


class LinkLost(LinkError):
    """The peer is gone."""


class DeviceRestarted(LinkLost):
    """The device began anew in the middle of a conversation: what was set in it, and who was logged in, is gone."""


class LinkTimeout(LinkError):
    """No complete answer within the session's timeout."""


class Garbled(LinkError):
    """An answer that cannot be what was asked for; never parsed in part."""


class DeviceError(InstrumentError):
    """The instrument's own error queue names a fault."""


class LoginRefused(DeviceError):
    """A console let nobody in; it is not asked again, because accounts lock themselves."""


class Clipped(DeviceError):
    """Samples lie beyond the range: what the signal did there is not known."""


class MemoryMapError(DeviceError):
    """Bytes that are no module's memory: wrong length, unknown identifier, reserved code, page that was not read."""


class OutOfRange(InstrumentError, ValueError):
    """The argument is outside what this model can do; refused, never truncated."""


class WrongInstrument(InstrumentError):
    """Not the instrument that the configuration promises."""


class DocumentError(InstrumentError):
    """A document that a device gave about itself, or one that describes it, does not say what it should.

    `document` names it, `place` says where in it (a line, a byte, a member), `what` says what is wrong there.
    """

    def __init__(self, document: str, place: str, what: str) -> None:
        super().__init__(document, place, what)
        self.document = document
        self.place = place
        self.what = what

    def __str__(self) -> str:
        return f"{self.document}: {self.place}: {self.what}"


class NotSafe(InstrumentError):
    """The safe state was asked for and could not be verified: the output may be live."""
