"""Moments of measured values, gauge studies, and where in its source's chain a run ended.

Moments are there after `mes rebuild`, which folds them from the journal.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from mes.vector import MeasurementVector

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_VECTORS = ("origins", "counts", "offsets", "m2s", "minima", "maxima")


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "rollup_moments",
        sa.Column("plan_digest", AutoString(), nullable=False),
        sa.Column("station", AutoString(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("runs", sa.Integer(), nullable=False),
        *(sa.Column(name, MeasurementVector(), nullable=False) for name in _VECTORS),
        sa.ForeignKeyConstraint(["plan_digest"], ["plan.digest"]),
        sa.PrimaryKeyConstraint("plan_digest", "station", "source", "day", "simulated"),
    )
    op.create_table(
        "gauge_study",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("part", AutoString(), nullable=False),
        sa.Column("operation", AutoString(), nullable=False),
        sa.Column("measurand", AutoString(), nullable=False),
        sa.Column("unit", AutoString(), nullable=False),
        sa.Column("method", AutoString(), nullable=False),
        sa.Column("studied_on", sa.Date(), nullable=False),
        sa.Column("studied_by", AutoString(), nullable=False),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("results", sa.JSON(), nullable=False),
        sa.Column("digest", AutoString(), nullable=False),
        sa.Column("readings", sa.JSON(), nullable=False),
        sa.Column("note", AutoString(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_gauge_study_measurand", "gauge_study", ["part", "operation", "measurand"])
    op.add_column("test_run", sa.Column("seq", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_column("test_run", "seq")
    op.drop_index("ix_gauge_study_measurand", "gauge_study")
    op.drop_table("gauge_study")
    op.drop_table("rollup_moments")
