"""Simulated instruments: the command set of a real model in front of the shared world."""
