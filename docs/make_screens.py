"""Makes the pictures in the documents (`make screens`): the product's own screens, on a demonstration made just now."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from mes.tui.screenshot import console_screenshot
from stations.tui.example_screens import example_states
from stations.tui.screenshot import operator_screenshot

FOLDER = Path(__file__).with_name("screens")
CONSOLE_KEYS = {"console": (), "console-unit": ("slash", *"DAC0000002", "enter", "enter")}
OPERATOR_STATES = ("passed", "failed")


def plain(svg: str) -> str:
    """The picture without fonts fetched from elsewhere and without ids that change from one making to the next."""
    without_fonts = re.sub(r"@font-face\s*{[^}]*}", "", svg)
    return re.sub(r"terminal-\d+", "terminal", without_fonts)


def main() -> None:
    """Make every picture."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        database = Path(home) / "demo.db"
        demo = ["demo", "--headless", "--units", "12", "--seed", "7", "--home", home, "--db", str(database)]
        program = "from stations.cli.main import main; main()"
        subprocess.run([sys.executable, "-c", program, *demo], check=True, stdout=subprocess.DEVNULL)
        for name, keys in CONSOLE_KEYS.items():
            picture = plain(console_screenshot(f"sqlite:///{database}", (110, 32), keys))
            (FOLDER / f"{name}.svg").write_text(picture.replace(home, "~/.rackline"), encoding="utf-8")
        states = example_states(Path(home) / "operator")
        for name in OPERATOR_STATES:
            (FOLDER / f"operator-{name}.svg").write_text(plain(operator_screenshot(states[name], (100, 30))), "utf-8")


if __name__ == "__main__":
    main()
