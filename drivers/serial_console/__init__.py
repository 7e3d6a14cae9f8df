"""Consoles of switches and hosts."""
