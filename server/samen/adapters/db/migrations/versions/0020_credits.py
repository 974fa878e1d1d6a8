"""Credits: rules, shares, the ledger, disputes; and requests that are gathered until a space opens."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("spaces", sa.Column("gather_days", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("waitlist", sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("waitlist", sa.Column("decision", sa.JSON(), nullable=True))
    op.create_index("ix_waitlist_opens_at", "waitlist", ["opens_at"])
    _rules()
    _shares()
    _entries()
    _disputes()


def downgrade() -> None:
    for table in ("credit_disputes", "credit_entries", "credit_shares", "credit_rules"):
        op.drop_table(table)
    op.drop_index("ix_waitlist_opens_at", "waitlist")
    op.drop_column("waitlist", "decision")
    op.drop_column("waitlist", "opens_at")
    op.drop_column("spaces", "gather_days")


def _rules() -> None:
    op.create_table(
        "credit_rules",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("refunded_h", sa.Integer(), nullable=False),
        sa.Column("settled_from", sa.Date(), nullable=True),
        sa.Column("settled_until", sa.Date(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_credit_rules_one")),
        sa.CheckConstraint("refunded_h >= 0", name=op.f("ck_credit_rules_refunded")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_rules")),
    )


def _shares() -> None:
    op.create_table(
        "credit_shares",
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("entitlement", sa.Double(), nullable=False),
        sa.CheckConstraint("entitlement > 0", name=op.f("ck_credit_shares_entitlement")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_credit_shares_tenant_id")),
        sa.PrimaryKeyConstraint("from_on", "tenant_id", name=op.f("pk_credit_shares")),
    )


def _entries() -> None:
    op.create_table(
        "credit_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("corrects", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_credit_entries_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_entries")),
    )
    op.create_index("ix_credit_entries_on_date", "credit_entries", ["on_date"])
    op.create_index("ix_credit_entries_tenant_id_on_date", "credit_entries", ["tenant_id", "on_date"])


def _disputes() -> None:
    op.create_table(
        "credit_disputes",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'upheld', 'rejected')", name=op.f("ck_credit_disputes_state")),
        sa.CheckConstraint("seconds >= 0", name=op.f("ck_credit_disputes_seconds")),
        sa.ForeignKeyConstraint(["by_id"], ["members.id"], name=op.f("fk_credit_disputes_by_id")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["members.id"], name=op.f("fk_credit_disputes_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["credit_entries.id"], name=op.f("fk_credit_disputes_entry_id")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_credit_disputes")),
    )
