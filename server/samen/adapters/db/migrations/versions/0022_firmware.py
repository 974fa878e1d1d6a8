"""Versions of the node's code, the updates that nodes were asked for, and the keys that sign them."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("devices", sa.Column("update_key", sa.LargeBinary(), nullable=True))
    _releases()
    _updates()


def downgrade() -> None:
    for table in ("device_updates", "firmware_files", "firmware_releases"):
        op.drop_table(table)
    op.drop_column("devices", "update_key")


def _releases() -> None:
    op.create_table(
        "firmware_releases",
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_firmware_releases")),
    )
    op.create_table(
        "firmware_files",
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("path", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version"], ["firmware_releases.version"], name=op.f("fk_firmware_files_version")
        ),
        sa.PrimaryKeyConstraint("version", "path", name=op.f("pk_firmware_files")),
    )


def _updates() -> None:
    op.create_table(
        "device_updates",
        sa.Column("device_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("state_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("attempt > 0", name=op.f("ck_device_updates_attempt")),
        sa.CheckConstraint(
            "state IN ('asked', 'loading', 'staged', 'trial', 'confirmed', 'rolled_back', 'refused')",
            name=op.f("ck_device_updates_state"),
        ),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_device_updates_device_id")),
        sa.ForeignKeyConstraint(
            ["version"], ["firmware_releases.version"], name=op.f("fk_device_updates_version")
        ),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_device_updates")),
    )
