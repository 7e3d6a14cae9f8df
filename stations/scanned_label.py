"""Labels under a station's scanner: the serial or lot number on them, if they are of the part that is wanted.

A plain number comes through as it is, for the part's own pattern to judge. A label that names parts must name the one
that is worked here: its serial number may look right and belong to another part.
"""

from mes.labels.errors import LabelError
from mes.labels.label import Label, Syntax, is_label, plain_text, read_label
from stations.errors import ScanRefused
from stations.scan import quoted


def serial_on(scan: str, part: str) -> str:
    """The serial number in a scan. Raises `ScanRefused` for a label of another part, or of no one piece."""
    label = _label(scan, part)
    if label is None:
        return plain_text(scan)
    if label.serial is not None:
        return label.serial
    if label.serials:
        raise _refused(scan, f"it names {len(label.serials)} serial numbers; scan the label of one {part} alone")
    seen = f"it is the label of lot {label.lot}" if label.lot else f"its fields are {_named(label)}"
    raise _refused(scan, f"it names no serial number (S): {seen}; scan the serial label of {part}")


def lot_on(scan: str, part: str) -> str:
    """The lot number in a scan. Raises `ScanRefused` for a label of another part, or without a lot."""
    label = _label(scan, part)
    if label is None:
        return plain_text(scan).strip(" \t")
    if label.lot is None:
        raise _refused(scan, f"it names no lot (1T): its fields are {_named(label)}; scan the label of the reel or box")
    return label.lot


def _label(scan: str, part: str) -> Label | None:
    """The label in a scan; None for a plain number."""
    if not is_label(scan):
        return None
    try:
        label = read_label(scan)
    except LabelError as error:
        raise _refused(scan, str(error)) from error
    if label.syntax is Syntax.PLAIN:
        return None
    if label.parts and part not in label.parts:
        raise _refused(scan, f"it is the label of part {' / '.join(label.parts)}, and {part} is wanted; scan its label")
    return label


def _refused(scan: str, reason: str) -> ScanRefused:
    return ScanRefused(f"scan {quoted(scan)} refused: {reason}")


def _named(label: Label) -> str:
    return ", ".join(field.identifier for field in label.fields)
