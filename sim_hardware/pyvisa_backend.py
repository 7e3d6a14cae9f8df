"""The simulator as a backend of PyVISA: `pyvisa.ResourceManager("bench.toml@sim_hardware")` in anybody's program.

Before the @ stands the path of a bench file (`sim_hardware.bench_file`); nothing there means the showcase bench. The
first resource manager switches the bench on, closing the last one switches it off: what was set is then gone, as are
answers that nobody read. Time is wall time, for the program's own `time.sleep` must mean something.
"""

from collections.abc import Iterable
from pathlib import Path

from pyvisa.constants import StatusCode
from pyvisa.typing import VISAEventContext, VISARMSession, VISASession
from pyvisa.util import DebugInfo, LibraryPath

from sim_hardware.bench import SimulatedBench
from sim_hardware.bench_file import SHOWCASE, bench_from, read_bench_file
from sim_hardware.serving.simulated_mark import mark
from sim_hardware.visa_library import SimVisaLibrary


class SimHardwareLibrary(SimVisaLibrary):
    """The VISA library of a bench file. Raises `BenchFileError` for a file that is none."""

    _bench: SimulatedBench | None

    @staticmethod
    def get_library_paths() -> Iterable[LibraryPath]:
        """The showcase bench, for whoever names none."""
        return (LibraryPath(str(SHOWCASE), "the showcase bench of rackline"),)

    @staticmethod
    def get_debug_info() -> DebugInfo:
        """Lines for `pyvisa-info`."""
        return {"Version": "simulated bench from a file"}

    def _init(self) -> None:
        super()._init()
        self._bench = None
        read_bench_file(self._file)

    @property
    def _file(self) -> Path:
        return Path(str(self.library_path)).expanduser()

    def open_default_resource_manager(self) -> tuple[VISARMSession, StatusCode]:
        """Open a session to the resource manager; the first one switches the bench on."""
        if self._bench is None:
            self._bench = bench_from(self._file)
            mark(self._bench)
            self._devices, self._faults = self._bench.visa_devices, self._bench.faults
        return super().open_default_resource_manager()

    def close(self, session: VISASession | VISAEventContext | VISARMSession) -> StatusCode:
        """Close a session; the last resource manager's switches the bench off."""
        status = super().close(session)
        if not self._managers and self._bench is not None:
            self._bench.close()
            self._bench, self._devices, self._faults = None, {}, None
        return status
