"""A network kit as designed and as specified, and the plan that it is cabled by.

Two switches and the hosts that they serve, joined by copper cables and by optics with fibre. Figures of the links are
inferred: behind a loopback plug a lane has the SNR of its switch, and every dB of copper beyond the plug's costs some
of it, for an equaliser amplifies noise together with what it restores.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from sim_hardware.duts.design import DesignError, _FloatTable

SWITCH, HOST = "switch", "host"


class PortName(NamedTuple):
    """A port of the kit: the node by its name, and its interface."""

    node: str
    port: str

    def __str__(self) -> str:
        return f"{self.node} {self.port}"


@dataclass(frozen=True, slots=True)
class PlannedNode:
    """A machine of the kit: its name, "switch" or "host", and a switch's position in the bill of material."""

    name: str
    kind: str
    position: str


@dataclass(frozen=True, slots=True)
class PlannedLink:
    """A link as planned: its ends, the part in both of them, and the positions of what is plugged in there.

    Both ends of a copper cable are one position. `length_m` is 0 where the medium is separable.
    """

    ends: tuple[PortName, PortName]
    part: str
    length_m: float
    positions: tuple[str, str]

    @property
    def is_copper(self) -> bool:
        """Whether one cable with a plug at each end makes it."""
        return self.positions[0] == self.positions[1]


@dataclass(frozen=True, slots=True)
class KitPlan:
    """All nodes and links, in the plan's order."""

    nodes: tuple[PlannedNode, ...]
    links: tuple[PlannedLink, ...]

    @property
    def positions(self) -> tuple[str, ...]:
        """What the kit is built of, by position: the switches, then cables and optics as the links name them."""
        plugs = [position for link in self.links for position in link.positions]
        return (*(node.position for node in self.nodes if node.kind == SWITCH), *dict.fromkeys(plugs))

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, Any]) -> "KitPlan":
        """The plan in a product's `nodes` and `cables`. Raises DesignError for one that cannot be."""
        try:
            nodes = tuple(
                PlannedNode(str(one["name"]), str(one["kind"]), str(one.get("position", one["name"])))
                for one in parameters["nodes"]
            )
            links = tuple(
                PlannedLink(
                    (
                        PortName(str(one["a_device"]), str(one["a_port"])),
                        PortName(str(one["b_device"]), str(one["b_port"])),
                    ),
                    str(one["part"]),
                    float(one.get("length_m", 0.0)),
                    (str(one["a_position"]), str(one["b_position"])),
                )
                for one in parameters["cables"]
            )
        except KeyError as error:
            raise DesignError(f"a kit's plan lacks {error}: [[parameters.nodes]] and [[parameters.cables]]") from error
        names = [node.name for node in nodes]
        ends = [end for link in links for end in link.ends]
        if len(set(names)) != len(names) or len(set(ends)) != len(ends) or not links:
            raise DesignError("a kit's plan names a node or a port twice, or no cable at all")
        for end in ends:
            if end.node not in names:
                raise DesignError(f"a kit's plan has a cable at {end}, and no node of that name")
        for node in nodes:
            if node.kind not in (SWITCH, HOST):
                raise DesignError(f"node {node.name} is a {node.kind!r}; it can be a {SWITCH} or a {HOST}")
        return cls(nodes, links)


@dataclass(frozen=True, slots=True, kw_only=True)
class KitDesign(_FloatTable):
    """One model of kit. dB and m; `_sigma_db` are standard deviations of healthy kits.

    `copper_db` and `copper_db_m` give the loss of a fresh cable at Nyquist, `plug_loss_db` is that of a switch's
    loopback plug, `snr_db_per_db` what a dB beyond it costs, and `optic_penalty_db` what a link of two optics costs.

    Raises DesignError when a number is not positive; spreads may be zero.
    """

    port_gbps: float
    host_snr_db: float
    host_snr_sigma_db: float
    copper_db: float
    copper_db_m: float
    copper_sigma_db: float
    plug_loss_db: float
    snr_db_per_db: float
    optic_penalty_db: float
    optic_sigma_db: float

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value < 0 or (value == 0 and "_sigma" not in field.name):
                raise DesignError(f"KitDesign: {field.name} = {value!r} must be positive")


@dataclass(frozen=True, slots=True, kw_only=True)
class KitSpecification(_FloatTable):
    """Within what the true parameters of a good kit lie: no link goes down in `soak_s`, lengths agree with the plan.

    Raises DesignError when a number is not positive.
    """

    pre_fec_ber_max: float
    soak_s: float
    length_tolerance_m: float

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) <= 0:
                raise DesignError(f"KitSpecification: {field.name} must be positive")


KIT_800G = KitDesign(
    port_gbps=800.0,
    host_snr_db=21.5,
    host_snr_sigma_db=0.2,
    copper_db=5.8,
    copper_db_m=6.9,
    copper_sigma_db=0.3,
    plug_loss_db=6.0,
    snr_db_per_db=0.06,
    optic_penalty_db=0.5,
    optic_sigma_db=0.15,
)
KIT_800G_SPECIFICATION = KitSpecification(pre_fec_ber_max=1e-5, soak_s=60.0, length_tolerance_m=0.05)
DESIGNS: Mapping[str, tuple[KitDesign, KitSpecification]] = {"KIT_800G": (KIT_800G, KIT_800G_SPECIFICATION)}


def other_end(end: int) -> int:
    """The index of the end of a link that is not this one."""
    return 1 - end


def node_named(nodes: Sequence[PlannedNode], name: str) -> PlannedNode:
    """The node of this name."""
    return next(node for node in nodes if node.name == name)
