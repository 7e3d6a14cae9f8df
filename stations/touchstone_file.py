"""A sweep as a Touchstone file, version 1.1 (EIA/IBIS Open Forum): the one format that every RF program opens.

In hertz, real and imaginary parts; a point of four ports is four lines, one for each row of the
matrix, as the specification has it for three ports and more. Values have seven significant digits.
"""

from collections.abc import Callable, Sequence

import numpy as np

from drivers.capabilities import ScatteringMatrix

TOUCHSTONE = "text/x-touchstone"
"""No media type is registered for it; this one is of our own making."""


def touchstone_s4p(measured: ScatteringMatrix, port_order: Sequence[int], *comments: str) -> bytes:
    """A four-port whose ports come in this order (counted from 1 at the analyser), each comment on a line of its own.

    Raises `ValueError` for another number of ports.
    """
    if measured.s.shape[1:] != (4, 4):
        raise ValueError(f"a .s4p file holds four ports, not {measured.s.shape[1:]}")
    order = [port - 1 for port in port_order]
    s = measured.s[:, order, :][:, :, order]
    count = s.shape[0]
    numbers = np.empty((count, 33))
    numbers[:, 0] = measured.frequency_hz
    numbers[:, 1::2] = s.real.reshape(count, 16)
    numbers[:, 2::2] = s.imag.reshape(count, 16)
    row = " ".join(["%.7g"] * 8)
    point = "%.12g " + "\n  ".join([row] * 4) + "\n"
    said = "".join(f"! {comment}\n" for comment in comments)
    return f"{said}# Hz S RI R {measured.z0_ohm:g}\n{(point * count) % tuple(numbers.ravel().tolist())}".encode("ascii")


def s4p_of(measured: ScatteringMatrix, port_order: Sequence[int], *comments: str) -> Callable[[], bytes]:
    """What makes the file of this sweep once it is wanted."""
    return lambda: touchstone_s4p(measured, port_order, *comments)
