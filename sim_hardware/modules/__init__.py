"""Pluggable modules, byte by byte: what a host reads through their two wires."""
