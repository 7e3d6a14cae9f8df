"""Definitions loaded at the centre, code tables, certified operators, and what lots cost and have left.

Rows of an older release say nothing there until `mes rebuild` has folded the journal again, which knows them.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_LISTS = (
    ("material", "supersedes"),
    ("bom_line", "alternates"),
    ("bom_line", "revisions"),
    ("route_step", "skills"),
    ("route_step", "requires"),
)
_COLUMNS: tuple[tuple[str, str, Any], ...] = (
    ("material", "released_by", AutoString()),
    ("material", "country_of_origin", AutoString()),
    ("material", "standard_cost", sa.Float()),
    ("material", "currency", AutoString()),
    ("route_step", "retests", sa.Integer()),
    ("route_step", "offline", AutoString()),
    ("lot", "expires", sa.Date()),
    ("lot", "unit_cost", sa.Float()),
    ("lot", "currency", AutoString()),
)


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "code_table",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("revision", AutoString(), nullable=False),
        sa.Column("digest", AutoString(), nullable=False),
        sa.Column("released_at", UTCDateTime(), nullable=False),
        sa.Column("released_by", AutoString(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_index(op.f("ix_code_table_name"), "code_table", ["name"])
    op.create_table(
        "certification",
        sa.Column("operator", AutoString(), nullable=False),
        sa.Column("skill", AutoString(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("certified_at", UTCDateTime(), nullable=False),
        sa.Column("certified_by", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("operator", "skill"),
    )
    for table, column in _LISTS:
        op.add_column(table, sa.Column(column, sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
    for table, column, kind in _COLUMNS:
        op.add_column(table, sa.Column(column, kind, nullable=True))
    op.add_column("lot", sa.Column("used", sa.Float(), nullable=False, server_default=sa.text("0")))


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_column("lot", "used")
    for table, column, _ in reversed(_COLUMNS):
        op.drop_column(table, column)
    for table, column in reversed(_LISTS):
        op.drop_column(table, column)
    op.drop_table("certification")
    op.drop_index(op.f("ix_code_table_name"), "code_table")
    op.drop_table("code_table")
