"""Stays in containers and absences from the site: laws of the pure rules, whatever was recorded in any order."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from mes.projection.goods_history import Handling, absences, stays

MOMENT = datetime(2026, 5, 4, 6, tzinfo=UTC)


def handlings(first):
    """Facts about one thing, each with an id of its own, at few moments so that some are equal."""
    facts = st.lists(st.tuples(st.integers(0, 9), st.sampled_from("ABC")), max_size=8)
    return facts.map(
        lambda told: [
            Handling(MOMENT + timedelta(minutes=minute), UUID(int=first + number), container)
            for number, (minute, container) in enumerate(told)
        ]
    )


packings, unpackings = handlings(1), handlings(100)


@settings(max_examples=50)
@given(packings, unpackings)
def test_a_thing_is_in_one_container_at_most(packed, unpacked):
    """At every moment, contradictory records included; and every packing has its stay."""
    found = stays(packed, unpacked)
    assert found.keys() == {fact.id for fact in packed}
    for minute in range(20):
        moment = MOMENT + timedelta(minutes=minute / 2)
        ends = [found[fact.id].until for fact in packed if fact.at <= moment]
        assert sum(end is None or end > moment for end in ends) <= 1


@settings(max_examples=50)
@given(packings, unpackings, st.randoms())
def test_stays_do_not_depend_on_the_order_of_arrival(packed, unpacked, random):
    """What arrives late lands as if it had come in time."""
    expected = stays(packed, unpacked)
    random.shuffle(packed)
    random.shuffle(unpacked)
    assert stays(packed, unpacked) == expected


@settings(max_examples=50)
@given(packings, unpackings, st.sampled_from("ABC"))
def test_packing_and_taking_out_restores_what_was(packed, unpacked, container):
    """Of a thing that is in nothing; the stays before are untouched."""
    before = stays(packed, unpacked)
    if any(stay.until is None for stay in before.values()):
        return
    later = MOMENT + timedelta(hours=1)
    extra, out = Handling(later, UUID(int=500), container), Handling(later, UUID(int=501), container)
    after = stays([*packed, extra], [*unpacked, out])
    assert after.pop(extra.id).until == later
    assert after == before


@settings(max_examples=50)
@given(packings, unpackings)
def test_a_return_ends_every_shipment_before_it_and_none_after(shipped, returned):
    """A unit is away exactly when it was shipped after it last came back."""
    found = absences(shipped, returned)
    last = max((fact.at for fact in returned), default=None)
    for fact in shipped:
        assert (found[fact.id] is None) == (last is None or fact.at > last)
