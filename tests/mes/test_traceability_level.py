"""How deeply a unit is traced: what each level asks, what is missing by name, the whole as good as its weakest."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mes.quality.as_built import BillLine, BuiltPart, BuiltUnit, RouteOperation, StandingRun
from mes.quality.traceability_level import attained
from mes.vocabulary import CollectionMode, OperationKind, RunEnding, Verdict

RUN = StandingRun(
    "final_test", 1, "t1", "mei", "F1", "B", 7, Verdict.PASSED, RunEnding.COMPLETED, (), 2, 23.5, ("image/png",)
)
PLUG = BuiltPart(
    "J1", "Amphenol", "PLUG", 1.0, "assembly", "a1", "mei", CollectionMode.AUTO, lot="C-77", date_code="2608"
)
CABLE = BuiltUnit(
    "DAC C1",
    "A",
    bought=False,
    defined=True,
    work_order="WO-1",
    bill=(BillLine("J1", "PLUG", 1.0, "pc", by_piece=False),),
    route=(RouteOperation("assembly", OperationKind.ASSEMBLY), RouteOperation("final_test", OperationKind.TEST)),
    parts=(PLUG,),
    runs=(RUN,),
    benches=frozenset({"assembly"}),
)


def levels(unit):
    """Material and process level, and what is missing."""
    found = attained(unit)
    return found.material, found.process, [f"{gap.name} {gap.subject}: {gap.missing}" for gap in found.gaps]


def test_unit_of_which_everything_is_recorded_attains_the_highest_levels():
    """Nothing missing: M4 and P4."""
    assert levels(CABLE) == (4, 4, [])


@pytest.mark.parametrize(
    ("unit", "material", "process", "missing"),
    [
        (replace(CABLE, parts=(replace(PLUG, date_code=None),)), 1, 4, "M2 position J1 lot C-77: no date code"),
        (replace(CABLE, work_order=None), 4, 4, "M1 work order: not recorded; each part is linked to the serial"),
        (replace(CABLE, defined=False), 0, 4, "M1 bill of material: none is released for revision A"),
        (replace(CABLE, parts=(replace(PLUG, quantity=0.5),)), 0, 4, "M1 position J1: 0.5 of 1 pc recorded"),
        (replace(CABLE, parts=(replace(PLUG, overdrawn=True),)), 2, 4, "M3 position J1 lot C-77: more of the lot"),
        (
            replace(CABLE, bill=(replace(CABLE.bill[0], by_piece=True),)),
            3,
            4,
            "M4 position J1: traced by the piece, recorded by the lot",
        ),
        (
            replace(CABLE, parts=(replace(PLUG, quantity=0.5), replace(PLUG, quantity=0.5, lot="C-78"))),
            3,
            4,
            "M4 position J1: lots C-77, C-78 in one position: which is where",
        ),
        (replace(CABLE, benches=frozenset()), 4, 1, "P2 operation assembly: no bench"),
        (replace(CABLE, runs=()), 4, 0, "P1 operation final_test: no finished run"),
        (
            replace(CABLE, runs=(), disturbed=frozenset({"final_test"})),
            4,
            0,
            "P1 operation final_test: its result was disturbed",
        ),
        (replace(CABLE, route=()), 4, 0, "P1 route: none is released for revision A"),
        (
            replace(CABLE, runs=(replace(RUN, fixture_revision=None),)),
            4,
            1,
            "P2 final_test run 1: no revision of fixture F1",
        ),
        (replace(CABLE, runs=(replace(RUN, unmeasured=("sdd21",)),)), 4, 2, "P3 final_test run 1: no value of sdd21"),
        (replace(CABLE, runs=(replace(RUN, fixture_cycles=None),)), 4, 2, "P3 final_test run 1: no cycle count"),
        (replace(CABLE, runs=(replace(RUN, media_types=("text/csv",)),)), 4, 3, "P4 final_test run 1: no image"),
    ],
)
def test_each_level_asks_its_fields(unit, material, process, missing):
    """What is missing is named, and costs the level that asks for it and those above, no other."""
    found = levels(unit)
    assert found[:2] == (material, process)
    assert any(line.startswith(missing) for line in found[2]), found[2]


def test_missing_part_costs_the_first_material_level():
    """A position of the bill that nothing was recorded for."""
    material, process, missing = levels(replace(CABLE, parts=()))
    assert (material, process) == (0, 0)
    assert missing == ["M1 position J1: no PLUG recorded", "P1 operation assembly: nothing was bound there"]


def test_bought_unit_is_judged_by_its_identity():
    """How its maker made it is no record of this site; the process of the whole is that of the others."""
    bought = BuiltUnit("Kioxia SSD S1", "A", bought=True, defined=False)
    seated = BuiltPart(
        "B1", "Kioxia", "SSD", 1.0, "assembly", "a1", "mei", CollectionMode.AUTO, serial="S1", unit=bought
    )
    found = attained(replace(CABLE, parts=(PLUG, seated)))
    assert (found.material, found.process) == (4, 4)
    assert found.children[0].process is None
    assert found.children[0].gaps == ()


def test_mode_of_collection_is_told_for_each_fact():
    """What a person keyed is told apart; a run without instruments does not say."""
    keyed = replace(PLUG, collection=CollectionMode.MANUAL)
    facts = attained(replace(CABLE, parts=(keyed,), runs=(RUN, replace(RUN, attempt=2, instruments=0)))).facts
    assert [(fact.subject, fact.collection) for fact in facts] == [
        ("position J1 lot C-77", CollectionMode.MANUAL),
        ("final_test run 1", CollectionMode.AUTO),
        ("final_test run 2", None),
    ]


flawed = st.builds(
    lambda date_code, revision, images: replace(
        CABLE,
        parts=(replace(PLUG, date_code=date_code),),
        runs=(replace(RUN, fixture_revision=revision, media_types=images),),
    ),
    st.sampled_from([None, "2608"]),
    st.sampled_from([None, "B"]),
    st.sampled_from([(), ("image/png",)]),
)


@given(st.lists(flawed, max_size=4), flawed)
def test_whole_is_as_good_as_its_weakest(children, top):
    """No unit attains more than it does itself, and none more than what is in it."""
    seats = tuple(
        BuiltPart(f"B{i}", "own", "DAC", 1.0, "assembly", "a1", "mei", CollectionMode.AUTO, serial=f"{i}", unit=child)
        for i, child in enumerate(children)
    )
    found = attained(replace(top, parts=(*top.parts, *seats)))
    everything = list(found.whole())
    assert len(everything) == 1 + len(children)
    assert found.material == min(one.own_material for one in everything)
    assert found.process == min(one.own_process for one in everything if one.own_process is not None)
