"""A network adapter as a unit under test, in the station's host, its port cabled to the station's reference adapter."""

from collections.abc import Mapping, Sequence

from sim_hardware.duts.design import TrueParameter
from sim_hardware.duts.network.console_unit import ConsoleUnit
from sim_hardware.duts.network.nic_design import NicSpecification
from sim_hardware.duts.network.nic_parameters import NicParameters, mac_of
from sim_hardware.modules.identity import ModuleIdentity
from sim_hardware.network.chassis import HostChassis, PcieDevice
from sim_hardware.network.host_os import HostOs, reached_gbps
from sim_hardware.network.neighbour import Neighbour
from sim_hardware.network.port import Port
from sim_hardware.network.shell import Shell
from sim_hardware.physics.random_stream import stable_hash

ADDRESS = "17:00.0"
INTERFACE = "enp23s0np0"


class NicUnit(ConsoleUnit):
    """One adapter; `shells` is the host that it sits in."""

    def __init__(
        self,
        parameters: NicParameters,
        specification: NicSpecification,
        serial: str,
        part: str,
        defects: Sequence[object] = (),
    ) -> None:
        self.parameters = parameters
        self.specification = specification
        self.serial = serial
        self.defects = tuple(defects)
        self._part = part
        self.chassis = self._chassis()
        self._shells: Mapping[str, Shell] = {"host": HostOs(self.chassis)}

    def true_parameters(self) -> tuple[TrueParameter, ...]:
        """Every true parameter with its specification."""
        p, spec = self.parameters, self.specification
        wrong = (p.memory_serial != self.serial) + (p.memory_part != self._part) + (p.mac != mac_of(self.serial))
        port, device = self.chassis.ports[0], self.chassis.pcie[0]
        write = reached_gbps(port, device) if port.is_up else 0.0
        return (
            TrueParameter("wrong_identity", float(wrong), "1", high=0.0),
            TrueParameter("crossed_lanes", float(len(p.crossed_lanes)), "1", high=0.0),
            TrueParameter("pcie_speed", p.pcie_gts, "GT/s", low=p.design.pcie_gts),
            TrueParameter("pcie_width", float(p.pcie_width), "1", low=float(p.design.pcie_width)),
            TrueParameter("write_bandwidth", write * 1e9, "bit/s", low=spec.write_min_gbps * 1e9),
            TrueParameter("pre_fec_ber", port.pre_fec_ber(), "1", high=spec.pre_fec_ber_max),
            TrueParameter("flap_interval", p.flap_interval_s, "s", low=spec.soak_s),
            TrueParameter("pcie_error_interval", p.pcie_error_interval_s, "s", low=spec.soak_s),
        )

    def _chassis(self) -> HostChassis:
        p = self.parameters
        cable = ModuleIdentity(
            "OSFP", "RACKLINE", "02-52-4C", "DAC-800G-1M5", "A", "DAC0099001", "260105", "passive copper", 1.5
        )
        snr = tuple(p.snr_db)
        port = Port(
            INTERFACE,
            cable,
            lambda: Neighbour("reference", "02:52:4e:ff:ff:01", "enp23s0np0"),
            speed_gbps=p.design.port_gbps,
            mac=p.mac,
            lane_snr_db=lambda: snr,
            crossed_lanes=frozenset(p.crossed_lanes),
            flap_interval_s=p.flap_interval_s,
        )
        device = PcieDevice(
            ADDRESS,
            "Ethernet controller",
            "15b3",
            "1021",
            "400G network adapter",
            p.design.pcie_gts,
            p.design.pcie_width,
            p.pcie_gts,
            p.pcie_width,
            serial=p.memory_serial,
            part=p.memory_part,
            error_interval_s=p.pcie_error_interval_s,
        )
        return HostChassis(
            hostname="nic-host",
            chassis_mac="02:52:4e:ff:00:01",
            serial="HOST-NIC-01",
            product="test host",
            ports=[port],
            pcie=[device],
            seed=stable_hash(0, "nic", self.serial),
        )
