"""Overall equipment effectiveness as ISO 22400-2 defines it; what is divided by nothing is undefined, never 1."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OverallEquipmentEffectiveness:
    """OEE index and its factors; None is "undefined".

    availability = APT/PBT, effectiveness = PRI·PQ/APT, quality ratio = GQ/PQ, OEE = their product = PRI·GQ/PBT.
    """

    planned_busy_s: float
    """PBT: planned busy time."""
    actual_production_s: float
    """APT: actual production time."""
    planned_run_s_per_item: float
    """PRI: planned run time per item."""
    produced: int
    """PQ: produced quantity."""
    good: int
    """GQ: good quantity."""

    def __post_init__(self) -> None:
        times = (self.planned_busy_s, self.actual_production_s, self.planned_run_s_per_item)
        if min(times) < 0 or not 0 <= self.good <= self.produced:
            raise ValueError(f"OEE of times {times} s with {self.good} of {self.produced} good: negative or too many")

    @property
    def availability(self) -> float | None:
        """APT/PBT."""
        return self.actual_production_s / self.planned_busy_s if self.planned_busy_s else None

    @property
    def effectiveness(self) -> float | None:
        """PRI·PQ/APT: above 1 when items take less than planned."""
        made = self.planned_run_s_per_item * self.produced
        return made / self.actual_production_s if self.actual_production_s else None

    @property
    def quality_ratio(self) -> float | None:
        """GQ/PQ."""
        return self.good / self.produced if self.produced else None

    @property
    def index(self) -> float | None:
        """OEE; undefined as soon as one factor is."""
        availability, effectiveness, quality = self.availability, self.effectiveness, self.quality_ratio
        if availability is None or effectiveness is None or quality is None:
            return None
        return availability * effectiveness * quality
