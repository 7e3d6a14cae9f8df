"""Serving a simulated bench to other processes: sockets, pseudo-terminals, a two-wire port, and time over a wire."""
