"""Drivers are found by walking the folders."""

from pathlib import Path

import pytest

import drivers
from drivers.catalogue import UnknownDriver, driver_class, driver_names
from drivers.switch_matrix.keysight_l4491a import KeysightL4491a


def test_every_file_in_a_capability_folder_is_a_driver() -> None:
    """A new driver is one new file: nothing registers it."""
    folder = Path(next(iter(drivers.__path__)))
    files = {f"{file.parent.name}/{file.stem}" for file in folder.glob("*/*.py")}
    files = {name for name in files if not name.startswith(("capabilities/", "device_documents/")) and "/_" not in name}
    assert set(driver_names()) == files
    assert "network_analyzer/keysight_pna" in files


def test_a_name_gives_its_class() -> None:
    """The class is the one that the file defines, not one that it imports."""
    assert driver_class("harness_tester/keysight_daq970a").__name__ == "KeysightDaq970aHarness"
    assert driver_class("switch_matrix/keysight_daq970a").__name__ == "KeysightDaq970aMatrix"


def test_an_unknown_name_is_answered_with_close_ones() -> None:
    """A misspelt driver in a configuration is told its likely names."""
    with pytest.raises(UnknownDriver, match="did you mean network_analyzer/keysight_pna"):
        driver_class("network_analyser/keysight_pna")


def test_a_capability_that_there_is_none_of_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which instruments must be calibrated is decided by this name, so a misspelt one is no small thing."""
    monkeypatch.setattr(KeysightL4491a, "capability", "SwitchMatrx")
    with pytest.raises(UnknownDriver, match="there is no capability 'SwitchMatrx'; did you mean SwitchMatrix"):
        driver_class("switch_matrix/keysight_l4491a")


def test_a_driver_that_lacks_a_method_is_told_which(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is opened, and all that it lacks at once."""
    monkeypatch.delattr(KeysightL4491a, "connect")
    monkeypatch.delattr(KeysightL4491a, "disconnect")
    with pytest.raises(UnknownDriver, match=r"is a SwitchMatrix and lacks connect, disconnect$"):
        driver_class("switch_matrix/keysight_l4491a")


@pytest.mark.parametrize("name", ["", "keysight_pna", "../mes/ledger", "switch_matrix/__init__"])
def test_what_is_no_driver_is_refused(name: str) -> None:
    """Only names of the catalogue are imported."""
    with pytest.raises(UnknownDriver):
        driver_class(name)
