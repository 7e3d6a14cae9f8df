"""What can be wrong with a network kit that is built of good parts. Links count from 1 in the plan's order.

End 1 of a link is the plan's a, end 2 its b; switches count from 1 in the plan's order.
"""

from dataclasses import dataclass, replace

from sim_hardware.duts.network.defect import NetworkDefect, place
from sim_hardware.duts.network.kit_design import SWITCH, PlannedNode
from sim_hardware.duts.network.kit_parameters import KitParameters, LinkParameters
from sim_hardware.duts.network.switch_unit import SwitchUnit


class KitDefect(NetworkDefect[KitParameters]):
    """Base of all defects of a kit."""

    __slots__ = ()


def _link(parameters: KitParameters, number: int) -> LinkParameters:
    return parameters.links[place(number, parameters.links, "link")]


def _switches(parameters: KitParameters) -> list[PlannedNode]:
    return [node for node in parameters.plan.nodes if node.kind == SWITCH]


def _end(number: int) -> int:
    return place(number, [1, 2], "end")


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingCable(KitDefect):
    """A link without its cable; optics stay where they are."""

    link: int

    def alter(self, parameters: KitParameters) -> None:
        """Take it out."""
        _link(parameters, self.link).is_there = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SwappedCables(KitDefect):
    """Two cables that have changed places at this end."""

    first: int
    second: int
    end: int

    def alter(self, parameters: KitParameters) -> None:
        """Exchange the plugs. Raises ValueError for plugs that do not fit each other's port."""
        first, second, end = _link(parameters, self.first), _link(parameters, self.second), _end(self.end)
        if first is second or first.planned.is_copper is not second.planned.is_copper:
            raise ValueError(f"links {self.first} and {self.second} cannot be exchanged: not two of one medium")
        first.leads[end], second.leads[end] = second.leads[end], first.leads[end]


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongPart(KitDefect):
    """A cable, or the optic at this end of a fibre, of another part number."""

    link: int
    end: int
    part: str

    def alter(self, parameters: KitParameters) -> None:
        """Exchange it; an optic of another kind sends light that the far one does not hear."""
        link, end = _link(parameters, self.link), _end(self.end)
        if link.planned.is_copper:
            link.modules = [replace(module, part=self.part) for module in link.modules]
        else:
            link.modules[end] = replace(link.modules[end], part=self.part, media="multimode")


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongLength(KitDefect):
    """A copper cable of another length, with the part number that such a one has."""

    link: int
    length_m: float

    def alter(self, parameters: KitParameters) -> None:
        """Exchange it. Raises ValueError for a link of fibre, whose length no port can tell."""
        link, design = _link(parameters, self.link), parameters.design
        if not link.planned.is_copper:
            raise ValueError(f"link {self.link} is of fibre: no memory tells its length")
        told_m = round(self.length_m, 1)
        same = told_m == round(link.planned.length_m, 1)
        # Stock lengths are named by their centimetres: DAC-800G-150, DAC-800G-200.
        part = link.planned.part if same else f"{link.planned.part.rpartition('-')[0]}-{round(100 * told_m):03d}"
        link.modules = [replace(module, part=part, length_m=told_m) for module in link.modules]
        more_db = design.copper_db_m * (self.length_m - link.length_m)
        link.penalty_db = [max(0.0, penalty + design.snr_db_per_db * more_db) for penalty in link.penalty_db]
        link.length_m = self.length_m


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangedPlug(KitDefect):
    """A cable or optic (by its place in the bill of material, the switches apart) that was exchanged for another one of
    its kind after its label had been scanned, and nobody said so.
    """

    plug: int
    serial: str

    def alter(self, parameters: KitParameters) -> None:
        """Exchange it: the memories say another serial number than the label that was scanned."""
        plan = parameters.plan
        plugs = list(plan.positions[len(_switches(parameters)) :])
        position = plugs[place(self.plug, plugs, "plug")]
        for link in parameters.links:
            link.modules = [
                replace(module, serial=self.serial) if at == position else module
                for module, at in zip(link.modules, link.planned.positions, strict=True)
            ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangedSwitch(KitDefect):
    """A switch that was exchanged for another good one after its label had been scanned, and nobody said so."""

    switch: int
    serial: str

    def alter(self, parameters: KitParameters) -> None:
        """Exchange it."""
        nodes = _switches(parameters)
        name = nodes[place(self.switch, nodes, "switch")].name
        made = parameters.switches[name]
        other = replace(made.parameters, memory_serial=self.serial)
        parameters.switches[name] = SwitchUnit(other, made.specification, self.serial, other.memory_part)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangedNames(KitDefect):
    """Two switches that were each set up as the other one."""

    first: int
    second: int

    def alter(self, parameters: KitParameters) -> None:
        """Exchange their names."""
        nodes, names = _switches(parameters), parameters.names
        one, other = (nodes[place(number, nodes, "switch")].name for number in (self.first, self.second))
        names[one], names[other] = names[other], names[one]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginalSnr(KitDefect):
    """A link whose receiver at this end hears `drop_db` worse: a plug not seated, a dirty face."""

    link: int
    end: int
    drop_db: float

    def alter(self, parameters: KitParameters) -> None:
        """Lower the SNR."""
        _link(parameters, self.link).penalty_db[_end(self.end)] += self.drop_db


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFlap(KitDefect):
    """A link that goes down every `interval_s` seconds: a latch that does not hold."""

    link: int
    interval_s: float

    def alter(self, parameters: KitParameters) -> None:
        """Loosen it."""
        _link(parameters, self.link).flap_interval_s = self.interval_s


@dataclass(frozen=True, slots=True, kw_only=True)
class DeafAgent(KitDefect):
    """An end of a link that hears no announcement though the link is up: LLDP is off there, or filtered."""

    link: int
    end: int

    def alter(self, parameters: KitParameters) -> None:
        """Stop its ears."""
        _link(parameters, self.link).hears[_end(self.end)] = False


KIT_DEFECTS: dict[str, type[KitDefect]] = {
    kind.__name__: kind
    for kind in (
        DeafAgent,
        ExchangedNames,
        ExchangedPlug,
        ExchangedSwitch,
        LinkFlap,
        MarginalSnr,
        MissingCable,
        SwappedCables,
        WrongLength,
        WrongPart,
    )
}
"""Every defect by its name."""
