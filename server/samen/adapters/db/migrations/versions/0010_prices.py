"""A site's region, and the prices of its contracts."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sites", sa.Column("region", sa.String(), nullable=False, server_default="brussels"))
    op.create_table(
        "prices",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("eur_per_kwh", sa.Double(), nullable=False),
        sa.CheckConstraint("kind IN ('electricity', 'gas', 'water', 'heat')", name=op.f("ck_prices_kind")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_prices_site_id")),
        sa.PrimaryKeyConstraint("site_id", "kind", "starts_on", name=op.f("pk_prices")),
    )


def downgrade() -> None:
    op.drop_table("prices")
    op.drop_column("sites", "region")
