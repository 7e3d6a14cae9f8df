"""A switch as a unit under test: its parameters made into a chassis with an operating system, and its truth."""

import zlib
from collections.abc import Mapping, Sequence
from functools import partial
from operator import mul

from sim_hardware.duts.design import TrueParameter
from sim_hardware.duts.network.console_unit import ConsoleUnit
from sim_hardware.duts.network.switch_design import SwitchSpecification
from sim_hardware.duts.network.switch_parameters import RAILS, PortParameters, SwitchParameters, base_mac
from sim_hardware.modules.identity import ModuleIdentity
from sim_hardware.network.chassis import Fan, PcieDevice, Rail, SupplySlot, SwitchChassis, Thermometer
from sim_hardware.network.onie_tlv import onie_eeprom
from sim_hardware.network.port import Port
from sim_hardware.network.shell import Shell
from sim_hardware.network.switch_os import SwitchOs
from sim_hardware.physics.random_stream import stable_hash

PLATFORM = "x86_64-rackline_tor32-r0"
_COOLING_EXPONENT = 0.8


class SwitchUnit(ConsoleUnit):
    """One switch with a loopback plug in every port; `shells` is what its console leads to."""

    def __init__(
        self,
        parameters: SwitchParameters,
        specification: SwitchSpecification,
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
        self._shells: Mapping[str, Shell] = {"switch": SwitchOs(self.chassis)}

    def asic_c(self, duty: float, load: float) -> float:
        """Temperature of the ASIC in degC at a fan duty and a share of its traffic; a dead fan cools no more."""
        p, d = self.parameters, self.parameters.design
        watt = d.idle_w + load * (d.busy_w - d.idle_w)
        air = max(duty, 0.05) * max(0.05, sum(p.fan_ratios) / len(p.fan_ratios))
        return float(d.ambient_c + watt * d.asic_k_w * p.thermal_ratio / air**_COOLING_EXPONENT)

    def true_parameters(self) -> tuple[TrueParameter, ...]:
        """Every true parameter with its specification, by the same physics that the switch tells of."""
        p, spec = self.parameters, self.specification
        found = [
            TrueParameter("wrong_identity", float(self._wrong_identities()), "1", high=0.0),
            TrueParameter("asic_temperature", self.asic_c(1.0, 1.0), "degC", high=spec.asic_max_c),
        ]
        for k, port in enumerate(p.ports, 1):
            found += self._port_truth(k, port)
        low, high = 1.0 - spec.fan_tolerance, 1.0 + spec.fan_tolerance
        found += [TrueParameter(f"fan_ratio_{k}", ratio, "1", low, high) for k, ratio in enumerate(p.fan_ratios, 1)]
        low, high = 1.0 - spec.rail_tolerance, 1.0 + spec.rail_tolerance
        found += [TrueParameter(f"rail_{name}", volt / RAILS[name], "1", low, high) for name, volt in p.rails.items()]
        for k, volt in enumerate(p.supplies, 1):
            found.append(TrueParameter(f"supply_{k}", volt, "V", spec.supply_min_v, spec.supply_max_v))
        for device in p.pcie:
            speed, width = (device.gts, device.width) if device.is_there else (0.0, 0)
            found.append(TrueParameter(f"pcie_speed_{device.address}", speed, "GT/s", low=device.full_gts))
            found.append(TrueParameter(f"pcie_width_{device.address}", float(width), "1", low=float(device.full_width)))
        return tuple(found)

    def _port_truth(self, k: int, port: PortParameters) -> list[TrueParameter]:
        spec, made = self.specification, self._ports_of(k, port)[0]
        return [
            TrueParameter(f"pre_fec_ber_{k}", made.pre_fec_ber(), "1", high=spec.pre_fec_ber_max),
            TrueParameter(f"crossed_lanes_{k}", float(len(port.crossed_lanes)), "1", high=0.0),
            TrueParameter(f"ways_{k}", float(port.ways), "1", high=1.0),
            TrueParameter(f"flap_interval_{k}", port.flap_interval_s, "s", low=spec.soak_s),
            TrueParameter(f"frames_between_losses_{k}", port.frames_between_losses, "1", low=spec.soak_frames),
        ]

    def _wrong_identities(self) -> int:
        p = self.parameters
        return sum(
            (
                p.memory_serial != self.serial,
                p.memory_part != self._part,
                p.memory_mac != base_mac(self.serial),
                p.memory_crc_error != 0,
            )
        )

    def _ports_of(self, k: int, port: PortParameters) -> list[Port]:
        """The interfaces that port `k` (from 1) is split into."""
        design = self.parameters.design
        form, part = ("OSFP", "LBK-800G-OSFP") if design.port_gbps > 400.0 else ("QSFP-DD", "LBK-400G-DD")
        plug = ModuleIdentity(form, "RACKLINE", "02-52-4C", part, "A", f"LBK{k:05d}", "260105", "passive copper", 0.0)
        first, each = (k - 1) * design.lanes, design.lanes // port.ways
        snr = tuple(port.snr_db)
        return [
            Port(
                f"Ethernet{first + way * each}",
                plug,
                alias=f"etp{k}" if port.ways == 1 else f"etp{k}{chr(ord('a') + way)}",
                lanes=tuple(range(first + way * each, first + (way + 1) * each)),
                speed_gbps=design.port_gbps / port.ways,
                looped=True,
                lane_snr_db=partial(tuple, snr[way * each : (way + 1) * each]),
                crossed_lanes=frozenset(port.crossed_lanes),
                flap_interval_s=port.flap_interval_s,
                frames_between_losses=port.frames_between_losses,
            )
            for way in range(port.ways)
        ]

    def _chassis(self) -> SwitchChassis:
        p, d, spec = self.parameters, self.parameters.design, self.specification
        volt_low, volt_high = 1.0 - spec.rail_tolerance, 1.0 + spec.rail_tolerance
        return SwitchChassis(
            hostname="sonic",
            base_mac=p.memory_mac,
            platform=PLATFORM,
            hwsku=f"RL-TOR32-{d.port_gbps:.0f}G",
            asic="rackline",
            serial=p.memory_serial,
            eeprom=self._eeprom(),
            ports=[made for k, port in enumerate(p.ports, 1) for made in self._ports_of(k, port)],
            fans=[
                Fan(f"fan{k}", partial(mul, d.fan_rpm * ratio), d.fan_rpm, drawer=f"drawer{k}")
                for k, ratio in enumerate(p.fan_ratios, 1)
            ],
            thermometers=[
                Thermometer("ASIC", lambda duty, load: self.asic_c(duty, load) + p.sensor_k),
                Thermometer("Inlet", lambda duty, load: d.ambient_c + 2.0, 50.0, 60.0),
            ],
            rails=[Rail(name, volt, RAILS[name] * volt_low, RAILS[name] * volt_high) for name, volt in p.rails.items()],
            supplies=[
                SupplySlot(f"PSU {k}", "PSU-TOR-1K5", f"PT{k}{self.serial[-6:]}", volt, 12.5, is_good=volt > 0.0)
                for k, volt in enumerate(p.supplies, 1)
            ],
            pcie=[
                PcieDevice(
                    one.address,
                    one.kind,
                    one.vendor_id,
                    one.device_id,
                    one.name,
                    one.full_gts,
                    one.full_width,
                    one.gts,
                    one.width,
                )
                for one in p.pcie
                if one.is_there
            ],
            seed=stable_hash(0, "switch", self.serial),
        )

    def _eeprom(self) -> bytes:
        p = self.parameters
        content = onie_eeprom(
            product=f"TOR32-{p.design.port_gbps:.0f}G",
            part=p.memory_part,
            serial=p.memory_serial,
            base_mac=p.memory_mac,
            date="01/05/2026 08:00:00",
            platform=PLATFORM,
            manufacturer="Rackline",
        )
        wrong = (zlib.crc32(content[:-4]) + p.memory_crc_error) & 0xFFFFFFFF
        return content[:-4] + wrong.to_bytes(4, "big")
