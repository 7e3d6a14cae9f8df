"""Loads definition files: reads what is released, checks, compares, and records what is new, in one transaction.

Two people who load at once are one after the other, and the second is held against what the first released.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from mes.definitions.changes import Action, Change, changes
from mes.definitions.document import OperatorSkills, ProductDefinition, code_table_digest, range_digest
from mes.definitions.faults import DefinitionsRefused, Fault
from mes.definitions.known import read_known, read_released
from mes.definitions.planning import calendar_faults
from mes.definitions.ranges import range_faults
from mes.definitions.reading import ReadFile
from mes.definitions.references import References
from mes.definitions.structure import code_faults, material_faults, operator_faults, product_faults, twice
from mes.desk.acts import Act
from mes.records import (
    CodeTable,
    CodeTableReleased,
    DefinitionReleased,
    MacRange,
    NumberRangeReleased,
    OperatorCertified,
    Record,
    SamplingPlan,
    SamplingPlanReleased,
    SerialRange,
    ShiftCalendar,
    ShiftCalendarReleased,
)


def compare(connection: Connection, files: Sequence[ReadFile]) -> tuple[Change, ...]:
    """What loading these files would change. Raises `DefinitionsRefused` naming every fault; writes nothing."""
    faults = [fault for file in files for fault in _structure(file)]
    known = read_known(connection)
    faults += References(files, known).faults()
    faults += range_faults(files, known)
    if faults:
        raise DefinitionsRefused(faults)
    parts = {definition.key[:2] for file in files for definition in file.content.definitions}
    made, altered = changes(files, known, read_released(connection, parts))
    if altered:
        raise DefinitionsRefused(altered)
    return made


def apply(act: Act, files: Sequence[ReadFile], by: str) -> tuple[Change, ...]:
    """Load these files in the transaction of the act; what is unchanged writes nothing.

    Raises `DefinitionsRefused` naming every fault, and then nothing is written.
    """
    made = compare(act.connection, files)
    records = [_record(act, change, by) for change in made if change.action is not Action.UNCHANGED]
    if records:
        act.write(records)
    return made


def _structure(file: ReadFile) -> Sequence[Fault]:
    content, name = file.content, file.name
    faults: list[Fault] = []
    for number, material in enumerate(content.purchased):
        faults += material_faults(name, f"purchased[{number}].", material)
    for number, product in enumerate(content.product):
        faults += product_faults(name, file.key(f"product[{number}]."), product)
    if content.codes is not None:
        faults += code_faults(name, content.codes)
    for number, calendar in enumerate(content.calendar):
        faults += calendar_faults(name, f"calendar[{number}]", calendar)
    for named, what in ((content.calendar, "calendar"), (content.sampling, "sampling")):
        faults += twice(name, what, "name", [one.name for one in named])
    for number, operator in enumerate(content.operator):
        faults += operator_faults(name, f"operator[{number}].", operator)
    return faults


def _record(act: Act, change: Change, by: str) -> Record:
    content = change.content
    if isinstance(content, ProductDefinition):
        return DefinitionReleased(
            **act.envelope(),
            material=content.material,
            bill_of_material=content.bill_of_material,
            route=content.route,
            digest=content.digest,
            released_by=by,
        )
    if isinstance(content, CodeTable):
        return CodeTableReleased(**act.envelope(), table=content, digest=code_table_digest(content), released_by=by)
    if isinstance(content, SerialRange):
        return NumberRangeReleased(**act.envelope(), serial=content, digest=range_digest(content), released_by=by)
    if isinstance(content, MacRange):
        return NumberRangeReleased(**act.envelope(), mac=content, digest=range_digest(content), released_by=by)
    if isinstance(content, ShiftCalendar):
        digest = code_table_digest(content)
        return ShiftCalendarReleased(**act.envelope(), calendar=content, digest=digest, released_by=by)
    if isinstance(content, SamplingPlan):
        digest = code_table_digest(content)
        return SamplingPlanReleased(**act.envelope(), plan=content, digest=digest, released_by=by)
    return _certified(act, content, by)


def _certified(act: Act, operator: OperatorSkills, by: str) -> Record:
    return OperatorCertified(**act.envelope(), operator=operator.name, skills=operator.skills, certified_by=by)
