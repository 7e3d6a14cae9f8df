"""What another limit revision would change, as a page, a document or CSV; nothing is written."""

from collections import Counter
from dataclasses import asdict, dataclass, replace

from mes.command_line import CommandError, Exit
from mes.console_output import Page, counted, print_csv, print_document, quantity
from mes.ledger import Site
from mes.limit_proposal import LimitProposal
from mes.quality.what_if import Band, Flip, Rejudged, rejudge
from mes.queries.judged_runs import PlannedBand, judged_runs, planned_bands
from mes.queries.values import ValueScope, first_values
from mes.site_access import SiteAccess
from mes.statistics.capability import CapabilityIndices, capability
from mes.statistics.errors import Unanswerable
from mes.statistics.within_sigma import from_moving_range
from mes.study_sample import counts_simulated

LISTED_FLIPS = 20
"""How many units a page names each way; all of them are in --json and --csv."""

WAYS = (
    (Rejudged.PASSED, Rejudged.FAILED),
    (Rejudged.FAILED, Rejudged.PASSED),
    (Rejudged.FAILED, Rejudged.UNKNOWN),
)


@dataclass(frozen=True, slots=True)
class CapabilityChange:
    """Capability of one measurand against the limits that judged it, and against the proposed ones.

    `before` is None when values were judged by several bands; both are None where `undefined` says why.
    """

    measurand: str
    unit: str
    n: int
    limits_before: Band | None
    limits_after: Band
    before: CapabilityIndices | None
    after: CapabilityIndices | None
    undefined: str | None


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The runs that were judged again, how they flip, and the capabilities."""

    proposal: LimitProposal
    scope: ValueScope
    runs: int
    flips: tuple[Flip, ...]
    capabilities: tuple[CapabilityChange, ...]

    def flipped(self, before: Rejudged, after: Rejudged) -> tuple[Flip, ...]:
        """The flips of one way."""
        return tuple(flip for flip in self.flips if (flip.before, flip.after) == (before, after))


def considered(access: SiteAccess, proposal: LimitProposal, scope: ValueScope, simulated: bool) -> WhatIf:
    """Judge the first valid runs again. Raises `CommandError` for a plan, measurand or unit that does not fit."""
    planned = planned_bands(access.engine, proposal.plan, scope.part)
    if not planned:
        of_part = f" for part {scope.part}" if scope.part else ""
        raise CommandError(f"what-if: no plan {proposal.plan}{of_part} was released in {access.name}")
    _fits(proposal, planned)
    with_simulated = counts_simulated(access, simulated)
    proposed = {name: Band(band.low, band.high) for name, band in proposal.limits.items()}
    runs = judged_runs(access.engine, scope, proposed.keys(), simulated=with_simulated)
    if not runs:
        raise CommandError(
            f"what-if: no completed run of {proposal.plan} in this window; widen it, or leave an option out", Exit.NO
        )
    flips = tuple(flip for run in runs if (flip := rejudge(run, proposed)) is not None)
    changes = tuple(_capability(access, scope, name, band, with_simulated) for name, band in proposed.items())
    return WhatIf(proposal, scope, len(runs), flips, changes)


def _fits(proposal: LimitProposal, planned: tuple[PlannedBand, ...]) -> None:
    for name, band in proposal.limits.items():
        units = {p.unit for p in planned if p.measurand == name}
        if not units:
            raise CommandError(f"what-if: plan {proposal.plan} measures no {name}; correct limits.{name}")
        if units != {band.unit}:
            raise CommandError(
                f"what-if: {name} is measured in {', '.join(sorted(units))}, and limits.{name} are in {band.unit}"
            )


def _capability(
    access: SiteAccess, scope: ValueScope, name: str, after: Band, with_simulated: bool
) -> CapabilityChange:
    stored = [
        value
        for value in first_values(access.engine, replace(scope, measurand=name), simulated=with_simulated)
        if value.value is not None
    ]
    values = [value.value for value in stored if value.value is not None]
    bands = {Band(value.low, value.high) for value in stored}
    before = next(iter(bands)) if len(bands) == 1 else None
    unit = stored[0].unit if stored else ""

    def indices(band: Band | None) -> CapabilityIndices | None:
        if band is None or (band.low is None and band.high is None):
            return None
        return capability(values, band.low, band.high, from_moving_range(values)).overall

    try:
        return CapabilityChange(name, unit, len(values), before, after, indices(before), indices(after), None)
    except Unanswerable as reason:
        return CapabilityChange(name, unit, len(values), before, after, None, None, str(reason))


def print_what_if(site: Site, answer: WhatIf, form: str) -> None:
    """Print what would change; `form` is page, json or csv."""
    if form == "csv":
        columns = ("serial", "run", "before", "after", "measurand", "value", "unknown")
        print_csv(
            columns,
            (
                (f.serial, f.run, f.before.value, f.after.value, name, f.values[name], " ".join(f.unknown))
                for f in answer.flips
                for name in f.measurands
            ),
        )
    elif form == "json":
        print_document(
            site,
            revision=answer.proposal.revision,
            plan=answer.proposal.plan,
            asked={key: value for key, value in asdict(answer.scope).items() if value is not None},
            runs=answer.runs,
            flips={f"{before.lower()}_to_{after.lower()}": answer.flipped(before, after) for before, after in WAYS},
            capability=answer.capabilities,
        )
    else:
        _print_page(Page(site), answer)


def _print_page(page: Page, answer: WhatIf) -> None:
    page.line(
        f"what if {answer.proposal.revision} judged {answer.proposal.plan}: {counted(answer.runs, 'first valid run')},"
        f" {len(answer.flips)} would flip"
    )
    for before, after in WAYS:
        flips = answer.flipped(before, after)
        by_measurand = Counter(name for flip in flips for name in flip.measurands)
        named = ", ".join(f"{name} ({count})" for name, count in by_measurand.most_common(5))
        page.line(f"{before.value} to {after.value}: {len(flips)}" + (f"  by {named}" if named else ""), indent=2)
        for flip in flips[:LISTED_FLIPS]:
            values = ", ".join(f"{name} {quantity(value)}" for name, value in flip.values.items())
            unknown = f"; never measured: {', '.join(flip.unknown[:3])}" if flip.unknown else ""
            unknown += f" and {len(flip.unknown) - 3} more" if len(flip.unknown) > 3 else ""
            page.line(f"{flip.serial}: {values}{unknown}", indent=4)
        if len(flips) > LISTED_FLIPS:
            page.line(f"{len(flips) - LISTED_FLIPS} more: see --json or --csv", indent=4)
    rows = []
    for change in answer.capabilities:
        before_limits = "several" if change.limits_before is None else _band(change.limits_before, change.unit)
        rows.append(
            (
                change.measurand,
                str(change.n),
                before_limits,
                _band(change.limits_after, change.unit),
                _ppk(change.before),
                _ppk(change.after),
            )
        )
    page.table(
        ("measurand", "n", "limits before", "limits after", "Ppk before", "Ppk after"),
        rows,
        right=("n", "Ppk before", "Ppk after"),
    )
    for change in answer.capabilities:
        if change.undefined is not None:
            page.line(f"{change.measurand}: {change.undefined}", indent=2)
    page.line("history is as it was: this judged nothing for good")


def _band(band: Band, unit: str) -> str:
    low = "none" if band.low is None else quantity(band.low)
    high = "none" if band.high is None else quantity(band.high)
    return f"{low} to {high} {unit}".rstrip()


def _ppk(indices: CapabilityIndices | None) -> str:
    return "undefined" if indices is None else f"{indices.actual:.3f}"
