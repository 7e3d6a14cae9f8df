"""What a work order is: a function of its events in their own order, whenever they arrive."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mes.projection.orders import OrderSet
from mes.work_order import work_order

EPOCH = datetime(2026, 5, 4, 6, tzinfo=UTC)


@dataclass(frozen=True)
class Event:
    """A row of the events of orders."""

    id: UUID
    number: str
    act: str
    happened_at: datetime
    part: str | None = None
    revision: str | None = None
    quantity: int | None = None
    due: date | None = None
    customer: str | None = None
    by: str = "ann"
    simulated: bool = True


def event(act, minute, number=1, **facts):
    """Something done to an order."""
    if act == "RELEASED":
        facts = {"part": "CABLE-1", "revision": "A", "quantity": 5} | facts
    return Event(UUID(int=number), "WO-1", act, EPOCH + timedelta(minutes=minute), **facts)


RELEASED = event("RELEASED", 0, 1)


@pytest.mark.parametrize(
    ("events", "quantity", "is_open"),
    [
        ([RELEASED], 5, True),
        ([RELEASED, event("CHANGED", 1, 2, quantity=7)], 7, True),
        ([RELEASED, event("CLOSED", 1, 2)], 5, False),
        ([RELEASED, event("CLOSED", 1, 2), event("CHANGED", 2, 3, customer="ACME")], 5, True),
        ([RELEASED, event("CHANGED", 2, 3, quantity=7), event("CLOSED", 1, 2)], 7, True),
        ([event("CHANGED", -1, 2, quantity=9), RELEASED], 5, True),
    ],
)
def test_order_is_what_its_events_say_in_their_order(events, quantity, is_open):
    """A change after closing opens it again; what came before the release changed nothing."""
    order = work_order(events)
    assert (order.quantity, order.is_open) == (quantity, is_open)


def test_order_that_nobody_released_is_none():
    """A change alone makes no order."""
    assert work_order([event("CHANGED", 1, quantity=7)]) is None
    assert work_order([]) is None


acts = st.sampled_from(["RELEASED", "CHANGED", "CLOSED"])
histories = st.lists(st.tuples(acts, st.integers(0, 4), st.integers(1, 9)), max_size=6).map(
    lambda found: [
        event(act, minute, number, **({} if act == "CLOSED" else {"quantity": quantity}))
        for number, (act, minute, quantity) in enumerate(found, 1)
    ]
)


@settings(max_examples=40, deadline=None)
@given(histories, st.data())
def test_order_of_arrival_says_nothing(events, data):
    """The same events give the same order, however late some of them arrive."""
    assert work_order(data.draw(st.permutations(events))) == work_order(events)


UNITS = [("own", "CABLE-1", serial) for serial in ("C1", "C2", "C3")]
moves = st.lists(
    st.tuples(st.sampled_from(UNITS), st.sampled_from(["WO-1", "WO-2", None]), st.integers(0, 3)), max_size=8
)


@settings(max_examples=40, deadline=None)
@given(moves, st.data())
def test_unit_is_in_one_order_at_most(found, data):
    """However units are moved about and told of late, each has the order of its newest assignment and no other."""
    told = [
        (unit, order, EPOCH + timedelta(minutes=minute), UUID(int=n)) for n, (unit, order, minute) in enumerate(found)
    ]
    sets = [OrderSet(), OrderSet()]
    for orders, arrivals in zip(sets, (told, data.draw(st.permutations(told))), strict=True):
        for unit, order, at, record in arrivals:
            orders.assign(unit, order, at, record, "ann", by_gate=False)
    newest = {unit: order for unit, order, *_ in sorted(told, key=lambda one: one[2:])}
    assert sets[0].orders == sets[1].orders == newest
