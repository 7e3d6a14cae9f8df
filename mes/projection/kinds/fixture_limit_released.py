"""How many cycles a fixture lasts; of one fixture the newest release is in force."""

from mes.models.equipment import FixtureLimit
from mes.projection.working_set import Mentions, WorkingSet
from mes.records import FixtureLimitReleased


def mentions(record: FixtureLimitReleased, mentions: Mentions) -> None:
    """Nothing: a limit may be released before the fixture's first run."""


def project(record: FixtureLimitReleased, work: WorkingSet) -> None:
    """Add the limit."""
    work.rows[FixtureLimit].append(
        {
            "id": record.id,
            "fixture": record.fixture,
            "cycles_max": record.cycles_max,
            "released_by": record.released_by,
            "released_at": record.at,
        }
    )
