"""Light in fibres and bits on lanes: what sources put in, what instruments do on the way, what comes out."""
