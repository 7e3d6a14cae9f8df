"""Over which magnitudes each defect of a kit goes from harmless to certain."""

import random
from dataclasses import dataclass

from sim_hardware.duts.network import kit_defects as fault
from sim_hardware.duts.network.kit_design import SWITCH, KitPlan, KitSpecification
from sim_hardware.duts.single_kind_family import CERTAIN, ONCE, PlacedSweep


@dataclass(frozen=True, slots=True)
class KitSweep(PlacedSweep):
    """A sweep of a kit's defect."""


def kit_sweeps(plan: KitPlan, spec: KitSpecification) -> tuple[KitSweep, ...]:
    """Every defect that a kit of this plan can have."""
    copper = [number for number, link in enumerate(plan.links, 1) if link.is_copper]
    switches = sum(node.kind == SWITCH for node in plan.nodes)
    soak = spec.soak_s

    def link(draw: random.Random) -> int:
        return draw.randint(1, len(plan.links))

    def end(draw: random.Random) -> int:
        return draw.randint(1, 2)

    def swapped(_: float, draw: random.Random) -> fault.SwappedCables:
        first, second = sorted(draw.sample(copper, 2))
        return fault.SwappedCables(first=first, second=second, end=end(draw))

    def wrong_part(_: float, draw: random.Random) -> fault.WrongPart:
        number = link(draw)
        part = "DAC-800G-X150" if plan.links[number - 1].is_copper else "OSFP-800G-SR8"
        return fault.WrongPart(link=number, end=end(draw), part=part)

    def wrong_length(x: float, draw: random.Random) -> fault.WrongLength:
        number = draw.choice(copper)
        return fault.WrongLength(link=number, length_m=plan.links[number - 1].length_m * x)

    def exchanged_plug(_: float, draw: random.Random) -> fault.ExchangedPlug:
        plugs = len(plan.positions) - switches
        return fault.ExchangedPlug(plug=draw.randint(1, plugs), serial=f"XX{draw.randrange(10**7):07d}")

    return (
        KitSweep("missing_cable", "1", ONCE, CERTAIN, "links", lambda _, draw: fault.MissingCable(link=link(draw))),
        KitSweep("swapped_cables", "1", ONCE, CERTAIN, "links", swapped),
        KitSweep("wrong_part", "1", ONCE, CERTAIN, "links", wrong_part),
        KitSweep("long_cable", "1", (1.01, 1.02, 1.12, 1.35, 2.0), (1.3, 2.0), "links", wrong_length),
        KitSweep("short_cable", "1", (0.99, 0.98, 0.88, 0.65, 0.35), (0.7, 0.35), "links", wrong_length),
        KitSweep(
            "marginal_snr",
            "dB",
            (0.2, 0.5, 1.0, 2.0, 3.0, 4.0),
            (2.5, 4.0),
            "links",
            lambda x, draw: fault.MarginalSnr(link=link(draw), end=end(draw), drop_db=x),
        ),
        KitSweep(
            "link_flap",
            "s",
            tuple(soak * x for x in (10.0, 2.0, 1.3, 0.8, 0.3, 0.05)),
            (0.5 * soak, 0.02 * soak),
            "links",
            lambda x, draw: fault.LinkFlap(link=link(draw), interval_s=x),
        ),
        KitSweep(
            "deaf_agent",
            "1",
            ONCE,
            CERTAIN,
            "nodes",
            lambda _, draw: fault.DeafAgent(link=link(draw), end=end(draw)),
        ),
        KitSweep("exchanged_names", "1", ONCE, CERTAIN, "nodes", lambda _, __: fault.ExchangedNames(first=1, second=2)),
        KitSweep("exchanged_plug", "1", ONCE, CERTAIN, "labels", exchanged_plug),
        KitSweep(
            "exchanged_switch",
            "1",
            ONCE,
            CERTAIN,
            "labels",
            lambda _, draw: fault.ExchangedSwitch(
                switch=draw.randint(1, switches), serial=f"SX{draw.randrange(10**7):07d}"
            ),
        ),
    )
