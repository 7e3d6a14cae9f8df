"""The power side of a simulated bench: what feeds a unit, what loads it, and how the unit answers in time."""
