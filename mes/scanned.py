"""Labels scanned where a number is asked for: the serial or lot number on them, and of which part."""

from collections.abc import Callable, Sequence

from mes.command_line import CommandError
from mes.console_output import inert
from mes.labels.errors import LabelError
from mes.labels.label import Label, Syntax, is_label, plain_text, read_label


def scanned_label(scan: str) -> Label | None:
    """The label in what was given; None for a plain number. Raises `CommandError` for one that cannot be read."""
    if not is_label(scan):
        return None
    try:
        label = read_label(scan)
    except LabelError as error:
        raise CommandError(f"scan {inert(scan[:60])}: {error}\nsee what it says by `mes scan`") from error
    return None if label.syntax is Syntax.PLAIN else label


def scanned_number(
    scan: str, part: str | None, noun: str, known: Callable[[str, str], Sequence[object]]
) -> tuple[str, str | None]:
    """The number that was given or scanned, and its part where the label names it.

    `noun` is ``serial`` or ``lot``; `known` finds what has a number and a part, by which the customer's part number is
    told from the supplier's. Raises `CommandError` for a label without such a number, or of another part than asked.
    """
    label = scanned_label(scan)
    if label is None:
        return plain_text(scan), part
    number = label.serial if noun == "serial" else label.lot
    if number is None:
        several = f"{len(label.serials)} serial numbers" if noun == "serial" and label.serials else f"no {noun} number"
        named = ", ".join(field.identifier for field in label.fields)
        raise CommandError(f"scan {inert(scan[:60])}: names {several} (its fields are {named}); scan another label")
    if part is not None:
        if label.parts and part not in label.parts:
            raise CommandError(
                f"scan {inert(scan[:60])}: is the label of part {' / '.join(label.parts)}, and --part says {part}"
            )
        return number, part
    return number, next((one for one in label.parts if known(number, one)), label.part)
