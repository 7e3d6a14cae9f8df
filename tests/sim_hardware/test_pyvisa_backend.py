"""`…@sim_hardware` in anybody's program: PyVISA finds the backend by name, and the bench file says what is there."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import pyvisa
import serial

from sim_hardware.bench_file import BenchFileError, bench_from
from sim_hardware.catalogue import instrument_models

ROOT = Path(__file__).parents[2]
METER = "TCPIP0::meter::inst0::INSTR"


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The backend's module at the top, as the wheel puts it."""
    monkeypatch.syspath_prepend(str(ROOT / "sim_hardware/top_level"))
    yield
    sys.modules.pop("pyvisa_sim_hardware", None)
    pyvisa.highlevel._WRAPPERS.pop("sim_hardware", None)


def bench_file(folder: Path, text: str) -> str:
    """The specification of a bench file with this content."""
    path = folder / "bench.toml"
    path.write_text(text, encoding="utf-8")
    return f"{path}@sim_hardware"


def test_the_showcase_has_one_of_each() -> None:
    """Every model but those that sit in a unit or read its label answers in it, marked as simulated."""
    manager = pyvisa.ResourceManager("@sim_hardware")
    try:
        # The Freya has a language of its own, and wants to be logged on to.
        for resource in sorted(set(manager.list_resources("?*")) - {"TCPIP0::freya::22611::SOCKET"}):
            with manager.open_resource(resource, read_termination="\n", write_termination="\n") as instrument:
                told = instrument.query("*IDN?")
                assert re.search(r"\bSIM-\w+", told), resource
    finally:
        manager.close()
    with bench_from(ROOT / "sim_hardware/showcase.toml") as bench:
        shown = {type(outlet.device) for outlet in bench.outlets.values()}
    # What another model is made of is shown by that one.
    models = instrument_models().items()
    missing = {name for name, model in models if not any(issubclass(one, model) for one in shown)}
    assert missing <= {"orv3_modbus", "serial_scanner", "honeywell_3320g"}, (
        "give each a line in sim_hardware/showcase.toml"
    )


def test_instruments_of_a_file_are_joined_by_its_wires() -> None:
    """The meter over an open contact is over range; with the relay closed it reads the contact's resistance."""
    manager = pyvisa.ResourceManager("@sim_hardware")
    try:
        with (
            manager.open_resource(METER, read_termination="\n", write_termination="\n") as meter,
            serial.serial_for_url("sim://showcase/relays", timeout=5.0) as relays,
        ):
            meter.write('SENS:FUNC "RES"')
            assert float(meter.query("READ?")) > 9e37
            relays.write(b"relay on 0\r")
            relays.read_until(b">")
            assert 0.0 < float(meter.query("READ?")) < 1.0
    finally:
        manager.close()


def test_closing_the_manager_switches_the_bench_off() -> None:
    """What was set is gone, and so is an answer that nobody read; within one manager it stays."""
    for _ in range(2):
        manager = pyvisa.ResourceManager("@sim_hardware")
        for expected in ('"VOLT:DC"', '"RES"'):
            with manager.open_resource(METER, read_termination="\n", write_termination="\n") as meter:
                assert meter.query("SENS:FUNC?") == expected
                meter.write('SENS:FUNC "RES"')
                meter.write("*IDN?")
        manager.close()


def test_a_stations_file_is_a_bench_file() -> None:
    """All its SCPI instruments answer, in a process that imports nothing of the stations."""
    code = (
        "import sys, pyvisa\n"
        f"manager = pyvisa.ResourceManager({str(ROOT / 'stations/configs/psu-test.toml')!r} + '@sim_hardware')\n"
        "assert len(manager.list_resources('?*')) == 10, manager.list_resources('?*')\n"
        "assert not {'stations', 'drivers', 'mes'} & set(sys.modules)\n"
        "manager.close()"
    )
    path = f"{ROOT}:{ROOT / 'sim_hardware/top_level'}"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("= 3", "is no TOML"),
        ("[instruments.meter]\nmodel = 'keithley_dmm6500'\n", "its bench is real"),
        ("[simulation]\nseed = 7\n", "has no instruments"),
        ("[simulation]\nseed = 7\nspeed = -1\n[instruments.m]\n", "no speed"),
        ("[simulation]\nseed = 7\n[instruments.m]\nresource = 'x'\n", "has no model"),
        ("[simulation]\nseed = 7\n[instruments.m]\nmodel = 'keithley_dmm6500'\n", "has no resource"),
        ("[simulation]\nseed = 7\n[instruments.m]\nmodel = 'x'\nresource = 'a'\nzebra = 1\n", "zebra: unknown"),
        ("wires = [['a:b']]\n[simulation]\nseed = 7\n[instruments.m]\nmodel = 'x'\nresource = 'a'\n", "two terminals"),
    ],
)
def test_a_file_that_is_no_bench_is_refused(text: str, said: str, tmp_path: Path) -> None:
    """The file, the table and what to write instead; nothing is left registered, so that a corrected file opens."""
    with pytest.raises(BenchFileError, match=said):
        pyvisa.ResourceManager(bench_file(tmp_path, text))
    good = "[simulation]\nseed = 7\n[instruments.m]\nmodel = 'keithley_dmm6500'\nresource = 'GPIB0::1::INSTR'\n"
    pyvisa.ResourceManager(bench_file(tmp_path, good)).close()


def test_an_unknown_model_and_a_wrong_wire_are_told_when_the_bench_is_switched_on(tmp_path: Path) -> None:
    """What only the bench knows; its name is free again afterwards."""
    head = "[simulation]\nseed = 7\n[instruments.m]\nresource = 'GPIB0::1::INSTR'\n"
    for text, said in (
        (head + "model = 'zebra'\n", "no simulated instrument 'zebra'"),
        ("wires = [['m:HI', 'x:LO']]\n" + head + "model = 'keithley_dmm6500'\n", "belongs to no role"),
    ):
        bench_file(tmp_path, text)
        for _ in range(2):
            with pytest.raises(BenchFileError, match=said):
                bench_from(tmp_path / "bench.toml")
