"""Draw a sample from a work order or a lot, record what was found on its pieces, or show its samples."""

from enum import StrEnum
from typing import Annotated

import typer

from mes.command_line import DatabaseOption, HomeOption, JsonOption
from mes.command_options import CsvOption, MakerOption, PartOption


class Act(StrEnum):
    """What to do."""

    DRAW = "draw"
    RECORD = "record"


def command(
    scope: Annotated[str, typer.Argument(metavar="ORDER|LOT", help="Number of a work order or of a lot.")],
    act: Annotated[Act | None, typer.Argument(metavar="[ACT]", help="[default: show its samples]")] = None,
    piece: Annotated[
        str | None, typer.Argument(metavar="[PIECE]", help="Serial number, or number of the piece in its lot.")
    ] = None,
    plan: Annotated[str | None, typer.Option("--plan", help="Sampling plan, by its name.")] = None,
    seed: Annotated[str | None, typer.Option("--seed", help="Seed of the draw. [default: chance, recorded]")] = None,
    conforming: Annotated[
        bool | None, typer.Option("--conforming/--nonconforming", help="What inspection found on the piece.")
    ] = None,
    destroyed: Annotated[
        bool | None,
        typer.Option("--destroyed/--intact", help="Whether it was used up. [default: as the plan says]"),
    ] = None,
    note: Annotated[str, typer.Option("--note", help="What was found, in words.")] = "",
    by: Annotated[str | None, typer.Option("--by", help="Name of the person who acts.")] = None,
    part: PartOption = None,
    maker: MakerOption = None,
    home: HomeOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    from mes.command_line import CommandError, Exit
    from mes.command_options import one_form, said, told_plainly
    from mes.console_output import Page, print_document
    from mes.database import reading as one_state
    from mes.desk.acts import Desk
    from mes.desk.sample_draw import SampleVerdict
    from mes.desk.sampling import Scope, draw_sample, record_result
    from mes.identification import one_lot
    from mes.pages.sample import document, show_sample, show_samples
    from mes.queries.orders import order_report
    from mes.queries.samples import read_samples
    from mes.site_access import SiteAccess, reading, writing

    def meant(access: SiteAccess) -> Scope:
        # With a part it can only be a lot; an order of the same number goes before it otherwise.
        if part is None and order_report(access.engine, scope) is not None:
            return Scope(order=scope)
        try:
            return Scope(lot=one_lot(access, scope, part, maker, as_json=as_json))
        except CommandError as error:
            if part is not None:
                raise
            raise CommandError(f"{scope}: is neither a work order nor a lot\n{error}", Exit.NO) from error

    one_form(as_json, as_csv)
    if act is None:
        with reading(home, database) as access:
            asked = meant(access)
            with one_state(access.engine) as connection:
                lot_id = None if asked.lot is None else asked.lot.id
                found = read_samples(connection, order=asked.order, lot_id=lot_id)
            if as_json or as_csv or not found:
                show_samples(access, found, as_json=as_json, as_csv=as_csv)
                return
            page = Page(access.site)
            for one in found:
                show_sample(page, one)
        return
    if as_csv:
        raise CommandError("sample: --csv lists samples; leave it out here")
    said("sample", by=by or "")
    with writing(home, database) as access, told_plainly("sample"):
        desk = Desk(access.engine)
        if act is Act.DRAW:
            if plan is None or piece is not None or conforming is not None:
                raise CommandError("sample: a draw says --plan NAME, and nothing of a piece")
            drawn = draw_sample(desk, meant(access), plan, seed, by or "")
            if as_json:
                print_document(access.site, drawn=drawn.fresh, sample=document(drawn.sample))
                return
            page = Page(access.site)
            page.line("drawn now" if drawn.fresh else "was drawn before and is open")
            show_sample(page, drawn.sample)
            return
        if piece is None or conforming is None:
            raise CommandError("sample: say which PIECE, and --conforming or --nonconforming")
        inspected = record_result(
            desk, meant(access), plan, piece, by or "", conforming=conforming, destroyed=destroyed, note=note
        )
        sample = inspected.sample
        if as_json:
            print_document(access.site, sample=document(sample), hold=inspected.hold)
        else:
            page = Page(access.site)
            left = f", {sample.size - sample.inspected} to inspect" if sample.verdict is SampleVerdict.OPEN else ""
            page.line(
                f"sample {sample.id}: {sample.inspected} of {sample.size} inspected, {sample.nonconforming}"
                f" nonconforming ({sample.acceptance_number} allowed): {sample.verdict.value}{left}"
            )
            if inspected.hold is not None:
                page.line(f"hold {inspected.hold} placed on {sample.scope}; release it by `mes release`")
    if sample.verdict is SampleVerdict.REJECTED:
        raise typer.Exit(Exit.NO)
