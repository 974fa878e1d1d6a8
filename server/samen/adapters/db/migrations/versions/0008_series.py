"""Series that are edited, dates that are watched, and what is booked along."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TRIGGER = """
CREATE TRIGGER ex_claims_overlap_{when} BEFORE {when} ON claims WHEN NEW.active
BEGIN
    {length}
    SELECT RAISE(ABORT, 'ex_claims_overlap') WHERE EXISTS (
        SELECT 1 FROM claims AS held
        WHERE held.space_id = NEW.space_id AND held.active AND held.id IS NOT NEW.id
          AND held.starts_at < NEW.ends_at AND NEW.starts_at < held.ends_at {nearby});
END
"""
LENGTH = (
    "SELECT RAISE(ABORT, 'ck_claims_length') WHERE julianday(NEW.ends_at) - julianday(NEW.starts_at) > 4;"
)
NEARBY = "AND held.starts_at > datetime(NEW.starts_at, '-4 days', '-1 second')"
BEFORE = ("confirmed", "pending", "cancelled", "released")
AFTER = ("confirmed", "pending", "held", "cancelled", "released", "declined", "lapsed")


def upgrade() -> None:
    for column in _of_series():
        op.add_column("series", column)
    op.create_index(op.f("ix_series_source_uid"), "series", ["source_uid"], unique=False)
    op.create_index("ix_series_tenant_id", "series", ["tenant_id"], unique=False)
    for column in _of_occurrences():
        op.add_column("occurrences", column)
    op.create_index("ix_occurrences_look_at", "occurrences", ["look_at"], unique=False)
    op.execute("UPDATE occurrences SET tenant_id = (SELECT tenant_id FROM series WHERE id = series_id)")
    _allow(AFTER, instead_of=BEFORE)
    _belong_to_a_tenant()
    _bound_claims()
    _bundle()


def downgrade() -> None:
    op.drop_table("series_bundle")
    op.execute("UPDATE occurrences SET status = 'cancelled' WHERE status IN ('held', 'declined', 'lapsed')")
    _unbound_claims()
    op.drop_index("ix_occurrences_tenant_id_starts_at", "occurrences")
    with op.batch_alter_table("occurrences") as occurrences:
        occurrences.drop_constraint(op.f("fk_occurrences_tenant_id"), type_="foreignkey")
    _allow(BEFORE, instead_of=AFTER)
    op.drop_index("ix_occurrences_look_at", "occurrences")
    for column in _of_occurrences():
        op.drop_column("occurrences", column.name)
    op.drop_index("ix_series_tenant_id", "series")
    op.drop_index(op.f("ix_series_source_uid"), "series")
    for column in _of_series():
        op.drop_column("series", column.name)


def _belong_to_a_tenant() -> None:
    """Each date names its series' tenant, so that an index finds a tenant's dates of a quarter."""
    with op.batch_alter_table("occurrences") as occurrences:
        occurrences.alter_column("tenant_id", existing_type=sa.Integer(), nullable=False)
        occurrences.create_foreign_key(op.f("fk_occurrences_tenant_id"), "tenants", ["tenant_id"], ["id"])
    op.create_index(
        "ix_occurrences_tenant_id_starts_at", "occurrences", ["tenant_id", "starts_at"], unique=False
    )


def _bound_claims() -> None:
    """A claim lasts four days at the most: then only those that begin nearby need a look."""
    if op.get_bind().dialect.name == "postgresql":
        op.create_check_constraint(
            op.f("ck_claims_length"), "claims", "ends_at - starts_at <= interval '4 days'"
        )
    else:
        _triggers(LENGTH, NEARBY)


def _unbound_claims() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_claims_length"), "claims", type_="check")
    else:
        _triggers("", "")


def _triggers(length: str, nearby: str) -> None:
    for when in ("INSERT", "UPDATE"):
        op.execute(f"DROP TRIGGER ex_claims_overlap_{when}")
        op.execute(TRIGGER.format(when=when, length=length, nearby=nearby))


def _bundle() -> None:
    op.create_table(
        "series_bundle",
        sa.Column("series_id", sa.Uuid(), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_series_bundle_series_id")),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name=op.f("fk_series_bundle_space_id")),
        sa.PrimaryKeyConstraint("series_id", "space_id", name=op.f("pk_series_bundle")),
    )


def _allow(states: tuple[str, ...], instead_of: tuple[str, ...]) -> None:
    """Change what `status` may say."""
    with op.batch_alter_table("occurrences", copy_from=_occurrences(instead_of)) as occurrences:
        occurrences.drop_constraint(op.f("ck_occurrences_status"), type_="check")
        occurrences.create_check_constraint(op.f("ck_occurrences_status"), _one_of(states))


def _one_of(states: tuple[str, ...]) -> str:
    return "status IN ({})".format(", ".join(f"'{state}'" for state in states))


def _occurrences(states: tuple[str, ...]) -> sa.Table:
    """The table with this step's columns: SQLite rebuilds it from here."""
    return sa.Table(
        "occurrences",
        sa.MetaData(),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("series_id", sa.Uuid(), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("original_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        *_of_occurrences(),
        sa.CheckConstraint("starts_at < ends_at", name="ck_occurrences_span"),
        sa.CheckConstraint(_one_of(states), name="ck_occurrences_status"),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name="fk_occurrences_series_id"),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name="fk_occurrences_space_id"),
        sa.PrimaryKeyConstraint("id", name="pk_occurrences"),
        sa.UniqueConstraint("series_id", "original_start", name="uq_occurrences_series_id_original_start"),
        sa.Index("ix_occurrences_space_id_starts_at", "space_id", "starts_at"),
        sa.Index("ix_occurrences_look_at", "look_at"),
    )


def _of_series() -> tuple[sa.Column[Any], ...]:
    """What a series gets."""
    return (
        sa.Column("sequence", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("source_uid", sa.String(), nullable=True),
        sa.Column("ghost_asked_at", sa.DateTime(timezone=True), nullable=True),
    )


def _of_occurrences() -> tuple[sa.Column[Any], ...]:
    """What a date gets."""
    return (
        sa.Column("tenant_id", sa.Integer(), nullable=True),
        sa.Column("moved", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("hold_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used", sa.Boolean(), nullable=True),
        sa.Column("booked_until", sa.DateTime(timezone=True), nullable=True),
    )
