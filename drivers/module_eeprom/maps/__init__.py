"""What the bytes of a pluggable module mean: pure functions, a file for each management standard."""
