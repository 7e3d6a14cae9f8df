"""Defects of a fixture: what they do to relays, probes, coding plug and gains, and nothing else."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim_hardware.bench import SimulatedBench
from sim_hardware.calibration import Age, Calibration
from sim_hardware.clock import VirtualClock
from sim_hardware.duts.defect import DefectError
from sim_hardware.fixture_defects import FIXTURE_DEFECTS, fit_coding_plug, parse_fixture_defect
from sim_hardware.physics.conductors import Element
from sim_hardware.relay_states import RelayStates
from sim_hardware.world import World

_NAMES = count()


@pytest.fixture
def bench() -> Iterator[SimulatedBench]:
    """A relay module, an input module and a meter, with one contactor between two points of the fixture."""
    with SimulatedBench(f"fixture {next(_NAMES)}", 7, VirtualClock(datetime(2026, 1, 5, tzinfo=UTC))) as made:
        made.add_instrument("relays", "numato_relay", f"sim://{made.name}/relays", "R1")
        made.add_instrument("io", "numato_gpio", f"sim://{made.name}/io", "G1")
        yield made


@given(
    st.lists(st.sampled_from(["close", "open", "weld", "burn", "replace"]), max_size=12),
)
def test_a_mirror_contact_never_tells_open_while_a_contact_conducts(acts: list[str]) -> None:
    """The law of IEC 60947-4-1 Annex F, whatever was done to the contactor; a coil that is told tells nothing."""
    relays = RelayStates(lambda: None)
    relays.add("k", [Element("a", "b", 0.05)])
    welded = burnt = told = False
    for act in acts:
        if act in ("close", "open"):
            told = act == "close"
            relays.tell("k", told)
        else:
            getattr(relays, act)("k")
            welded = act == "weld" or (welded and act != "replace")
            burnt = act == "burn" or (burnt and act != "replace")
        assert relays.is_told("k") is told
        assert relays.is_closed("k") is ((told or welded) and not burnt)
        assert relays.is_pulled_in("k") or not relays.is_closed("k")


def test_mirror_contacts_in_series_read_high_while_all_are_open(bench: SimulatedBench) -> None:
    """One that is closed is enough to pull the line low, and so is none that is wired."""
    for contactor in (0, 1):
        bench.wire("io:3", f"relays:{contactor}.MIRROR")
    world = bench.world
    assert world.level("io:3") is True
    world.relays.weld("relays:relay 1")
    assert world.level("io:3") is False
    assert world.level("io:4") is None


def test_a_coding_plug_is_its_number_in_bridges(bench: SimulatedBench) -> None:
    """The lowest bit first; another fixture has another plug."""
    for bit in range(4):
        bench.wire(f"io:{8 + bit}", f"fixture:CODE.{bit}")
    fit_coding_plug(bench.world, 0b0101)
    assert [bench.world.level(f"io:{8 + bit}") for bit in range(4)] == [True, False, True, False]
    parse_fixture_defect({"kind": "WrongFixture", "code": 2}).apply(bench.world)
    assert [bench.world.level(f"io:{8 + bit}") for bit in range(4)] == [False, True, False, False]


def test_a_worn_probe_is_a_resistance_that_grows_with_each_unit(bundle: Any) -> None:
    """In series with what it leads to, from the first unit on; the terminals stay joined for waves and voltages."""
    world = World(1)
    parse_fixture_defect({"kind": "WornProbe", "probe": "meter:HI", "ohm": 0.5, "per_cycle_ohm": 0.25}).prepare(world)
    world.wire("meter:HI", "dut:x")
    found = []
    for serial in "ABC":
        world.insert(bundle(serial=serial))
        found.append(world.network().two_wire_resistance(world.net("meter:HI"), world.net("dut:x")))
        world.remove()
    assert found == pytest.approx([0.75, 1.0, 1.25])
    assert world.joined("meter:HI", "dut:x")


@pytest.mark.parametrize(
    ("defect", "told"),
    [
        ({"kind": "WeldedContactr", "role": "relays", "contactor": 0}, "did you mean WeldedContactor"),
        ({"kind": "WeldedContactor", "role": "relays"}, "its keys are role, contactor"),
        ({"kind": "OpenPole", "role": "relays", "contactor": True}, "not a whole number"),
        ({"kind": "CalibrationDrift", "role": "meter", "per_year": float("nan")}, "must be finite"),
        ({"kind": "WornProbe", "probe": 3, "ohm": 1.0}, "not a text"),
    ],
)
def test_a_defect_that_cannot_be_is_refused(defect: dict[str, object], told: str) -> None:
    """With what to write instead."""
    with pytest.raises(DefectError, match=told):
        parse_fixture_defect(defect)


def test_a_defect_of_what_is_not_there_is_refused(bench: SimulatedBench) -> None:
    """A relay that the module lacks, a probe that nothing is wired to, a contact worn by less than nothing."""
    for defect in (
        {"kind": "WeldedContactor", "role": "relays", "contactor": 16},
        {"kind": "OpenPole", "role": "taps", "contactor": 0},
        {"kind": "WornProbe", "probe": "load:+", "ohm": 0.1},
    ):
        with pytest.raises(DefectError):
            parse_fixture_defect(defect).apply(bench.world)
    with pytest.raises(DefectError, match="negative"):
        parse_fixture_defect({"kind": "WornProbe", "probe": "load:+", "ohm": -0.1}).prepare(bench.world)
    assert len(FIXTURE_DEFECTS) == 5


@given(st.text(min_size=1, max_size=8), st.floats(0.0, 20.0))
def test_a_gain_drifts_from_its_day_on_and_always_the_same_way(serial: str, years: float) -> None:
    """Nothing on the day of calibration; after that as much as the time, by the serial number."""
    new, used, twice = (Calibration("Meter", serial, Age(365.0 * k * years)) for k in (0, 1, 2))
    start = new.gain("V", 1e-4)
    assert start == Calibration("Meter", serial, Age(0.0)).gain("V", 1e-4)
    assert twice.gain("V", 1e-4) - start == pytest.approx(2.0 * (used.gain("V", 1e-4) - start), abs=1e-12)
    assert abs(used.gain("V", 1e-4) - start) < 6.0 * 0.5e-4 * max(years, 1e-9) + 1e-12


def test_how_long_ago_is_drawn_within_the_year_unless_it_is_said() -> None:
    """A bench does not get all its instruments back on one day; what drifts beyond reason is added to all of it."""
    years = [Calibration("Meter", str(serial), None).years for serial in range(200)]
    assert 0.0 <= min(years) < 0.1
    assert 0.9 < max(years) <= 1.0
    plain, drifted = (Calibration("Meter", "1", Age(730.0, rate)) for rate in (0.0, 0.01))
    assert drifted.gain("A", 1e-4) - plain.gain("A", 1e-4) == pytest.approx(0.02)


@pytest.mark.parametrize(
    ("model", "options"),
    [
        ("keithley_dmm6500", {}),
        ("keithley_2000", {}),
        ("yokogawa_wt310e", {}),
        ("keysight_dsox3000", {}),
        ("keysight_daq970a", {}),
        ("chroma_63200a", {}),
        ("chroma_63600", {}),
        ("chroma_61500", {}),
        ("keysight_n5700", {}),
        ("keysight_n6700", {}),
        ("chroma_19032", {}),
        ("chroma_19053", {}),
        ("keysight_pna", {}),
        ("associated_research_omnia", {}),
    ],
)
def test_every_instrument_takes_its_age_from_the_bench(
    bench: SimulatedBench, model: str, options: dict[str, object]
) -> None:
    """`days_since_calibration` is an option of each, and a drift of the fixture's defects goes before it."""
    drift = parse_fixture_defect({"kind": "CalibrationDrift", "role": "one", "per_year": 0.1, "days": 730.0})
    drift.prepare(bench.world)
    for role, years in (("one", 2.0), ("two", 1.0)):
        bench.add_instrument(role, model, f"sim://{bench.name}/{role}", "S1", days_since_calibration=365.0, **options)
        made = bench._instruments[role]
        assert made.calibration.years == years  # type: ignore[attr-defined]
