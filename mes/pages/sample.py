"""How samples are shown: each with its plan's operating characteristic, its pieces, and what they say."""

from collections.abc import Sequence

from mes.console_output import Page, moment, percent, print_csv, print_document
from mes.queries.samples import SampleReport
from mes.records import SamplingPurpose
from mes.site_access import SiteAccess
from mes.statistics.acceptance import quality_accepted


def document(sample: SampleReport) -> dict[str, object]:
    """A sample as a part of a JSON document."""
    low, high = characteristic(sample)
    return {
        "id": sample.id,
        "plan": sample.plan,
        "revision": sample.revision,
        "purpose": sample.purpose,
        "destructive": sample.destructive,
        "order": sample.work_order,
        "lot": None if sample.lot is None else sample.lot.model_dump(),
        "population": sample.population,
        "size": sample.size,
        "acceptance_number": sample.acceptance_number,
        "seed": sample.seed,
        "drawn_by": sample.drawn_by,
        "drawn_at": sample.drawn_at,
        "inspected": sample.inspected,
        "nonconforming": sample.nonconforming,
        "verdict": sample.verdict.value,
        "accepted_95_percent_at": low,
        "accepted_10_percent_at": high,
        "pieces": sample.pieces,
    }


def characteristic(sample: SampleReport) -> tuple[float | None, float | None]:
    """The fractions nonconforming that the plan accepts with 95 % and 10 %.

    None where the whole lot is inspected, and for first articles, which are no random sample.
    """
    if sample.size >= sample.population or sample.purpose == SamplingPurpose.FIRST_ARTICLE:
        return None, None
    size, allowed = sample.size, sample.acceptance_number
    return quality_accepted(size, allowed, 0.95), quality_accepted(size, allowed, 0.10)


def show_samples(access: SiteAccess, found: Sequence[SampleReport], *, as_json: bool, as_csv: bool) -> None:
    """Print samples, a line each."""
    if as_json:
        print_document(access.site, samples=[document(one) for one in found])
        return
    columns = (
        "sample",
        "of",
        "plan",
        "purpose",
        "population",
        "size",
        "allowed",
        "inspected",
        "nonconforming",
        "verdict",
    )
    rows = [
        (
            str(one.id),
            one.scope,
            f"{one.plan} {one.revision}",
            one.purpose.replace("_", " ").lower(),
            *map(str, (one.population, one.size, one.acceptance_number, one.inspected, one.nonconforming)),
            one.verdict.value,
        )
        for one in found
    ]
    if as_csv:
        print_csv((*columns, "drawn"), [(*row, one.drawn_at.isoformat()) for row, one in zip(rows, found, strict=True)])
        return
    page = Page(access.site)
    if rows:
        page.table(columns, rows, right=("population", "size", "allowed", "inspected", "nonconforming"))
    else:
        page.line("no sample; draw one by `mes sample ORDER draw --plan NAME`")


def show_sample(page: Page, sample: SampleReport) -> None:
    """Print one sample with its pieces."""
    page.line(
        f"sample {sample.id} of {sample.scope} by plan {sample.plan} {sample.revision}:"
        f" {sample.verdict.value}{page.mark(sample.simulated)}",
        style="bold",
    )
    page.line(
        f"{sample.size} of {sample.population}, {sample.acceptance_number} nonconforming allowed,"
        f" {sample.inspected} inspected, {sample.nonconforming} nonconforming",
        indent=2,
    )
    low, high = characteristic(sample)
    if low is not None and high is not None:
        said = f"a lot with {percent(low)} nonconforming is accepted in 95 of 100 cases, one with {percent(high)} in 10"
        page.line(said, indent=2)
    elif sample.size >= sample.population:
        page.line("every piece is inspected", indent=2)
    page.line(f"drawn {moment(sample.drawn_at)} by {sample.drawn_by}, seed {sample.seed}", indent=2)
    page.table(
        ("piece", "found", "by", "when", "note"),
        [
            (
                one.piece,
                _found(one.conforming) + (", destroyed" if one.destroyed else ""),
                one.by or "",
                moment(one.found_at),
                one.note,
            )
            for one in sample.pieces
        ],
        indent=2,
    )


def _found(conforming: bool | None) -> str:
    if conforming is None:
        return "not inspected"
    return "conforming" if conforming else "NONCONFORMING"
