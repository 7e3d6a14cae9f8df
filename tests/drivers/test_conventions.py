"""One walk holds every driver to the conventions of this package."""

import ast
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from drivers import capabilities
from drivers.catalogue import driver_class, driver_names
from drivers.driver import Driver
from drivers.scpi import ScpiDriver

VERBS = ("Set ", "Get ", "Measure ", "Apply ", "Open ", "Close ", "Hold ")

every_driver = pytest.mark.parametrize("cls", [pytest.param(driver_class(name), id=name) for name in driver_names()])


def public_methods(cls: type) -> dict[str, Any]:
    """The methods that a user of this class calls, inherited ones included."""
    return {
        name: member
        for name, member in inspect.getmembers(cls, callable)
        if not name.startswith("_") and not isinstance(member, type)
    }


@every_driver
def test_a_file_defines_one_driver(cls: type[Driver]) -> None:
    """A driver file is one noun: one class and nothing else public."""
    tree = ast.parse(Path(inspect.getfile(cls)).read_text(encoding="utf-8"))
    classes = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert classes == [cls.__name__]
    assert [name for name in functions if not name.startswith("_")] == []


@every_driver
def test_a_driver_satisfies_its_capability(cls: type[Driver]) -> None:
    """Every member of the protocol is there, with the protocol's parameters in its order."""
    protocol = getattr(capabilities, cls.capability)
    members = {name for name in dir(protocol) if not name.startswith("_")} | {"identity", "safe_state", "close"}
    assert members <= set(dir(cls))
    # An uninitialised instance has every method of the class; a fact of one instrument, such as a rating, comes later.
    if all(callable(getattr(protocol, name, None)) for name in members - {"identity"}):
        assert isinstance(cls.__new__(cls), protocol)
    for name in members:
        wanted = getattr(protocol, name, None)
        if callable(wanted):
            parameters = list(inspect.signature(wanted).parameters.values())
            offered = list(inspect.signature(getattr(cls, name)).parameters.values())
            assert [p.name for p in offered][: len(parameters)] == [p.name for p in parameters], name
            assert [p.kind for p in offered][: len(parameters)] == [p.kind for p in parameters], name


@every_driver
def test_a_driver_lies_in_the_folder_of_its_capability(cls: type[Driver]) -> None:
    """NetworkAnalyzer drivers are in network_analyzer/; a ComplianceTester is a SafetyTester and may lie there."""
    capability = getattr(capabilities, cls.capability)
    folders = {re.sub(r"(?<!^)(?=[A-Z])", "_", base.__name__).lower() for base in capability.__mro__}
    assert Path(inspect.getfile(cls)).parent.name in folders


@every_driver
def test_public_methods_say_what_they_do_first(cls: type[Driver]) -> None:
    """A docstring begins with the verb of what happens on the wire."""
    for name, member in public_methods(cls).items():
        assert (inspect.getdoc(member) or "").startswith(VERBS), f"{cls.__name__}.{name}"


@every_driver
def test_whatever_touches_the_wire_is_a_method_with_a_verb(cls: type[Driver]) -> None:
    """Properties are facts already known: none of a driver's own may talk to the instrument."""
    properties = {name for name, member in inspect.getmembers(cls) if isinstance(member, property)}
    assert properties <= {"resource"}


@every_driver
def test_an_unknown_attribute_is_refused(cls: type[Driver]) -> None:
    """`driver.rannge = 50` is an error, not a new attribute."""
    assert all("__slots__" in vars(base) for base in cls.__mro__ if base is not object)
    with pytest.raises(AttributeError):
        cls.__new__(cls).rannge = 50  # type: ignore[attr-defined]


@every_driver
def test_a_driver_names_its_dialect(cls: type[Driver]) -> None:
    """The class says which wire dialect it speaks and where that is written."""
    assert "dialect" in (cls.__doc__ or "")
    assert inspect.getmodule(cls).__doc__  # type: ignore[union-attr]


@every_driver
def test_a_driver_can_be_made(cls: type[Driver]) -> None:
    """Nothing abstract is left: safe_state and close are there."""
    assert not inspect.isabstract(cls)


@every_driver
def test_a_scpi_driver_knows_which_instruments_it_is_for(cls: type[Driver]) -> None:
    """The identity pattern names maker and model, and the qualified firmware has two ends."""
    if issubclass(cls, ScpiDriver):
        assert "," in cls.expected.pattern
        assert cls.expected.oldest
        assert cls.expected.oldest <= cls.expected.newest


@every_driver
def test_a_driver_takes_time_from_its_clock_and_has_no_retries(cls: type[Driver]) -> None:
    """No driver reads the machine's clock, draws chance or prints."""
    source = Path(inspect.getfile(cls)).read_text(encoding="utf-8")
    imported = {
        name.name.split(".")[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([ast.alias(node.module or "")] if isinstance(node, ast.ImportFrom) else node.names)
    }
    assert not imported & {"time", "random", "uuid", "sim_hardware", "stations", "mes"}
