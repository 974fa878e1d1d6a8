"""Who has what, sharing keys, bills, and what became of each."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KINDS = "kind IN ('electricity', 'gas', 'water', 'heat')"


def upgrade() -> None:
    _standings()
    _keys()
    _bills()
    _settlements()
    _shares()


def downgrade() -> None:
    for table in ("settled_shares", "settlements", "bills", "sharing_keys", "tenant_standings"):
        op.drop_table(table)


def _standings() -> None:
    op.create_table(
        "tenant_standings",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("area_m2", sa.Double(), nullable=False),
        sa.Column("heads", sa.Double(), nullable=False),
        sa.CheckConstraint("area_m2 >= 0 AND heads >= 0", name=op.f("ck_tenant_standings_figures")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_tenant_standings_site_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_tenant_standings_tenant_id")),
        sa.PrimaryKeyConstraint("site_id", "tenant_id", "from_on", name=op.f("pk_tenant_standings")),
    )


def _keys() -> None:
    op.create_table(
        "sharing_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("area", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("fixed", sa.Integer(), nullable=False),
        sa.Column("hours_basis", sa.String(24), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(KINDS, name=op.f("ck_sharing_keys_kind")),
        sa.CheckConstraint("hours_basis IN ('booked', 'occupied')", name=op.f("ck_sharing_keys_hours_basis")),
        sa.CheckConstraint("area >= 0 AND hours >= 0 AND heads >= 0", name=op.f("ck_sharing_keys_weights")),
        sa.CheckConstraint("area + hours + heads = 1000", name=op.f("ck_sharing_keys_whole")),
        sa.CheckConstraint("fixed >= 0 AND fixed <= 1000", name=op.f("ck_sharing_keys_fixed")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_sharing_keys_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sharing_keys")),
        sa.UniqueConstraint("site_id", "kind", "version", name=op.f("uq_sharing_keys_site_id_kind_version")),
    )


def _bills() -> None:
    op.create_table(
        "bills",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("meter_id", sa.Integer(), nullable=True),
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("used", sa.Double(), nullable=True),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("fixed_cents", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(KINDS, name=op.f("ck_bills_kind")),
        sa.CheckConstraint("from_on < until_on", name=op.f("ck_bills_span")),
        sa.ForeignKeyConstraint(["meter_id"], ["meters.id"], name=op.f("fk_bills_meter_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["bills.id"], name=op.f("fk_bills_replaces_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_bills_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bills")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_bills_replaces_id")),
    )
    op.create_index("ix_bills_site_id_from_on", "bills", ["site_id", "from_on"], unique=False)


def _settlements() -> None:
    op.create_table(
        "settlements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bill_id", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("doubts", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["bill_id"], ["bills.id"], name=op.f("fk_settlements_bill_id")),
        sa.ForeignKeyConstraint(["corrects_id"], ["settlements.id"], name=op.f("fk_settlements_corrects_id")),
        sa.ForeignKeyConstraint(["key_id"], ["sharing_keys.id"], name=op.f("fk_settlements_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlements")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_settlements_corrects_id")),
    )
    op.create_index(op.f("ix_settlements_bill_id"), "settlements", ["bill_id"], unique=False)
    op.create_index(op.f("ix_settlements_key_id"), "settlements", ["key_id"], unique=False)


def _shares() -> None:
    op.create_table(
        "settled_shares",
        sa.Column("settlement_id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("kwh", sa.Double(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["settlement_id"], ["settlements.id"], name=op.f("fk_settled_shares_settlement_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_settled_shares_tenant_id")),
        sa.PrimaryKeyConstraint("settlement_id", "tenant_id", name=op.f("pk_settled_shares")),
    )
    op.create_index(op.f("ix_settled_shares_tenant_id"), "settled_shares", ["tenant_id"], unique=False)
