"""The demonstration with the quality console in front: the line works in this process, the console is its child."""

import subprocess
import sys
import threading

from mes.command_line import CommandError, Exit
from stations.factory import Factory
from stations.lease import StopSwitch
from stations.lines.count import LineCount

LEFT = "the console was left"
"""Why a line stops when nobody watches it any more: the one stop that is an ordinary end."""

_LOOK_S = 0.2
"""How often it is looked whether the console has been left or STOP pressed, in seconds."""

_GOODBYE_S = 5.0
"""How long the console may take to leave the terminal in order, in seconds."""


def run_with_console(factory: Factory, stop: StopSwitch, database: str) -> LineCount:
    """Run the factory behind a console; leaving the console stops the line, and STOP closes the console.

    Whatever happens, neither outlives this call. Raises what the line raised, and `CommandError` when the console
    could not show anything.
    """
    raised: list[BaseException] = []

    def work() -> None:
        try:
            factory.run()
        except BaseException as error:  # noqa: BLE001 - carried over to the thread that can report it
            raised.append(error)

    worker = threading.Thread(target=work, name="simulated line")
    console = subprocess.Popen(
        [sys.executable, "-c", "from mes.cli.main import main; main()", "console", "--db", database]
    )
    worker.start()
    try:
        code = _watch(console, stop, raised)
    finally:
        if console.poll() is None:
            console.terminate()
            try:
                console.wait(_GOODBYE_S)
            except subprocess.TimeoutExpired:
                console.kill()
                console.wait()
        if worker.is_alive():
            stop.request(LEFT)
            factory.hurry()
        worker.join()
    if raised:
        raise raised[0]
    if code not in (None, Exit.OK, Exit.ABORTED):
        raise CommandError(
            f"console: it ended with exit code {code}; the line was stopped, what was run is in {database}\n"
            "try again with --headless",
            Exit.STATION,
        )
    return factory.count


def _watch(console: subprocess.Popen[bytes], stop: StopSwitch, raised: list[BaseException]) -> int | None:
    """Wait until the console is left (its exit code), STOP is pressed or the line has failed (None)."""
    while stop.reason is None and not raised:
        try:
            return console.wait(_LOOK_S)
        except subprocess.TimeoutExpired:
            continue
    return None
