"""Single deliveries of lots, fixture revisions, process indicators, and what the gate decides after work has begun.

Rows of an older release say nothing there until `mes rebuild` has folded the journal again, which knows them.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "lot_delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Float(), nullable=False),
        sa.Column("supplier", AutoString(), nullable=False),
        sa.Column("date_code", AutoString(), nullable=True),
        sa.Column("country_of_origin", AutoString(), nullable=True),
        sa.Column("expires", sa.Date(), nullable=True),
        sa.Column("unit_cost", sa.Float(), nullable=True),
        sa.Column("currency", AutoString(), nullable=True),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_lot_delivery_lot_id"), "lot_delivery", ["lot_id"])
    op.add_column("defect", sa.Column("indicator", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("test_run", sa.Column("fixture_revision", AutoString(), nullable=True))
    op.add_column("test_run", sa.Column("provisional", sa.Boolean(), nullable=False, server_default=sa.false()))
    begun = sa.text("provisional")
    op.create_index("ix_test_run_provisional", "test_run", ["unit_id"], sqlite_where=begun, postgresql_where=begun)
    op.add_column("gate_decision", sa.Column("phase", AutoString(), nullable=False, server_default="BEFORE"))
    op.add_column("gate_decision", sa.Column("run_id", sa.Uuid(), nullable=True))
    op.add_column("gate_decision", sa.Column("fixture", AutoString(), nullable=True))
    refused = sa.text("NOT allowed")
    op.create_index(
        "ix_gate_decision_refused", "gate_decision", ["decided_at"], sqlite_where=refused, postgresql_where=refused
    )


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_index("ix_gate_decision_refused", "gate_decision")
    op.drop_column("gate_decision", "fixture")
    op.drop_column("gate_decision", "run_id")
    op.drop_column("gate_decision", "phase")
    op.drop_index("ix_test_run_provisional", "test_run")
    op.drop_column("test_run", "provisional")
    op.drop_column("test_run", "fixture_revision")
    op.drop_column("defect", "indicator")
    op.drop_index(op.f("ix_lot_delivery_lot_id"), "lot_delivery")
    op.drop_table("lot_delivery")
