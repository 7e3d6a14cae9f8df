"""An active electrical cable: two plugs with retimers. Host lanes A.TX1 to A.TX8 come out at B.RX1 to B.RX8, and back.

A retimer recovers and sends again, so that what counts is the worst of its reception: a lane is one signal-to-noise
ratio from host to host. Nothing comes out of a lane whose data path is not up in both plugs.
"""

from dataclasses import replace
from functools import partial

from sim_hardware.duts.design import TrueParameter
from sim_hardware.duts.pluggable.cable_design import (
    ActiveCableDesign,
    ActiveCableParameters,
    ActiveCableSpecification,
    LaneParameters,
)
from sim_hardware.duts.pluggable.module_end import EndParameters, LaneValues, ModuleEnd, UnitClock
from sim_hardware.duts.pluggable.powered_unit import PoweredPlugs
from sim_hardware.modules.identity import ModuleIdentity
from sim_hardware.physics.pam4 import bit_error_ratio, shared_symbol_errors, tail_at
from sim_hardware.physics.random_stream import random_stream
from sim_hardware.signals.paths import Lane

ENDS = ("A", "B")
_ONE_IN = 5e-9
"""The worst codeword of a second of 800 Gb/s is one of so few."""


class ActiveCable(PoweredPlugs):
    """One cable; `designed` is as it should be, `actual` as it is."""

    def __init__(
        self,
        serial: str,
        designed: ActiveCableParameters,
        actual: ActiveCableParameters,
        specification: ActiveCableSpecification,
    ) -> None:
        clock = UnitClock()
        self._lanes = actual.lanes
        self.specification = specification
        ends = {
            name: ModuleEnd(
                name,
                designed.ends[name],
                actual.ends[name],
                lanes=len(actual.lanes[name]),
                clock=clock,
                values=LaneValues(pre_fec_ber=partial(self._bit_errors, name)),
            )
            for name in ENDS
        }
        super().__init__(serial, clock, ends)

    def _bit_errors(self, end: str, lane: int) -> float:
        """What the retimer at this end finds on a lane; a coin where nothing comes in."""
        one = self._lanes[end].get(lane)
        return 0.5 if one is None or one.dead else bit_error_ratio(one.snr_db)

    def lane_out(self, terminal: str) -> Lane | None:
        """What comes out of B.RX3: the signal on A.TX3."""
        end, _, name = terminal.partition(".")
        if end not in self.ends or not name.startswith("RX") or not name[2:].isdecimal():
            return None
        lane, other = int(name[2:]), "A" if end == "B" else "B"
        one = self._lanes[end].get(lane)
        if one is None or one.dead or not (self.ends[other].module.sends(lane) and self.ends[end].module.sends(lane)):
            return None
        return Lane(f"{other}.TX{lane}", one.snr_db, one.run_on, one.inverted)

    def true_parameters(self) -> tuple[TrueParameter, ...]:
        """Both plugs, and every lane of both directions."""
        spec, found = self.specification, []
        for name, end in self.ends.items():
            found += end.truth(spec.end)
            lanes = self._lanes[name]
            ratios = {k: self._bit_errors(name, k) for k in lanes}
            for k, one in lanes.items():
                found.append(TrueParameter(f"{name}.lane_{k}.pre_fec_ber", ratios[k], "1", high=spec.pre_fec_ber_max))
                found.append(TrueParameter(f"{name}.lane_{k}.inverted", int(one.inverted), "1", 0, 0))
            odds = shared_symbol_errors(tuple((min(ratios[k], 1e-2), lanes[k].run_on) for k in lanes))
            found.append(TrueParameter(f"{name}.fec_tail", tail_at(odds, _ONE_IN), "1", high=spec.fec_tail_max))
        return tuple(found)


def drawn_cable(
    design: ActiveCableDesign, seed: int, serial: str, *, part: str, plugs: tuple[str, str]
) -> ActiveCableParameters:
    """A healthy cable of this serial number."""
    draw = random_stream(seed, "active cable", serial).gauss
    identity = ModuleIdentity(
        form_factor="OSFP",
        vendor="RACKLINE",
        oui="00-1B-21",
        part=part,
        revision="A1",
        serial=serial,
        date_code="260105",
        media="active copper",
        length_m=design.length_m,
    )
    ends = {
        name: EndParameters(
            identity=replace(identity),
            plug=plug,
            full_power_w=design.power_w * (1.0 + design.power_sigma * draw(0.0, 1.0)),
            heat_k_w=design.heat_k_w * (1.0 + design.heat_sigma * draw(0.0, 1.0)),
            firmware=(design.firmware_major, design.firmware_minor),
        )
        for name, plug in zip(ENDS, plugs, strict=True)
    }
    lanes = {
        name: {
            k: LaneParameters(snr_db=design.snr_db + design.snr_sigma_db * draw(0.0, 1.0), run_on=design.run_on)
            for k in range(1, design.lanes + 1)
        }
        for name in ENDS
    }
    return ActiveCableParameters(ends, lanes)
