"""What copper does: conduction, insulation and waves. Pure functions of their arguments; no clock, no wire, no unit."""
