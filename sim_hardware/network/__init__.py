"""Simulated network equipment: what runs on a switch or a host, and what its console, ports and sensors tell."""
