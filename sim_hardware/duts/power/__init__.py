"""Simulated rack power supplies: what is built, how it behaves in time, and what can be wrong with it."""
