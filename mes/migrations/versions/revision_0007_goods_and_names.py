"""Containers, shipments, returns, locations, robbed parts, conversions, aliases, checks of operators.

Rows of an older release say nothing there until `mes rebuild` has folded the journal again, which knows them.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "packing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("container", AutoString(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("inner", AutoString(), nullable=True),
        sa.Column("gate_id", sa.Uuid(), nullable=True),
        sa.Column("station", AutoString(), nullable=False),
        sa.Column("operator", AutoString(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("packed_at", UTCDateTime(), nullable=False),
        sa.Column("unpacked_at", UTCDateTime(), nullable=True),
        sa.Column("displaced_by", sa.Uuid(), nullable=True),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_packing_container"), "packing", ["container"])
    op.create_index(op.f("ix_packing_inner"), "packing", ["inner"])
    op.create_index(op.f("ix_packing_unit_id"), "packing", ["unit_id"])
    op.create_table(
        "unpacking",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("container", AutoString(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("inner", AutoString(), nullable=True),
        sa.Column("station", AutoString(), nullable=False),
        sa.Column("operator", AutoString(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("unpacked_at", UTCDateTime(), nullable=False),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_unpacking_inner"), "unpacking", ["inner"])
    op.create_index(op.f("ix_unpacking_unit_id"), "unpacking", ["unit_id"])
    op.create_table(
        "unit_shipment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("shipment", sa.Uuid(), nullable=False),
        sa.Column("container", AutoString(), nullable=True),
        sa.Column("customer", AutoString(), nullable=False),
        sa.Column("order_reference", AutoString(), nullable=True),
        sa.Column("delivery_note", AutoString(), nullable=True),
        sa.Column("gate_id", sa.Uuid(), nullable=False),
        sa.Column("station", AutoString(), nullable=False),
        sa.Column("operator", AutoString(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("shipped_at", UTCDateTime(), nullable=False),
        sa.Column("returned_at", UTCDateTime(), nullable=True),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_unit_shipment_customer"), "unit_shipment", ["customer"])
    op.create_index(op.f("ix_unit_shipment_shipment"), "unit_shipment", ["shipment"])
    op.create_index(op.f("ix_unit_shipment_unit_id"), "unit_shipment", ["unit_id"])
    op.create_table(
        "unit_return",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("authorisation", AutoString(), nullable=False),
        sa.Column("customer", AutoString(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("operation", AutoString(), nullable=True),
        sa.Column("station", AutoString(), nullable=False),
        sa.Column("operator", AutoString(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("returned_at", UTCDateTime(), nullable=False),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_unit_return_unit_id"), "unit_return", ["unit_id"])
    op.create_table(
        "unit_move",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("container", AutoString(), nullable=True),
        sa.Column("location", AutoString(), nullable=False),
        sa.Column("station", AutoString(), nullable=False),
        sa.Column("operator", AutoString(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("moved_at", UTCDateTime(), nullable=False),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_unit_move_container"), "unit_move", ["container"])
    op.create_index(op.f("ix_unit_move_unit_id"), "unit_move", ["unit_id"])
    op.create_table(
        "unit_conversion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("from_part", AutoString(), nullable=False),
        sa.Column("from_revision", AutoString(), nullable=False),
        sa.Column("to_part", AutoString(), nullable=False),
        sa.Column("to_revision", AutoString(), nullable=False),
        sa.Column("rule", AutoString(), nullable=True),
        sa.Column("signed_by", AutoString(), nullable=True),
        sa.Column("meaning", AutoString(), nullable=True),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("operator", AutoString(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("converted_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_unit_conversion_unit_id"), "unit_conversion", ["unit_id"])
    op.create_table(
        "unit_alias",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("customer", AutoString(), nullable=False),
        sa.Column("alias", AutoString(), nullable=False),
        sa.Column("operator", AutoString(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("given_at", UTCDateTime(), nullable=False),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_unit_alias_alias"), "unit_alias", ["alias"])
    op.create_index(op.f("ix_unit_alias_unit_id"), "unit_alias", ["unit_id"])
    op.create_table(
        "robbery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("component_id", sa.Uuid(), nullable=False),
        sa.Column("donor_id", sa.Uuid(), nullable=False),
        sa.Column("donor_position", AutoString(), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.Column("position", AutoString(), nullable=False),
        sa.Column("why", AutoString(), nullable=False),
        sa.Column("station", AutoString(), nullable=False),
        sa.Column("operator", AutoString(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("robbed_at", UTCDateTime(), nullable=False),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["component_id"], ["unit.id"]),
        sa.ForeignKeyConstraint(["donor_id"], ["unit.id"]),
        sa.ForeignKeyConstraint(["recipient_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_robbery_donor_id"), "robbery", ["donor_id"])
    op.create_index(op.f("ix_robbery_recipient_id"), "robbery", ["recipient_id"])
    op.create_table(
        "esd_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("operator", AutoString(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("valid_until", UTCDateTime(), nullable=True),
        sa.Column("station", AutoString(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("checked_at", UTCDateTime(), nullable=False),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_esd_check_operator"), "esd_check", ["operator"])
    op.add_column("unit", sa.Column("container", AutoString(), nullable=True))
    op.add_column("unit", sa.Column("shipment_id", sa.Uuid(), nullable=True))
    op.add_column("unit", sa.Column("converted_at", UTCDateTime(), nullable=True))
    op.add_column("material", sa.Column("converts", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
    op.add_column("route_step", sa.Column("esd", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("code_table", sa.Column("esd_operations", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_column("code_table", "esd_operations")
    op.drop_column("route_step", "esd")
    op.drop_column("material", "converts")
    op.drop_column("unit", "converted_at")
    op.drop_column("unit", "shipment_id")
    op.drop_column("unit", "container")
    op.drop_table("esd_check")
    op.drop_table("robbery")
    op.drop_table("unit_alias")
    op.drop_table("unit_conversion")
    op.drop_table("unit_move")
    op.drop_table("unit_return")
    op.drop_table("unit_shipment")
    op.drop_table("unpacking")
    op.drop_table("packing")
