"""Rules per space and per tenant: hours, permissions, blackouts, peaks, quotas; parts of several wholes."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

CHECKS = {
    "kind": "kind IN ('room', 'equipment', 'person')",
    "approval": "approval IN ('none', 'others', 'always')",
    "release": "release IN ('never', 'sensor', 'check_in')",
    "buffers": "before_min >= 0 AND after_min >= 0",
    "lengths": "0 < shortest_min AND shortest_min <= longest_min",
    "weight": "weight >= 0",
}


def upgrade() -> None:
    _parts()
    _space_rules()
    _hours_and_permissions()
    _blackouts()
    _peaks()
    _quotas()


def downgrade() -> None:
    for table in ("quotas", "peaks", "blackouts", "space_permissions", "space_hours"):
        op.drop_table(table)
    _plain_spaces()
    op.execute(
        "UPDATE spaces SET whole_id = "
        "(SELECT min(whole_id) FROM space_parts WHERE space_parts.part_id = spaces.id)"
    )
    op.drop_table("space_parts")


def _parts() -> None:
    op.create_table(
        "space_parts",
        sa.Column("whole_id", sa.Integer(), nullable=False),
        sa.Column("part_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["part_id"], ["spaces.id"], name=op.f("fk_space_parts_part_id")),
        sa.ForeignKeyConstraint(["whole_id"], ["spaces.id"], name=op.f("fk_space_parts_whole_id")),
        sa.PrimaryKeyConstraint("whole_id", "part_id", name=op.f("pk_space_parts")),
    )
    op.create_index(op.f("ix_space_parts_part_id"), "space_parts", ["part_id"], unique=False)
    op.execute(
        "INSERT INTO space_parts (whole_id, part_id) "
        "SELECT whole_id, id FROM spaces WHERE whole_id IS NOT NULL"
    )


def _space_rules() -> None:
    with op.batch_alter_table("spaces", copy_from=_spaces_before()) as spaces:
        spaces.drop_index(op.f("ix_spaces_whole_id"))
        spaces.drop_constraint(op.f("fk_spaces_whole_id"), type_="foreignkey")
        spaces.drop_column("whole_id")
        for column in _added():
            spaces.add_column(column)
        spaces.create_foreign_key(op.f("fk_spaces_owner_id"), "tenants", ["owner_id"], ["id"])
        for name, condition in CHECKS.items():
            spaces.create_check_constraint(op.f(f"ck_spaces_{name}"), condition)


def _added() -> tuple[sa.Column[Any], ...]:
    """What a space starts with, where it was made before it had the rule."""
    return (
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(24), nullable=False, server_default="room"),
        sa.Column("closed_on_holidays", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("notice_min", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("shortest_min", sa.Integer(), nullable=False, server_default="5"),
        sa.Column("longest_min", sa.Integer(), nullable=False, server_default="1440"),
        sa.Column("before_min", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("after_min", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("approval", sa.String(24), nullable=False, server_default="none"),
        sa.Column("pending_holds", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("release", sa.String(24), nullable=False, server_default="sensor"),
        sa.Column("grace_min", sa.Integer(), nullable=False, server_default="15"),
        sa.Column("tail_min", sa.Integer(), nullable=False, server_default="30"),
        sa.Column("hold_min", sa.Integer(), nullable=False, server_default="30"),
        sa.Column("weight", sa.Double(), nullable=False, server_default="1"),
        sa.Column("door_version", sa.Integer(), nullable=False, server_default="0"),
    )


def _plain_spaces() -> None:
    with op.batch_alter_table("spaces", copy_from=_spaces_after()) as spaces:
        for name in CHECKS:
            spaces.drop_constraint(op.f(f"ck_spaces_{name}"), type_="check")
        spaces.drop_constraint(op.f("fk_spaces_owner_id"), type_="foreignkey")
        for column in _added():
            spaces.drop_column(column.name)
        spaces.add_column(sa.Column("whole_id", sa.Integer(), nullable=True))
        spaces.create_foreign_key(op.f("fk_spaces_whole_id"), "spaces", ["whole_id"], ["id"])
        spaces.create_index(op.f("ix_spaces_whole_id"), ["whole_id"])


def _spaces_before() -> sa.Table:
    """The table as 0006 leaves it: SQLite rebuilds it from here, for it cannot drop a column in place."""
    return sa.Table(
        "spaces",
        sa.MetaData(),
        *_spaces_kept(),
        sa.Column("whole_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["whole_id"], ["spaces.id"], name="fk_spaces_whole_id"),
        sa.Index("ix_spaces_site_id", "site_id"),
        sa.Index("ix_spaces_whole_id", "whole_id"),
    )


def _spaces_after() -> sa.Table:
    return sa.Table(
        "spaces",
        sa.MetaData(),
        *_spaces_kept(),
        *_added(),
        sa.ForeignKeyConstraint(["owner_id"], ["tenants.id"], name="fk_spaces_owner_id"),
        *(sa.CheckConstraint(condition, name=f"ck_spaces_{name}") for name, condition in CHECKS.items()),
        sa.Index("ix_spaces_site_id", "site_id"),
    )


def _spaces_kept() -> tuple[sa.Column[Any] | sa.Constraint, ...]:
    return (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("zone_id", sa.Integer(), nullable=True),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("area_m2", sa.Double(), nullable=False),
        sa.Column("opening", sa.Time(), nullable=False),
        sa.Column("closing", sa.Time(), nullable=False),
        sa.Column("horizon_days", sa.Integer(), nullable=False),
        sa.CheckConstraint("capacity >= 0", name="ck_spaces_capacity"),
        sa.CheckConstraint("opening < closing", name="ck_spaces_hours"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_spaces_site_id"),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name="fk_spaces_zone_id"),
        sa.PrimaryKeyConstraint("id", name="pk_spaces"),
        sa.UniqueConstraint("slug", name="uq_spaces_slug"),
    )


def _hours_and_permissions() -> None:
    op.create_table(
        "space_hours",
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("opening", sa.Time(), nullable=True),
        sa.Column("closing", sa.Time(), nullable=True),
        sa.CheckConstraint(
            "(opening IS NULL AND closing IS NULL) OR opening < closing", name=op.f("ck_space_hours_hours")
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_space_hours_weekday")),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name=op.f("fk_space_hours_space_id")),
        sa.PrimaryKeyConstraint("space_id", "weekday", name=op.f("pk_space_hours")),
    )
    op.create_table(
        "space_permissions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(24), nullable=True),
        sa.CheckConstraint(
            "role IN ('member', 'tenant_admin', 'manager', 'auditor')", name=op.f("ck_space_permissions_role")
        ),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name=op.f("fk_space_permissions_space_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_space_permissions_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_space_permissions")),
    )
    op.create_index(op.f("ix_space_permissions_space_id"), "space_permissions", ["space_id"], unique=False)


def _blackouts() -> None:
    op.create_table(
        "blackouts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_blackouts_span")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_blackouts_site_id")),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name=op.f("fk_blackouts_space_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blackouts")),
    )
    op.create_index(op.f("ix_blackouts_site_id"), "blackouts", ["site_id"], unique=False)


def _peaks() -> None:
    op.create_table(
        "peaks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("weekdays", sa.Integer(), nullable=False),
        sa.Column("opening", sa.Time(), nullable=False),
        sa.Column("closing", sa.Time(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.CheckConstraint("opening < closing", name=op.f("ck_peaks_hours")),
        sa.CheckConstraint("weight >= 0", name=op.f("ck_peaks_weight")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_peaks_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_peaks")),
    )
    op.create_index(op.f("ix_peaks_site_id"), "peaks", ["site_id"], unique=False)


def _quotas() -> None:
    op.create_table(
        "quotas",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(24), nullable=False),
        sa.Column("hours", sa.Double(), nullable=False),
        sa.Column("basis", sa.String(24), nullable=False),
        sa.CheckConstraint("period IN ('week', 'month', 'quarter')", name=op.f("ck_quotas_period")),
        sa.CheckConstraint("basis IN ('booked', 'used')", name=op.f("ck_quotas_basis")),
        sa.CheckConstraint("hours >= 0", name=op.f("ck_quotas_hours")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_quotas_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "period", name=op.f("pk_quotas")),
    )
