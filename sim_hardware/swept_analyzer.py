"""What simulated network analysers of every dialect share: four calibrated ports, a linear sweep, and what they see.

It measures whatever its ports reach through the switch matrix, or answers from a played Touchstone file at the measured
frequency nearest to each point. `port_map` names its ports NEAR.P, NEAR.N, FAR.P, FAR.N of a pair under test.
"""

import cmath
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim_hardware.clock import BenchClock
from sim_hardware.instruments.trace_noise import with_receiver_noise
from sim_hardware.instruments.world_instrument import WorldInstrument
from sim_hardware.physics.pair_loss import linear_grid
from sim_hardware.physics.touchstone import Touchstone, TouchstoneError, read_touchstone
from sim_hardware.scpi_grammar import ScpiError, block, integer, number, scpi
from sim_hardware.world import World

PORTS = 4
_PAIR_TERMINALS = ("NEAR.P", "NEAR.N", "FAR.P", "FAR.N")
_TRACKING = 1e-3
"""What a calibration leaves of the transmission tracking, standard deviation: about 0.01 dB."""


class SweptAnalyzer(WorldInstrument):
    """Terminals PORT1 to PORT4, by the port map also NEAR.P, NEAR.N, FAR.P, FAR.N."""

    frequency_hz: ClassVar[tuple[float, float]]
    """The lowest and the highest frequency of the model."""
    most_points: ClassVar[int] = 100001
    widest_hz: ClassVar[float]
    """The widest bandwidth of the model's receiver."""

    def __init__(
        self,
        world: World,
        clock: BenchClock,
        role: str,
        serial: str,
        *,
        port_map: tuple[int, int, int, int] = (1, 3, 2, 4),
    ) -> None:
        super().__init__(world, clock, role, serial)
        if sorted(port_map) != [1, 2, 3, 4]:
            raise ValueError(f"{role}: port map {tuple(port_map)} must name each of the ports 1 to 4 once")
        for name, port in zip(_PAIR_TERMINALS, port_map, strict=True):
            world.wire(self.terminal(name), self.terminal(f"PORT{port}"))
        self._played: Touchstone | None = None
        self._played_path: Path | None = None
        error = self.calibration_error("tracking")
        # What the calibration left over: about 0.01 dB and a tenth of a degree.
        self._tracking = (1.0 + error.gauss(0.0, _TRACKING)) * cmath.exp(1j * error.gauss(0.0, 2e-3))
        self._tracking *= 1.0 + self.calibration.drift("tracking", _TRACKING)
        self.reset()

    def reset(self) -> None:
        """The preset state; a played file stays, for it stands for the device under test."""
        self._start_hz, self._stop_hz = self.frequency_hz
        self._points = 201
        self._bandwidth_hz = 1e5
        self._float_type = ""  # ASCII
        self._swapped = False
        self._sweep: tuple[NDArray[np.float64], NDArray[np.complex128]] | None = None

    def play(self, path: Path) -> None:
        """Answer from a .s4p file from now on. Raises TouchstoneError."""
        self._played = read_touchstone(path, PORTS)
        self._played_path = path
        if self._played.frequency_hz.shape[0] < 2:
            raise TouchstoneError(f"{path}: holds a single frequency, a sweep needs two at least")

    def sweep(self) -> None:
        """Sweep once: the values are those of this moment, and what waits for completion waits as long as it takes."""
        if self._start_hz > self._stop_hz:
            raise ScpiError(-221, "Settings conflict; start frequency above stop frequency")
        self._sweep = self._played_sweep(self._played) if self._played else self._measured_sweep()
        self.start_operation(self._points / self._bandwidth_hz)

    def swept(self) -> tuple[NDArray[np.float64], NDArray[np.complex128]]:
        """Frequencies (n,) and scattering (ports, ports, n) of the last sweep; refused when there was none."""
        if self._sweep is None:
            raise ScpiError(-230, "Data corrupt or stale; no sweep was made")
        return self._sweep

    def sent(self, numbers: NDArray[Any]) -> str | bytes:
        """Numbers in the format and byte order that were asked for; big-endian by nature, SWAP is for the world."""
        if not self._float_type:
            return ",".join(f"{value:+.12E}" for value in numbers.ravel())
        return block(numbers.astype(f"{'<' if self._swapped else '>'}{self._float_type}", copy=False))

    @scpi("FORMat[:DATA]")
    def _set_format(self, kind: str, length: str = "0") -> None:
        known = {("REAL", "64"): "f8", ("REAL", "32"): "f4", ("REAL", "0"): "f8", ("ASC", "0"): "", ("ASCII", "0"): ""}
        if (kind.upper(), length) not in known:
            raise ScpiError(-224, "Illegal parameter value")
        self._float_type = known[kind.upper(), length]

    @scpi("FORMat:BORDer")
    def _set_byte_order(self, order: str) -> None:
        if order.upper() not in ("SWAP", "SWAPPED", "NORM", "NORMAL"):
            raise ScpiError(-224, "Illegal parameter value")
        self._swapped = order.upper().startswith("SWAP")

    @scpi("FORMat[:DATA]?")
    def _format(self) -> str:
        return {"f8": "REAL,64", "f4": "REAL,32", "": "ASC,0"}[self._float_type]

    @scpi("FORMat:BORDer?")
    def _byte_order(self) -> str:
        return "SWAP" if self._swapped else "NORM"

    @scpi("SENSe#:FREQuency:STARt")
    def _set_start(self, channel: int, hertz: str) -> None:
        self._start_hz = number(hertz, *self.frequency_hz, "HZ")

    @scpi("SENSe#:FREQuency:STARt?")
    def _start(self, channel: int) -> str:
        return f"{self._start_hz:.11E}"

    @scpi("SENSe#:FREQuency:STOP")
    def _set_stop(self, channel: int, hertz: str) -> None:
        self._stop_hz = number(hertz, *self.frequency_hz, "HZ")

    @scpi("SENSe#:FREQuency:STOP?")
    def _stop(self, channel: int) -> str:
        return f"{self._stop_hz:.11E}"

    @scpi("SENSe#:SWEep:POINts")
    def _set_points(self, channel: int, points: str) -> None:
        self._points = integer(points, 1, self.most_points)

    @scpi("SENSe#:SWEep:POINts?")
    def _get_points(self, channel: int) -> str:
        return str(self._points)

    @scpi("SENSe#:BANDwidth[:RESolution]", "SENSe#:BWIDth[:RESolution]")
    def _set_bandwidth(self, channel: int, hertz: str) -> None:
        self._bandwidth_hz = number(hertz, 1.0, self.widest_hz, "HZ")

    @scpi("SENSe#:BANDwidth[:RESolution]?", "SENSe#:BWIDth[:RESolution]?")
    def _bandwidth(self, channel: int) -> str:
        return f"{self._bandwidth_hz:.11E}"

    def _played_sweep(self, played: Touchstone) -> tuple[NDArray[np.float64], NDArray[np.complex128]]:
        measured = played.frequency_hz
        step = (measured[-1] - measured[0]) / (measured.shape[0] - 1)
        if self._start_hz < measured[0] - step or self._stop_hz > measured[-1] + step:
            raise ScpiError(
                -222, f"Data out of range; {self._played_path} holds {measured[0]:.6g} to {measured[-1]:.6g} Hz"
            )
        nearest = played.nearest(linear_grid(self._start_hz, self._stop_hz, self._points).hz)
        return measured[nearest], played.s[:, :, nearest]

    def _measured_sweep(self) -> tuple[NDArray[np.float64], NDArray[np.complex128]]:
        grid = linear_grid(self._start_hz, self._stop_hz, self._points)
        reached = [self.world.reach(self.terminal(f"PORT{port}")) for port in range(1, PORTS + 1)]
        terminals = sorted({terminal for ends in reached for terminal in ends})
        dut = self.world.dut
        if dut is None or not terminals:
            s = np.zeros((PORTS, PORTS, self._points), dtype=np.complex128)
            s[range(PORTS), range(PORTS)] = 1.0
        elif all(len(ends) == 1 for ends in reached) and len(terminals) == PORTS:
            s = dut.scattering([ends[0] for ends in reached], grid)
        else:
            s = _joined(reached, terminals, dut.scattering(terminals, grid))
        return grid.hz, with_receiver_noise(s, self._tracking, self._bandwidth_hz, self.rng)


def _joined(reached: list[tuple[str, ...]], terminals: list[str], s: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """Scattering at the ports when a port reaches no terminal, or several at once.

    A port on n lines in parallel meets the reflection (1 - n)/(1 + n) and gives each line 2/(1 + n) of its wave: a
    port on nothing sees an open end. What bounces between the lines of one port is left out.
    """
    weight = np.zeros((len(reached), len(terminals)))
    junction = np.zeros(len(reached))
    for port, ends in enumerate(reached):
        junction[port] = (1 - len(ends)) / (1 + len(ends))
        for terminal in ends:
            weight[port, terminals.index(terminal)] = 2 / (1 + len(ends))
    joined: NDArray[np.complex128] = np.einsum("pi,ijn,qj->pqn", weight, s, weight, optimize=True)
    joined[range(len(reached)), range(len(reached))] += junction[:, None]
    return joined
