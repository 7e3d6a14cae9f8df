"""Devices under test: the lot, the bundle, the finished cable, its memory, and what can be wrong with them."""
