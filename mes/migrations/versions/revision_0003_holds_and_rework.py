"""Holds, reservations, defects, repairs, dispositions, and records that were voided.

Rows of an older release hold what they held; `mes rebuild` reads from the journal which decisions reserved what.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# As in revision 0001, and without the runs that were voided.
_MEASUREMENT = """
CREATE VIEW measurement AS
SELECT r.id AS run_id, r.unit_id, r.operation, r.attempt, r.station, r.plan_digest, r.simulated, r.started_at,
       m.place, m.name, m.unit, {value} AS value, r.texts ->> m.name AS text, r.over_ranges ->> m.name AS over_range,
       m.low, m.high
FROM test_run AS r JOIN plan_measurand AS m ON m.plan_digest = r.plan_digest
WHERE r.finished_at IS NOT NULL {counting}
"""
_VALUE = {
    "postgresql": "r.measurements[m.place + 1]",
    "sqlite": "vector_element(r.measurements, m.place)",
}


def _view(counting: str) -> str:
    return _MEASUREMENT.format(value=_VALUE[op.get_bind().dialect.name], counting=counting)


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", AutoString(), nullable=False),
        sa.Column("maker", AutoString(), nullable=True),
        sa.Column("part", AutoString(), nullable=True),
        sa.Column("serial", AutoString(), nullable=True),
        sa.Column("lot", AutoString(), nullable=True),
        sa.Column("date_code", AutoString(), nullable=True),
        sa.Column("instrument", AutoString(), nullable=True),
        sa.Column("fixture", AutoString(), nullable=True),
        sa.Column("plan_digest", AutoString(), nullable=True),
        sa.Column("limit_revision", AutoString(), nullable=True),
        sa.Column("operator", AutoString(), nullable=True),
        sa.Column("station", AutoString(), nullable=True),
        sa.Column("since", UTCDateTime(), nullable=True),
        sa.Column("until", UTCDateTime(), nullable=True),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("placed_by", AutoString(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("placed_at", UTCDateTime(), nullable=False),
        sa.Column("released_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_hold_released_at"), "hold", ["released_at"])
    op.create_table(
        "record_void",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("target", AutoString(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("signed_by", AutoString(), nullable=False),
        sa.Column("meaning", AutoString(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("voided_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_record_void_target_id"), "record_void", ["target_id"])
    op.create_table(
        "defect",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("code", AutoString(), nullable=False),
        sa.Column("position", AutoString(), nullable=True),
        sa.Column("operation", AutoString(), nullable=True),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("description", AutoString(), nullable=False),
        sa.Column("station", AutoString(), nullable=False),
        sa.Column("operator", AutoString(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("found_at", UTCDateTime(), nullable=False),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_defect_code"), "defect", ["code"])
    op.create_index(op.f("ix_defect_unit_id"), "defect", ["unit_id"])
    op.create_table(
        "disposition",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("disposition", AutoString(), nullable=False),
        sa.Column("operation", AutoString(), nullable=True),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("signed_by", AutoString(), nullable=False),
        sa.Column("meaning", AutoString(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_disposition_unit_id"), "disposition", ["unit_id"])
    op.create_table(
        "disturbance",
        sa.Column("cause_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("operation", AutoString(), nullable=False),
        sa.Column("disturbed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("cause_id", "unit_id", "operation"),
    )
    op.create_index(op.f("ix_disturbance_unit_id"), "disturbance", ["unit_id"])
    op.create_table(
        "hold_release",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("signed_by", AutoString(), nullable=False),
        sa.Column("meaning", AutoString(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("released_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_hold_release_hold_id"), "hold_release", ["hold_id"])
    op.create_table(
        "repair",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("action", AutoString(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("position", AutoString(), nullable=True),
        sa.Column("old_child_id", sa.Uuid(), nullable=True),
        sa.Column("old_lot_id", sa.Uuid(), nullable=True),
        sa.Column("new_child_id", sa.Uuid(), nullable=True),
        sa.Column("new_lot_id", sa.Uuid(), nullable=True),
        sa.Column("description", AutoString(), nullable=False),
        sa.Column("station", AutoString(), nullable=False),
        sa.Column("operator", AutoString(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("repaired_at", UTCDateTime(), nullable=False),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["new_child_id"], ["unit.id"]),
        sa.ForeignKeyConstraint(["new_lot_id"], ["lot.id"]),
        sa.ForeignKeyConstraint(["old_child_id"], ["unit.id"]),
        sa.ForeignKeyConstraint(["old_lot_id"], ["lot.id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_repair_action"), "repair", ["action"])
    op.create_index(op.f("ix_repair_unit_id"), "repair", ["unit_id"])
    op.create_table(
        "reservation",
        sa.Column("gate_id", sa.Uuid(), nullable=False),
        sa.Column("maker", AutoString(), nullable=False),
        sa.Column("part", AutoString(), nullable=False),
        sa.Column("serial", AutoString(), nullable=False),
        sa.Column("parent", AutoString(), nullable=False),
        sa.Column("station", AutoString(), nullable=False),
        sa.Column("reserved_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["gate_id"], ["gate_decision.id"]),
        sa.PrimaryKeyConstraint("gate_id", "maker", "part", "serial"),
    )
    op.create_index(op.f("ix_reservation_serial"), "reservation", ["serial"])
    op.create_table(
        "defect_closure",
        sa.Column("cause_id", sa.Uuid(), nullable=False),
        sa.Column("defect_id", sa.Uuid(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["defect_id"], ["defect.id"]),
        sa.PrimaryKeyConstraint("cause_id", "defect_id"),
    )
    op.create_index(op.f("ix_defect_closure_defect_id"), "defect_closure", ["defect_id"])
    op.create_table(
        "hold_exemption",
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("released_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"]),
        sa.ForeignKeyConstraint(["release_id"], ["hold_release.id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("release_id", "unit_id"),
    )
    op.create_index(op.f("ix_hold_exemption_unit_id"), "hold_exemption", ["unit_id"])
    op.add_column("installation", sa.Column("voided_by", sa.Uuid(), nullable=True))
    op.add_column("removal", sa.Column("voided_by", sa.Uuid(), nullable=True))
    op.add_column("test_run", sa.Column("voided_by", sa.Uuid(), nullable=True))
    op.execute("DROP VIEW measurement")
    op.execute(_view("AND r.voided_by IS NULL"))


def downgrade() -> None:
    """Go back to the revision before."""
    op.execute("DROP VIEW measurement")
    op.drop_column("test_run", "voided_by")
    op.drop_column("removal", "voided_by")
    op.drop_column("installation", "voided_by")
    op.drop_table("hold_exemption")
    op.drop_table("defect_closure")
    op.drop_table("reservation")
    op.drop_table("repair")
    op.drop_table("hold_release")
    op.drop_table("disturbance")
    op.drop_table("disposition")
    op.drop_table("defect")
    op.drop_table("record_void")
    op.drop_table("hold")
    op.execute(_view(""))
