"""Show a pluggable module, behind a two-wire bus or in a dump file: identity, checksums, what it measures."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from mes.command_line import CommandError, Exit, JsonOption
from stations.command_errors import explained

SourceArgument = Annotated[
    str,
    typer.Argument(metavar="RESOURCE|FILE", help="A bus such as /dev/i2c-3, or a dump: .json of all pages, .bin."),
]


def command(source: SourceArgument, as_json: JsonOption = False) -> None:
    """Decode the module at RESOURCE or in FILE by SFF-8472, SFF-8636 or CMIS, whichever its identifier names.

    A dump is the JSON of captured maps (A0_lower_00_7F, upper_pages), 256 bytes of lower memory and page 00h, or 512
    bytes of both devices of an SFP. On a bus nothing is written but the choice of page, and no latched flag is cleared.

    Exit codes: 0 every checksum that was read is valid; 1 one is not; 2 no dump, or no map for its identifier; 3 no
    module answers.
    """
    from drivers.errors import MemoryMapError
    from drivers.module_eeprom.maps.dump import read_dump
    from stations.module_report import report_document, report_lines, report_of_dump, report_of_module

    with explained():
        try:
            if source.startswith("/dev/i2c-"):
                from drivers.module_eeprom.two_wire import TwoWireModule
                from drivers.place import Place

                with Place() as place, TwoWireModule.open(source, place) as module:
                    report = report_of_module(module, source)
            else:
                report = report_of_dump(read_dump(Path(source)))
        except MemoryMapError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(
                f"{source}: cannot be read: {error.strerror}; give a bus /dev/i2c-N or a dump file"
            ) from error
    sys.stdout.write(json.dumps(report_document(report)) + "\n" if as_json else "\n".join(report_lines(report)) + "\n")
    if not report.checksums_valid:
        raise typer.Exit(Exit.NO)
