"""The true parameters of a supply, worked out by the same physics that meters see, without any meter.

Input figures are those at the unit's terminals behind the impedance of an ordinary outlet. Hold-up is the time from
the loss of AC (at zero ripple: at 0 or 90 degrees) to the moment at which the output passes `regulation_min_v`.
"""

import math
from dataclasses import dataclass

import numpy as np

from sim_hardware.duts.design import TrueParameter
from sim_hardware.duts.power.ac_side import AcSide
from sim_hardware.duts.power.ac_waveform import Outlet
from sim_hardware.duts.power.auxiliary import share_node_v
from sim_hardware.duts.power.inrush import ROOM_C
from sim_hardware.duts.power.insulation import touch_current_a
from sim_hardware.duts.power.load_response import Kick, LoadResponse
from sim_hardware.duts.power.losses import running_w
from sim_hardware.duts.power.output_side import switching_ripple_v
from sim_hardware.duts.power.parameters import SupplyParameters
from sim_hardware.duts.power.source_branch import SourceBranch
from sim_hardware.duts.power.specification import SupplySpecification
from sim_hardware.duts.power.thermal import Thermal

OUTLET_OHM = 0.05
"""Impedance of an ordinary outlet, in ohm."""
REST_S = 60.0
"""Pause before a hot restart, long enough for the bulk capacitor to be empty, in s."""
_PEAK_LOADS = (0.3, 0.4, 0.5, 0.6, 0.7)
_DROP_STEPS = 40
_LOW_LINE_V, _HIGH_LINE_V = 180.0, 277.0


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """The steady state at one load: V and A of the output, W lost, W taken by the corrector, its cycle."""

    volt: float
    ampere: float
    lost_w: float
    efficiency: float
    power_factor: float
    current_thd: float
    duty: float

    @property
    def bulk_w(self) -> float:
        """Power out of the bulk capacitor, in W."""
        return self.volt * self.ampere + self.lost_w


class SupplyTruth:
    """What a supply truly does, at room temperature and the specified input."""

    def __init__(self, parameters: SupplyParameters, specification: SupplySpecification) -> None:
        self._p = parameters
        self._spec = specification
        self._outlet = Outlet(math.sqrt(2.0) * specification.input_v, specification.input_hz, 0.0, OUTLET_OHM)
        self._thermal = Thermal(parameters)
        self._ac = AcSide(parameters, lambda _: ROOM_C)

    def output_v(self, load: float, ac_v: float) -> float:
        """Output voltage at this share of the rated current, in V."""
        p = self._p
        line_v = p.design.line_v_per_v * (ac_v - p.design.nominal_ac_v)
        return p.set_point_v + line_v - p.droop_ohm * load * p.design.rated_a

    def at_load(self, load: float) -> OperatingPoint:
        """The operating point at this share of the rated current."""
        p, spec, outlet = self._p, self._spec, self._outlet
        volt, ampere = self.output_v(load, spec.input_v), load * p.design.rated_a
        duty = self._thermal.control(load, ROOM_C)
        lost = running_w(p, ampere, volt * ampere, spec.input_v, duty)
        watt = volt * ampere + lost
        figures = self._ac.steady_piece(watt, outlet, self._bulk_ripple_v(watt)).figures()
        return OperatingPoint(
            volt, ampere, lost, volt * ampere / figures.watt, figures.power_factor, figures.current_thd, duty
        )

    def ripple_v(self, point: OperatingPoint) -> float:
        """Peak-to-peak ripple, in V."""
        d = self._p.design
        line = 2.0 * d.ripple_rejection * self._bulk_ripple_v(point.bulk_w)
        return switching_ripple_v(self._p, point.ampere / d.rated_a) + line

    def load_step(self) -> tuple[float, float]:
        """Largest deviation from the steady value in V, and time in s until it stays in the band."""
        spec = self._spec
        response = LoadResponse(self._p)
        ampere = (spec.step_to - spec.step_from) * self._p.design.rated_a
        ramp_s = ampere / spec.step_slew_a_s
        times = np.linspace(0.0, max(2.0 * spec.settle_max_s, ramp_s + 0.5 * response.settled_s), 1201)
        deviation = np.abs(response.deviation(Kick(0.0, ramp_s, ampere), times))
        outside = np.nonzero(deviation > spec.settle_band_v)[0]
        settled = float(times[min(outside[-1] + 1, times.size - 1)]) if outside.size else 0.0
        return float(deviation.max()), settled

    def hold_up_s(self, load: float) -> float:
        """Time from the loss of AC until the output leaves regulation, in s."""
        since_bulk = 0.5 * self._p.bulk_farad * (self._p.design.bulk_v**2 - self._p.design.bulk_min_v**2)
        point = self._on_bulk(load)
        return since_bulk / point.bulk_w + self._dropping_s(point)

    def ac_loss_lead_s(self) -> float:
        """From AC_LOSS to the end of regulation at full load, in s; negative when it comes after."""
        p = self._p
        point = self._on_bulk(1.0)
        # A capacitor that is already below the threshold when AC goes is warned of at once.
        start = min(p.ac_loss_v, p.design.bulk_v)
        falls = 0.5 * p.bulk_farad * (start**2 - p.design.bulk_min_v**2) / point.bulk_w
        return falls + self._dropping_s(point) - p.ac_loss_delay_s

    def inrush(self) -> tuple[float, float]:
        """Peak and first-cycle RMS of the input current on the first switching on at 90 degrees, in A."""
        spec = self._spec
        inrush = self._ac.charge(0.0, self._inrush_outlet(), 0.0, ROOM_C)
        return inrush.peak, inrush.rms(1.0 / spec.input_hz)

    def hot_inrush_a(self, full: OperatingPoint) -> float:
        """Peak when it is switched on again after an hour at full load and `REST_S` to empty the capacitor, in A."""
        design, ohm = self._p.design, self._thermal.resistance(0.0)
        rise = full.lost_w * self._thermal.resistance(full.duty) * design.primary_share
        running_c = self._ac.warm_ntc_c(full.bulk_w, self._outlet, ROOM_C + rise)
        around_c = ROOM_C + rise * math.exp(-REST_S / (ohm * design.thermal_j_k))
        ntc_c = around_c + max(running_c - ROOM_C - rise, 0.0) * math.exp(-REST_S / design.ntc_cool_s)
        return self._ac.charge(0.0, self._inrush_outlet(), 0.0, ntc_c).peak

    def back_feed_a(self) -> float:
        """What a bus at the set point drives into the supply while it is off, in A."""
        return SourceBranch(self._p).current(self._p.design.set_point_v)

    def share_v(self) -> float:
        """Level on the share bus at the rated current, in V."""
        source = SourceBranch(self._p)
        return share_node_v(self._p, source.given_share_v(self._p.design.rated_a), ())

    def _bulk_ripple_v(self, watt: float) -> float:
        return watt / (4.0 * math.pi * self._spec.input_hz * self._p.bulk_farad * self._p.design.bulk_v)

    def _inrush_outlet(self) -> Outlet:
        spec = self._spec
        return Outlet(math.sqrt(2.0) * spec.inrush_v, spec.input_hz, -0.25 / spec.input_hz, OUTLET_OHM)

    def _on_bulk(self, load: float) -> OperatingPoint:
        """Without AC the input side loses nothing, and the line does not lift the output."""
        p = self._p
        volt, ampere = self.output_v(load, self._spec.input_v), load * p.design.rated_a
        duty = self._thermal.control(load, ROOM_C)
        return OperatingPoint(volt, ampere, running_w(p, ampere, volt * ampere, 0.0, duty), 0.0, 0.0, 0.0, duty)

    def _dropping_s(self, point: OperatingPoint) -> float:
        """How long the output takes from the end of regulation to the least voltage, with the bulk: t = C b db / P."""
        low = min(self._spec.regulation_min_v / point.volt, 1.0)
        share = np.linspace(low, 1.0, _DROP_STEPS)
        watt = point.lost_w + point.volt * point.ampere * share
        rate = self._p.bulk_farad * self._p.design.bulk_min_v**2 * share / watt
        return float(np.trapezoid(rate, share))


def true_parameters(
    parameters: SupplyParameters, specification: SupplySpecification, serial: str
) -> tuple[TrueParameter, ...]:
    """Every true parameter with its specification."""
    return (
        *_electrical(parameters, specification),
        *_protective(parameters, specification),
        *_told(parameters, specification, serial),
    )


def _electrical(p: SupplyParameters, spec: SupplySpecification) -> list[TrueParameter]:
    truth = SupplyTruth(p, spec)
    points = {load: truth.at_load(load) for load in (0.1, 0.2, *_PEAK_LOADS, 1.0)}
    half, full = points[0.5], points[1.0]
    no_load = truth.output_v(0.0, spec.input_v)
    low_line, high_line = truth.output_v(0.5, _LOW_LINE_V), truth.output_v(0.5, _HIGH_LINE_V)
    deviation, settled = truth.load_step()
    peak, cycle = truth.inrush()
    peak_efficiency = max(points[load].efficiency for load in _PEAK_LOADS)
    return [
        TrueParameter("no_load_voltage", no_load, "V", spec.no_load_min_v, spec.no_load_max_v),
        TrueParameter("full_load_voltage", full.volt, "V", spec.full_load_min_v, spec.full_load_max_v),
        TrueParameter("line_regulation", (high_line - low_line) / half.volt, "1", high=spec.line_regulation_max),
        TrueParameter("efficiency_10", points[0.1].efficiency, "1", low=spec.efficiency_10_min),
        TrueParameter("efficiency_20", points[0.2].efficiency, "1", low=spec.efficiency_20_min),
        TrueParameter("efficiency_50", half.efficiency, "1", low=spec.efficiency_50_min),
        TrueParameter("efficiency_100", full.efficiency, "1", low=spec.efficiency_100_min),
        TrueParameter("efficiency_peak", peak_efficiency, "1", low=spec.efficiency_peak_min),
        TrueParameter("power_factor", min(half.power_factor, full.power_factor), "1", low=spec.power_factor_min),
        TrueParameter("current_thd", max(half.current_thd, full.current_thd), "1", high=spec.current_thd_max),
        TrueParameter("ripple", truth.ripple_v(full), "V", high=spec.ripple_max_v),
        TrueParameter("step_deviation", deviation, "V", high=spec.step_deviation_max_v),
        TrueParameter("step_settling", settled, "s", high=spec.settle_max_s),
        TrueParameter("hold_up", truth.hold_up_s(1.0), "s", low=spec.hold_up_min_s),
        TrueParameter("partial_hold_up", truth.hold_up_s(spec.partial_load), "s", low=spec.partial_hold_up_min_s),
        TrueParameter("ac_loss_lead", truth.ac_loss_lead_s(), "s", low=spec.ac_loss_lead_min_s),
        TrueParameter("inrush_peak", peak, "A", high=spec.inrush_peak_max_a),
        TrueParameter("inrush_cycle", cycle, "A", high=spec.inrush_cycle_max_a),
        TrueParameter("hot_inrush_peak", truth.hot_inrush_a(full), "A", high=spec.hot_inrush_peak_max_a),
        TrueParameter("back_feed", truth.back_feed_a(), "A", high=spec.back_feed_max_a),
        TrueParameter(
            "share_level",
            truth.share_v() / p.design.share_v,
            "1",
            1.0 - spec.share_max,
            1.0 + spec.share_max,
        ),
    ]


def _protective(p: SupplyParameters, spec: SupplySpecification) -> list[TrueParameter]:
    d = p.design
    warning = d.otw_c - p.sensor_k - p.warning_sensor_k
    shutdown = d.otp_c - p.sensor_k
    insulation = min(p.line_ohm, p.neutral_ohm, p.secondary_ohm)
    leakage = touch_current_a(p, spec.inrush_v, 60.0)
    return [
        TrueParameter("current_limit", p.limit_a, "A", spec.limit_min_a, spec.limit_max_a),
        TrueParameter("over_voltage_trip", p.ovp_v, "V", spec.ovp_min_v, spec.ovp_max_v),
        TrueParameter("restart_time", p.restart_s, "s", spec.restart_min_s, spec.restart_max_s),
        TrueParameter("warning_temperature", warning, "degC", spec.warning_min_c, spec.warning_max_c),
        TrueParameter("shutdown_temperature", shutdown, "degC", spec.shutdown_min_c, spec.shutdown_max_c),
        TrueParameter("warning_lead", shutdown - warning, "K", low=spec.warning_lead_min_k),
        TrueParameter("earth_bond", p.bond_ohm, "ohm", high=spec.bond_max_ohm),
        TrueParameter("return_to_chassis", p.return_ohm, "ohm", high=spec.return_max_ohm),
        TrueParameter("insulation", insulation, "ohm", low=spec.insulation_min_ohm),
        TrueParameter("withstand", p.breakdown_v, "V", low=spec.withstand_v),
        TrueParameter("touch_current", leakage, "A", high=spec.leakage_max_a),
    ]


def _told(p: SupplyParameters, spec: SupplySpecification, serial: str) -> list[TrueParameter]:
    found = []
    for name, gain in p.meters.items():
        if name == "standby_voltage" and p.design.standby_v == 0.0:
            continue
        allowed = spec.input_meter_max if name.startswith("input") else spec.meter_max
        found.append(TrueParameter(f"meter_{name}", gain, "1", 1.0 - allowed, 1.0 + allowed))
    if p.design.standby_v:
        standby = p.design.standby_v * p.standby_ratio
        found.append(TrueParameter("standby_voltage", standby, "V", spec.standby_min_v, spec.standby_max_v))
    found.append(TrueParameter("start_delay", p.start_delay_s, "s", high=spec.start_delay_max_s))
    for number, ratio in enumerate(p.fan_ratios, start=1):
        found.append(
            TrueParameter(f"fan_{number}_speed", ratio, "1", 1.0 - spec.fan_speed_max, 1.0 + spec.fan_speed_max)
        )
    rights = (
        ("firmware_is_right", p.firmware == p.right_firmware),
        ("serial_is_right", p.memory_serial == serial),
        ("part_is_right", p.part == p.right_part),
        ("black_box_works", p.has_black_box),
        ("black_box_clears", p.clears_log),
        ("latch_clears", p.unlatches),
        ("ps_on_is_obeyed", not p.ignores_ps_on),
    )
    found += [TrueParameter(name, float(right), "1", low=1.0) for name, right in rights]
    return found
