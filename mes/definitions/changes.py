"""What loading files would change: each table against what is released, key by key. Pure.

A released revision is never altered: other content under the same revision is a fault that shows the difference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from mes.definitions.document import (
    NumberRangeDefinition,
    OperatorSkills,
    ProductDefinition,
    range_key,
    range_name,
)
from mes.definitions.faults import Fault
from mes.definitions.known import Known, Released
from mes.definitions.reading import ReadFile
from mes.records import CodeTable, HeldSkill, SamplingPlan, ShiftCalendar

_NAMES = ("position", "name", "code", "skill", "part", "date")
"""What tells the tables of a list apart, in this order."""


class Action(StrEnum):
    """What loading does with one table."""

    NEW = "NEW"
    REVISED = "REVISED"
    """A new revision of what is released."""
    CONFIRMED = "CONFIRMED"
    """A station said the same of itself; from now on it is the site's word."""
    CHANGED = "CHANGED"
    UNCHANGED = "UNCHANGED"


@dataclass(frozen=True, slots=True)
class Difference:
    """One key that is another than before; None where it is absent."""

    key: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        if self.before is None:
            return f"+ {self.key} = {self.after}"
        return f"- {self.key} = {self.before}" if self.after is None else f"~ {self.key}: {self.before} -> {self.after}"


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one table of a file; `against` names what it was compared with, empty when there was nothing."""

    file: str
    name: str
    action: Action
    against: str
    differences: tuple[Difference, ...]
    content: ProductDefinition | CodeTable | OperatorSkills | NumberRangeDefinition | ShiftCalendar | SamplingPlan


def changes(
    files: Sequence[ReadFile], known: Known, released: Mapping[tuple[str, str], Sequence[Released]]
) -> tuple[tuple[Change, ...], tuple[Fault, ...]]:
    """What loading these files would do, and the faults of what it may not do."""
    answers: list[Change | Fault] = []
    for file in files:
        for definition in file.content.definitions:
            maker, part, _ = definition.key
            answers.append(_definition(file.name, definition, released.get((maker, part), ())))
        if file.content.codes is not None:
            table = file.content.codes
            answers.append(_revised(file.name, "codes", table, known.codes.get(table.name, ())))
        for calendar in file.content.calendar:
            answers.append(_revised(file.name, "calendar", calendar, known.calendars.get(calendar.name, ())))
        for plan in file.content.sampling:
            answers.append(_revised(file.name, "sampling", plan, known.plans.get(plan.name, ())))
        answers += [_operator(file.name, operator, known.operators) for operator in file.content.operator]
        answers += [_range(file.name, numbers, known) for numbers in file.content.ranges]
    return (
        tuple(answer for answer in answers if isinstance(answer, Change)),
        tuple(answer for answer in answers if isinstance(answer, Fault)),
    )


def differences(before: Any, after: Any, key: str = "") -> tuple[Difference, ...]:
    """What differs between two documents, by dotted keys in which lists are told apart by their names."""
    if before == after:
        return ()
    if isinstance(before, dict) and isinstance(after, dict):
        names = dict.fromkeys([*after, *before])
        inner = (differences(before.get(name), after.get(name), f"{key}.{name}".lstrip(".")) for name in names)
        return tuple(difference for found in inner for difference in found)
    old, new = _named(before), _named(after)
    if (old or new) and not isinstance(before, str) and not isinstance(after, str):
        found = [one for name in {**new, **old} for one in differences(old.get(name), new.get(name), f"{key}[{name}]")]
        # The order of a route is part of it, and an order has no key of its own.
        kept = [name for name in old if name in new]
        if kept != [name for name in new if name in old]:
            found.append(Difference(f"{key} in order", ", ".join(old), ", ".join(new)))
        return tuple(found)
    old_text, new_text = _text(before), _text(after)
    return () if old_text == new_text else (Difference(key, old_text or None, new_text or None),)


def _definition(file: str, definition: ProductDefinition, released: Sequence[Released]) -> Change | Fault:
    name = str(definition)
    after = definition.model_dump(mode="json")
    same = [one for one in released if one.definition.key == definition.key]
    held = next((one for one in same if one.digest == definition.digest), None)
    if held is not None:
        action = Action.CONFIRMED if held.by is None else Action.UNCHANGED
        return Change(file, name, action, name, (), definition)
    if same:
        newest = same[-1]
        found = differences(newest.definition.model_dump(mode="json"), after)
        return _altered(file, name, newest.at.isoformat(), found)
    if not released:
        return Change(file, name, Action.NEW, "", differences({}, after), definition)
    current = released[-1].definition
    found = differences(current.model_dump(mode="json"), after)
    return Change(file, name, Action.REVISED, str(current), found, definition)


def _revised(
    file: str,
    what: str,
    content: CodeTable | ShiftCalendar | SamplingPlan,
    released: Sequence[tuple[CodeTable | ShiftCalendar | SamplingPlan, datetime]],
) -> Change | Fault:
    """What becomes of something that has a name and revisions."""
    name = f"{what} {content.name} revision {content.revision}"
    after = content.model_dump(mode="json")
    for held, at in reversed(released):
        if held.revision == content.revision:
            found = differences(held.model_dump(mode="json"), after)
            return (
                _altered(file, name, at.isoformat(), found)
                if found
                else Change(file, name, Action.UNCHANGED, name, (), content)
            )
    if not released:
        return Change(file, name, Action.NEW, "", differences({}, after), content)
    current = released[-1][0]
    found = differences(current.model_dump(mode="json"), after)
    return Change(file, name, Action.REVISED, f"{what} {content.name} revision {current.revision}", found, content)


def _operator(file: str, operator: OperatorSkills, known: Mapping[str, Mapping[str, HeldSkill]]) -> Change:
    """What a file says of skills; those that it does not name stay as they are, until their day."""
    name = f"operator {operator.name}"
    held = known.get(operator.name, {})
    before = [held[one.skill].model_dump(mode="json") for one in operator.skills if one.skill in held]
    found = differences(before, [one.model_dump(mode="json") for one in operator.skills])
    unknown = [one.skill for one in operator.skills if one.skill not in held]
    # Without a last day a skill is nothing but its name.
    found += tuple(
        Difference(f"[{skill}]", None, "certified")
        for skill in unknown
        if f"[{skill}]" not in {one.key for one in found}
    )
    if not found:
        return Change(file, name, Action.UNCHANGED, name, (), operator)
    return Change(file, name, Action.CHANGED if held else Action.NEW, name if held else "", found, operator)


def _range(file: str, numbers: NumberRangeDefinition, known: Known) -> Change:
    """A range may change at any time: what was given out of it stays given out, and the counting goes on."""
    name, held = range_name(numbers), known.ranges.get(range_key(numbers))
    before = {} if held is None else held.model_dump(mode="json")
    found = differences(before, numbers.model_dump(mode="json"))
    action = Action.NEW if held is None else Action.CHANGED if held != numbers else Action.UNCHANGED
    return Change(file, name, action, "" if held is None else name, found, numbers)


def _altered(file: str, name: str, at: str, found: Sequence[Difference]) -> Fault:
    shown = ", ".join(map(str, found[:6])) + (f", and {len(found) - 6} more" if len(found) > 6 else "")
    problem = f"was released at {at} and is never altered; the file says: {shown}"
    return Fault(file, name, problem, "give the changed one a new revision")


def _named(value: Any) -> dict[str, Any]:
    """The tables of a list by what names each; empty for anything else."""
    if not isinstance(value, list) or not value or not isinstance(value[0], dict):
        return {}
    field = next(name for name in _NAMES if name in value[0])
    return {str(inner[field]): {name: item for name, item in inner.items() if name != field} for inner in value}


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_text(inner)}" for name, inner in value.items() if _text(inner))
    if isinstance(value, list):
        return "[" + ", ".join(map(_text, value)) + "]" if value else ""
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)
