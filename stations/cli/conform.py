"""Hold the simulator against a recording: does it answer as the instruments did that were recorded?"""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mes.command_line import CommandError, Exit, JsonOption
from stations.command_errors import explained

if TYPE_CHECKING:
    from stations.conformity import Conformity

RecordingArgument = Annotated[Path, typer.Argument(help="A recording of station run --record or station record.")]
ConfigArgument = Annotated[
    Path | None, typer.Argument(help="The station's file. [default: the example station of the recording's name]")
]
ToleranceOption = Annotated[
    float, typer.Option("--tolerance", min=0.0, help="How far measured values may be apart, relative to the greater.")
]
AbsoluteOption = Annotated[
    float, typer.Option("--absolute", min=0.0, help="Or how far in the value's own unit, for values near zero.")
]
NoValuesOption = Annotated[bool, typer.Option("--no-values", help="Compare the form of measured values only.")]

_SHOWN = 20


def command(
    recording: RecordingArgument,
    config: ConfigArgument = None,
    tolerance: ToleranceOption = 0.1,
    absolute: AbsoluteOption = 0.0,
    no_values: NoValuesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Play what a station sent in RECORDING to the simulated instruments, and show where their answers differ.

    Identity, error queue, words, whole numbers and the count of fields must be the same; measured values must be
    written in the same way and be near. What a unit's memory holds is not compared, only its length. Another
    firmware is told and is no difference.

    Exit codes: 0 the simulator conforms, 1 it differs, 2 recording or station cannot be used.
    """
    from drivers.recording import RecordingError, load_recording
    from stations.answer_match import Tolerance
    from stations.config import load_station_config
    from stations.conformity import conform

    with explained():
        try:
            if config is None:
                name = str(load_recording(recording).header.get("station"))
                config = Path(__file__).parents[1] / "configs" / f"{Path(name).name}.toml"
                if not config.is_file():
                    raise CommandError(f"recording {recording}: of station {name}; give that station's file")
            found = conform(recording, load_station_config(config), Tolerance(tolerance, absolute, not no_values))
        except RecordingError as error:
            # Elsewhere a recording that is not the same answers "no"; here nothing was compared.
            raise CommandError(str(error)) from error
    sys.stdout.write((json.dumps(_document(found)) if as_json else "\n".join(_lines(found))) + "\n")
    if not found.conforms:
        raise typer.Exit(Exit.NO)


def _document(found: "Conformity") -> dict[str, Any]:
    return {
        "schema": 1,
        "recording": str(found.path),
        "station": found.station,
        "rows": found.rows,
        "conforms": found.conforms,
        "answers": found.answers,
        "differences": [asdict(one) for one in found.differences],
        "notes": found.notes,
    }


def _lines(found: "Conformity") -> list[str]:
    count = sum(found.answers.values())
    verdict = "conforms" if found.conforms else f"DIFFERS in {len(found.differences)} answers"
    lines = [f"{found.path}, {found.station}: {count} answers compared: the simulator {verdict}"]
    for wire, answers in found.answers.items():
        differing = sum(one.wire == wire for one in found.differences)
        lines.append(f"  {wire}: {answers} answers, {differing or 'none'} different")
    for one in found.differences[:_SHOWN]:
        lines += [
            f"  row {one.row}, {one.wire}, {one.kind}: {one.why}",
            f"    asked     {one.question[:150]}",
            f"    recorded  {one.recorded[:150]}",
            f"    simulated {one.simulated[:150]}",
        ]
    if len(found.differences) > _SHOWN:
        lines.append(f"  and {len(found.differences) - _SHOWN} more; --json tells them all")
    return lines + [f"  note: {note}" for note in dict.fromkeys(found.notes)]
