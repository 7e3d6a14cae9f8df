"""Work orders, deviations, sampling and shift calendars.

A definition of an older release says nothing of orders; `mes rebuild` folds the journal again, which knows the rest.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_INDEXES = (
    ("work_order_event", "number"),
    ("order_unit", "serial"),
    ("order_unit", "work_order"),
    ("deviation", "number"),
    ("deviation", "part"),
    ("deviation_withdrawal", "deviation_id"),
    ("deviation_use", "deviation_id"),
    ("deviation_use", "serial"),
    ("sampling_plan", "name"),
    ("sampling_plan", "digest"),
    ("sample", "work_order"),
    ("sample", "lot_id"),
    ("sample_item", "unit_id"),
    ("sample_result", "sample_id"),
    ("sample_result", "unit_id"),
    ("shift_calendar", "name"),
    ("shift_calendar", "digest"),
)
_TABLES = (
    "shift_calendar",
    "sample_result",
    "sample_item",
    "sample",
    "sampling_plan",
    "deviation_use",
    "deviation_withdrawal",
    "deviation",
    "order_unit",
    "work_order_event",
)
"""Children before parents."""


def upgrade() -> None:
    """Go to this revision."""
    _orders()
    _deviations()
    _released("sampling_plan")
    _samples()
    _released("shift_calendar")
    for table, column in _INDEXES:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    op.add_column("hold", sa.Column("work_order", AutoString(), nullable=True))
    op.add_column("route_step", sa.Column("needs_order", sa.Boolean(), nullable=True))


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_column("route_step", "needs_order")
    op.drop_column("hold", "work_order")
    for table, column in reversed(_INDEXES):
        op.drop_index(op.f(f"ix_{table}_{column}"), table)
    for table in _TABLES:
        op.drop_table(table)


def _orders() -> None:
    op.create_table(
        "work_order_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", AutoString(), nullable=False),
        sa.Column("act", AutoString(), nullable=False),
        sa.Column("part", AutoString(), nullable=True),
        sa.Column("revision", AutoString(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("customer", AutoString(), nullable=True),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("happened_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "order_unit",
        sa.Column("maker", AutoString(), nullable=False),
        sa.Column("part", AutoString(), nullable=False),
        sa.Column("serial", AutoString(), nullable=False),
        sa.Column("work_order", AutoString(), nullable=True),
        sa.Column("assigned_at", UTCDateTime(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("assigned_by", AutoString(), nullable=False),
        sa.Column("by_gate", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("maker", "part", "serial"),
    )


def _deviations() -> None:
    op.create_table(
        "deviation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", AutoString(), nullable=False),
        sa.Column("maker", AutoString(), nullable=False),
        sa.Column("part", AutoString(), nullable=False),
        sa.Column("permits", sa.JSON(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("serials", sa.JSON(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("signed_by", AutoString(), nullable=False),
        sa.Column("meaning", AutoString(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("approved_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "deviation_withdrawal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("deviation_id", sa.Uuid(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("signed_by", AutoString(), nullable=False),
        sa.Column("meaning", AutoString(), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["deviation_id"], ["deviation.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "deviation_use",
        sa.Column("gate_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("deviation_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, AutoString(), nullable=False) for name in ("number", "rule", "kind")),
        *(sa.Column(name, AutoString(), nullable=True) for name in ("position", "component_part")),
        *(sa.Column(name, AutoString(), nullable=True) for name in ("operation", "revision")),
        *(sa.Column(name, AutoString(), nullable=False) for name in ("maker", "part", "serial")),
        sa.Column("used_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("gate_id", "place"),
    )


def _released(table: str) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("revision", AutoString(), nullable=False),
        sa.Column("digest", AutoString(), nullable=False),
        sa.Column("released_at", UTCDateTime(), nullable=False),
        sa.Column("released_by", AutoString(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _samples() -> None:
    op.create_table(
        "sample",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_digest", AutoString(), nullable=False),
        sa.Column("work_order", AutoString(), nullable=True),
        sa.Column("lot_id", sa.Uuid(), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("population", "size", "acceptance_number")),
        sa.Column("seed", AutoString(), nullable=False),
        sa.Column("drawn_by", AutoString(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("drawn_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "sample_item",
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("piece", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["sample_id"], ["sample.id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("sample_id", "place"),
    )
    op.create_table(
        "sample_result",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("piece", sa.Integer(), nullable=True),
        sa.Column("conforming", sa.Boolean(), nullable=False),
        sa.Column("destroyed", sa.Boolean(), nullable=False),
        sa.Column("note", AutoString(), nullable=False),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("found_at", UTCDateTime(), nullable=False),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["sample_id"], ["sample.id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
