"""An optical transceiver: host lanes M.TX1 to M.TX8 modulate lasers on fibres TX1 to TX8, light in RX1 to RX8 comes out
of host lanes M.RX1 to M.RX8. Its one plug is M.

What arrives in a fibre says itself which host lane modulates it, so that whatever loop the bench makes of fibres is
what the host sees. A monitor tells a lane's own laser, whichever fibre that is on.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

from sim_hardware.duts.design import TrueParameter
from sim_hardware.duts.pluggable.module_end import EndParameters, LaneValues, ModuleEnd, UnitClock
from sim_hardware.duts.pluggable.powered_unit import PoweredPlugs
from sim_hardware.duts.pluggable.transceiver_design import (
    OpticalLane,
    TransceiverDesign,
    TransceiverParameters,
    TransceiverSpecification,
)
from sim_hardware.modules.identity import ModuleIdentity
from sim_hardware.physics.optical_link import dbm, milliwatts
from sim_hardware.physics.pam4 import bit_error_ratio
from sim_hardware.physics.random_stream import random_stream
from sim_hardware.signals.paths import Lane, Light

PLUG = "M"
_DARK_DBM = -30.0
"""Below this a receiver finds no signal."""
_FACE_REFLECTS = 1e-6


class Transceiver(PoweredPlugs):
    """One module; `designed` is as it should be, `actual` as it is."""

    def __init__(
        self,
        serial: str,
        design: TransceiverDesign,
        designed: TransceiverParameters,
        actual: TransceiverParameters,
        specification: TransceiverSpecification,
    ) -> None:
        clock = UnitClock()
        self.design, self.specification = design, specification
        self._lanes = actual.lanes
        self._arriving: Mapping[str, tuple[Light, ...]] = {}
        end = ModuleEnd(
            PLUG,
            designed.ends[PLUG],
            actual.ends[PLUG],
            lanes=len(actual.lanes),
            clock=clock,
            values=LaneValues(
                tx_power_mw=self._sent_mw,
                rx_power_mw=self._received_mw,
                bias_ma=lambda lane: self._lanes[lane].bias_ma if lane in self._lanes else 0.0,
                pre_fec_ber=self._bit_errors,
            ),
        )
        super().__init__(serial, clock, {PLUG: end})

    @property
    def receivers(self) -> tuple[str, ...]:
        """A fibre for each lane."""
        return tuple(f"RX{lane}" for lane in self._lanes)

    def shine(self, arriving: Mapping[str, tuple[Light, ...]]) -> None:
        """From now on this light arrives at its receivers."""
        self._arriving = arriving

    def light_out(self, terminal: str, arriving: Callable[[str], tuple[Light, ...]]) -> tuple[Light, ...]:
        """The light of the lasers on a fibre, as far as their lanes are switched on."""
        if not terminal.startswith("TX") or not terminal[2:].isdecimal():
            return ()
        return tuple(
            Light(milliwatts(lane.tx_dbm), self.design.wavelength_m, f"{PLUG}.TX{number}")
            for number, lane in self._lanes.items()
            if lane.fibre == int(terminal[2:]) and not lane.dark and self.ends[PLUG].module.sends(number)
        )

    def reflectance(self, terminal: str, wavelength_m: float) -> float:
        """Angled faces throw back next to nothing."""
        return _FACE_REFLECTS if terminal.startswith(("TX", "RX")) else 0.0

    def lane_out(self, terminal: str) -> Lane | None:
        """What comes out of a host lane: what modulates the brightest light in its fibre."""
        if not terminal.startswith(f"{PLUG}.RX") or not terminal[4:].isdecimal():
            return None
        number = int(terminal[4:])
        lights = self._arriving.get(f"RX{number}", ())
        if number not in self._lanes or not lights or not self.ends[PLUG].module.sends(number):
            return None
        brightest = max(lights, key=lambda light: light.milliwatt)
        if not brightest.carries or dbm(brightest.milliwatt) < _DARK_DBM:
            return None
        lane = self._lanes[number]
        return Lane(brightest.carries, lane.snr_db(dbm(brightest.milliwatt)), lane.run_on)

    def _sent_mw(self, lane: int) -> float:
        one = self._lanes.get(lane)
        return 0.0 if one is None or one.dark else milliwatts(one.tx_dbm)

    def _received_mw(self, lane: int) -> float:
        return math.fsum(light.milliwatt for light in self._arriving.get(f"RX{lane}", ()))

    def _bit_errors(self, lane: int) -> float:
        received_mw = self._received_mw(lane)
        if lane not in self._lanes or received_mw <= milliwatts(_DARK_DBM):
            return 0.5
        return bit_error_ratio(self._lanes[lane].snr_db(dbm(received_mw)))

    def true_parameters(self) -> tuple[TrueParameter, ...]:
        """The plug, and every lane's laser, fibre and receiver."""
        spec = self.specification
        found = self.ends[PLUG].truth(spec.end)
        for k, lane in self._lanes.items():
            name, sent = f"lane_{k}", _DARK_DBM if lane.dark else lane.tx_dbm
            found += [
                TrueParameter(f"{name}.fibre", lane.fibre, "1", k, k),
                TrueParameter(f"{name}.tx_power", sent, "dBm", low=spec.tx_min_dbm),
                TrueParameter(f"{name}.snr_nominal", lane.snr_db(spec.nominal_dbm), "dB", low=spec.nominal_snr_min_db),
                TrueParameter(
                    f"{name}.snr_stressed", lane.snr_db(spec.stressed_dbm), "dB", low=spec.stressed_snr_min_db
                ),
            ]
        return tuple(found)


def drawn_transceiver(design: TransceiverDesign, seed: int, serial: str, *, part: str) -> TransceiverParameters:
    """A healthy module of this serial number."""
    draw = random_stream(seed, "transceiver", serial).gauss
    identity = ModuleIdentity(
        form_factor="OSFP",
        vendor="RACKLINE",
        oui="00-1B-21",
        part=part,
        revision="A1",
        serial=serial,
        date_code="260105",
        media="single-mode",
        length_m=0.0,
    )
    end = EndParameters(
        identity=replace(identity),
        plug="",
        full_power_w=design.power_w * (1.0 + design.power_sigma * draw(0.0, 1.0)),
        heat_k_w=design.heat_k_w * (1.0 + design.heat_sigma * draw(0.0, 1.0)),
        firmware=(design.firmware_major, design.firmware_minor),
    )
    lanes = {
        k: OpticalLane(
            tx_dbm=design.tx_dbm + design.tx_sigma_db * draw(0.0, 1.0),
            fibre=k,
            bias_ma=design.bias_ma,
            sensitivity_dbm=design.sensitivity_dbm + design.sensitivity_sigma_db * draw(0.0, 1.0),
            ceiling_db=design.ceiling_db + design.ceiling_sigma_db * draw(0.0, 1.0),
            run_on=design.run_on,
        )
        for k in range(1, design.lanes + 1)
    }
    return TransceiverParameters({PLUG: end}, lanes)
