"""Laws of resistance and insulation between the points of a harness."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim_hardware.physics.conductors import ConductorNetwork

ohms = st.floats(1e-3, 1e3)
teraohms = st.floats(1e5, 1e14)


def ladder(values):
    """A chain of nodes 0, 1, 2, … through these resistances."""
    return [(k, k + 1, ohm, 0.0) for k, ohm in enumerate(values)]


@st.composite
def meshes(draw, values=ohms):
    """A connected network of up to eight nodes."""
    count = draw(st.integers(2, 8))
    chain = [(k, k + 1, draw(values), 0.0) for k in range(count - 1)]
    nodes = st.integers(0, count - 1)
    more = draw(st.lists(st.tuples(nodes, nodes, values), max_size=10))
    return count, chain + [(a, b, ohm, 0.0) for a, b, ohm in more if a != b]


@settings(deadline=None)
@given(st.lists(ohms, min_size=1, max_size=8))
def test_resistances_in_series_add_up(values):
    """A chain has the sum of its links."""
    found = ConductorNetwork(ladder(values)).two_wire_resistance(0, len(values))
    assert found == pytest.approx(sum(values), rel=1e-9)


@settings(deadline=None)
@given(st.lists(ohms, min_size=1, max_size=8))
def test_conductances_in_parallel_add_up(values):
    """Links side by side have the sum of their conductances."""
    found = ConductorNetwork([(0, 1, ohm, 0.0) for ohm in values]).two_wire_resistance(0, 1)
    assert 1 / found == pytest.approx(sum(1 / ohm for ohm in values), rel=1e-9)


@settings(deadline=None)
@given(meshes(), st.data())
def test_source_and_sense_may_be_exchanged(mesh, data):
    """Reciprocity: the same reading with the current through the sense leads."""
    count, elements = mesh
    a, b, c, d = (data.draw(st.integers(0, count - 1)) for _ in range(4))
    network = ConductorNetwork(elements)
    # A bridge in balance reads the difference of large voltages: what cancels leaves rounding of their size.
    rounding = 1e-11 * sum(ohm for _, _, ohm, _ in elements)
    assert network.four_wire_resistance(a, b, c, d) == pytest.approx(
        network.four_wire_resistance(c, d, a, b), rel=1e-6, abs=1e-9 + rounding
    )


@settings(deadline=None)
@given(meshes(), ohms)
def test_more_copper_never_raises_the_resistance(mesh, ohm):
    """Rayleigh's law of monotonicity."""
    count, elements = mesh
    before = ConductorNetwork(elements).two_wire_resistance(0, count - 1)
    after = ConductorNetwork([*elements, (0, count - 1, ohm, 0.0)]).two_wire_resistance(0, count - 1)
    assert after <= before * (1 + 1e-9)


@settings(deadline=None)
@given(meshes(teraohms), st.data())
def test_insulation_is_found_as_exactly_as_copper(mesh, data):
    """The same law holds eleven orders of magnitude higher, against a solve by pseudo-inverse."""
    count, elements = mesh
    a, b = data.draw(st.permutations(range(count)))[:2]
    laplacian = np.zeros((count, count))
    for i, j, ohm, _ in elements:
        laplacian[[i, j], [i, j]] += 1e5 / ohm
        laplacian[[i, j], [j, i]] -= 1e5 / ohm
    inverse = np.linalg.pinv(laplacian, rcond=1e-14)
    expected = 1e5 * (inverse[a, a] + inverse[b, b] - 2 * inverse[a, b])
    assert ConductorNetwork(elements).insulation(a, b).ohm == pytest.approx(expected, rel=1e-3)


@settings(deadline=None)
@given(meshes(teraohms), st.data())
def test_the_lower_bound_of_insulation_is_one(mesh, data):
    """No other net is better insulated from a net than all of them together are badly."""
    count, elements = mesh
    a, b = data.draw(st.permutations(range(count)))[:2]
    network = ConductorNetwork(elements)
    assert network.least_insulation_ohm(a) <= network.insulation(a, b).ohm * (1 + 1e-9)


def test_milliohms_are_exact_beside_teraohms():
    """One matrix of both would lose the milliohm in its rounding."""
    network = ConductorNetwork([(0, 1, 1e-3, 0.0), (1, 2, 0.134, 0.0), (0, 2, 5e12, 0.0), (2, 3, 7e12, 0.0)])
    assert network.two_wire_resistance(0, 2) == pytest.approx(0.135, rel=1e-12)
    assert network.insulation(0, 3).ohm == pytest.approx(7e12, rel=1e-12)


def test_four_wires_do_not_see_their_leads():
    """Half an ohm of lead at each terminal leaves the reading alone; two wires read it all."""
    leads = [(10, 0, 0.5, 0.0), (11, 1, 0.5, 0.0), (12, 0, 0.5, 0.0), (13, 1, 0.5, 0.0)]
    network = ConductorNetwork([(0, 1, 0.2, 0.0), *leads])
    assert network.four_wire_resistance(10, 11, 12, 13) == pytest.approx(0.2, rel=1e-12)
    assert network.two_wire_resistance(10, 11) == pytest.approx(1.2, rel=1e-12)


def test_a_floating_sense_lead_is_no_reading():
    """A sense lead that hangs in the air reads as an overload, not as zero."""
    network = ConductorNetwork([(0, 1, 0.2, 0.0), (5, 6, 1.0, 0.0)])
    assert network.four_wire_resistance(0, 1, 0, 5) == math.inf
    assert network.four_wire_resistance(0, 1, 7, 1) == math.inf
    assert network.two_wire_resistance(0, 9) == math.inf


def test_capacitance_adds_up_across_insulation():
    """Two insulations side by side have both capacitances; in series less than either."""
    network = ConductorNetwork([(0, 1, 1e12, 3e-11), (0, 1, 1e12, 5e-11), (1, 2, 1e12, 8e-11)])
    assert network.insulation(0, 1).farad == pytest.approx(8e-11)
    assert network.insulation(0, 2).farad == pytest.approx(4e-11)


@pytest.mark.parametrize("ohm", [0.0, -1.0, math.inf, math.nan])
def test_an_impossible_resistance_is_refused(ohm):
    """Zero, negative and infinite elements are not elements."""
    with pytest.raises(ValueError, match="positive finite resistance"):
        ConductorNetwork([(0, 1, ohm, 0.0)])


def test_a_larger_network_leaves_the_smaller_as_it_was():
    """Relays closed around a device do not change the device."""
    small = ConductorNetwork([(0, 1, 1.0, 0.0)])
    assert small.with_elements([(0, 1, 1.0, 0.0)]).two_wire_resistance(0, 1) == pytest.approx(0.5)
    assert small.two_wire_resistance(0, 1) == pytest.approx(1.0)
