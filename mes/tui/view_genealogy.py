"""The label of one position of an as-built tree."""

from mes.console_output import counted, moment, quantity
from mes.queries.components import DirectComponent
from mes.tui.view_text import Line, Span, Tone, line_of


def component_label(component: DirectComponent) -> Line:
    """Position, what sits in it, and since when."""
    if component.lot is not None:
        what = f"{component.lot}, {quantity(component.quantity, component.lot.unit)}"
    else:
        what = "" if component.unit is None else str(component.unit)
    return (
        *line_of(f"{component.position}: ", Tone.MUTED),
        *line_of(what),
        Span(f"  since {moment(component.installed_at)[:16]}Z", Tone.MUTED),
    )


def unlisted_label(unlisted: int) -> Line:
    """The line that stands for the components of a level that are not listed."""
    return line_of(f"… {counted(unlisted, 'more component')}: `mes tree` prints all of them", Tone.MUTED)
