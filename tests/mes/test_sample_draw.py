"""Draws that anybody can repeat, and verdicts that the whole sample gives."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mes.desk.sample_draw import SampleVerdict, drawn, verdict

items = st.sets(st.text(min_size=1, max_size=8), min_size=1, max_size=30)


@settings(max_examples=30, deadline=None)
@given(items, st.text(max_size=8), st.data())
def test_draw_is_repeated_from_its_seed(population, seed, data):
    """The same seed takes the same pieces in whatever order they are named, and a larger sample holds the smaller."""
    size = data.draw(st.integers(1, len(population)))
    first = drawn(population, size, seed)
    assert first == drawn(data.draw(st.permutations(sorted(population))), size, seed)
    assert first <= population
    assert len(first) == size
    assert first <= drawn(population, len(population), seed) == population


@settings(max_examples=30, deadline=None)
@given(items, st.text(max_size=8), st.data())
def test_piece_that_leaves_changes_one_place_at_most(population, seed, data):
    """A unit that is scrapped between two draws does not reshuffle the sample."""
    gone = data.draw(st.sampled_from(sorted(population)))
    rest = population - {gone}
    if rest:
        size = data.draw(st.integers(1, len(rest)))
        assert len(drawn(population, size, seed) - drawn(rest, size, seed)) <= 1


def test_every_piece_has_the_same_chance():
    """Over a thousand seeds each of ten pieces is drawn about three hundred times when three are taken."""
    counts = dict.fromkeys(map(str, range(10)), 0)
    for seed in range(1000):
        for piece in drawn(counts, 3, str(seed)):
            counts[piece] += 1
    # Five standard deviations of a binomial count with n = 1000 and p = 0.3.
    assert all(abs(count - 300) < 73 for count in counts.values())


def test_more_than_there_is_cannot_be_drawn():
    """A sample larger than its population is a mistake of whoever asks."""
    with pytest.raises(ValueError, match="a sample of 3 cannot be drawn from 2 pieces"):
        drawn(["a", "b"], 3, "s")


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ([], SampleVerdict.OPEN),
        ([True, True], SampleVerdict.OPEN),
        ([True, True, True], SampleVerdict.ACCEPTED),
        ([True, False, True], SampleVerdict.ACCEPTED),
        ([False, False], SampleVerdict.REJECTED),
    ],
)
def test_verdict_of_three_with_one_allowed(results, said):
    """Rejection is certain before the last piece, acceptance only with it."""
    assert verdict(3, 1, results) is said
