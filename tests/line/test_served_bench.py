"""`station simulate` and `station run --on`: a bench in another process, and the same run on it over every wire."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import serial
import typer

from stations.cli.run import command as run_command

CONFIGS = Path(__file__).parents[2] / "stations/configs"
RUNS = {
    # Everything on sockets, then everything on serial lines, twice; the shelf's seven roles share one line.
    "cable-test": ("DAC0000001", ("tcp", "pty")),
    "psu-test": ("PSU0000001", ("tcp", "pty")),
    "shelf-test": ("SH000001", ("real",)),
}
_OWN = ("run", "at", "gate", "database", "recorded", "sent", "queued")
"""What differs between two runs that went the same way: their ids and where they were recorded."""


@contextmanager
def served(station: Any, config: Path, *options: str | Path, code: int = 0) -> Iterator[tuple[Any, Any]]:
    """A bench being served, and its document; at the end it is asked to end and does."""
    process = station.start("simulate", config, "--json", *options, stdin=True)
    try:
        line = process.stdout.readline()
        yield process, json.loads(line) if line else None
    finally:
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=20)
    assert "Traceback" not in told, told
    assert process.returncode == code, told


def resource(document: Any, role: str, wire: str = "resource") -> str:
    """Where a role is served."""
    return str(next(one[wire] for one in document["instruments"] if one["role"] == role))


def connect(document: Any, role: str) -> socket.socket:
    """A raw socket to an instrument."""
    host, port = re.findall(r"[\d.]+\.\d+|\d{4,5}", resource(document, role, "tcp"))[-2:]
    return socket.create_connection((host, int(port)), timeout=10.0)


def ask(wire: socket.socket, message: bytes) -> bytes:
    """One question, one line."""
    wire.sendall(message)
    answer = b""
    while not answer.endswith(b"\n"):
        piece = wire.recv(4096)
        assert piece, "hung up"
        answer += piece
    return answer


def comparable(document: Any) -> Any:
    """What came of a run, without ids and moments."""
    return {name: value for name, value in document.items() if name not in _OWN}


def run_here(config: Path, unit: str, home: Path, capsys: Any, on: Path | None = None) -> Any:
    """What `station run --json` prints, run in this process: it starts quicker, and its wires are the same."""
    with pytest.raises(typer.Exit):
        run_command(config, serial=[unit], home=home, on=on, as_json=True)
    return comparable(json.loads(capsys.readouterr().out))


@pytest.mark.parametrize("name", RUNS)
def test_a_run_is_the_same_in_process_and_over_every_wire(name: str, station: Any, tmp_path: Path, capsys: Any) -> None:
    """Verdict, steps with their times, and every value, to the last digit: in process, over TCP, over serial lines."""
    config, (unit, ways) = CONFIGS / f"{name}.toml", RUNS[name]
    here = run_here(config, unit, tmp_path / "here", capsys)
    assert here["verdict"] == "PASSED"
    assert len(here["measurements"]) > 5
    for wires in ways:
        resources = tmp_path / f"{wires}.toml"
        with served(station, config, "--wires", wires, "--resources", resources):
            there = run_here(config, unit, tmp_path / wires, capsys, resources)
            if (name, wires) == ("cable-test", "tcp"):
                again = run_here(config, unit, tmp_path / "again", capsys, resources)
                assert again == here, "a run begins with the bench switched off and on"
        assert there == here, wires
        assert not resources.exists()


def test_a_defect_of_the_served_bench_fails_there(station: Any, tmp_path: Path) -> None:
    """What is wrong with the unit is said where the bench is; the run that asks over the wire finds it."""
    config, resources = CONFIGS / "cable-test.toml", tmp_path / "on.toml"
    defect = 'kind = "Open", pair = 3, conductor = "P"'
    with served(station, config, "--resources", resources, "--defect", defect):
        run = station.json("run", config, "--serial", "DAC0000001", "--on", resources, code=1)
    assert run["verdict"] == "FAILED"


def test_an_engineers_run_goes_there_too(station: Any, tmp_path: Path) -> None:
    """`--step` on a served bench."""
    config, resources = CONFIGS / "cable-lane-test.toml", tmp_path / "on.toml"
    with served(station, config, "--resources", resources):
        done = station("run", config, "--serial", "DAC0001", "--on", resources, "--step", "plug_memory")
    assert "ENGINEERING" in done.stdout


def test_any_program_reads_the_bench_in_wall_time(station: Any) -> None:
    """SCPI on a socket, a Numato module on its terminal and on socket://, a two-wire bus by its own small protocol."""
    with served(station, CONFIGS / "mcrps-test.toml", "--serial", "PSC0000001", "--speed", "50") as (_, document):
        with connect(document, "meter") as wire:
            assert ask(wire, b"*IDN?\n") == b"KEITHLEY INSTRUMENTS,MODEL DMM6500,SIM-2390,1.7.12b\n"
        for name in (resource(document, "relays"), resource(document, "relays", "tcp")):
            with serial.serial_for_url(name, timeout=10.0) as port:
                port.write(b"id get\r")
                assert port.read_until(b">") == b"id get\n\rSIM-260019\n\r>", name
    with served(station, CONFIGS / "cable-lane-test.toml", "--serial", "DAC0001") as (_, document):
        bus = resource(document, "memory_a")
        with socket.create_connection(("127.0.0.1", int(re.findall(r":(\d+)/", bus)[0])), timeout=10.0) as wire:
            # The identifier in the first byte: OSFP, as the product has it (SFF-8024, table 4-1).
            assert ask(wire, b"R 50 00 1\n") == b"OK 19\n"
            assert ask(wire, b"R 30 00 4\n").startswith(b"NACK")
            assert ask(wire, b"what?\n").startswith(b"ERR")


def test_a_terminal_passes_every_byte_to_a_client_that_sets_nothing(station: Any) -> None:
    """No echo, no CR made of LF, no signal from a ^C: also for a program that opens the device as a plain file."""
    with served(station, CONFIGS / "psu-test.toml", "--speed", "50") as (_, document):
        for _ in range(2):
            descriptor = os.open(resource(document, "relays"), os.O_RDWR | os.O_NOCTTY)
            try:
                os.write(descriptor, b"\x03\r")
                answer = b""
                while not answer.endswith(b">"):
                    answer += os.read(descriptor, 100)
            finally:
                os.close(descriptor)
            assert answer == b"\x03\n\r>"


def test_two_clients_share_an_instrument_and_a_line_has_one_owner(station: Any) -> None:
    """A SCPI instrument takes several; a serial line hangs up on the second and is free again after the first."""
    with served(station, CONFIGS / "psu-test.toml", "--speed", "50") as (_, document):
        with connect(document, "meter") as one, connect(document, "meter") as other:
            assert ask(one, b'SENS:FUNC "RES";*OPC?\n') == b"1\n"
            assert ask(other, b"SENS:FUNC?\n") == b'"RES"\n'
        with connect(document, "relays") as one:
            one.sendall(b"ver\r")
            assert one.recv(3)
            with connect(document, "relays") as other:
                assert other.recv(1) == b""
        for _ in range(200):
            with connect(document, "relays") as other:
                other.sendall(b"ver\r")
                if other.recv(3) == b"ver":
                    break
        else:
            pytest.fail("the line was never free again")


def test_the_unit_is_changed_while_it_is_served(station: Any) -> None:
    """A serial number on standard input; what is none is refused and nothing changes; a dash empties the fixture."""
    with served(station, CONFIGS / "cable-lane-test.toml") as (process, _):
        for line, said in (
            ("DAC0001", "in the fixture: DAC0001"),
            ("x", "scan 'x' refused"),
            ("-", "in the fixture: nothing"),
        ):
            process.stdin.write(line + "\n")
            process.stdin.flush()
            told = process.stderr.readline()
            while "control" in told:
                told = process.stderr.readline()
            assert said in told


def test_who_talks_is_shown(station: Any) -> None:
    """Who came to which instrument, and after how many commands it left; with --quiet nothing is said."""
    for quiet in ((), ("--quiet",)):
        process = station.start("simulate", CONFIGS / "cable-lane-test.toml", "--json", *quiet)
        document = json.loads(process.stdout.readline())
        with connect(document, "vna") as wire:
            ask(wire, b"*IDN?\n")
            ask(wire, b"*OPC?\n")
            name = "{}:{}".format(*wire.getsockname())
        process.terminate()
        _, told = process.communicate(timeout=20)
        assert process.returncode == 0
        assert (f"{name} has come to vna" in told) is not bool(quiet)
        assert (f"{name} has left vna after 2 commands; its last was *OPC?" in told) is not bool(quiet)


def test_a_bench_in_use_is_not_switched_off_under_its_users(station: Any, tmp_path: Path) -> None:
    """A run begins by switching the bench off and on: refused, naming who is there, while somebody is."""
    config, resources = CONFIGS / "cable-lane-test.toml", tmp_path / "on.toml"
    with served(station, config, "--resources", resources) as (_, document), connect(document, "vna") as wire:
        ask(wire, b"*IDN?\n")
        done = station("run", config, "--serial", "DAC0001", "--on", resources, "--headless", code=2)
        assert "{}:{} at vna".format(*wire.getsockname()) in done.stderr
        assert ask(wire, b"*OPC?\n") == b"1\n"


def test_a_run_that_is_killed_leaves_the_bench_to_the_next(station: Any, tmp_path: Path) -> None:
    """SIGKILL in the middle of a run: time passes by itself again, and the next run finds a bench switched on anew."""
    config, resources = CONFIGS / "cable-test.toml", tmp_path / "on.toml"
    here = station.json("run", config, "--serial", "DAC0000002")
    with served(station, config, "--resources", resources) as (simulate, document):
        # Repeated, because one run may be over before its bench is looked at again.
        killed = station.start("run", config, "--serial", "DAC0000001", "--on", resources, "--loop", "1000")
        while "to meter" not in simulate.stderr.readline():
            assert killed.poll() is None
        killed.kill()
        killed.communicate()
        while "has left control" not in simulate.stderr.readline():
            pass
        with connect(document, "meter") as wire:
            assert ask(wire, b"*OPC?\n") == b"1\n"
        while "*OPC?" not in simulate.stderr.readline():
            pass
        there = station.json("run", config, "--serial", "DAC0000002", "--on", resources)
    assert comparable(there) | {"recovered": []} == comparable(here) | {"recovered": []}


def _kill_at(process: subprocess.Popen[str], line: str, text: str) -> bool:
    """Kill a process when it tells this; whether it was."""
    if text in line:
        process.kill()
    return text in line


def test_a_bench_that_is_killed_ends_the_run(station: Any, tmp_path: Path) -> None:
    """The bench's process dies in the middle of a run: a record that it did not complete, no verdict, no hang."""
    config, resources = CONFIGS / "psu-test.toml", tmp_path / "on.toml"
    simulate = station.start("simulate", config, "--resources", resources)
    told = simulate.stdout.readline()
    while "control" not in told:
        told = simulate.stdout.readline()
    going = station.start("run", config, "--serial", "PSU0000001", "--on", resources, "--json")
    # A run that ends by itself takes the bench with it, so that nobody waits for a line that never comes.
    guard = threading.Thread(target=lambda: (going.wait(), simulate.kill()))
    guard.start()
    seen = [line for line in iter(simulate.stderr.readline, "") if _kill_at(simulate, line, "to io")]
    simulate.communicate()
    out, err = going.communicate(timeout=60)
    guard.join()
    assert seen, (out, err)
    assert "Traceback" not in err, err
    assert going.returncode in (3, 4), err
    if out:
        document = json.loads(out)
        # ABORTED where it was the interlock's reading that did not come.
        assert document["verdict"] == "NONE"
        assert document["ending"] in ("ERROR", "ABORTED")
        assert "is not proven safe" in document["reason"]
    else:
        # Killed while the instruments were still being opened: no run had begun.
        assert "clock://" in err


@pytest.mark.parametrize(
    ("edit", "options", "said"),
    [
        (("[simulation]\nseed = 7", ""), (), "sim-i2c://near is a simulated resource on a real bench"),
        (("[simulation]", "[simulation]\nzebra = 1"), (), "zebra"),
        (("", ""), ("--serial", "x"), "'x'"),
        (("", ""), ("--defect", "kind = "), "--defect"),
        (("", ""), ("--defect", 'kind = "Zebra"'), "Zebra"),
        (("", ""), ("--wires", "string"), "one of real, tcp and pty"),
        (("", ""), ("--host", "192.0.2.1"), "192.0.2.1"),
        (("", ""), ("--resources", "/nowhere/on.toml"), "/nowhere/on.toml"),
    ],
)
def test_what_cannot_be_served_is_told(
    edit: tuple[str, str], options: tuple[str, ...], said: str, station: Any, tmp_path: Path
) -> None:
    """A real bench, a wrong file, a wrong unit, defect, address or path: exit 2, and what is wrong."""
    text = (CONFIGS / "cable-lane-test.toml").read_text(encoding="utf-8").replace('"../', f'"{CONFIGS.parent}/')
    config = tmp_path / "station.toml"
    config.write_text(text.replace(*edit) if edit[0] else text, encoding="utf-8")
    if not options and "zebra" not in said:
        config.write_text(text.replace(*edit), encoding="utf-8")
    assert said in station("simulate", config, *options, code=2).stderr


def test_a_port_in_use_is_told_by_number_and_role(station: Any) -> None:
    """Exit 2; nothing that was opened before it stays open."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = station("simulate", CONFIGS / "cable-lane-test.toml", "--port-base", str(port - 1), code=2)
        assert f"127.0.0.1:{port} for vna" in done.stderr
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port - 1), timeout=5.0)


def test_resources_of_another_bench_are_refused(station: Any, tmp_path: Path) -> None:
    """Another station's, a bench that has ended, a file that is none."""
    config, resources = CONFIGS / "cable-lane-test.toml", tmp_path / "on.toml"
    run = ("run", config, "--serial", "DAC0001", "--headless", "--on", resources)
    assert "no such file" in station(*run, code=2).stderr
    with served(station, config, "--resources", resources):
        text = resources.read_text(encoding="utf-8")
        other = ("run", CONFIGS / "cable-test.toml", "--serial", "DAC0000001", "--headless", "--on", resources)
        assert "serves cable-lane-test" in station(*other, code=2).stderr
    resources.write_text(text, encoding="utf-8")
    assert "is `station simulate` still running?" in station(*run, code=3).stderr
    resources.write_text(text.replace("clock://", "time://"), encoding="utf-8")
    assert "clock" in station(*run, code=2).stderr


def test_it_ends_clean_at_both_signals(station: Any, tmp_path: Path) -> None:
    """Ctrl-C and SIGTERM: exit 0, ports closed, terminals and the file of resources gone, with a client connected."""
    for number in (signal.SIGINT, signal.SIGTERM):
        resources = tmp_path / "on.toml"
        process = station.start("simulate", CONFIGS / "psu-test.toml", "--json", "--resources", resources)
        document = json.loads(process.stdout.readline())
        terminal = resource(document, "relays")
        assert Path(terminal).exists()
        with connect(document, "meter") as wire, serial.serial_for_url(terminal) as port:
            port.write(b"ver\r")
            ask(wire, b"*IDN?\n")
            process.send_signal(number)
            _, told = process.communicate(timeout=20)
            assert (process.returncode, "Traceback" in told) == (0, False), told
        assert not resources.exists()
        with pytest.raises(ConnectionRefusedError):
            connect(document, "meter")


def test_a_real_station_refuses_served_instruments(station: Any, mes: Any, tmp_path: Path) -> None:
    """A real file whose resources lead to a simulated bench by mistake: nothing is armed, nothing recorded."""
    text = (CONFIGS / "cable-bundle-test.toml").read_text(encoding="utf-8").replace('"../', f'"{CONFIGS.parent}/')
    config, real, site = CONFIGS / "cable-bundle-test.toml", tmp_path / "real.toml", tmp_path / "real.db"
    mes("init", "--name", "Plant 1", "--db", site)
    run = ("run", real, "--serial", "B0000001", "--headless", "--db", site)
    with served(station, config, "--speed", "50", "--serial", "B0000001") as (_, document):
        plain = text.replace("[simulation]\nseed = 7", "")
        for role in ("hipot", "harness", "terminator"):
            plain = re.sub(
                rf"(\[instruments\.{role}\][^[]*?resource = )\"[^\"]*\"", rf'\1"{resource(document, role)}"', plain
            )
        real.write_text(plain, encoding="utf-8")
        assert "the configuration promises" in station(*run, code=4).stderr
        real.write_text(re.sub(r'serial = "[^"]*"\n', "", plain), encoding="utf-8")
        told = station(*run, code=4).stderr
        assert "nothing was armed: hipot" in told
        assert "is answered by a simulated Chroma 19053, serial SIM-30017, and this bench is real" in told
        # The same if somebody enters what answers there.
        entered = real.read_text(encoding="utf-8")
        for role, number in (("hipot", "SIM-30017"), ("harness", "SIM-000123"), ("terminator", "SIM-000124")):
            entered = entered.replace(f"[instruments.{role}]\n", f'[instruments.{role}]\nserial = "{number}"\n')
        real.write_text(entered, encoding="utf-8")
        assert "by a simulated" in station(*run, code=4).stderr
        check = station.json("check", real, code=1)
        assert all("simulated" in one["problems"][0] for one in check["instruments"])
    assert mes.json("yield", "--db", site)["operations"] == []


def test_a_hundred_clients_get_their_own_answers(station: Any) -> None:
    """Each its own, in order, none lost; the bench in one thread."""
    with served(station, CONFIGS / "psu-test.toml", "--quiet") as (_, document):
        wires = [connect(document, "meter") for _ in range(100)]
        try:
            for round_number in range(5):
                for number, wire in enumerate(wires):
                    wire.sendall(f"*ESE {(number + round_number) % 100};*ESE?\n".encode("ascii"))
                for number, wire in enumerate(wires):
                    answer = b""
                    while not answer.endswith(b"\n"):
                        answer += wire.recv(100)
                    assert answer == b"%d\n" % ((number + round_number) % 100)
        finally:
            for wire in wires:
                wire.close()


def test_help_says_how_a_bench_is_served() -> None:
    """The command is there without importing the simulator."""
    code = "import sys; sys.argv=['station','simulate','--help']\nfrom stations.cli.main import main\n"
    code += "try: main()\nexcept SystemExit: pass\nsys.exit('sim_hardware' in sys.modules or 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "--resources" in done.stdout
