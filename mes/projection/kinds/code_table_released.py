"""A code table revision; of one name the newest released is in force."""

from mes.models.shop import CodeTableRow
from mes.projection.working_set import Mentions, WorkingSet
from mes.records import CodeTableReleased


def mentions(record: CodeTableReleased, mentions: Mentions) -> None:
    """The table itself, which may be released already."""
    mentions.code_tables.add(record.digest)


def project(record: CodeTableReleased, work: WorkingSet) -> None:
    """Add the table, or note that it was released again."""
    table = record.table
    for what, names in (
        ("operation", [one.name for one in table.operations]),
        ("defect code", [one.code for one in table.defects]),
        ("repair code", [one.code for one in table.repairs]),
        ("skill", [one.name for one in table.skills]),
    ):
        work.distinct(what, names)
    held = work.shop.code_tables.get(record.digest)
    if held is not None:
        if record.at > held["released_at"]:
            held["released_at"] = record.at
            work.shop.released_again.add(record.digest)
        return
    work.shop.code_tables[record.digest] = row = {
        "id": record.id,
        "name": table.name,
        "revision": table.revision,
        "digest": record.digest,
        "released_at": record.at,
        "released_by": record.released_by,
        "content": table.model_dump(mode="json"),
        "esd_operations": [one.name for one in table.operations if one.esd],
    }
    work.rows[CodeTableRow].append(row)
