"""The options by which `mes where-used` and `mes hold` are told what is meant. Imports nothing heavy: `--help` does."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from mes.command_line import CommandError
from mes.command_options import instant

if TYPE_CHECKING:
    from mes.queries.identity import LotSummary, UnitSummary
    from mes.records import Predicate
    from mes.site_access import SiteAccess

LotOption = Annotated[str | None, typer.Option("--lot", help="Lot number.")]
SerialOption = Annotated[str | None, typer.Option("--serial", help="Serial number of a unit.")]
PartOption = Annotated[str | None, typer.Option("--part", help="Part number, to tell numbers and materials apart.")]
MakerOption = Annotated[
    str | None, typer.Option("--maker", help="Maker, to tell numbers apart; alone: all of that maker's material.")
]
DateCodeOption = Annotated[str | None, typer.Option("--date-code", help="Date code of lots.")]
InstrumentOption = Annotated[str | None, typer.Option("--instrument", help="Serial number of an instrument.")]
FixtureOption = Annotated[str | None, typer.Option("--fixture", help="Fixture.")]
PlanOption = Annotated[str | None, typer.Option("--plan", help="Plan: its name, or the beginning of its digest.")]
LimitRevisionOption = Annotated[str | None, typer.Option("--limit-revision", help="Limit revision.")]
OperatorOption = Annotated[str | None, typer.Option("--operator", help="Operator.")]
StationOption = Annotated[str | None, typer.Option("--station", help="Station.")]
OrderOption = Annotated[str | None, typer.Option("--order", help="Work order, by its number.")]
SinceOption = Annotated[str | None, typer.Option("--since", metavar="TIME", help="Begin of the window, included.")]
UntilOption = Annotated[str | None, typer.Option("--until", metavar="TIME", help="End of the window, excluded.")]
SinceLastGoodOption = Annotated[
    bool,
    typer.Option(
        "--since-last-good",
        help="With --instrument: since its last good calibration, until it was found bad and left good.",
    ),
]
CalibrationOption = Annotated[
    str | None,
    typer.Option("--calibration", help="With --since-last-good: the id of the calibration meant. [default: newest]"),
]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the options said."""

    lot: str | None
    serial: str | None
    part: str | None
    maker: str | None
    date_code: str | None
    instrument: str | None
    fixture: str | None
    plan: str | None
    limit_revision: str | None
    operator: str | None
    station: str | None
    since: str | None
    until: str | None
    since_last_good: bool = False
    calibration: str | None = None
    order: str | None = None

    def predicate(
        self, access: "SiteAccess", *, as_json: bool
    ) -> "tuple[Predicate, LotSummary | None, UnitSummary | None]":
        """The predicate, and the lot or unit that it is about. Raises `CommandError` for what is wrong or unknown."""
        from pydantic import ValidationError  # noqa: PLC0415 - heavy

        from mes.identification import one_lot, one_plan, one_unit  # noqa: PLC0415 - heavy
        from mes.records import LotIdentity, Predicate, UnitIdentity  # noqa: PLC0415 - heavy

        self._refuse_mixtures()
        if self.since_last_good:
            return self._since_last_good(access), None, None
        lot = unit = None
        fields: dict[str, object] = {"since": instant(self.since, "--since"), "until": instant(self.until, "--until")}
        if self.lot is not None:
            lot = one_lot(access, self.lot, self.part, self.maker, as_json=as_json)
            fields["lot"] = LotIdentity(maker=lot.maker, part=lot.part, lot=lot.lot)
        elif self.serial is not None:
            unit = one_unit(access, self.serial, self.part, self.maker, as_json=as_json)
            fields["unit"] = UnitIdentity(maker=unit.maker, part=unit.part, serial=unit.serial)
        elif self.order is not None:
            fields["order"] = self.order
        else:
            fields |= {"maker": self.maker, "part": self.part, "date_code": self.date_code} | self._work()
            fields["plan"] = None if self.plan is None else one_plan(access, self.plan)
        try:
            return Predicate.model_validate(fields), lot, unit
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            raise CommandError(f"predicate: {first['msg'].removeprefix('Value error, ')}") from error

    def _since_last_good(self, access: "SiteAccess") -> "Predicate":
        from mes.instrument_doubt import suspected  # noqa: PLC0415 - heavy

        others = {name for name, value in self._work().items() if value is not None} - {"instrument"}
        if self.instrument is None or others or (self.since, self.until) != (None, None):
            raise CommandError("--since-last-good: goes with --instrument alone; its calibrations give the time")
        return suspected(access, self.instrument, self.calibration)[1]

    def _work(self) -> dict[str, object]:
        return {
            "instrument": self.instrument,
            "fixture": self.fixture,
            "plan": self.plan,
            "limit_revision": self.limit_revision,
            "operator": self.operator,
            "station": self.station,
        }

    def _refuse_mixtures(self) -> None:
        if self.calibration is not None and not self.since_last_good:
            raise CommandError("--calibration: goes with --since-last-good")
        work = any(value is not None for value in self._work().values())
        material = self.date_code is not None
        alone = self.maker is not None and self.lot is None and self.serial is None
        named = (self.lot is not None) + (self.serial is not None) + (self.order is not None)
        kinds = named + work + (material or alone)
        if kinds != 1:
            raise CommandError(
                "give exactly one of --lot LOT and --serial SERIAL, or --order NUMBER, or a material (--date-code,"
                " --maker), or work (--instrument, --fixture, --plan, --limit-revision, --operator, --station)"
            )
