"""Whether plan, fixture and station speak of the same roles, read from their code without running it."""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from typing import get_type_hints

from drivers.catalogue import UnknownDriver, driver_class
from stations.bench import offers
from stations.config import StationConfig
from stations.errors import ConfigurationError
from stations.finding import Finding, Severity
from stations.fixture import Fixture, load_fixture
from stations.plan import PlanRevision
from stations.product import Product

_UNIT = "dut"


def fixture_findings(plan: PlanRevision, product: Product, config: StationConfig | None) -> Iterator[Finding]:
    """What does not fit between a plan, its fixture and a station that runs it."""
    try:
        kind = load_fixture(plan.fixture)
    except ConfigurationError as error:
        yield Finding(Severity.ERROR, "role", f"plan {plan.name}", str(error))
        return
    yield from _verbs(plan, kind)
    for role in kind.memories():
        if role not in kind.ROLES:
            yield _role(f"fixture {plan.fixture}", f"reaches a memory by {role!r} and does not declare it", kind)
    if config is None:
        return
    if config.fixture.kind != plan.fixture:
        yield Finding(
            Severity.ERROR,
            "role",
            f"station {config.station}",
            f"its fixture is a {config.fixture.kind}, plan {plan.name} runs on a {plan.fixture}; correct fixture.kind",
        )
        return
    wires = kind.wiring(product, config.fixture.options)
    wired = {terminal.partition(":")[0] for wire in wires for terminal in wire} - {_UNIT}
    for role in sorted(wired - set(kind.ROLES)):
        yield _role(f"fixture {plan.fixture}", f"is wired to {role!r} and does not declare it", kind)
    yield from _instruments(kind, config)


def _role(where: str, what: str, kind: type[Fixture]) -> Finding:
    return Finding(Severity.ERROR, "role", where, f"{what}; its roles are {', '.join(kind.ROLES)}")


def _instruments(kind: type[Fixture], config: StationConfig) -> Iterator[Finding]:
    for role, capability in kind.ROLES.items():
        where = f"instruments.{role}"
        if role not in config.instruments:
            yield Finding(
                Severity.ERROR, "role", where, f"the fixture needs a {capability.__name__} there; add [{where}]"
            )
            continue
        try:
            driver = driver_class(config.instruments[role].driver)
        except UnknownDriver as error:
            yield Finding(Severity.ERROR, "role", where, str(error))
            continue
        if not offers(driver, capability):
            yield Finding(
                Severity.ERROR,
                "role",
                where,
                f"driver {config.instruments[role].driver} is a {driver.capability}, the fixture needs a"
                f" {capability.__name__}",
            )
    for role in config.instruments:
        if role not in kind.ROLES:
            what = "the fixture has no such role: nothing uses it"
            yield Finding(Severity.WARNING, "role", f"instruments.{role}", what)


def _verbs(plan: PlanRevision, kind: type[Fixture]) -> Iterator[Finding]:
    """What steps ask of their fixture and it does not have."""
    known = set(dir(kind)) | _assigned(kind)
    for step in plan.steps:
        parameters = list(inspect.signature(step.function).parameters)
        if not parameters:
            yield Finding(Severity.ERROR, "role", f"step {step.name}", "takes no fixture; write (fixture, record)")
            continue
        name = parameters[0]
        wanted = get_type_hints(step.function).get(name)
        if isinstance(wanted, type) and issubclass(wanted, Fixture) and not issubclass(kind, wanted):
            yield Finding(
                Severity.ERROR,
                "role",
                f"step {step.name}",
                f"is written for {wanted.__name__}, the plan runs on {kind.__name__}",
            )
            continue
        tree = ast.parse(textwrap.dedent(inspect.getsource(step.function)))
        asked = {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name
        }
        for verb in sorted(asked - known):
            what = f"asks for {name}.{verb}, which {kind.__name__} has not; its roles are {', '.join(kind.ROLES)}"
            yield Finding(Severity.ERROR, "role", f"step {step.name}", what)


def _assigned(kind: type[Fixture]) -> set[str]:
    """Every attribute that a fixture's code gives itself."""
    found: set[str] = set()
    for cls in kind.__mro__[:-1]:
        for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(cls)))):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                found.add(node.attr)
    return found
