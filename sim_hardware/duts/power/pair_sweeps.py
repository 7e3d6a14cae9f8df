"""What two supplies on one busbar bring out of one of them: how it shares, regulates and tells, and what it can carry.

What the test of a single supply looks for, a pair is not tested for again: insulation, protections, fans.
"""

from sim_hardware.duts.power.control_defects import MeterDrift, ShuntDrift, WrongSerial
from sim_hardware.duts.power.design import SupplyDesign
from sim_hardware.duts.power.power_defects import DriftedReference, LostDroop, ShareContact, ShiftedLimit
from sim_hardware.duts.power.specification import SupplySpecification
from sim_hardware.duts.power.sweep import CERTAIN, ONCE, SupplySweep


def pair_sweeps(design: SupplyDesign, specification: SupplySpecification) -> tuple[SupplySweep, ...]:
    """Every defect that a supply can have and a pair shows.

    A limit between the rated current and the least that is specified cannot show at the rated current: `limit_low` is
    clear below it.
    """
    rated = design.rated_a / design.limit_a
    low = 1.0 - specification.full_load_min_v / design.full_load_v
    return (
        SupplySweep(
            "share_open",
            "ohm",
            (30.0, 150.0, 400.0, 700.0, 3e3, 1e5, 1e8),
            (1e5, 1e8),
            "share",
            lambda x, _: ShareContact(ohm=x),
        ),
        SupplySweep(
            "lost_droop",
            "1",
            (0.99, 0.95, 0.85, 0.6, 0.3, 0.1),
            (0.3, 0.02),
            "output",
            lambda x, _: LostDroop(ratio=x),
        ),
        SupplySweep(
            "reference_low",
            "1",
            tuple(round(1.0 - low * share, 6) for share in (0.2, 0.5, 0.8, 1.1, 1.4, 2.0)),
            (round(1.0 - 1.7 * low, 6), round(1.0 - 4.0 * low, 6)),
            "output",
            lambda x, _: DriftedReference(ratio=x),
        ),
        SupplySweep(
            "reference_high",
            "1",
            tuple(round(1.0 + low * share, 6) for share in (0.2, 0.5, 0.8, 1.1, 1.4, 2.0)),
            (round(1.0 + 1.7 * low, 6), round(1.0 + 5.0 * low, 6)),
            "output",
            lambda x, _: DriftedReference(ratio=x),
        ),
        SupplySweep(
            "limit_low",
            "1",
            tuple(round(rated * share, 6) for share in (1.2, 1.1, 1.05, 0.95, 0.9, 0.85)),
            (round(0.96 * rated, 6), round(0.85 * rated, 6)),
            "output",
            lambda x, _: ShiftedLimit(ratio=x),
        ),
        SupplySweep(
            "shunt_high",
            "1",
            (1.004, 1.01, 1.016, 1.025, 1.05, 1.1),
            (1.05, 1.15),
            "telemetry",
            lambda x, _: ShuntDrift(ratio=x),
        ),
        SupplySweep(
            "shunt_low",
            "1",
            (0.996, 0.99, 0.984, 0.975, 0.95, 0.9),
            (0.95, 0.85),
            "telemetry",
            lambda x, _: ShuntDrift(ratio=x),
        ),
        SupplySweep(
            "output_voltage_drift",
            "1",
            (1.004, 1.01, 1.016, 1.025, 1.05, 1.1),
            (1.05, 1.15),
            "telemetry",
            lambda x, draw: MeterDrift(meter="output_voltage", ratio=x if draw.random() < 0.5 else 1.0 / x),
        ),
        SupplySweep(
            "wrong_serial",
            "1",
            ONCE,
            CERTAIN,
            "telemetry",
            lambda _, draw: WrongSerial(serial=f"X{draw.randrange(10**7):07d}"),
        ),
    )
