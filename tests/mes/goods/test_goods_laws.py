"""Laws of goods whatever people do at the desk, and two of them at once, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mes.command_line import CommandError
from mes.database import open_engine
from mes.desk.acts import Desk
from mes.desk.packing import pack, unpack
from mes.desk.returning import Authorisation, take_back
from mes.desk.robbing import Robbing, rob
from mes.desk.shipping import Destination, ship
from mes.queries.goods import contents
from mes.queries.identity import find_units

EXAMPLES = settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
SERIALS, BOXES = ("B1", "B2"), ("BOX-1", "BOX-2")
deeds = st.lists(
    st.tuples(
        st.sampled_from(("pack", "pack", "unpack", "ship", "return")), st.sampled_from(SERIALS), st.sampled_from(BOXES)
    ),
    min_size=4,
    max_size=10,
)


def unit(line, serial):
    """A unit as it is now."""
    return find_units(line.engine, serial)[0]


def do(line, desk, deed, serial, box):
    """One deed; whether it was done."""
    try:
        if deed == "pack":
            return not pack(desk, box, [unit(line, serial)], "olga").refused
        if deed == "unpack":
            unpack(desk, box, [unit(line, serial)], "olga")
        elif deed == "ship":
            return not ship(desk, [box], Destination("ACME"), "olga").refused
        else:
            take_back(desk, unit(line, serial), Authorisation("RMA-1", "tried"), "olga", again=())
    except CommandError:
        return False
    return True


@pytest.fixture
def emptied(line, bundles):
    """Begins again with two units that may leave; their serials are new each time."""
    counted = iter(range(1000))

    def begin():
        number = next(counted)
        names = tuple(f"{serial}-{number}" for serial in SERIALS)
        bundles(*names)
        return dict(zip(SERIALS, names, strict=True)), {box: f"{box}-{number}" for box in BOXES}

    return begin


def test_goods_are_where_a_model_of_them_says(line, desk, emptied, passed):
    """A unit is in one box or none, leaves once, and comes back out of its box; nothing else is possible."""

    @given(deeds)
    @EXAMPLES
    def holds(history):
        names, boxes = emptied()
        inside = dict.fromkeys(SERIALS)
        away: set[str] = set()
        for deed, serial, box in history:
            shut = any(inside[one] == box and one in away for one in SERIALS)
            fit = {one for one in SERIALS if one not in away}
            if deed == "pack":
                possible = inside[serial] is None and serial in fit and not shut
            elif deed == "unpack":
                possible = inside[serial] == box and not shut
            elif deed == "ship":
                possible = any(inside[one] == box for one in SERIALS) and not shut
            else:
                possible = serial in away
            assert do(line, desk, deed, names[serial], boxes[box]) is possible, (deed, serial, box)
            if not possible:
                continue
            if deed == "pack":
                inside[serial] = box
            elif deed == "unpack":
                inside[serial] = None
            elif deed == "ship":
                away |= {one for one in SERIALS if inside[one] == box}
            else:
                away.discard(serial)
                inside[serial] = None
                passed(unit_identity(line, names[serial]), "bundle_test")
            with line.engine.connect() as connection:
                for name, real in boxes.items():
                    held = {packed.unit.serial for packed in contents(connection, [real])}
                    assert held == {names[one] for one in SERIALS if inside[one] == name}
        for one in SERIALS:
            assert (unit(line, names[one]).state.value == "SHIPPED") is (one in away)

    holds()


def unit_identity(line, serial):
    """The identity of a bundle."""
    found = unit(line, serial)
    from mes.records import UnitIdentity

    return UnitIdentity(part=found.part, serial=found.serial)


def at_once(line, deeds):
    """What came of deeds that several clients, each with an engine of its own, began together."""
    barrier = Barrier(len(deeds))

    def one(deed):
        engine = open_engine(line.url)
        try:
            barrier.wait()
            return deed(Desk(engine))
        except CommandError as error:
            return str(error)
        finally:
            engine.dispose()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(one, deeds))


def test_two_clients_pack_one_unit_into_two_containers(line, bundles):
    """Exactly one wins, and the other is told where the unit is."""
    bundles("B1")
    target = unit(line, "B1")
    answers = at_once(line, [lambda desk, box=box: pack(desk, box, [target], "olga") for box in BOXES])
    winners = [answer.container for answer in answers if not answer.refused]
    (loser,) = [answer for answer in answers if answer.refused]
    assert len(winners) == 1
    (refusal,) = loser.refused[0].refusals
    assert (refusal.rule, refusal.message) == ("packed", f"BUNDLE-8 B1 is in container {winners[0]}")


def test_two_clients_ship_one_unit(line, bundles):
    """It leaves once, for one customer."""
    bundles("B1")
    target = unit(line, "B1")
    answers = at_once(
        line, [lambda desk, to=to: ship(desk, [target], Destination(to), "olga") for to in ("ACME", "Umbrella")]
    )
    assert sorted(answer.shipment is None for answer in answers) == [False, True]


def test_genealogy_is_a_forest_after_robbing(line, desk, emptied):
    """Whoever is robbed for whom: every component has one parent at most, and holds nobody that holds it."""
    parts = st.lists(st.tuples(*[st.sampled_from((*SERIALS, "C1", "C2", "C3"))] * 2), min_size=2, max_size=6)
    numbers = iter(range(1000))

    @given(parts)
    @EXAMPLES
    def holds(robberies):
        number = next(numbers)
        names = {name: f"{name}~{number}" for name in (*SERIALS, "C1", "C2", "C3")}
        units = {name: line.register(real, "LOOSE") for name, real in names.items()}
        line.install(units["C1"], "p", units["C2"])
        line.install(units["B1"], "p", units["C1"])
        line.install(units["B2"], "p", units["C3"])
        parents = {"C2": "C1", "C1": "B1", "C3": "B2"}
        for donor, recipient in robberies:
            inside = [child for child, parent in parents.items() if parent == donor]
            above = recipient
            chain = {above}
            while above in parents:
                above = parents[above]
                chain.add(above)
            taken = inside[0] if len(inside) == 1 else None
            possible = taken is not None and donor != recipient and taken not in chain
            what = Robbing(unit(line, names[donor]), "p", unit(line, names[recipient]), "p")
            try:
                rob(desk, what, "needed", "olga")
                done = True
            except CommandError:
                done = False
            assert done is possible, (donor, recipient, parents)
            if done:
                parents[taken] = recipient
        for child, parent in parents.items():
            with line.engine.connect() as connection:
                from mes.desk.facts import holders

                assert holders(connection, unit(line, names[child]).id)[0] == unit(line, names[parent]).id

    line.define("LOOSE")
    holds()
