"""Waste that was found on meters."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KINDS = "'base_load', 'never_sleeps', 'out_of_hours', 'while_empty', 'left_on', 'peak'"


def upgrade() -> None:
    op.create_table(
        "waste_reviews",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_waste_reviews_site_id")),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_waste_reviews")),
    )
    _findings()


def _findings() -> None:
    op.create_table(
        "findings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("meter_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kwh_year", sa.Double(), nullable=True),
        sa.Column("kw", sa.Double(), nullable=False),
        sa.Column("base_kw", sa.Double(), nullable=False),
        sa.Column("cents_year", sa.Integer(), nullable=True),
        sa.Column("price_is_estimate", sa.Boolean(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("quiet_until", sa.Date(), nullable=True),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_findings_kind")),
        sa.CheckConstraint(
            "state IN ('open', 'taken', 'done', 'dismissed', 'retired')", name=op.f("ck_findings_state")
        ),
        sa.ForeignKeyConstraint(["meter_id"], ["meters.id"], name=op.f("fk_findings_meter_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["members.id"], name=op.f("fk_findings_owner_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_findings_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
    )
    op.create_index(
        "uq_findings_current",
        "findings",
        ["meter_id", "kind"],
        unique=True,
        postgresql_where=sa.text("current"),
        sqlite_where=sa.text("current"),
    )
    op.create_index("ix_findings_owner_id", "findings", ["owner_id"], unique=False)
    op.create_index("ix_findings_site_id", "findings", ["site_id"], unique=False)


def downgrade() -> None:
    op.drop_table("findings")
    op.drop_table("waste_reviews")
