"""Outdoor temperatures per hour and day, where a site lies, and which nodes hang outdoors."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("latitude", "longitude"):
        op.add_column("sites", sa.Column(name, sa.Double(), nullable=True))
    op.add_column("devices", sa.Column("outdoor", sa.Boolean(), nullable=False, server_default=sa.false()))
    _hours()
    _days()
    _dirty()
    _archive_asks()


def downgrade() -> None:
    for table in ("archive_asks", "dirty_outdoor", "outdoor_days", "outdoor_hours"):
        op.drop_table(table)
    op.drop_column("devices", "outdoor")
    for name in ("longitude", "latitude"):
        op.drop_column("sites", name)


def _hours() -> None:
    op.create_table(
        "outdoor_hours",
        sa.Column("site_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(24), nullable=False),
        sa.Column("deg_c", sa.Double(), nullable=False),
        sa.Column("doubt", sa.String(24), nullable=True),
        sa.CheckConstraint("source IN ('sensor', 'csv', 'archive')", name=op.f("ck_outdoor_hours_source")),
        sa.CheckConstraint("doubt IN ('sun', 'stuck')", name=op.f("ck_outdoor_hours_doubt")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_outdoor_hours_site_id")),
        sa.PrimaryKeyConstraint("site_id", "starts_at", "source", name=op.f("pk_outdoor_hours")),
        sqlite_with_rowid=False,
    )


def _days() -> None:
    op.create_table(
        "outdoor_days",
        sa.Column("site_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("deg_c", sa.Double(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("sensor_hours", sa.Integer(), nullable=False),
        sa.Column("csv_hours", sa.Integer(), nullable=False),
        sa.Column("archive_hours", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "sensor_hours + csv_hours + archive_hours BETWEEN 1 AND hours", name=op.f("ck_outdoor_days_hours")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_outdoor_days_site_id")),
        sa.PrimaryKeyConstraint("site_id", "on_date", name=op.f("pk_outdoor_days")),
        sqlite_with_rowid=False,
    )


def _dirty() -> None:
    op.create_table(
        "dirty_outdoor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_dirty_outdoor_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dirty_outdoor")),
    )
    op.create_index(op.f("ix_dirty_outdoor_site_id"), "dirty_outdoor", ["site_id"], unique=False)


def _archive_asks() -> None:
    op.create_table(
        "archive_asks",
        sa.Column("site_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("again_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_archive_asks_site_id")),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_archive_asks")),
    )
