"""Simulated hardware: instruments joined to each other and to a device under test, seen from the wire.

Nothing here knows of drivers, stations or the MES; what a driver is told is bytes, on a clock that comes by argument.
"""
