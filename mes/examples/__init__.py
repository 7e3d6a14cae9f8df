"""Complete definition files that ship: a cable, a power shelf, a network kit. Copy one and change it."""

from pathlib import Path

FOLDER = Path(__file__).parent
"""Where the examples are."""


def example_names() -> tuple[str, ...]:
    """The names of the examples."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def example_file(name: str) -> Path:
    """The file of an example. Raises `LookupError` naming those there are."""
    if name not in example_names():
        raise LookupError(f"no example is called {name}; there are {', '.join(example_names())}")
    return FOLDER / f"{name}.toml"
