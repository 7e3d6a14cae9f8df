"""A network kit as a unit under test: its nodes with their consoles, joined as its cables really lead, and its truth.

The hosts are the bench's own: a kit is tested with a reference host at every far end that goes to a customer's tray.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from sim_hardware.duts.design import TrueParameter
from sim_hardware.duts.network.console_unit import ConsoleUnit
from sim_hardware.duts.network.kit_design import HOST, SWITCH, KitSpecification, PortName, node_named, other_end
from sim_hardware.duts.network.kit_parameters import KitParameters, LinkParameters
from sim_hardware.network.chassis import HostChassis, PcieDevice, SwitchChassis
from sim_hardware.network.host_os import HostOs
from sim_hardware.network.neighbour import Neighbour
from sim_hardware.network.port import Port
from sim_hardware.network.shell import Shell
from sim_hardware.network.switch_os import SwitchOs
from sim_hardware.physics.random_stream import stable_hash

_HOST_LANES = 8
_MACS = 0x02524D000000


class KitUnit(ConsoleUnit):
    """One kit; `shells` are what its consoles lead to, by the names of the plan. `label` is its own, a Data Matrix."""

    def __init__(
        self, parameters: KitParameters, specification: KitSpecification, serial: str, defects: Sequence[object] = ()
    ) -> None:
        self.parameters = parameters
        self.specification = specification
        self.serial = serial
        self.defects = tuple(defects)
        self._plugged: dict[PortName, tuple[LinkParameters, int]] = {
            port: (link, end) for link in parameters.links for end, port in enumerate(link.leads)
        }
        self._hosts = {node.name: self._host(node.name) for node in parameters.plan.nodes if node.kind == HOST}
        self._switches = {node.name: self._switch(node.name) for node in parameters.plan.nodes if node.kind == SWITCH}
        self._shells: Mapping[str, Shell] = {
            **{name: SwitchOs(chassis) for name, chassis in self._switches.items()},
            **{name: HostOs(chassis) for name, chassis in self._hosts.items()},
        }

    @property
    def label(self) -> str:
        """Its serial number, then that of each part in the order of the bill of material, as they were scanned."""
        labels = self.parameters.labels
        return " ".join((self.serial, *(labels[position] for position in self.parameters.plan.positions)))

    def true_parameters(self) -> tuple[TrueParameter, ...]:
        """Every true parameter with its specification; of a link that is not there, only that it is missing."""
        p, spec = self.parameters, self.specification
        found = [
            TrueParameter("wrong_names", float(sum(name != said for name, said in p.names.items())), "1", high=0.0),
            TrueParameter("unrecorded_parts", float(self._unrecorded_parts()), "1", high=0.0),
        ]
        for k, link in enumerate(p.links, 1):
            found.append(TrueParameter(f"missing_{k}", float(not link.is_there), "1", high=0.0))
            if not link.is_there:
                continue
            misplaced = sum(leads != planned for leads, planned in zip(link.leads, link.planned.ends, strict=True))
            other = sum(module.part != link.planned.part for module in link.modules)
            found += [
                TrueParameter(f"misplaced_ends_{k}", float(misplaced), "1", high=0.0),
                TrueParameter(f"other_parts_{k}", float(other), "1", high=0.0),
                TrueParameter(f"deaf_ends_{k}", float(link.hears.count(False)), "1", high=0.0),
                TrueParameter(f"flap_interval_{k}", link.flap_interval_s, "s", low=spec.soak_s),
            ]
            if link.planned.is_copper:
                error_m = link.length_m - link.planned.length_m
                within = spec.length_tolerance_m
                found.append(TrueParameter(f"length_error_{k}", error_m, "m", -within, within))
            for end, leads in enumerate(link.leads):
                ber = self._port_of(leads).pre_fec_ber()
                found.append(TrueParameter(f"pre_fec_ber_{k}_{'ab'[end]}", ber, "1", high=spec.pre_fec_ber_max))
        return tuple(found)

    def _unrecorded_parts(self) -> int:
        p = self.parameters
        wrong = sum(
            p.switches[node.name].parameters.memory_serial != p.labels[node.position]
            for node in p.plan.nodes
            if node.kind == SWITCH
        )
        return wrong + sum(
            module.serial != p.labels[position]
            for link in p.links
            for module, position in zip(link.modules, link.planned.positions, strict=True)
        )

    def _port_of(self, name: PortName) -> Port:
        chassis = self._switches.get(name.node) or self._hosts[name.node]
        return next(port for port in chassis.ports if port.name == name.port)

    def _announced(self, name: PortName) -> Neighbour | None:
        """Who is at the other end of what is plugged into this port."""
        link, end = self._plugged[name]
        if not link.is_there or not link.carries_light:
            return None
        far = link.leads[other_end(end)]
        return Neighbour(self.parameters.names[far.node], self._mac(far.node), far.port)

    def _mac(self, node: str) -> str:
        if node_named(self.parameters.plan.nodes, node).kind == SWITCH:
            return self.parameters.switches[node].parameters.memory_mac
        names = [one.name for one in self.parameters.plan.nodes]
        return (_MACS + 0x100 * names.index(node)).to_bytes(6, "big").hex(":")

    def _port(self, name: PortName, lanes: tuple[int, ...], snr_db: Sequence[float], mac: str = "") -> Port:
        speed = self.parameters.design.port_gbps
        if name not in self._plugged:
            return Port(name.port, lanes=lanes, speed_gbps=speed, mac=mac)
        link, end = self._plugged[name]
        # What an optic's own receiver does not hear well, no switch behind it can better.
        heard = tuple(min(lane - link.penalty_db[end], link.ceiling_db[end]) for lane in snr_db)
        # Without its cable an optic stays in its cage; a copper cable takes its plugs with it.
        there = link.is_there or not link.planned.is_copper
        return Port(
            name.port,
            module=link.modules[end] if there else None,
            peer=partial(self._announced, name),
            lanes=lanes,
            speed_gbps=speed,
            mac=mac,
            lane_snr_db=lambda: heard,
            flap_interval_s=link.flap_interval_s,
            flaps_idle=True,
            hears_announcements=link.hears[end],
        )

    def _switch(self, node: str) -> SwitchChassis:
        p = self.parameters
        made = p.switches[node]
        each = made.parameters.design.lanes
        ports = []
        for at, port in enumerate(made.parameters.ports):
            lanes = tuple(range(at * each, (at + 1) * each))
            ports.append(self._port(PortName(node, f"Ethernet{at * each}"), lanes, port.snr_db))
        return replace(made.chassis, hostname=p.names[node], ports=ports)

    def _host(self, node: str) -> HostChassis:
        p = self.parameters
        ports, devices = [], []
        for at, name in enumerate(end for link in p.plan.links for end in link.ends if end.node == node):
            mac = (int(self._mac(node).replace(":", ""), 16) + at).to_bytes(6, "big").hex(":")
            ports.append(self._port(name, tuple(range(_HOST_LANES)), (p.host_snr_db[name],) * _HOST_LANES, mac))
            address = f"{at + 1:02x}:00.0"
            devices.append(
                PcieDevice(address, "Ethernet controller", "15b3", "1023", "800G network adapter", 64.0, 16, 64.0, 16)
            )
        return HostChassis(
            hostname=p.names[node],
            chassis_mac=self._mac(node),
            serial=f"HOST-{node}",
            product="reference host",
            ports=ports,
            pcie=devices,
            seed=stable_hash(0, "host of kit", self.serial, node),
        )
