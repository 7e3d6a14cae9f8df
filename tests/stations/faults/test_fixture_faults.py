"""What is wrong with the fixture itself, and not with a unit. Rows 22 to 25 of docs/faults.md."""

from typing import Any

import pytest

from mes.vocabulary import RunEnding
from sim_hardware.fixture_defects import WornProbe, fit_coding_plug
from stations.composition import prepare_station, station_clock
from stations.config import load_station_config
from stations.errors import ConfigurationError
from stations.fixtures.psu_bench import PsuBench
from stations.measurands.fixture_contacts import load_contact_measurands, record_load_contact
from stations.plan import BoundStep, Record
from tests.stations.faults.supply_rig import (
    CONFIG,
    OUTPUT,
    START,
    Way,
    energise,
    error,
    proven_safe,
    supply_rig,
)

CONTACTORS = {0: "mains line", 2: "high voltage line", 4: "high voltage return", 5: "back-feed", 9: "probes"}
NO_STEP = ("output_check", "ground_bond", "withstand", "power_on")


@pytest.mark.parametrize("contactor", CONTACTORS)
def test_row_22_a_contactor_that_is_welded_already_is_found_before_anything_is_armed(way: Way, contactor: int) -> None:
    """Its mirror contact says closed: no step runs, the run is an ERROR that names it, and it is not proven open."""
    with supply_rig(way) as rig:
        rig.device("relays").world.relays.weld(f"relays:relay {contactor}")
        ended = rig.run(*NO_STEP)
        error(rig, ended, "fixture set-up", f"contactor {CONTACTORS[contactor]} (relays", "mirror contact says closed")
        assert rig.steps == {}
        assert ended.safe.startswith(f"OUTPUT MAY BE LIVE: contactor {CONTACTORS[contactor]}"), ended.safe
        assert "unit" not in ended.safe.split("proven off:")[1]
        assert not rig.door_is_unlocked


def test_row_22_a_contactor_that_welds_under_power_is_not_proven_open(way: Way) -> None:
    """The mains were on when it stuck: the verdict stands, the end is an ERROR, and the door stays locked."""
    with supply_rig(way) as rig:

        def weld(fixture: PsuBench, record: Record) -> None:
            energise(fixture)
            rig.device("relays").world.relays.weld("relays:relay 1")
            record("output", fixture.output_voltage())

        ended = rig.run(BoundStep("weld", weld, (OUTPUT,), 60.0, True, "stop", False))
        assert ended.ending is RunEnding.ERROR
        assert ended.safe.startswith("OUTPUT MAY BE LIVE: contactor mains neutral (relays 1)"), ended.safe
        assert rig.live() == ["mains contactors"]
        assert not rig.door_is_unlocked


def test_row_22_high_voltage_that_stays_connected_meets_no_mains(way: Way) -> None:
    """It welds during the withstand test: the mains are not switched onto the tester."""
    with supply_rig(way) as rig:
        rig.at_step("power_on", lambda: rig.device("relays").world.relays.weld("relays:relay 2"))
        switched: list[bool] = []
        ac = rig.device("ac")
        execute = ac.execute

        def watched(message: str) -> Any:
            found = execute(message)
            switched.append(ac.feed.is_on)
            return found

        ac.execute = watched
        ended = rig.run("withstand", "power_on")
        assert ended.ending is RunEnding.ERROR
        assert "contactor high voltage line (relays 2) is not open" in ended.reason
        assert rig.steps == {"withstand": "PASSED", "power_on": "ERROR"}
        assert not any(switched)


@pytest.mark.parametrize("pole", [2, 3])
def test_row_23_an_open_pole_is_no_withstand_test(way: Way, pole: int) -> None:
    """Half of the unit would be stressed and pass: ERROR before the voltage is on, whatever the insulation is like."""
    with supply_rig(way, defects=[{"kind": "NickedInsulation", "volt": 1500.0}]) as rig:
        rig.device("relays").world.relays.burn(f"relays:relay {pole}")
        ended = rig.run("output_check", "withstand")
        error(rig, ended, "step withstand", "one pole alone", "contactors of the high voltage")
        assert rig.device("hipot").output.step is None
        proven_safe(rig, ended)


def test_row_24_worn_blades_are_an_error_before_they_burn(way: Way) -> None:
    """Their resistance is in the record of every run, grows with the cycles, and beyond its limit ends the run."""
    probe = WornProbe(probe="load:+", ohm=1e-3, per_cycle_ohm=1e-3)

    def look(fixture: PsuBench, record: Record) -> None:
        energise(fixture)
        fixture.draw(1.0)
        fixture.wait(0.5)
        record_load_contact(fixture.output_voltage(), fixture.load, record)
        record("output", fixture.output_voltage())

    step = BoundStep("look", look, (OUTPUT, *load_contact_measurands()), 60.0, True, "stop", False)
    with supply_rig(way, before_wiring=lambda bench: probe.prepare(bench.world)) as rig:
        seen, endings = [], []
        unit = rig.simulated.world.dut
        assert unit is not None
        while RunEnding.ERROR not in endings and len(endings) < 8:
            ended = rig.run(step)
            endings.append(ended.ending)
            seen.append(float(rig.values["load_contact"] or 0.0))
            rig.simulated.remove()
            rig.simulated.insert(unit)
        error(rig, ended, "step look", "load: the output's blades drop", "replace them")
        assert len(seen) > 2
        assert seen == sorted(seen)
        assert seen[-1] - seen[0] == pytest.approx(1e-3 * (len(seen) - 1), abs=5e-4)
        proven_safe(rig, ended)


def test_row_24_worn_probes_of_the_return_are_an_error(way: Way) -> None:
    """Four wires do not see them, two do: the return itself stays within its limit."""
    probe = WornProbe(probe="return_meter:HI", ohm=2.0)
    with supply_rig(way, before_wiring=lambda bench: probe.prepare(bench.world)) as rig:
        ended = rig.run("ground_bond")
        error(rig, ended, "return_meter: its probes have")
        assert rig.values["return_resistance"] == pytest.approx(4e-4, abs=3e-4)
        proven_safe(rig, ended)


@pytest.mark.parametrize("code", [18, 0])
def test_row_25_another_fixture_is_refused(way: Way, code: int) -> None:
    """The coding plug is another's, or is out: no step runs, and the reason names fixture and number."""
    with supply_rig(way) as rig:
        fit_coding_plug(rig.simulated.world, code)
        ended = rig.run(*NO_STEP)
        error(rig, ended, "fixture set-up: fixture FX-PSU-01 has number", "another fixture stands here")
        assert rig.steps == {}
        proven_safe(rig, ended)


def test_a_worn_probe_is_asked_for_in_the_stations_file() -> None:
    """A defect that this fixture cannot have is refused with what it has."""
    config = load_station_config(CONFIG)
    assert config.simulation is not None
    for defect, told in (
        ({"kind": "WornProb", "probe": "load:+", "ohm": 0.1}, "did you mean WornProbe"),
        ({"kind": "WornProbe", "probe": "load:x", "ohm": 0.1}, "no probe of this fixture"),
        ({"kind": "WeldedContactor", "role": "relays", "contactor": 99}, "is not there"),
        ({"kind": "WrongFixture", "code": "x"}, "not a whole number"),
    ):
        simulation = config.simulation.model_copy(update={"fixture_defects": (defect,)})
        spoilt = config.model_copy(update={"simulation": simulation})
        with (
            pytest.raises(ConfigurationError, match=told),
            prepare_station(spoilt, station_clock(spoilt, START)),
        ):
            pass
