"""What one power supply asks of its bench: what it draws, what it gives, and where that must go."""

from collections.abc import Iterator

from stations.product import Product
from stations.requirements import RangeNeed


def supply_needs(product: Product) -> Iterator[RangeNeed]:
    """The needs of a supply with the roles `ac`, `load`, `input_analyzer` and `output_analyzer`.

    The input current is the largest of the product's operating points, at the highest output voltage that they allow
    and the lowest efficiency that any of them does: P / (η U), in A rms, at a power factor of one.
    """
    parameters = product.parameters
    rated_a = float(parameters["rated_current_a"])
    points = parameters["points"]
    highest_v = max(float(point["output_max_v"]) for point in points)
    efficiency = min(float(point["efficiency_min"]) for point in points if "efficiency_min" in point)
    input_a = max(
        rated_a * point["load_pct"] / 100.0 * point["output_max_v"] / efficiency / point["line_v"] for point in points
    )
    yield RangeNeed("ac", "output current", round(input_a, 3), "A")
    yield RangeNeed("load", "load current", rated_a, "A")
    yield RangeNeed("load", "load power", round(rated_a * highest_v, 1), "W")
    yield RangeNeed("load", "load voltage", highest_v, "V")
    sensors = parameters["sensors"]
    yield _metered("input_analyzer", input_a, sensors.get("input_v_per_a"))
    yield _metered("output_analyzer", rated_a, sensors.get("output_v_per_a"))


def _metered(role: str, current_a: float, v_per_a: float | None) -> RangeNeed:
    if v_per_a is None:
        return RangeNeed(role, "direct current", round(current_a, 3), "A")
    return RangeNeed(role, "sensor voltage", round(current_a * v_per_a, 6), "V")
