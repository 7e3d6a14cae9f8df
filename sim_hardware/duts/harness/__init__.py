"""Cable harnesses and power whips: nets of crimped wires, and what is wrong with them."""
