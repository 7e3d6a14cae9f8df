"""Simulated network equipment as units under test: switches and network adapters, drawn, and with what goes wrong."""
