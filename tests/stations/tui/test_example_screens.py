"""The screens that documents show come from a simulated station at work."""

from pathlib import Path

from stations.tui.example_screens import example_states
from stations.tui.state import Phase


def test_examples_show_every_kind_of_screen(tmp_path: Path) -> None:
    """A good cable, a bad one and one that the gate refuses, each on the screen that it gives."""
    states = example_states(tmp_path)
    assert {name: state.phase for name, state in states.items()} == {
        "idle": Phase.READY,
        "running": Phase.RUNNING,
        "passed": Phase.PASSED,
        "failed": Phase.FAILED,
        "refused": Phase.REFUSED,
    }
    assert states["passed"].recorded
    assert states["refused"].refusals
