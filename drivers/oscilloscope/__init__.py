"""Oscilloscopes."""
