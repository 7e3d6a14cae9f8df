"""Circumstances of a run: who was tested with it, what was proven off, its pause, the ambient, the attempts.

Rows of an older release hold NULL there until `mes rebuild` has folded the journal again, which knows them.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.add_column("test_run", sa.Column("group_id", sa.Uuid(), nullable=True))
    op.add_column("test_run", sa.Column("safe", AutoString(), nullable=True))
    op.add_column("test_run", sa.Column("ambient_celsius", sa.Float(), nullable=True))
    op.add_column("test_run", sa.Column("gap_s", sa.Float(), nullable=True))
    op.add_column("test_run", sa.Column("retried_attempts", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_test_run_group_id"), "test_run", ["group_id"])


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_index(op.f("ix_test_run_group_id"), "test_run")
    op.drop_column("test_run", "retried_attempts")
    op.drop_column("test_run", "gap_s")
    op.drop_column("test_run", "ambient_celsius")
    op.drop_column("test_run", "safe")
    op.drop_column("test_run", "group_id")
