"""The runs of a plan in the order of time: a window of values costs what is in it, and not all runs of the plan.

It takes the place of the index on the plan alone, which it answers as well.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_index("ix_test_run_plan_digest_started_at", "test_run", ["plan_digest", "started_at"])
    op.drop_index(op.f("ix_test_run_plan_digest"), "test_run")


def downgrade() -> None:
    """Go back to the revision before."""
    op.create_index(op.f("ix_test_run_plan_digest"), "test_run", ["plan_digest"])
    op.drop_index("ix_test_run_plan_digest_started_at", "test_run")
