"""Maps: every fault at once, by its key, with the nearest names and the remedy."""

from pathlib import Path

import pytest

from mes.importing.history import HistoryRefused
from mes.importing.map_reading import read_map


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            ("station = {", "staton = {"),
            ("run.staton: is no key here; did you mean station?", "run.station: is missing"),
        ),
        (('serial = { column = "Serial" }', 'serial = "S1"'), ("unit.serial", "table")),
        (('column = "Start"', 'colum = "Start"'), ("time.started.colum: is no key here; did you mean column?",)),
        (('unit = "mOhm"', 'unit = "mOhn"'), ('measurand[0].unit: "mOhn" is no unit',)),
        (("low = 500", "low = 5000"), ("measurand[0]: low 5000 is above high 2000",)),
        (("low = 500", 'low = "500"'), ("measurand[0].low: is neither a number nor a column",)),
        (("low = 500", "low = nan"), ("measurand[0].low: is not finite",)),
        (('NOK = "FAILED"', 'NOK = "FAIL"'), ("outcome.words.NOK", "'FAILED'")),
        (('column = "Result"', ""), ("outcome: say one of",)),
        (('name = "cables"', 'name = "my cables"'), ("name:", "pattern")),
        (("[[measurand]]", "[[measurnd]]"), ("measurnd: is no key here; did you mean measurand",)),
        (('unit = "mOhm"', ""), ("measurand[0]: a number needs its unit",)),
        (('started = { column = "Start" }', ""), ("time: name the column of the start or of the end",)),
        (("[time]", '[file]\ndecimal = ";"\n[time]'), ("file.decimal", "'.' or ','")),
    ],
)
def test_a_fault_of_a_map_is_told_by_its_key(
    tmp_path: Path, wide_map: str, change: tuple[str, str], told: tuple[str, ...]
) -> None:
    """The key, what is wrong, and what to write instead."""
    assert change[0] in wide_map
    (tmp_path / "map.toml").write_text(wide_map.replace(*change, 1), encoding="utf-8")
    with pytest.raises(HistoryRefused) as refused:
        read_map(tmp_path / "map.toml")
    for text in told:
        assert text in str(refused.value)


def test_a_map_has_one_layout(tmp_path: Path, wide_map: str, tidy_map: str) -> None:
    """A column for each measurand, or a line for each."""
    values = tidy_map[tidy_map.index("[measurements]") :]
    for text in (wide_map + values, wide_map[: wide_map.index("[[measurand]]")]):
        (tmp_path / "map.toml").write_text(text, encoding="utf-8")
        with pytest.raises(HistoryRefused, match=r"write \[\[measurand\]\] for a column each"):
            read_map(tmp_path / "map.toml")


def test_a_measurand_stands_once(tmp_path: Path, wide_map: str) -> None:
    """Two columns of one name would be one place of the vector."""
    (tmp_path / "map.toml").write_text(wide_map + wide_map[wide_map.index("[[measurand]]") :], encoding="utf-8")
    with pytest.raises(HistoryRefused, match=r'measurand\[1\].name: "loop_resistance" stands there twice'):
        read_map(tmp_path / "map.toml")


@pytest.mark.parametrize(
    ("content", "told"), [(b"a = [", "is no TOML"), (b"a = '\xff'", "is no TOML"), (None, "cannot be read")]
)
def test_what_is_no_map(tmp_path: Path, content: bytes | None, told: str) -> None:
    """A file that is absent, of other bytes, or half written."""
    if content is not None:
        (tmp_path / "map.toml").write_bytes(content)
    with pytest.raises(HistoryRefused, match=told):
        read_map(tmp_path / "map.toml")
