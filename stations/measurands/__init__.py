"""Families of measurands that several plans share, each with the function that records it."""
