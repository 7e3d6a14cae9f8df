"""Every English text of the operator's screen, in one place for translators. Braces take named values."""

from typing import Final

from stations.tui.state import Phase

WORDS: Final = {
    Phase.READY: "SCAN",
    Phase.UNREADABLE: "RESCAN",
    Phase.ASKING: "ASKING",
    Phase.RUNNING: "TESTING",
    Phase.STOPPING: "STOPPING",
    Phase.PASSED: "PASS",
    Phase.FAILED: "FAIL",
    Phase.ERROR: "ERROR",
    Phase.ABORTED: "ABORTED",
    Phase.REFUSED: "REFUSED",
    Phase.OFFLINE: "OFFLINE",
    Phase.UNRECORDED: "ERROR",
}
"""The word in the band, legible at five metres."""

MEANINGS: Final = {
    Phase.READY: "scan the label of the next unit",
    Phase.UNREADABLE: "the last scan was not taken: nothing was run",
    Phase.ASKING: "asking the gate whether this unit may be tested here now",
    Phase.RUNNING: "",
    Phase.STOPPING: "STOP pressed: the bench is being made safe",
    Phase.PASSED: "every value is within its limits",
    Phase.FAILED: "the unit is outside its limits",
    Phase.ERROR: "the STATION could not judge the unit; the unit may be good",
    Phase.ABORTED: "the run was cut short; the unit was not judged",
    Phase.REFUSED: "the gate does not allow this unit here now; nothing was run",
    Phase.OFFLINE: "the gate could not be asked; nothing was run",
    Phase.UNRECORDED: "NOT RECORDED: whatever was measured does not count",
}

SYMBOLS: Final = {
    Phase.PASSED: "✔",
    Phase.FAILED: "✘",
    Phase.ERROR: "!",
    Phase.ABORTED: "■",
    Phase.REFUSED: "⊘",
    Phase.OFFLINE: "?",
    Phase.UNREADABLE: "?",
    Phase.UNRECORDED: "!",
}

SIMULATED: Final = "SIMULATED"
SIMULATED_SPEED: Final = "SIMULATED ×{speed:g}"
QUEUE_EMPTY: Final = "everything sent"
QUEUE_WAITS: Final = "{depth} to send, oldest {age}"
QUEUE_UNKNOWN: Final = "the spool cannot be read"
CENTRE_SILENT: Final = "again in {seconds}: {error}"
TALLY: Final = "{passed} pass · {failed} fail · {others} other"

RECORDED: Final = "✔ RECORDED here"
NOT_RECORDED: Final = "✘ NOT RECORDED"
NOTHING_RECORDED: Final = "nothing was run, nothing to record"
SENDING: Final = "… sending to the centre"
SENT: Final = "✔ SENT to the centre"
SENT_UNKNOWN: Final = "✘ SENT? the spool cannot be read"
NOT_SENT: Final = "✘ NOT SENT yet: {depth} wait here, oldest {age}"

USUALLY: Final = "usually {seconds}"
STEP_OF: Final = "step {number} of {count}: {name}"
ELAPSED_OF: Final = "{elapsed} of usually {usual} ({runs} runs)"
STOP_COUNT: Final = "STOP pressed {count}×"

VALUE_OUT: Final = "WORST: {name} {value}, must be {limits}: out by {distance}"
VALUE_WRONG: Final = "WORST: {name} is {value}, must be {limits}"
VALUE_CLOSEST: Final = "CLOSEST: {name} {value}, limits {limits}: {distance} to spare"
NO_VALUE: Final = "no value was judged"
MORE_OUT: Final = " (+{count} more)"

OVER: Final = "> range"
UNDER: Final = "< range"
ENDED_AS: Final = "run ended {ending}: {reason}"
NEXT_PASSED: Final = "UNIT: good – pass it on to {operation}"
NEXT_PASSED_LAST: Final = "UNIT: good – its route ends here"
DISPOSE_HELD: Final = "UNIT: HELD – put it aside: {rule}: {message}"
DISPOSE_PROVISIONAL: Final = "UNIT: PROVISIONAL – recorded locally, route not checked: it counts when the centre agrees"
DISPOSE_FAILED: Final = "UNIT: nonconforming – set it aside; a rescan asks the gate for a retest"
DISPOSE_UNJUDGED: Final = "UNIT: not judged – keep it here, it is neither good nor bad"
DISPOSE_UNTOUCHED: Final = "UNIT: was not touched – keep it here"
DISPOSE_UNRECORDED: Final = "UNIT: does not count as tested – keep it here"

THEN_NEXT: Final = "NEXT: scan the next unit"
THEN_NEXT_ERROR: Final = "NEXT: put the station right, then START or scan the unit again"
THEN_NEXT_AGAIN: Final = "NEXT: START or scan the unit again, or scan the next one"
THEN_NEXT_REFUSED: Final = "NEXT: do what unlocks it (below), or scan the next unit"
THEN_NEXT_RESCAN: Final = "NEXT: scan the label again"
THEN_NEXT_RECORD: Final = "NEXT: call the keeper of the station; do not test on"

PREVIOUS: Final = "before: {serial} {word}{recorded}"
PREVIOUS_UNRECORDED: Final = ", NOT RECORDED"

REFUSAL: Final = "✘ {rule}: {message}"
EVIDENCE: Final = "seen: {evidence}"
UNLOCK: Final = "→ {who}: {unlock}"

NOTHING_TO_STOP: Final = "STOP: nothing is running"
NO_QUESTION: Final = "no question is open that {word} could answer"
START_NEEDS_UNIT: Final = "START: scan a unit first"
BUSY_SCAN: Final = "scan {scan} not taken: {serial} is in the fixture; scan it afterwards"
BUSY_START: Final = "START: {serial} is in the fixture already"
LEAVING_SCAN: Final = "scan not taken: the screen is about to close"
UNFINISHED_SCAN: Final = "scan {scan} not taken: it came without its end; scan again, and check the suffix in [scan]"
UNKNOWN_COMMAND: Final = "scan {scan} not taken: no such command barcode; there are {known}"
NO_PREFIX: Final = "scan {scan} not taken: it lacks the prefix {prefix}; set the scanner, or prefix in [scan]"
LONG_SCAN: Final = "scan of {length} characters not taken: no label is that long; scan the serial label alone"
SCANNER_GONE: Final = "scanner: {error}"
STOPPED_EARLY: Final = "stopped before the run began; nothing was run"
RECOVERED: Final = "an earlier run of {serial} was ended as {ending}: {reason}"
FAULT: Final = "a fault of Rackline, please report it: {kind}: {message}"
CTRL_Q: Final = "Ctrl+Q does nothing here; Ctrl+C asks to leave"
LEAVING: Final = "closing as soon as the bench is safe"

STOP_BY_KEY: Final = "stopped by the operator"
STOP_BY_BARCODE: Final = "stopped by the operator (command barcode)"
STOP_BY_SIGNAL: Final = "stopped by {signal}"

LEAVE_QUESTION: Final = "Leave the operator's screen?"
LEAVE_HINT: Final = "Nothing is running. What waits to be sent stays in the spool."
YES: Final = "YES"
NO: Final = "NO"
TYPE_TITLE: Final = "Type the serial number"
TYPE_HINT: Final = "Enter takes it, Esc closes. A scan works here too."
HELP_TITLE: Final = "Keys and command barcodes"
HELP: Final = (
    ("scan a label", "test that unit, from any screen"),
    ("Esc, F12, {stop}", "STOP, at any moment"),
    ("F5, {start}", "test the unit shown once more"),
    ("F2, or just type", "a serial number by hand"),
    ("PageUp, PageDown", "more values"),
    ("Ctrl+C", "leave (while testing: STOP)"),
    ("{yes}, {no}", "answer a question"),
)

FOOTER: Final = (
    ("Esc STOP", "stop"),
    ("F5 again", "start"),
    ("F2 type", "type"),
    ("F1 help", "help"),
    ("^C leave", "leave"),
)
