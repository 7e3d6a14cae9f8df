"""Who may import whom (docs/architecture.md), read from the syntax trees so that a late import counts too."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("mes", "stations", "drivers", "sim_hardware")
DOOR_TO_MES = {"records", "vocabulary", "ledger", "command_line", "labels"}
DOOR_TO_SIMULATION = Path("stations/simulation.py")


def sources(package: str) -> Iterator[Path]:
    """Every module of a package, relative to the repository."""
    return (path.relative_to(ROOT) for path in sorted((ROOT / package).rglob("*.py")))


def imports(path: Path) -> set[str]:
    """Every module that a file imports, anywhere in it, in full."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def offences(path: Path) -> list[str]:
    """What a file imports that it may not."""
    package = path.parts[0]
    wrong = []
    for name in imports(path):
        top, _, rest = name.partition(".")
        if top in PACKAGES and top != package:
            allowed = package == "stations" and (
                top == "drivers"
                or (top == "mes" and rest.split(".")[0] in DOOR_TO_MES)
                or (top == "sim_hardware" and path == DOOR_TO_SIMULATION)
            )
            if not allowed:
                wrong.append(f"{path} imports {name}")
        if top == "textual" and "tui" not in path.parts:
            wrong.append(f"{path} imports Textual outside a tui folder")
        if name == "__future__.annotations":
            wrong.append(f"{path} postpones annotations, which breaks SQLModel's relationships")
    return wrong


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_keep_to_their_doors(package: str) -> None:
    """Drivers, simulator and centre know nothing of each other; stations come in by the doors."""
    wrong = [offence for path in sources(package) for offence in offences(path)]
    assert not wrong, "\n".join(wrong)


def test_the_rule_itself_can_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver that reaches into the simulator is an offence, even inside a function."""
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    (tmp_path / "drivers").mkdir()
    (tmp_path / "drivers/cheat.py").write_text("def f():\n    from sim_hardware.world import World\n", encoding="utf-8")
    assert offences(Path("drivers/cheat.py")) == ["drivers/cheat.py imports sim_hardware.world.World"]


@pytest.mark.parametrize("program", ["mes.cli.main", "stations.cli.main"])
def test_help_needs_neither_database_nor_screen(program: str) -> None:
    """`--help` of both programs imports neither SQLAlchemy nor Textual nor numpy."""
    code = (
        f"import sys; sys.argv=['x', '--help']\nfrom {program} import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "heavy = {'sqlalchemy', 'textual', 'numpy', 'sqlmodel', 'pyvisa'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_files_stay_readable_in_one_sitting() -> None:
    """No module is longer than 300 lines (docs/architecture.md); a migration is history and stays as it was."""
    long = {
        str(path): count
        for package in PACKAGES
        for path in sources(package)
        if "versions" not in path.parts and (count := len((ROOT / path).read_text(encoding="utf-8").splitlines())) > 300
    }
    assert not long
