"""Each mutant takes one protection away; the test of its row must fail, or that test proves nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from drivers.errors import LinkError
from drivers.scpi import ScpiDriver
from sim_hardware.faults import Fault
from stations import executive
from stations.bench import Bench
from stations.fixtures.psu_bench import PsuBench
from stations.interlock import InterlockWatch
from stations.safe_state import SafeProof, make_safe
from tests.stations.faults import test_fixture_faults as fixtures
from tests.stations.faults import test_instrument_faults as instruments
from tests.stations.faults import test_unit_faults as units


def skip_the_source(patch: Any) -> None:
    """Making safe forgets the AC source, and says that it is off."""
    safe = Bench.make_safe_by_role

    def skipping(bench: Bench, roles: Any = None) -> dict[str, str]:
        return safe(bench, [role for role in (bench.own_roles if roles is None else roles) if role != "ac"])

    patch.setattr(Bench, "make_safe_by_role", skipping)


def claim_the_proof(patch: Any) -> None:
    """Whatever is not proven off is said to be."""

    def proven(bench: Any, fixture: Any) -> SafeProof:
        proof = make_safe(bench, fixture)
        return SafeProof((*bench.own_roles, "unit"), ()) if proof.unproven else proof

    patch.setattr(executive, "make_safe", proven)


def read_leniently(patch: Any) -> None:
    """Numbers are read as far as they go, with either decimal sign."""
    patch.setattr(
        "drivers.session_driver.parse_number", lambda text, form="ANY": float(text.replace(",", ".").split()[0])
    )


def take_infinity_for_a_number(patch: Any) -> None:
    """9.9E37 is a number like any other."""
    patch.setattr("drivers.session_driver.parse_number", lambda text, form="ANY": float(text))


def believe_the_sources(patch: Any) -> None:
    """Nobody looks at the unit itself once the instruments read off."""
    patch.setattr(PsuBench, "prove_safe", lambda fixture: [])


def never_look_at_the_interlock(patch: Any) -> None:
    """The cover is looked at before the run alone."""
    patch.setattr(InterlockWatch, "look", lambda watch, resource="": None)


def go_on_after_a_lost_connection(patch: Any) -> None:
    """Whoever comes back is asked again, as if nothing had been set in it."""

    def look(driver: Any, question: str) -> str:
        try:
            return str(driver._session.query(question))
        except LinkError:
            driver.resync()
            return str(driver._session.query(question))

    patch.setattr(ScpiDriver, "_look", look)


def call_it_an_error(patch: Any) -> None:
    """A lost connection ends the step like any other error, and may be tried again."""
    patch.setattr("stations.guarded.LinkLost", ZeroDivisionError)


def ignore_the_error_queue(patch: Any) -> None:
    """An instrument that refuses is not heard."""
    patch.setattr(ScpiDriver, "_check_errors", lambda driver, command: None)


def measure_at_any_line(patch: Any) -> None:
    """Nobody looks whether the mains at the unit are those that were set."""
    patch.setattr("stations.measurands.supply_points.require_line", lambda measured, line_v: None)


def let_timeouts_pass(patch: Any) -> None:
    """A step may take as long as it likes, within reason: four times its limit."""
    patch.setattr(
        "stations.lease.Lease.is_overdue", property(lambda lease: lease._clock.now() > lease._deadline + 18.0)
    )


def believe_the_coils(patch: Any) -> None:
    """A contactor is where its relay was told to be: nobody reads the mirror contacts."""
    patch.setattr("stations.fixture.closed_loops", lambda *_: ())


def believe_the_file(patch: Any) -> None:
    """The fixture is the one that the file names: nobody reads its coding plug."""
    patch.setattr("stations.coding_plug.CodingPlug.require", lambda *_: None)


def believe_the_contacts(patch: Any) -> None:
    """Nobody minds what lies in the way of the high voltage or of the load."""
    patch.setattr("stations.measurands.fixture_contacts.MOST_POLE_OHM", 1e12)
    patch.setattr("stations.measurands.fixture_contacts.MOST_LOAD_DROP_V", 1e12)


CUT = Fault("answer", match=r"^READ\?", nth=1, text="+5.03")
STALE = Fault("answer", match=r"^READ\?", text="+4.90000000E+01")
WAY: Any = "in process"
welded = fixtures.test_row_22_a_contactor_that_is_welded_already_is_found_before_anything_is_armed

MUTANTS: tuple[tuple[Callable[[Any], None], Callable[[], None]], ...] = (
    (skip_the_source, lambda: instruments.test_row_06_a_decimal_comma_is_no_number(WAY)),
    (skip_the_source, lambda: units.test_row_21_the_interlock_opens_in_the_middle_of_a_step(WAY)),
    (claim_the_proof, lambda: instruments.test_row_08_the_wire_is_pulled_under_a_watchdog(WAY)),
    (claim_the_proof, lambda: instruments.test_row_10_an_output_that_stays_on(WAY)),
    (read_leniently, lambda: instruments.test_row_04_a_cut_line_is_never_read_as_its_beginning(WAY, CUT)),
    (read_leniently, lambda: instruments.test_row_06_a_decimal_comma_is_no_number(WAY)),
    (
        take_infinity_for_a_number,
        lambda: instruments.test_row_14_an_overload_is_never_a_number(WAY, instruments.OUTPUT),
    ),
    (ignore_the_error_queue, lambda: instruments.test_row_07_an_instrument_that_refuses_ends_the_run(WAY)),
    (
        go_on_after_a_lost_connection,
        lambda: instruments.test_row_09_a_question_is_not_asked_again_of_who_has_hung_up(WAY),
    ),
    (call_it_an_error, lambda: instruments.test_row_09_an_instrument_is_switched_off_and_on(WAY, "ac")),
    (
        measure_at_any_line,
        lambda: instruments.test_row_12_somebody_else_controls_the_source(WAY, "VOLT:AC 270", "mains: 200 V"),
    ),
    (believe_the_sources, lambda: units.test_row_17_what_is_still_charged_stays_behind_the_door(WAY, "meter", STALE)),
    (believe_the_coils, lambda: welded(WAY, 0)),
    (believe_the_coils, lambda: fixtures.test_row_22_high_voltage_that_stays_connected_meets_no_mains(WAY)),
    (believe_the_file, lambda: fixtures.test_row_25_another_fixture_is_refused(WAY, 18)),
    (believe_the_contacts, lambda: fixtures.test_row_23_an_open_pole_is_no_withstand_test(WAY, 2)),
    (believe_the_contacts, lambda: fixtures.test_row_24_worn_blades_are_an_error_before_they_burn(WAY)),
    (let_timeouts_pass, lambda: units.test_row_18_a_unit_that_hangs_ends_with_its_step(WAY)),
    (never_look_at_the_interlock, lambda: units.test_row_21_the_interlock_opens_in_the_middle_of_a_step(WAY)),
)


@pytest.mark.parametrize(
    ("mutate", "test"), MUTANTS, ids=[f"{mutate.__name__} {number}" for number, (mutate, _) in enumerate(MUTANTS, 1)]
)
def test_a_mutant_is_caught(
    mutate: Callable[[Any], None], test: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row's own test passes without the mutant and fails with it."""
    with monkeypatch.context() as patch:
        mutate(patch)
        # An exception that is no assertion would mean that the mutant has broken something else.
        with pytest.raises(AssertionError):
            test()
