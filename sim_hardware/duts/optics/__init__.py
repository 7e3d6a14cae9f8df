"""Units with fibres: trunks, and modules with lasers."""
