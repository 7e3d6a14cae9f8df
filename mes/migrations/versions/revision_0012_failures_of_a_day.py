"""Failures of a measurand by plan, station and day; counts of runs also by the operation that a run names.

Both are there after `mes rebuild`, which counts them from the journal.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_COUNTS = ("runs", "passed", "failed", "errors", "aborted", "first_runs", "first_passed")


def upgrade() -> None:
    """Go to this revision."""
    op.drop_table("rollup")
    _rollup("operation")
    op.create_table(
        "rollup_failure",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("plan_digest", AutoString(), nullable=False),
        sa.Column("station", AutoString(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("operation", AutoString(), nullable=False),
        sa.Column("measurand", AutoString(), nullable=False),
        sa.Column("before", sa.Date(), nullable=False),
        sa.Column("before_here", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("runs", "first_runs", "led")),
        sa.ForeignKeyConstraint(["plan_digest"], ["plan.digest"]),
        sa.PrimaryKeyConstraint(
            "day", "plan_digest", "station", "simulated", "operation", "measurand", "before", "before_here"
        ),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("rollup_failure")
    op.drop_table("rollup")
    _rollup()


def _rollup(*more: str) -> None:
    op.create_table(
        "rollup",
        sa.Column("plan_digest", AutoString(), nullable=False),
        sa.Column("station", AutoString(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        *(sa.Column(name, AutoString(), nullable=False) for name in more),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _COUNTS),
        sa.ForeignKeyConstraint(["plan_digest"], ["plan.digest"]),
        sa.PrimaryKeyConstraint("plan_digest", "station", "day", "simulated", *more),
    )
