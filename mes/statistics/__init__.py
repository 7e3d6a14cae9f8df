"""Statistics that can be trusted: pure functions on arrays, each with its definition and where it comes from."""
