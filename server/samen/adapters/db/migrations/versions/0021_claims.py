"""Set-up codes, by which a new node claims its place."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "device_claims",
        sa.Column("device_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_nonce", sa.String(32), nullable=True),
        sa.Column("answered_nonce", sa.String(32), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_device_claims_device_id")),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_device_claims")),
        sa.UniqueConstraint("public_id", name=op.f("uq_device_claims_public_id")),
    )


def downgrade() -> None:
    op.drop_table("device_claims")
