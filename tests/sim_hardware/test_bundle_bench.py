"""The bare bundle as its instruments see it, through PyVISA."""

import pytest

from sim_hardware.clock import VirtualClock
from sim_hardware.duts.defects import CrossedPair, HighResistance, InsulationLeak, Open, Short

OVERLOAD = 9.9e37


def truth(dut, name):
    """One true parameter by name."""
    (value,) = [parameter.value for parameter in dut.true_parameters() if parameter.name == name]
    return value


@pytest.mark.parametrize("pair", [1, 8, 9, 16])
def test_loop_resistance_is_the_copper_plus_the_relays_of_the_far_short(bundle_bench, bundle, pair):
    """A healthy loop reads the true resistance and the two contacts that short the far end."""
    dut = bundle()
    bundle_bench.bench.insert(dut)
    relays = 0.020
    assert bundle_bench.loop_ohm(pair, pair) == pytest.approx(
        truth(dut, f"pair_{pair}.loop_resistance") + relays, abs=0.006
    )


def test_sensing_along_one_conductor_leaves_the_relays_out(bundle_bench, bundle):
    """P and N measured apart add up to the true loop, so the imbalance can be measured at all."""
    dut = bundle()
    bundle_bench.bench.insert(dut)
    p, n = bundle_bench.loop_ohm(4, 4, channel=302), bundle_bench.loop_ohm(4, 4, channel=303)
    assert p == pytest.approx(dut.conductor_ohm[4, "P"], abs=0.0015)
    assert p + n == pytest.approx(truth(dut, "pair_4.loop_resistance"), abs=0.002)
    assert abs(p - n) / (p + n) == pytest.approx(truth(dut, "pair_4.resistance_imbalance"), abs=0.002)


def test_an_open_conductor_overloads_the_meter(bundle_bench, bundle):
    """An open reads plus infinity (9.9E37), which is a result and not an error."""
    bundle_bench.bench.insert(bundle(Open(pair=3, conductor="N")))
    assert bundle_bench.loop_ohm(3, 3) == OVERLOAD
    assert bundle_bench.loop_ohm(2, 2) < 0.5


def test_crossed_pairs_answer_at_each_others_place(bundle_bench, bundle):
    """The wire map shows a crossing: near 2 is heard at far 11 only."""
    bundle_bench.bench.insert(bundle(CrossedPair(pair=2, other=11, stage="bundle")))
    assert bundle_bench.loop_ohm(2, 2) == OVERLOAD
    assert bundle_bench.loop_ohm(2, 11) < 0.5
    assert bundle_bench.loop_ohm(11, 2) < 0.5


def test_a_bad_contact_adds_its_ohms_to_the_loop(bundle_bench, bundle):
    """A contact of 0.7 ohm is seen as 0.7 ohm more than the same bundle without it."""
    bundle_bench.bench.insert(bundle())
    healthy = bundle_bench.loop_ohm(5, 5)
    bundle_bench.bench.remove()
    bundle_bench.bench.insert(bundle(HighResistance(pair=5, conductor="P", ohm=0.7)))
    assert bundle_bench.loop_ohm(5, 5) - healthy == pytest.approx(0.7, abs=0.002)


def test_perfect_insulation_is_above_every_range(bundle_bench, bundle):
    """Teraohms are over-range on the meter and on the insulation tester, which says PASS."""
    bundle_bench.bench.insert(bundle())
    assert bundle_bench.between_ohm(7) == OVERLOAD
    assert bundle_bench.insulation(7) == ("116", OVERLOAD)


def test_a_leak_within_a_pair_is_seen_by_the_meter_alone(bundle_bench, bundle):
    """P and N hang on the same output of the tester, so only the meter can see between them."""
    bundle_bench.bench.insert(bundle(InsulationLeak(pair=7, conductor="P", ohm=2e6)))
    assert bundle_bench.between_ohm(7) == pytest.approx(2e6, rel=0.01)
    assert bundle_bench.insulation(7) == ("116", OVERLOAD)


@pytest.mark.parametrize("other", ["12.N", "shield"])
def test_a_leak_to_elsewhere_is_seen_by_the_tester(bundle_bench, bundle, other):
    """Two megohms to another pair or to the shield fail the insulation test with their value."""
    bundle_bench.bench.insert(bundle(InsulationLeak(pair=7, conductor="P", other=other, ohm=2e6)))
    assert bundle_bench.between_ohm(7) == OVERLOAD
    bundle_bench.hipot.write("SAFE:STEP1:IR 100")
    bundle_bench.hipot.write("SAFE:STEP1:IR:LIM 1E7")
    code, reading = bundle_bench.insulation(7, command="SAFE:STEP1:IR:LIM 1E7")
    assert code == "66"
    assert reading == pytest.approx(2e6, rel=0.05)


def test_a_short_is_seen_by_both(bundle_bench, bundle):
    """A short within a pair reads ohms between P and N; one between pairs fails the insulation test."""
    bundle_bench.bench.insert(
        bundle(Short(pair=1, conductor="P", ohm=0.4), Short(pair=2, conductor="N", other="3.P", ohm=0.4))
    )
    # Far end open: lead and multiplexer resistance, relays, and the short.
    assert bundle_bench.between_ohm(1) == pytest.approx(0.4 + 0.25 + 0.02, abs=0.01)
    assert bundle_bench.insulation(2)[0] == "66"
    assert bundle_bench.insulation(3)[0] == "66"
    assert bundle_bench.insulation(4)[0] == "116"


def test_withstand_shows_the_charging_current_only_while_the_voltage_rises(bundle_bench, bundle, clock: VirtualClock):
    """The tester is known to be connected by the current that charges the cable."""
    bundle_bench.bench.insert(bundle())
    hipot = bundle_bench.hipot
    bundle_bench.harness.write("ROUT:CLOS (@131,142)")
    for command in (
        "SAFE:STEP1:DC 300",
        "SAFE:STEP1:DC:LIM 0.001",
        "SAFE:STEP1:DC:TIME:RAMP 0.1",
        "SAFE:STEP1:DC:TIME 1",
    ):
        hipot.write(command)
    hipot.write("SAFE:STAR")
    charging = float(hipot.query("SAFE:FETC? MMET"))
    clock.sleep(0.5)
    settled = float(hipot.query("SAFE:FETC? MMET"))
    assert hipot.query("SAFE:RES:ALL?") == "115"
    clock.sleep(1.0)
    assert hipot.query("SAFE:RES:ALL?") == "116"
    assert charging > 1e-7 > settled
    bundle_bench.harness.write("*RST")


def test_withstand_cuts_off_a_current_above_its_limit(bundle_bench, bundle):
    """A short draws more than the limit: result 49, reading at the limit of the instrument at most."""
    bundle_bench.bench.insert(bundle(Short(pair=2, conductor="N", other="shield", ohm=1.0)))
    code, ampere = bundle_bench.insulation(2, command="SAFE:STEP1:DC 300")
    assert code == "49"
    assert 1e-3 < ampere < 0.02


def test_a_stopped_test_has_no_reading(bundle_bench, bundle):
    """Stopping during the test gives 113 and SCPI's not-a-number."""
    bundle_bench.bench.insert(bundle())
    hipot = bundle_bench.hipot
    assert hipot.query("SAFE:RES:ALL:MMET?") == "9.910000E+37"
    hipot.write("SAFE:STEP1:IR 500")
    hipot.write("SAFE:STAR")
    hipot.write("SAFE:STOP")
    assert hipot.query("SAFE:STAT?") == "STOPPED"
    assert hipot.query("SAFE:RES:ALL?") == "113"
    assert hipot.query("SAFE:RES:ALL:MMET?") == "9.910000E+37"


def test_a_new_mode_replaces_the_step(bundle_bench):
    """After DC is chosen, settings of insulation are refused as a settings conflict."""
    hipot = bundle_bench.hipot
    hipot.write("SAFE:STEP1:IR 100")
    hipot.write("SAFE:STEP1:DC 300")
    hipot.write("SAFE:STEP1:IR:LIM 1E7")
    assert hipot.query("SYST:ERR?").startswith("-221,")
    hipot.write("SAFE:STEP1:IR 20")
    assert hipot.query("SYST:ERR?").startswith("-222,")
    hipot.write("SAFE:STEP2:IR 100")
    assert hipot.query("SYST:ERR?").startswith("-222,")


def test_relays_read_back_and_reset_opens_them(bundle_bench):
    """ROUT:CLOS? answers for each channel; *RST opens all; a channel that is not there is refused."""
    harness = bundle_bench.harness
    harness.write("ROUT:CLOS (@111,248)")
    assert harness.query("ROUT:CLOS? (@111,112,248)") == "1,0,1"
    harness.write("ROUT:OPEN (@111)")
    assert harness.query("ROUT:CLOS? (@111,248)") == "0,1"
    harness.write("*RST")
    assert harness.query("ROUT:CLOS? (@111,248)") == "0,0"
    harness.write("ROUT:CLOS (@159)")
    assert harness.query("SYST:ERR?").startswith("-222,")
    harness.write("MEAS:FRES? AUTO,DEF,(@101)")
    assert harness.query("SYST:ERR?").startswith("-222,")


def test_cards_name_themselves(bundle_bench):
    """SYST:CTYP? tells matrix, multiplexer and empty slot apart."""
    assert bundle_bench.harness.query("SYST:CTYP? 1").split(",")[1] == "DAQM904A"
    assert bundle_bench.harness.query("SYST:CTYP? 3").split(",")[1] == "DAQM901A"
    assert bundle_bench.terminator.query("SYST:CTYP? 3") == "Keysight Technologies,0,0,0"


def test_identities_name_model_and_serial(bundle_bench):
    """Every instrument answers *IDN? with its maker, model, serial and firmware."""
    assert bundle_bench.harness.query("*IDN?").startswith("Keysight Technologies,DAQ970A,MY58001001,A.02.03")
    assert bundle_bench.hipot.query("*IDN?") == "Chroma,19053,190530001,4.30"
