"""Fans of a supply: their speed at every duty that they are told."""

from collections.abc import Iterator

from stations.fixtures.psu_bench import PsuBench
from stations.limits import Measurand
from stations.plan import Parameters, Record

FAN_PARAMETERS = ("fans",)
"""Product parameters that these measurands read."""


def fan_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """The speed of each fan at each duty."""
    fans = parameters["fans"]
    for fan in range(1, int(fans["count"]) + 1):
        for duty in fans["duties"]:
            nominal = duty * fans["full_speed_rpm"]
            yield Measurand(
                f"fan_speed_at_{100 * duty:g}_fan_{fan}",
                "1/min",
                nominal=nominal,
                tolerance=fans["tolerance"] * nominal,
            )


def record_fan_speeds(fixture: PsuBench, record: Record) -> None:
    """Set each duty and read the fans once they have come to it."""
    fans = fixture.parameters["fans"]
    # At a load at which the supply's own control asks for less.
    fixture.draw(0.1)
    for duty in fans["duties"]:
        fixture.bus.set_fan_duty(duty)
        fixture.wait(fans["settle_s"], 0.5)
        for fan, speed in enumerate(fixture.bus.read_fan_speeds(), start=1):
            record(f"fan_speed_at_{100 * duty:g}_fan_{fan}", speed)
    fixture.bus.set_fan_duty(None)
