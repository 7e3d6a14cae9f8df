"""Calibrations, maintenance, limits of fixtures, checks of stations, and which values each instrument read itself.

Rows of an older release say nothing of it until `mes rebuild` has folded the journal again.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, AutoString(), nullable=nullable)


def _identity() -> tuple[sa.Column[Any], ...]:
    return (sa.Column("id", sa.Uuid(), nullable=False), _text("kind"), _text("model"), _text("serial"))


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "calibration",
        *_identity(),
        sa.Column("calibrated_at", UTCDateTime(), nullable=False),
        _text("certificate"),
        _text("performed_by"),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("found_good", sa.Boolean(), nullable=True),
        sa.Column("left_good", sa.Boolean(), nullable=False),
        sa.Column("points", sa.JSON(), nullable=False),
        _text("fixture", nullable=True),
        _text("recorded_by"),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_calibration_serial"), "calibration", ["serial"])
    op.create_table(
        "maintenance",
        *_identity(),
        _text("done"),
        sa.Column("renewed", sa.Boolean(), nullable=False),
        _text("signed_by"),
        _text("meaning"),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("maintained_at", UTCDateTime(), nullable=False),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_maintenance_serial"), "maintenance", ["serial"])
    op.create_table(
        "fixture_limit",
        sa.Column("id", sa.Uuid(), nullable=False),
        _text("fixture"),
        sa.Column("cycles_max", sa.Integer(), nullable=True),
        _text("released_by"),
        sa.Column("released_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_fixture_limit_fixture"), "fixture_limit", ["fixture"])
    op.create_table(
        "station_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        *map(_text, ("station", "name", "operation", "maker", "part", "serial", "plan_digest", "judged_by")),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        _text("fixture"),
        sa.Column("instruments", sa.JSON(), nullable=False),
        _text("operator"),
        _text("trouble"),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("checked_at", UTCDateTime(), nullable=False),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_station_check_station"), "station_check", ["station"])
    op.add_column("run_instrument", sa.Column("readings", sa.JSON(), nullable=False, server_default=sa.text("'{}'")))
    for column in ("golden_every_s", "challenge_every_s"):
        op.add_column("route_step", sa.Column(column, sa.Float(), nullable=True))
    op.add_column("route_step", sa.Column("calibrated", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))


def downgrade() -> None:
    """Go back to the revision before."""
    for column in ("calibrated", "challenge_every_s", "golden_every_s"):
        op.drop_column("route_step", column)
    op.drop_column("run_instrument", "readings")
    for table, index in (
        ("station_check", "station"),
        ("fixture_limit", "fixture"),
        ("maintenance", "serial"),
        ("calibration", "serial"),
    ):
        op.drop_index(op.f(f"ix_{table}_{index}"), table)
        op.drop_table(table)
