"""Foundation: journal, definitions, units, runs, genealogy, and the view of single measurements."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from mes.vector import MeasurementVector

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# One row for each measured place of each finished run, for people who bring their own SQL. On SQLite the function
# comes with a connection of mes.database.
_MEASUREMENT = """
CREATE VIEW measurement AS
SELECT r.id AS run_id, r.unit_id, r.operation, r.attempt, r.station, r.plan_digest, r.simulated, r.started_at,
       m.place, m.name, m.unit, {value} AS value, r.texts ->> m.name AS text, r.over_ranges ->> m.name AS over_range,
       m.low, m.high
FROM test_run AS r JOIN plan_measurand AS m ON m.plan_digest = r.plan_digest
WHERE r.finished_at IS NOT NULL
"""
_VALUE = {
    "postgresql": "r.measurements[m.place + 1]",
    "sqlite": "vector_element(r.measurements, m.place)",
}


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "gate_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("maker", AutoString(), nullable=False),
        sa.Column("part", AutoString(), nullable=False),
        sa.Column("serial", AutoString(), nullable=False),
        sa.Column("operation", AutoString(), nullable=False),
        sa.Column("station", AutoString(), nullable=False),
        sa.Column("operator", AutoString(), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("refusals", sa.JSON(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_gate_decision_serial"), "gate_decision", ["serial"])
    op.create_table(
        "journal",
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("position"),
        sa.UniqueConstraint("record_id"),
        sa.UniqueConstraint("source", "seq"),
    )
    op.create_table(
        "lot",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("maker", AutoString(), nullable=False),
        sa.Column("part", AutoString(), nullable=False),
        sa.Column("lot", AutoString(), nullable=False),
        sa.Column("quantity", sa.Float(), nullable=False),
        sa.Column("unit", AutoString(), nullable=False),
        sa.Column("supplier", AutoString(), nullable=False),
        sa.Column("date_code", AutoString(), nullable=True),
        sa.Column("country_of_origin", AutoString(), nullable=True),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("maker", "part", "lot"),
    )
    op.create_index(op.f("ix_lot_date_code"), "lot", ["date_code"])
    op.create_index(op.f("ix_lot_lot"), "lot", ["lot"])
    op.create_table(
        "material",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("maker", AutoString(), nullable=False),
        sa.Column("part", AutoString(), nullable=False),
        sa.Column("revision", AutoString(), nullable=False),
        sa.Column("description", AutoString(), nullable=False),
        sa.Column("tracking", AutoString(), nullable=False),
        sa.Column("serial_pattern", AutoString(), nullable=True),
        sa.Column("digest", AutoString(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("released_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_index(op.f("ix_material_current"), "material", ["current"])
    op.create_index(op.f("ix_material_part"), "material", ["part"])
    op.create_table(
        "plan",
        sa.Column("digest", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("revision", AutoString(), nullable=False),
        sa.Column("part", AutoString(), nullable=False),
        sa.Column("operation", AutoString(), nullable=False),
        sa.Column("limit_revision", AutoString(), nullable=False),
        sa.Column("code_digest", AutoString(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index(op.f("ix_plan_name"), "plan", ["name"])
    op.create_table(
        "site",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("identity", sa.Uuid(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "source_head",
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("source"),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("maker", AutoString(), nullable=False),
        sa.Column("part", AutoString(), nullable=False),
        sa.Column("serial", AutoString(), nullable=False),
        sa.Column("revision", AutoString(), nullable=False),
        sa.Column("enters_at", AutoString(), nullable=True),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("registered_at", UTCDateTime(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("maker", "part", "serial"),
    )
    op.create_index(op.f("ix_unit_serial"), "unit", ["serial"])
    op.create_index(op.f("ix_unit_state"), "unit", ["state"])
    op.create_table(
        "bom_line",
        sa.Column("material_id", sa.Uuid(), nullable=False),
        sa.Column("position", AutoString(), nullable=False),
        sa.Column("part", AutoString(), nullable=False),
        sa.Column("quantity", sa.Float(), nullable=False),
        sa.Column("unit", AutoString(), nullable=False),
        sa.Column("tracking", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["material_id"], ["material.id"]),
        sa.PrimaryKeyConstraint("material_id", "position"),
    )
    op.create_index(op.f("ix_bom_line_part"), "bom_line", ["part"])
    op.create_table(
        "installation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=False),
        sa.Column("position", AutoString(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=True),
        sa.Column("lot_id", sa.Uuid(), nullable=True),
        sa.Column("quantity", sa.Float(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("operation", AutoString(), nullable=False),
        sa.Column("station", AutoString(), nullable=False),
        sa.Column("operator", AutoString(), nullable=False),
        sa.Column("collection", AutoString(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("installed_at", UTCDateTime(), nullable=False),
        sa.Column("removed_at", UTCDateTime(), nullable=True),
        sa.Column("removal_reason", AutoString(), nullable=True),
        sa.ForeignKeyConstraint(["child_id"], ["unit.id"]),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"]),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_installation_child_id"), "installation", ["child_id"])
    op.create_index(op.f("ix_installation_lot_id"), "installation", ["lot_id"])
    op.create_index(op.f("ix_installation_parent_id"), "installation", ["parent_id"])
    op.create_table(
        "plan_measurand",
        sa.Column("plan_digest", AutoString(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("unit", AutoString(), nullable=False),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["plan_digest"], ["plan.digest"]),
        sa.PrimaryKeyConstraint("plan_digest", "place"),
    )
    op.create_index(op.f("ix_plan_measurand_name"), "plan_measurand", ["name"])
    op.create_table(
        "rollup",
        sa.Column("plan_digest", AutoString(), nullable=False),
        sa.Column("station", AutoString(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("aborted", sa.Integer(), nullable=False),
        sa.Column("first_runs", sa.Integer(), nullable=False),
        sa.Column("first_passed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["plan_digest"], ["plan.digest"]),
        sa.PrimaryKeyConstraint("plan_digest", "station", "day", "simulated"),
    )
    op.create_table(
        "route_step",
        sa.Column("material_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("operation", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["material_id"], ["material.id"]),
        sa.PrimaryKeyConstraint("material_id", "place"),
    )
    op.create_table(
        "test_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("operation", AutoString(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("station", AutoString(), nullable=False),
        sa.Column("plan_digest", AutoString(), nullable=False),
        sa.Column("fixture", AutoString(), nullable=False),
        sa.Column("slot", AutoString(), nullable=False),
        sa.Column("operator", AutoString(), nullable=False),
        sa.Column("gate_id", sa.Uuid(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("finished_at", UTCDateTime(), nullable=True),
        sa.Column("verdict", AutoString(), nullable=True),
        sa.Column("ending", AutoString(), nullable=True),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("measurements", MeasurementVector(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("over_ranges", sa.JSON(), nullable=False),
        sa.Column("marginal", sa.JSON(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("attachments", sa.JSON(), nullable=False),
        sa.Column("fixture_cycles", sa.Integer(), nullable=True),
        sa.Column("limit_revision", AutoString(), nullable=True),
        sa.Column("station_digest", AutoString(), nullable=True),
        sa.ForeignKeyConstraint(["plan_digest"], ["plan.digest"]),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_test_run_operation"), "test_run", ["operation"])
    op.create_index(op.f("ix_test_run_plan_digest"), "test_run", ["plan_digest"])
    op.create_index(op.f("ix_test_run_started_at"), "test_run", ["started_at"])
    op.create_index("ix_test_run_station_started_at", "test_run", ["station", "started_at"])
    op.create_index(op.f("ix_test_run_unit_id"), "test_run", ["unit_id"])
    op.create_table(
        "removal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("installation_id", sa.Uuid(), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=False),
        sa.Column("position", AutoString(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=True),
        sa.Column("lot_id", sa.Uuid(), nullable=True),
        sa.Column("quantity", sa.Float(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("operation", AutoString(), nullable=False),
        sa.Column("station", AutoString(), nullable=False),
        sa.Column("operator", AutoString(), nullable=False),
        sa.Column("collection", AutoString(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("removed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["unit.id"]),
        sa.ForeignKeyConstraint(["installation_id"], ["installation.id"]),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"]),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_removal_child_id"), "removal", ["child_id"])
    op.create_index(op.f("ix_removal_lot_id"), "removal", ["lot_id"])
    op.create_index(op.f("ix_removal_parent_id"), "removal", ["parent_id"])
    op.create_table(
        "run_failure",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("measurand", AutoString(), nullable=False),
        sa.Column("unit", AutoString(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("text", AutoString(), nullable=True),
        sa.Column("over_range", AutoString(), nullable=True),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.Column("expected", AutoString(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["test_run.id"]),
        sa.PrimaryKeyConstraint("run_id", "measurand"),
    )
    op.create_table(
        "run_instrument",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("role", AutoString(), nullable=False),
        sa.Column("model", AutoString(), nullable=False),
        sa.Column("serial", AutoString(), nullable=False),
        sa.Column("firmware", AutoString(), nullable=False),
        sa.Column("calibration_due", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["test_run.id"]),
        sa.PrimaryKeyConstraint("run_id", "role"),
    )
    op.create_index(op.f("ix_run_instrument_serial"), "run_instrument", ["serial"])
    op.execute(_MEASUREMENT.format(value=_VALUE[op.get_bind().dialect.name]))


def downgrade() -> None:
    """Go back to an empty database."""
    op.execute("DROP VIEW measurement")
    op.drop_table("run_instrument")
    op.drop_table("run_failure")
    op.drop_table("removal")
    op.drop_table("test_run")
    op.drop_table("route_step")
    op.drop_table("rollup")
    op.drop_table("plan_measurand")
    op.drop_table("installation")
    op.drop_table("bom_line")
    op.drop_table("unit")
    op.drop_table("source_head")
    op.drop_table("site")
    op.drop_table("plan")
    op.drop_table("material")
    op.drop_table("lot")
    op.drop_table("journal")
    op.drop_table("gate_decision")
