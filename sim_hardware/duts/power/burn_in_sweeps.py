"""What a burn-in is for: the defects that hours of heat and load bring out, from harmless to certain.

What a supply is tested for before, it is not burned in for: the sweeps of one supply are not tried on a rack, but for a
fan that stops there, and for a supply that sits in another's place.
"""

from sim_hardware.duts.power.control_defects import FanStall, WrongSerial
from sim_hardware.duts.power.latent_defects import DriftingReference, EarlyFailure, LooseningJoint
from sim_hardware.duts.power.sweep import CERTAIN, ONCE, SupplySweep


def burn_in_sweeps() -> tuple[SupplySweep, ...]:
    """Every defect that shows within the first hours."""
    return (
        SupplySweep(
            "drifting_up",
            "1",
            (1.0002, 1.0008, 1.002, 1.005, 1.012),
            (1.003, 1.012),
            "hours",
            lambda x, _: DriftingReference(ratio_per_hour=x),
        ),
        SupplySweep(
            "drifting_down",
            "1",
            (0.9998, 0.9992, 0.998, 0.995, 0.988),
            (0.997, 0.988),
            "hours",
            lambda x, _: DriftingReference(ratio_per_hour=x),
        ),
        SupplySweep(
            "loosening_joint",
            "1",
            (0.002, 0.01, 0.05, 0.15, 0.5),
            (0.1, 0.5),
            "hours",
            lambda x, _: LooseningJoint(per_hour=x),
        ),
        SupplySweep(
            "early_failure", "h", (20.0, 8.0, 3.0, 1.0, 0.2), (3.0, 0.2), "hours", lambda x, _: EarlyFailure(hours=x)
        ),
        SupplySweep(
            "wrong_serial",
            "1",
            ONCE,
            CERTAIN,
            "hours",
            lambda _, draw: WrongSerial(serial=f"X{draw.randrange(10**7):07d}"),
        ),
        SupplySweep("fan_stall", "1", ONCE, CERTAIN, "hours", lambda _, draw: FanStall(fan=1)),
    )
