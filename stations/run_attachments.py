"""The attachments of one unit's run on their way into its record: chosen as an attempt ends, stored before it counts.

They are encoded when they are stored, which for a step that ended badly is after the bench was made safe.
"""

from collections.abc import Sequence

from mes.ledger import digest_of
from mes.records import Attachment
from mes.vocabulary import Outcome
from stations.attachment_policy import LARGEST, Keep, is_kept
from stations.errors import RecordError
from stations.events import Attached, Measured
from stations.spool import Spool


class RunAttachments:
    """Listens to what a run attaches, and gives the documents of what is kept."""

    def __init__(self, spool: Spool, keep: Keep) -> None:
        self._spool = spool
        self._keep = keep
        self._seen: list[Attached] = []
        self._chosen: list[tuple[str, Attached]] = []

    def take(self, event: Attached) -> None:
        """The present attempt attached something."""
        if self._keep is not Keep.NONE:
            self._seen.append(event)

    def end_attempt(self, outcome: Outcome, measured: Sequence[Measured], attempt: int | None = None) -> None:
        """The present attempt ended so; `attempt` is its number when there will be another one.

        What an attempt attached that decided nothing keeps its number in its name.
        """
        seen, self._seen = self._seen, []
        failed = {one.measurand.name for one in measured if one.judgement.outcome is Outcome.FAILED}
        prefix = "" if attempt is None else f"attempt_{attempt}_"
        self._chosen += [(prefix + one.name, one) for one in seen if is_kept(self._keep, outcome, one.shows, failed)]

    @property
    def waiting(self) -> tuple[str, ...]:
        """The names of what was chosen and is not stored."""
        return tuple(name for name, _ in self._chosen)

    def stored(self) -> tuple[Attachment, ...]:
        """Store what was chosen since the last time; it is on the disk when this returns.

        Raises `SpoolError` when the disk refuses: then all of it still waits. Raises `RecordError` for one that is too
        large.
        """
        if not self._chosen:
            return ()
        contents = [_content(one) for _, one in self._chosen]
        self._spool.keep_attachments(contents)
        chosen, self._chosen = self._chosen, []
        return tuple(
            Attachment(name=name, media_type=one.media_type, sha256=digest_of(content), size=len(content))
            for (name, one), content in zip(chosen, contents, strict=True)
        )


def _content(event: Attached) -> bytes:
    content = event.content if isinstance(event.content, bytes) else event.content()
    if len(content) > LARGEST:
        raise RecordError(
            f"{event.name} of step {event.step}: {len(content)} bytes are more than an attachment may have ({LARGEST});"
            " attach less of it"
        )
    return content
