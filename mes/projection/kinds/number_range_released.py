"""A range of serial numbers or MAC addresses, as loaded."""

from mes.models.numbering import NumberRange
from mes.projection.working_set import Mentions, WorkingSet
from mes.records import NumberRangeReleased
from mes.vocabulary import OWN_MAKER, Numbering


def mentions(record: NumberRangeReleased, mentions: Mentions) -> None:
    """Nothing: a range stands by itself."""


def project(record: NumberRangeReleased, work: WorkingSet) -> None:
    """Add the range; which one is in force, whoever asks for numbers looks up."""
    if record.serial is not None:
        numbering, maker, name = Numbering.SERIAL, record.serial.maker, record.serial.part
        content = record.serial.model_dump(mode="json")
    elif record.mac is not None:
        numbering, maker, name = Numbering.MAC, OWN_MAKER, record.mac.name
        content = record.mac.model_dump(mode="json")
    else:
        work.reject("a range gives serial numbers or MAC addresses")
    work.rows[NumberRange].append(
        {
            "id": record.id,
            "numbering": numbering.value,
            "maker": maker,
            "name": name,
            "digest": record.digest,
            "released_at": record.at,
            "released_by": record.released_by,
            "content": content,
        }
    )
