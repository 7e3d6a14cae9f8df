"""station.toml: read strictly, and refused in two lines that say what to write."""

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stations.config import load_station_config
from stations.errors import ConfigurationError

GOOD = """
station = "cable-test-1"
plan = "dac_800g_final_test"
product = "products/cable.toml"
operator = "op-demo"

[fixture]
name = "FX-DAC-01"
kind = "dac_rf"
[fixture.options]
settle_s = 0.05
columns = [1, 2, 3]

[scan]
resource = "sim://line/scanner"

[instruments.vna]
driver = "network_analyzer/keysight_pna"
resource = "TCPIP0::vna::inst0::INSTR"
serial = "MY12345678"
calibration_due = 2027-05-01
[instruments.vna.options]
bandwidth_hz = 1000

[instruments.memory_near]
driver = "module_eeprom/two_wire"
resource = "sim-i2c://near"
timeout_s = 2

[simulation]
seed = 7
defects = [{kind = "Open", pair = 3, conductor = "P"}]
"""
REAL = (
    GOOD[: GOOD.index("[simulation]")]
    .replace("sim://line/scanner", "/dev/ttyACM0")
    .replace("sim-i2c://near", "/dev/i2c-3")
)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "products").mkdir()
    (tmp_path / "products" / "cable.toml").touch()
    return tmp_path


@pytest.fixture
def write(folder):
    def _write(text: str | bytes) -> Path:
        file: Path = folder / "station.toml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    return _write


def test_a_station_is_described_in_one_file(write, folder):
    """Instruments, fixture, scanner and simulation are typed; what is left out has the documented default."""
    config = load_station_config(write(GOOD))
    assert (config.station, config.plan, config.operator) == ("cable-test-1", "dac_800g_final_test", "op-demo")
    assert config.path == folder / "station.toml"
    assert config.product == folder / "products" / "cable.toml"
    assert config.instruments["vna"].calibration_due == date(2027, 5, 1)
    assert config.instruments["vna"].timeout_s == 10.0
    assert config.instruments["vna"].options == {"bandwidth_hz": 1000}
    assert config.instruments["memory_near"].calibration_due is None
    assert config.fixture.slot == "1"
    assert config.fixture.options["columns"] == (1, 2, 3)
    assert (config.scan.prefix, config.scan.suffix) == ("", "\r")
    assert config.limits is None
    assert config.simulated
    assert config.simulation is not None
    assert [dict(defect) for defect in config.simulation.defects] == [{"kind": "Open", "pair": 3, "conductor": "P"}]


def test_a_bench_without_simulation_is_real(write):
    """Only the table [simulation] makes a bench simulated; VISA names are the same on both."""
    assert not load_station_config(write(REAL)).simulated
    assert load_station_config(write(REAL + "[simulation]\nseed = 1\n")).simulated


def test_a_configuration_cannot_be_changed_after_loading(write):
    """What the digest pinned is what runs."""
    config = load_station_config(write(GOOD))
    with pytest.raises(TypeError):
        config.fixture.options["settle_s"] = 0
    with pytest.raises(TypeError):
        config.instruments["other"] = config.instruments["vna"]


def test_the_digest_follows_meaning_and_survives_a_move(write, folder, tmp_path_factory):
    """Comments, order and a spelt-out default do not change it, nor does another folder; a value does."""
    digest = load_station_config(write(GOOD)).digest
    assert re.fullmatch("[0-9a-f]{64}", digest)
    assert (
        load_station_config(write("# bench 1\n" + GOOD.replace("timeout_s = 2\n", "timeout_s = 2.0\n"))).digest
        == digest
    )
    assert load_station_config(write(GOOD.replace('"dac_rf"', '"dac_rf"\nslot = "1"'))).digest == digest
    assert load_station_config(write(GOOD.replace("timeout_s = 2\n", "timeout_s = 3\n"))).digest != digest
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "products").mkdir()
    (elsewhere / "products" / "cable.toml").touch()
    (elsewhere / "station.toml").write_text(GOOD, encoding="utf-8")
    assert load_station_config(elsewhere / "station.toml").digest == digest


def test_a_byte_order_mark_and_crlf_are_no_error(write):
    """An editor on Windows writes both; the file means the same."""
    digest = load_station_config(write(GOOD)).digest
    assert load_station_config(write(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())).digest == digest


def test_the_command_line_may_say_otherwise(write, folder, monkeypatch):
    """Operator, limits and played files may be given for one run; the digest then says that it was another station."""
    config = load_station_config(write(GOOD))
    (folder / "cable.s4p").touch()
    (folder / "limits.toml").touch()
    monkeypatch.chdir(folder)
    other = config.overridden(operator="op-7", touchstone=Path("cable.s4p"), limits=Path("limits.toml"))
    assert other.operator == "op-7"
    assert other.limits == folder / "limits.toml"
    assert other.simulation is not None
    assert other.simulation.touchstone == folder / "cable.s4p"
    assert other.simulation.seed == 7
    assert other.path == config.path
    assert other.instruments == config.instruments
    assert other.digest != config.digest
    assert config.overridden() == config
    assert config.overridden().digest == config.digest


def test_a_file_cannot_be_played_on_copper(write, folder):
    """A Touchstone file replaces an analyser's answers only where there is no analyser."""
    (folder / "cable.s4p").touch()
    config = load_station_config(write(REAL))
    with pytest.raises(ConfigurationError, match=r"touchstone: .*simulated bench only\nadd \[simulation\]"):
        config.overridden(touchstone=folder / "cable.s4p")
    with pytest.raises(ConfigurationError, match=r"simulation\.eeprom: there is no file"):
        load_station_config(write(GOOD)).overridden(eeprom=folder / "absent.bin")


REFUSED = [
    ("operator", "operater", "operater", 'unknown key; did you mean "operator"?', "the keys here are: station, plan"),
    (
        "calibration_due",
        "calibraton_due",
        "instruments.vna.calibraton_due",
        'did you mean "calibration_due"?',
        "driver,",
    ),
    ('kind = "Open"', 'kin = "Open"', "simulation", "has no kind", 'kind = "Open"'),
    ("[simulation]", "[zebra]", "zebra", "unknown key", "simulation"),
    ('driver = "network_analyzer/keysight_pna"\n', "", "instruments.vna.driver", "is missing", 'driver = "network'),
    ('"network_analyzer/keysight_pna"', '"PNA"', "instruments.vna.driver", '"PNA" is refused', 'driver = "network'),
    ("2027-05-01", '"soon"', "instruments.vna.calibration_due", '"soon" is refused', "calibration_due = 2027-05-01"),
    (
        "timeout_s = 2",
        "timeout_s = 0",
        "instruments.memory_near.timeout_s",
        "0 is refused: it should be greater",
        "10.0",
    ),
    ("timeout_s = 2", 'timeout_s = "2"', "instruments.memory_near.timeout_s", '"2" is refused', "timeout_s = 10.0"),
    ("timeout_s = 2", "timeout_s = true", "instruments.memory_near.timeout_s", "true is refused", "timeout_s = 10.0"),
    ("settle_s = 0.05", "settle_s = nan", "fixture.options.settle_s", "nan is no value", "finite"),
    ("seed = 7", "seed = -1", "simulation.seed", "-1 is refused", "seed = 7"),
    ("cable-test-1", "a/b", "station", '"a/b" is refused', 'station = "cable-test-1"'),
    ("dac_800g_final_test", "../evil", "plan", '"../evil" is refused', 'plan = "dac'),
    ("[instruments.vna]", "[instruments.VNA]", "instruments.VNA", '"VNA" is refused', ""),
    ("cable.toml", "absent.toml", "product", "there is no file", "starts at this file's folder"),
    ('name = "FX-DAC-01"', "name = 1", "fixture.name", "1 is refused: it should be a valid string", "FX-DAC-01"),
    ("[fixture.options]", "[fixture.option]", "fixture.option", 'did you mean "options"?', "the keys here are"),
    (
        "sim-i2c://near",
        "tcpip::VNA::inst0::INSTR",
        "instruments.memory_near.resource",
        "already instruments.vna",
        "own",
    ),
    ("sim-i2c://near", "sim://line/scanner", "scan.resource", "already instruments.memory_near", "own"),
    ("[simulation]\nseed = 7\n", "[simulation]\n", "simulation.seed", "is missing", "seed = 7"),
    ('plan = "dac_800g_final_test"', "plan = ", "line 3, column 8", "nvalid value", "the line is: plan ="),
    ("[scan]", "[scan", "line 14, column 6", "xpected", "the line is: [scan"),
    ('operator = "op-demo"', 'operator = "op-demo"\noperator = "x"', "line 6, column", "overwrite", 'operator = "x"'),
    ('conductor = "P"}]', 'conductor = "P"}', "line 32, column 54", "nclosed array", "defects"),
    ('conductor = "P"}]\n', 'conductor = "P"},\n# end\n', "line 33, column 6", "nvalid value", "# end"),
]


@pytest.mark.parametrize(("old", "new", "key", "problem", "remedy"), REFUSED)
def test_an_impossible_configuration_is_refused(write, old, new, key, problem, remedy):
    """The message names file, dotted key or line, problem and remedy, in two lines at most."""
    assert old in GOOD
    file = write(GOOD.replace(old, new))
    with pytest.raises(ConfigurationError) as refused:
        load_station_config(file)
    message = str(refused.value)
    assert message.startswith(f"{file}: {key}")
    assert problem in message
    assert remedy in message
    assert message.count("\n") <= 1


@pytest.mark.parametrize(("resource", "key"), [("/dev/ttyACM0", "scan"), ("/dev/i2c-3", "instruments.memory_near")])
def test_a_simulated_resource_on_a_real_bench_is_refused(write, resource, key):
    """Without [simulation] nothing may answer but copper."""
    simulated = "sim://line/scanner" if key == "scan" else "sim-i2c://near"
    file = write(REAL.replace(resource, simulated))
    with pytest.raises(ConfigurationError, match=re.escape(f"{key}.resource: {simulated} is a simulated resource")):
        load_station_config(file)


def test_several_problems_are_counted(write):
    """One problem is explained at a time, and how many more there are is said."""
    file = write(GOOD.replace("seed = 7", "seed = -1").replace("timeout_s = 2", "timeout_s = 0"))
    with pytest.raises(ConfigurationError, match=r"\(1 more to mend in this file\)$"):
        load_station_config(file)


def test_a_file_that_cannot_be_read_is_named(folder, write):
    """Absent, a folder, or not UTF-8: each says what it is."""
    with pytest.raises(ConfigurationError, match=r"absent\.toml: there is no such file; check the path"):
        load_station_config(folder / "absent.toml")
    with pytest.raises(ConfigurationError, match=r"products: cannot be read: Is a directory"):
        load_station_config(folder / "products")
    with pytest.raises(ConfigurationError, match=r"line 2 is not UTF-8; save the file as UTF-8"):
        load_station_config(write('# ok\noperator = "M\u00fcller"'.encode("latin-1")))
    with pytest.raises(ConfigurationError, match=r"nested too deeply"):
        load_station_config(write("x = " + "[" * 5000))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(start=st.integers(0, len(GOOD)), length=st.integers(1, 40), put=st.text(max_size=8))
def test_a_damaged_file_is_read_or_refused_but_never_a_traceback(write, start, length, put):
    """Whatever happens to the text, the answer is a configuration or a ConfigurationError of two lines."""
    file = write((GOOD[:start] + put + GOOD[start + length :]).encode("utf-8", "surrogatepass"))
    try:
        answer = load_station_config(file).digest
    except ConfigurationError as refused:
        answer = str(refused)
    assert re.fullmatch(r"[0-9a-f]{64}|" + re.escape(str(file)) + r": [^\n]+(\n[^\n]+)?", answer)
