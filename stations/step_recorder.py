"""What a step calls as `record`: takes each declared measurand once for each unit, judges it, publishes it."""

import re
from collections.abc import Callable, Collection, Mapping

from drivers.reading import Reading
from mes.vocabulary import Outcome
from stations.errors import RecordError
from stations.events import Attached, Measured
from stations.lease import check_lease
from stations.limits import Judgement, judge
from stations.plan_revision import BoundStep
from stations.unit_run import Attempt, UnitRun

_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,90}(\.[A-Za-z0-9]{1,8}){1,2}")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]{0,60}")


class UnitStepRecord:
    """The record of one unit in one attempt at a step."""

    def __init__(self, step: BoundStep, run: UnitRun) -> None:
        self._step = step
        self._declared = {m.name: m for m in step.measurands}
        self._run = run
        self._judgements: dict[str, Judgement] = {}
        self._readings: list[Reading] = []
        self._troubles: list[str] = []
        self._attached: set[str] = set()

    def __call__(self, name: str, value: Reading | str) -> None:
        """Record one declared measurand, once.

        Raises `RecordError` for a name that is not declared above the step, a second value, and a value that cannot be
        this measurand; `Fenced` when the step's lease is over.
        """
        check_lease()
        measurand = self._declared.get(name)
        if measurand is None:
            raise RecordError(f"{name} is not declared above step {self._step.name}; declare it, or record its name")
        if name in self._judgements:
            raise RecordError(f"{name} was recorded already in step {self._step.name}; a measurand has one value a run")
        judgement = judge(measurand, value)
        if judgement.outcome is Outcome.ERROR:
            raise RecordError(judgement.reason)
        self._judgements[name] = judgement
        if isinstance(value, Reading):
            self._readings.append(value)
        self._run.publish(Measured(self._step.name, measurand, value, judgement))

    def attach(
        self, name: str, media_type: str, content: bytes | Callable[[], bytes], *, shows: Collection[str] = ()
    ) -> None:
        """Attach a file to this unit's run, once under this name.

        Raises `RecordError` for a name that is no file name or is taken, a media type that is none, and a measurand
        that this step does not declare; `Fenced` when the step's lease is over.
        """
        check_lease()
        step = self._step.name
        if _FILE_NAME.fullmatch(name) is None:
            raise RecordError(f"{name!a}, attached in step {step}: is no file name; write one such as ripple.csv")
        if _MEDIA_TYPE.fullmatch(media_type) is None:
            raise RecordError(f"{name} of step {step}: {media_type!a} is no media type; write one such as text/csv")
        if name in self._attached or self._run.attached.setdefault(name, step) != step:
            taken = self._run.attached[name]
            raise RecordError(f"{name} was attached already in step {taken}; an attachment has a name of its own")
        if unknown := [one for one in shows if one not in self._declared]:
            raise RecordError(f"{name} shows {', '.join(unknown)}, which is not declared above step {step}")
        self._attached.add(name)
        self._run.publish(Attached(step, name, media_type, content, tuple(shows)))

    def error(self, message: str) -> None:
        """Say that this unit alone cannot be tested further; the others of the run go on."""
        check_lease()
        self._troubles.append(message)

    def conclude(self, outcome: Outcome, message: str) -> Attempt:
        """What this attempt found; `outcome` and `message` are those of the step's function for all units."""
        # A copy: a step that was left behind may hold this record still.
        judgements = dict(self._judgements)
        if outcome is Outcome.PASSED:
            failed = [j.reason for j in judgements.values() if j.outcome is Outcome.FAILED]
            missing = [m.name for m in self._step.measurands if m.required and m.name not in judgements]
            if self._troubles:
                outcome, message = Outcome.ERROR, "; ".join(self._troubles)
            elif missing:
                outcome, message = Outcome.ERROR, f"did not record {', '.join(missing)}"
            elif failed:
                outcome, message = Outcome.FAILED, "; ".join(failed)
        return Attempt(outcome, message, judgements, tuple(self._readings))


class StepRecord:
    """The `record` of one attempt at a step, for every unit that takes part in it."""

    def __init__(self, step: BoundStep, runs: Mapping[int, UnitRun]) -> None:
        self._step = step
        self._units = {number: UnitStepRecord(step, run) for number, run in runs.items()}
        self._only = self._units.get(1) if len(self._units) == 1 else None

    @property
    def units(self) -> tuple[int, ...]:
        """The units that take part in this step, by their numbers in the run, counted from 1."""
        return tuple(self._units)

    def unit(self, number: int) -> UnitStepRecord:
        """The record of one unit. Raises `RecordError` for one that takes no part in this step."""
        if number not in self._units:
            raise RecordError(
                f"unit {number} takes no part in step {self._step.name}; record.units are {self.units or 'none'}"
            )
        return self._units[number]

    def __call__(self, name: str, value: Reading | str) -> None:
        """Record for the only unit. Raises `RecordError` when there are several."""
        if self._only is None:
            raise RecordError(f"step {self._step.name} tests units {self.units}: write record.unit(k)({name!r}, …)")
        self._only(name, value)

    def attach(
        self, name: str, media_type: str, content: bytes | Callable[[], bytes], *, shows: Collection[str] = ()
    ) -> None:
        """Attach to the run of the only unit. Raises `RecordError` when there are several."""
        if self._only is None:
            wanted = f"write record.unit(k).attach({name!r}, …)"
            raise RecordError(f"step {self._step.name} tests units {self.units}: {wanted}")
        self._only.attach(name, media_type, content, shows=shows)
