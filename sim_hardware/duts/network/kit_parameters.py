"""The true parameters of one network kit: drawn from (seed, serial) or those of its parts, then altered by defects."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sim_hardware.duts.network.kit_design import SWITCH, KitDesign, KitPlan, PlannedLink, PortName
from sim_hardware.duts.network.kit_parts import PluggedPart
from sim_hardware.duts.network.switch_unit import SwitchUnit
from sim_hardware.modules.identity import ModuleIdentity
from sim_hardware.physics.random_stream import random_stream

_PREFIXES = {True: "DAC{:07d}", False: "XCV{:07d}"}
_MODULES_EACH = 16
"""Serial numbers of fresh cables and optics that belong to one kit's number."""


@dataclass(slots=True, kw_only=True)
class LinkParameters:
    """One link as it really is. Mutable only while the kit is made; `[0]` is its end a, `[1]` its end b.

    `leads` says into which port each end is plugged. `modules` is what the memories in its plugs say, `penalty_db` what
    the link costs each receiver. `hears` is whether LLDP frames get through to an end.
    """

    planned: PlannedLink
    modules: list[ModuleIdentity]
    leads: list[PortName]
    length_m: float
    penalty_db: list[float]
    ceiling_db: list[float]
    """The SNR that an end's own receiver has at most: that of an optic for light of the ordinary level, in dB."""
    is_there: bool = True
    flap_interval_s: float = math.inf
    hears: list[bool] = field(default_factory=lambda: [True, True])

    @property
    def carries_light(self) -> bool:
        """Whether both ends speak the same: a multimode optic and a single-mode one do not."""
        return self.modules[0].media == self.modules[1].media


@dataclass(slots=True, kw_only=True)
class KitParameters:
    """One kit as it really is."""

    design: KitDesign
    plan: KitPlan
    names: dict[str, str]
    """What each node calls itself, by the name that the plan gives it."""
    switches: dict[str, SwitchUnit]
    links: list[LinkParameters]
    labels: dict[str, str]
    """The label of each part by position, as it was scanned when the kit was built."""
    host_snr_db: dict[PortName, float]


def drawn_kit(
    design: KitDesign,
    plan: KitPlan,
    seed: int,
    serial: str,
    *,
    switches: Mapping[str, SwitchUnit],
    given: Mapping[str, PluggedPart],
) -> KitParameters:
    """The parameters of the kit of this serial number with these switches, healthy where nothing is given."""

    def normal(name: str) -> float:
        return random_stream(seed, "kit", serial, name).gauss(0.0, 1.0)

    number = int("".join(letter for letter in serial if letter.isdigit()) or "0")
    labels = {node.position: switches[node.name].serial for node in plan.nodes if node.kind == SWITCH}
    links = []
    for at, link in enumerate(plan.links):
        plugs = []
        for end, position in enumerate(link.positions):
            count = plan.positions.index(position)
            part = given.get(position) or _fresh(design, link, _MODULES_EACH * number + count, normal(f"loss {at}"))
            labels[position] = part.label
            plugs.append((part, part.modules[end if link.is_copper else 0]))
        loss_db = plugs[0][0].loss_db
        if link.is_copper:
            penalty = design.snr_db_per_db * max(0.0, loss_db - design.plug_loss_db)
            penalties = [penalty, penalty]
        else:
            penalties = [
                design.optic_penalty_db + design.optic_sigma_db * normal(f"optic {at} {end}") for end in (0, 1)
            ]
        links.append(
            LinkParameters(
                planned=link,
                modules=[module for _, module in plugs],
                leads=list(link.ends),
                length_m=plugs[0][0].length_m,
                penalty_db=penalties,
                ceiling_db=[part.snr_db for part, _ in plugs],
            )
        )
    return KitParameters(
        design=design,
        plan=plan,
        names={node.name: node.name for node in plan.nodes},
        switches=dict(switches),
        links=links,
        labels=labels,
        host_snr_db={
            end: design.host_snr_db + design.host_snr_sigma_db * normal(f"host {end}")
            for link in plan.links
            for end in link.ends
        },
    )


def _fresh(design: KitDesign, link: PlannedLink, number: int, spread: float) -> PluggedPart:
    """A good cable or optic that nobody has seen before."""
    label = _PREFIXES[link.is_copper].format(number % 10**7)
    media = "passive copper" if link.is_copper else "single-mode"
    told = ModuleIdentity(
        "OSFP", "RACKLINE", "02-52-4C", link.part, "A1", label, "260105", media, round(link.length_m, 1)
    )
    loss_db = design.copper_db + design.copper_db_m * link.length_m + design.copper_sigma_db * spread
    return PluggedPart(label, (told, replace(told)), link.length_m, loss_db)
