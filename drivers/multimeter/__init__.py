"""Multimeters."""
