"""On SQLite, rollups lie in the order of their key."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _lay_out(with_rowid=False)


def downgrade() -> None:
    _lay_out(with_rowid=True)


def _lay_out(*, with_rowid: bool) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    _again("energy_rollups", "register_id", "registers", _energy(), with_rowid=with_rowid)
    _again("occupancy_rollups", "space_id", "spaces", _occupancy(), with_rowid=with_rowid)


def _energy() -> list[sa.Column[Any]]:
    return [
        sa.Column("amount", sa.Double(), nullable=False),
        sa.Column("known_s", sa.Integer(), nullable=False),
        sa.Column("estimated_s", sa.Integer(), nullable=False),
    ]


def _occupancy() -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in ("occupied_s", "empty_s", "unknown_s")]


def _again(table: str, owner: str, owners: str, figures: list[sa.Column[Any]], *, with_rowid: bool) -> None:
    op.rename_table(table, f"{table}_before")
    op.create_table(
        table,
        sa.Column(owner, sa.Integer(), nullable=False),
        sa.Column("step", sa.String(24), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        *figures,
        sa.CheckConstraint("step IN ('15min', 'hour', 'day')", name=op.f(f"ck_{table}_step")),
        sa.ForeignKeyConstraint([owner], [f"{owners}.id"], name=op.f(f"fk_{table}_{owner}")),
        sa.PrimaryKeyConstraint(owner, "step", "starts_at", name=op.f(f"pk_{table}")),
        sqlite_with_rowid=with_rowid,
    )
    names = ", ".join([owner, "step", "starts_at", *(column.name for column in figures)])
    op.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {table}_before")  # noqa: S608 (our own names)
    op.drop_table(f"{table}_before")
