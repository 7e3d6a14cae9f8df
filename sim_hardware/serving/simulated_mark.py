"""The mark by which an instrument that is served to other processes is known to be simulated: in its serial number.

In process the bench is simulated because the station's file says so. Over a wire nothing else than its identity tells
a simulated instrument from the real one whose file it was made from; so it tells another serial number, which stands
in nobody's calibration register. Its errors stay those of the serial number that it was made with.
"""

from sim_hardware.bench import SimulatedBench
from sim_hardware.instruments.serial_instrument import SerialInstrument
from sim_hardware.instruments.world_instrument import WorldInstrument
from sim_hardware.scpi_device import ScpiDevice

MARK = "SIM-"
_LONG = 2 * len(MARK)


def marked(serial: str) -> str:
    """The serial number that a served instrument tells: as long as its own, where that leaves enough of it.

    Longer, and its identity would take longer on a slow line: then nothing would happen at the same moment any more as
    on the same bench in process.
    """
    if serial.startswith(MARK):
        return serial
    return MARK + (serial[len(MARK) :] if len(serial) >= _LONG else serial)


def mark(bench: SimulatedBench) -> None:
    """Let every instrument of a bench tell that it is simulated; twice is no error."""
    for device in {id(outlet.device): outlet.device for outlet in bench.outlets.values()}.values():
        serial = str(getattr(device, "serial", ""))
        if not serial:
            continue
        if isinstance(device, ScpiDevice) and serial in device.idn:
            # Not its `serial`: from that its systematic errors are drawn, some of them as late as in the measurement.
            device.idn = device.idn.replace(f",{serial},", f",{marked(serial)},", 1)
        elif isinstance(device, SerialInstrument | WorldInstrument):
            # Who tells it by another command than *IDN? draws its errors when it is made.
            device.serial = marked(serial)
