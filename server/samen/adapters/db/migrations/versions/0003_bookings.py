"""Series, occurrences and the claims that may not overlap."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

EXCLUSION = """
ALTER TABLE claims ADD CONSTRAINT ex_claims_overlap
EXCLUDE USING gist (space_id WITH =, tstzrange(starts_at, ends_at, '[)') WITH &&) WHERE (active)
"""
TRIGGER = """
CREATE TRIGGER ex_claims_overlap_{when} BEFORE {when} ON claims WHEN NEW.active
BEGIN
    SELECT RAISE(ABORT, 'ex_claims_overlap') WHERE EXISTS (
        SELECT 1 FROM claims AS held
        WHERE held.space_id = NEW.space_id AND held.active AND held.id IS NOT NEW.id
          AND held.starts_at < NEW.ends_at AND NEW.starts_at < held.ends_at);
END
"""


def upgrade() -> None:
    _series()
    _occurrences()
    _claims()
    _forbid_overlap()


def downgrade() -> None:
    op.drop_table("claims")
    op.drop_table("occurrences")
    op.drop_table("series")


def _series() -> None:
    op.create_table(
        "series",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("booked_by_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("starts_local", sa.DateTime(), nullable=False),
        sa.Column("length", sa.Interval(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("rrule", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["booked_by_id"], ["members.id"], name=op.f("fk_series_booked_by_id")),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name=op.f("fk_series_space_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_series_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
    )
    op.create_index(op.f("ix_series_booked_by_id"), "series", ["booked_by_id"], unique=False)


def _occurrences() -> None:
    op.create_table(
        "occurrences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("series_id", sa.Uuid(), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("original_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "confirmed",
                "pending",
                "cancelled",
                "released",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_occurrences_span")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_occurrences_series_id")),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name=op.f("fk_occurrences_space_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occurrences")),
        sa.UniqueConstraint(
            "series_id", "original_start", name=op.f("uq_occurrences_series_id_original_start")
        ),
    )
    op.create_index(
        "ix_occurrences_space_id_starts_at", "occurrences", ["space_id", "starts_at"], unique=False
    )


def _claims() -> None:
    op.create_table(
        "claims",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Uuid(), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_claims_span")),
        sa.ForeignKeyConstraint(["occurrence_id"], ["occurrences.id"], name=op.f("fk_claims_occurrence_id")),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name=op.f("fk_claims_space_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
    )
    op.create_index(op.f("ix_claims_occurrence_id"), "claims", ["occurrence_id"], unique=False)
    op.create_index("ix_claims_space_id_starts_at", "claims", ["space_id", "starts_at"], unique=False)


def _forbid_overlap() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for when in ("INSERT", "UPDATE"):
            op.execute(TRIGGER.format(when=when))
    else:
        op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        op.execute(EXCLUSION)
