"""Magnitudes of what can be wrong with a supply's telemetry and with its earth and insulation."""

from sim_hardware.duts.power.control_defects import (
    DeadBlackBox,
    MeterDrift,
    ShuntDrift,
    SlowStart,
    StuckLatch,
    StuckLog,
    WrongFirmware,
    WrongPart,
    WrongSerial,
)
from sim_hardware.duts.power.safety_defects import HighBond, HighReturn, LowInsulation, MissingEarth, NickedInsulation
from sim_hardware.duts.power.specification import SupplySpecification
from sim_hardware.duts.power.sweep import CERTAIN, ONCE, SupplySweep

_OTHER_FIRMWARE = ("00.09.03", "01.01.00", "01.00.09")


def telemetry_sweeps() -> tuple[SupplySweep, ...]:
    """Everything that a supply may tell wrong, or not at all."""
    high, low = (1.004, 1.01, 1.016, 1.025, 1.05, 1.1), (0.996, 0.99, 0.984, 0.975, 0.95, 0.9)

    def drift(meter: str) -> SupplySweep:
        return SupplySweep(
            f"{meter}_drift",
            "1",
            high,
            (1.05, 1.15),
            "telemetry",
            lambda x, draw: MeterDrift(meter=meter, ratio=x if draw.random() < 0.5 else 1.0 / x),
        )

    meters = ["input_voltage", "input_current", "input_power", "output_voltage"]
    return (
        SupplySweep("shunt_high", "1", high, (1.05, 1.15), "telemetry", lambda x, _: ShuntDrift(ratio=x)),
        SupplySweep("shunt_low", "1", low, (0.95, 0.85), "telemetry", lambda x, _: ShuntDrift(ratio=x)),
        *(drift(meter) for meter in meters),
        SupplySweep(
            "wrong_firmware",
            "1",
            ONCE,
            CERTAIN,
            "telemetry",
            lambda _, draw: WrongFirmware(firmware=draw.choice(_OTHER_FIRMWARE)),
        ),
        SupplySweep(
            "wrong_serial",
            "1",
            ONCE,
            CERTAIN,
            "telemetry",
            lambda _, draw: WrongSerial(serial=f"X{draw.randrange(10**7):07d}"),
        ),
        SupplySweep("dead_black_box", "1", ONCE, CERTAIN, "telemetry", lambda _, __: DeadBlackBox()),
        SupplySweep("stuck_log", "1", ONCE, CERTAIN, "telemetry", lambda _, __: StuckLog()),
        SupplySweep("stuck_latch", "1", ONCE, CERTAIN, "telemetry", lambda _, __: StuckLatch()),
        SupplySweep(
            "wrong_part",
            "1",
            ONCE,
            CERTAIN,
            "telemetry",
            lambda _, draw: WrongPart(part=f"PSU-X-{draw.randrange(10**4):04d}"),
        ),
        SupplySweep(
            "slow_start", "s", (0.3, 1.0, 1.8, 2.6, 4.0, 8.0), (4.0, 12.0), "output", lambda x, _: SlowStart(delay_s=x)
        ),
    )


def safety_sweeps(spec: SupplySpecification) -> tuple[SupplySweep, ...]:
    """Everything that may be wrong with earth and insulation."""
    bond, volt, insulation = spec.bond_max_ohm, spec.withstand_v, spec.insulation_min_ohm
    return (
        SupplySweep("missing_earth", "1", ONCE, CERTAIN, "safety", lambda _, __: MissingEarth()),
        SupplySweep(
            "high_bond",
            "ohm",
            tuple(round(bond * x, 6) for x in (0.1, 0.4, 0.7, 1.0, 1.5, 3.0)),
            (2.0 * bond, 50.0 * bond),
            "safety",
            lambda x, _: HighBond(ohm=x),
        ),
        SupplySweep(
            "high_return",
            "ohm",
            tuple(round(spec.return_max_ohm * x, 8) for x in (0.1, 0.3, 0.5, 0.9, 1.5, 5.0)),
            (5.0 * spec.return_max_ohm, 500.0 * spec.return_max_ohm),
            "safety",
            lambda x, _: HighReturn(ohm=x),
        ),
        SupplySweep(
            "nicked_insulation",
            "V",
            tuple(round(volt * x, 1) for x in (1.5, 1.2, 1.05, 0.95, 0.8, 0.5)),
            (0.85 * volt, 0.6 * volt),
            "safety",
            lambda x, _: NickedInsulation(volt=x),
        ),
        SupplySweep(
            "low_insulation",
            "ohm",
            tuple(insulation * x for x in (30.0, 5.0, 1.5, 0.8, 0.3, 0.03)),
            (0.3 * insulation, 0.001 * insulation),
            "safety",
            lambda x, _: LowInsulation(ohm=x),
        ),
    )
