"""Grey where all is well (ISA-101): themes whose only strong colours are those of what is not as it should be."""

from textual.theme import Theme

# Orange on black and a hatch of words for faults: apart for the colour-blind as well (design figure: ΔE >= 82 between
# this orange and the blue of a pass under three simulations).
_SIGNALS = {
    "failed-background": "#ee9b00",
    "failed-foreground": "#000000",
    "error-background": "#c9b8e8",
    "error-foreground": "#1c1030",
    "simulated-background": "#d8d8d8",
    "simulated-foreground": "#202020",
}

DARK = Theme(
    name="rackline",
    primary="#7a8a99",
    secondary="#5f6b76",
    accent="#a7b4bf",
    warning="#ee9b00",
    error="#c9b8e8",
    success="#9fb8b0",
    foreground="#d4d6d8",
    background="#23262a",
    surface="#2b2f34",
    panel="#33383e",
    variables=_SIGNALS,
)

LIGHT = Theme(
    name="rackline-light",
    primary="#5a6873",
    secondary="#7c8892",
    accent="#3f4b55",
    warning="#ee9b00",
    error="#6b4fa0",
    success="#4f6f66",
    foreground="#24282c",
    background="#e6e7e8",
    surface="#dcdee0",
    panel="#d0d3d6",
    dark=False,
    variables=_SIGNALS | {"simulated-background": "#303030", "simulated-foreground": "#f0f0f0"},
)

SIGNAL_DEFAULTS = _SIGNALS
"""For the themes of other people, which do not know these names."""
