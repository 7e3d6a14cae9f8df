"""Ranges of numbers and what was given out of them, and the serial numbers and MAC addresses that runs read back.

Rows of an older release say nothing there until `mes rebuild` has folded the journal again, which knows them.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "number_range",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("numbering", AutoString(), nullable=False),
        sa.Column("maker", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("digest", AutoString(), nullable=False),
        sa.Column("released_at", UTCDateTime(), nullable=False),
        sa.Column("released_by", AutoString(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_number_range_name"), "number_range", ["name"])
    op.create_table(
        "allocation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("numbering", AutoString(), nullable=False),
        sa.Column("maker", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("series", AutoString(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("unit_maker", AutoString(), nullable=True),
        sa.Column("unit_part", AutoString(), nullable=True),
        sa.Column("unit_serial", AutoString(), nullable=True),
        sa.Column("allocated_by", AutoString(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("allocated_at", UTCDateTime(), nullable=False),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_allocation_counter", "allocation", ["name", "series", "first"])
    op.create_index(op.f("ix_allocation_unit_serial"), "allocation", ["unit_serial"])
    op.create_table(
        "allocated_number",
        sa.Column("number", AutoString(), nullable=False),
        sa.Column("scope", AutoString(), nullable=False),
        sa.Column("allocation_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["allocation_id"], ["allocation.id"]),
        sa.PrimaryKeyConstraint("number", "scope"),
    )
    op.create_index(op.f("ix_allocated_number_allocation_id"), "allocated_number", ["allocation_id"])
    op.create_table(
        "read_back",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("measurand", AutoString(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("tells", AutoString(), nullable=False),
        sa.Column("value", AutoString(), nullable=False),
        sa.Column("read_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["test_run.id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("run_id", "measurand"),
    )
    op.create_index(op.f("ix_read_back_unit_id"), "read_back", ["unit_id"])
    op.create_index(op.f("ix_read_back_value"), "read_back", ["value"])
    op.add_column("plan_measurand", sa.Column("tells", AutoString(), nullable=True))


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_column("plan_measurand", "tells")
    op.drop_table("read_back")
    op.drop_table("allocated_number")
    op.drop_table("allocation")
    op.drop_table("number_range")
