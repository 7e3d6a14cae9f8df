"""What a plan catches and what it lets through: simulated units with known defects, through the real executive."""
