"""A plan looked at before it is run: declarations, roles, limits, uncertainties, timeouts, and the bench's ranges."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from drivers.errors import InstrumentError
from stations.config import StationConfig, load_station_config
from stations.errors import ConfigurationError, PlanError
from stations.finding import Finding, Severity
from stations.fixture import load_fixture
from stations.fixture_lint import fixture_findings
from stations.golden_run import GoldenRun, run_golden
from stations.limit_revision import load_limit_revision
from stations.limits import Measurand
from stations.plan import PlanRevision, TestPlan, load_plan
from stations.plan_listing import product_for
from stations.product import Product, load_product
from stations.requirements import needs_of, unmet
from stations.uncertainty_lint import UncertaintyRatio, ratio_of, uncertainty_findings

_CONFIGS: Final = Path(__file__).with_name("configs")

_SPELLINGS: Final = """
1 V A W VA var Wh J Hz s h m ohm F H S K degC ° dB dBm 1/min 1/s s/m dB/m V/s A/s K/s Pa kg m/s m3/s bit/s
"""
UNITS: Final = frozenset(_SPELLINGS.split())
"""Units as they are spelled here: SI without prefix, and what the standards of this field use instead."""

_LONG_SHARE: Final = 0.5
"""A step that takes more than this share of its time limit leaves too little for a slow day."""


@dataclass(frozen=True, slots=True)
class PlanLint:
    """One plan on one station (or on none): what was found, and every ratio that could be told."""

    plan: str
    part: str
    station: str
    findings: tuple[Finding, ...]
    ratios: tuple[UncertaintyRatio, ...]

    def count(self, severity: Severity) -> int:
        """How many findings are of this kind."""
        return sum(finding.severity is severity for finding in self.findings)

    def document(self) -> dict[str, Any]:
        """The look at this plan for a machine."""
        return {
            "plan": self.plan,
            "part": self.part,
            "station": self.station,
            "findings": [finding.document() for finding in self.findings],
            "ratios": [
                {
                    "measurand": one.measurand,
                    "kind": one.kind,
                    "ratio": one.ratio,
                    "U": one.uncertainty,
                    "unit": one.unit,
                }
                for one in self.ratios
            ],
        }


def stations_of(plan: str) -> tuple[StationConfig, ...]:
    """The shipped test stations that run this plan."""
    found = []
    for path in sorted(_CONFIGS.glob("*.toml")):
        if f'plan = "{plan}"' in (text := path.read_text(encoding="utf-8")) and "[fixture]" in text:
            found.append(load_station_config(path))
    return tuple(found)


def lint_plan(name: str, *, product: Path | None, limits: Path | None, config: StationConfig | None) -> PlanLint:
    """Look at one plan, on this station if there is one.

    Raises `PlanError` for a plan that there is none of and `ConfigurationError` for files that cannot be read; what is
    wrong with the plan itself is a finding.
    """
    where = config.station if config is not None else ""
    if product is None and config is not None:
        product = config.product
    if limits is None and config is not None:
        limits = config.limits
    revision = load_limit_revision(limits) if limits is not None else None
    given = load_product(product) if product is not None else None
    part = given.part if given is not None else ""
    try:
        declared = load_plan(name)
        if not declared.steps:
            raise ValueError(f"plan {name}: has no step, so nothing could be measured; declare one")
        if late := _time_limits(declared):
            return PlanLint(name, part, where, late, ())
        chosen = given if given is not None else product_for(declared)
        part = chosen.part
        plan = declared.bind(chosen, revision)
    except PlanError as error:
        if "there is none" in str(error):
            raise
        return PlanLint(name, part, where, (_declaration(name, error),), ())
    except ValueError as error:
        return PlanLint(name, part, where, (_declaration(name, error),), ())
    findings = [*_declared(plan), *fixture_findings(plan, chosen, config)]
    if not any(operation.name == plan.operation for operation in chosen.route):
        findings.append(
            Finding(
                Severity.ERROR,
                "route",
                f"plan {name}",
                f"product {part} has no operation {plan.operation} in its route; no unit could come to this plan",
            )
        )
    ratios: dict[str, UncertaintyRatio] = {}
    if config is None:
        what = "no station runs it here: ranges and ratios are not checked; give --station"
        findings.append(Finding(Severity.NOTE, "bench", f"plan {name}", what))
    elif not any(finding.severity is Severity.ERROR for finding in findings):
        bench = config.model_copy(update={"product": chosen.path, "limits": limits and limits.absolute()})
        more, ratios = _on_the_bench(plan, chosen, bench)
        findings += more
    return PlanLint(name, part, where, tuple(findings), tuple(ratios.values()))


def _time_limits(plan: TestPlan) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            Severity.ERROR,
            "timeout",
            f"step {step.name}",
            f"its time limit is {step.timeout_s:g} s: write a positive, finite one, or the step never ends in time",
            step.timeout_s if math.isfinite(step.timeout_s) else None,
        )
        for step in plan.steps
        if not math.isfinite(step.timeout_s) or step.timeout_s <= 0
    )


def _declaration(plan: str, error: Exception) -> Finding:
    said = str(error).removeprefix(f"plan {plan}: ").removeprefix(f"plan {plan}, ")
    return Finding(Severity.ERROR, "declaration", f"plan {plan}", said)


def _declared(plan: PlanRevision) -> Iterator[Finding]:
    """What the declarations alone tell."""
    for step in plan.steps:
        if not step.measurands and not step.skipped:
            yield Finding(Severity.NOTE, "declaration", f"step {step.name}", "measures nothing")
    if not any(measurand.is_judged for measurand in plan.measurands):
        yield Finding(
            Severity.ERROR, "declaration", f"plan {plan.name}", "judges nothing, so no unit could pass; declare a limit"
        )
    for measurand in plan.measurands:
        yield from _unit(measurand)


def _unit(measurand: Measurand) -> Iterator[Finding]:
    if not measurand.is_text and measurand.unit not in UNITS:
        yield Finding(
            Severity.WARNING,
            "unit",
            measurand.name,
            f"its unit {measurand.unit!r} is not spelled as any known here: SI without prefix, such as V, ohm, s/m",
        )


def _on_the_bench(
    plan: PlanRevision, product: Product, config: StationConfig
) -> tuple[list[Finding], dict[str, UncertaintyRatio]]:
    """What a run on a healthy simulated unit tells."""
    try:
        golden = run_golden(config)
    except PlanError as error:
        return [Finding(Severity.NOTE, "bench", f"station {config.station}", f"was not run: {error}")], {}
    except (ConfigurationError, InstrumentError) as error:
        what = f"its bench cannot be simulated, so ranges and ratios are not checked: {error}"
        return [Finding(Severity.WARNING, "bench", f"station {config.station}", what)], {}
    measurands = {measurand.name: measurand for measurand in plan.measurands}
    ratios = {
        name: ratio
        for name, measurand in measurands.items()
        if name in golden.readings and (ratio := ratio_of(measurand, golden.readings[name])) is not None
    }
    findings = list(unmet(needs_of(load_fixture(plan.fixture), product), golden.ratings, golden.models))
    # A bench that cannot carry the unit cannot pass it either: that is said once.
    if golden.trouble and not any(finding.severity is Severity.ERROR for finding in findings):
        findings.append(
            Finding(Severity.ERROR, "golden", f"plan {plan.name}", f"a healthy unit does not pass: {golden.trouble}")
        )
    findings += uncertainty_findings(measurands, ratios, golden)
    findings += _durations(plan, golden)
    findings += [
        Finding(
            Severity.WARNING,
            "option",
            f"fixture.options.{option}",
            f"nothing in fixture {plan.fixture} asks for it: misspelt, or of no use; correct or remove it",
        )
        for option in golden.unasked_options
    ]
    return findings, ratios


def _durations(plan: PlanRevision, golden: GoldenRun) -> Iterator[Finding]:
    for step in plan.steps:
        took = golden.took_s.get(step.name, 0.0)
        if took > _LONG_SHARE * step.timeout_s:
            yield Finding(
                Severity.WARNING,
                "timeout",
                f"step {step.name}",
                f"takes {took:.3g} s of its {step.timeout_s:g} s on a healthy unit; allow it more",
                took,
            )


def lint_lines(lints: list[PlanLint]) -> list[str]:
    """What was found for a person, the worst first."""
    order = list(Severity)
    lines = []
    for lint in lints:
        on = f" on {lint.station}" if lint.station else ""
        lines.append(f"{lint.plan} for {lint.part or 'no product'}{on}")
        for finding in sorted(lint.findings, key=lambda one: order.index(one.severity)):
            lines.append(f"  {finding.severity.lower():8} {finding.check}: {finding.where}: {finding.message}")
        judged = [ratio for ratio in lint.ratios if ratio.kind == "TUR"]
        if judged:
            worst = min(judged, key=lambda ratio: ratio.ratio)
            lines.append(f"  least test-uncertainty ratio {worst.ratio:.3g}, of {worst.measurand}")
    errors = sum(lint.count(Severity.ERROR) for lint in lints)
    warnings = sum(lint.count(Severity.WARNING) for lint in lints)
    lines.append(f"{len(lints)} looked at: {errors} errors, {warnings} warnings")
    return lines
