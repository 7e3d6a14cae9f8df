"""docs/bad-lot.md typed as it stands: a supplier reports a bad lot, from where-used to hold, signature and trail.

The programs run in this process, which spares their start; their output is held to the page's.
"""

import json
from collections.abc import Callable
from pathlib import Path

from tests.typed_page import ELSE, Reader, typed

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/bad-lot.md"
DATABASE = "bad-lot.db"


def test_the_story_is_what_the_page_tells(program: Callable[..., list[str]]) -> None:
    """Every command of the page ends and prints as it shows; a rebuild then tells the same trail again."""
    commands, reader = typed(PAGE), Reader()
    assert len(commands) > 20
    for command in commands:
        reader.require(command, program(*reader.words(command), code=command.code))
    (hold,) = json.loads("\n".join(program("mes", "holds", "--json", "--db", DATABASE)))["holds"]
    asked = [("trail", hold["id"]), ("unit", "DAC0000001"), ("lot", "PA-0091"), ("level", "KIT0000001")]
    before = [program("mes", *words, "--json", "--db", DATABASE) for words in asked]
    program("mes", "rebuild", "--db", DATABASE)
    assert [program("mes", *words, "--json", "--db", DATABASE) for words in asked] == before


def test_a_page_that_says_something_else_is_found_out() -> None:
    """Another word, a line too many or another identity in one of its places is no agreement."""
    first, second = "0" * 8 + "-0000-7000-8000-" + "0" * 12, "1" * 8 + "-0000-7000-8000-" + "1" * 12
    shown = [f"hold {first} placed", ELSE, f"release {first}"]
    assert Reader().agrees(shown, [f"hold {second} placed", "on x", f"release {second}"])
    assert not Reader().agrees(shown, [f"hold {second} placed", "on x", f"release {first}"])
    assert not Reader().agrees(shown, [f"hold {second} lifted", f"release {second}"])
    assert not Reader().agrees(["a"], ["a", "b"])
