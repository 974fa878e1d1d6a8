"""Season rounds: wishes, runs of the solver, what was given by hand and by plan, objections and swaps."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLES = ("rounds", "round_spaces", "wishes", "solves", "hand_awards", "round_awards", "objections", "swaps")


def upgrade() -> None:
    _rounds()
    _round_spaces()
    _wishes()
    _solves()
    _awards(
        "hand_awards", sa.Column("by_id", sa.Integer(), nullable=False), _at("at"), by="members", key="by_id"
    )
    _awards(
        "round_awards",
        sa.Column("series_id", sa.Uuid(), nullable=True),
        sa.Column("skipped", sa.JSON(), nullable=False),
        by="series",
        key="series_id",
    )
    _objections()
    _swaps()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _at(name: str, *, known: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not known)


def _to(table: str, key: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([key], [f"{other}.id"], name=op.f(f"fk_{table}_{key}"))


def _rounds() -> None:
    op.create_table(
        "rounds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        _at("opens_at"),
        _at("closes_at"),
        _at("objections_until_at", known=False),
        sa.Column("weekdays", sa.JSON(), nullable=False),
        sa.Column("day_start", sa.Time(), nullable=False),
        sa.Column("day_end", sa.Time(), nullable=False),
        sa.Column("slot_minutes", sa.Integer(), nullable=False),
        sa.Column("policy", sa.JSON(), nullable=False),
        sa.Column("priority_points", sa.Integer(), nullable=False),
        sa.Column("names_shown", sa.String(24), nullable=False),
        sa.Column("counts_used", sa.Boolean(), nullable=False),
        sa.Column("most_skipped", sa.Integer(), nullable=False),
        _at("created_at"),
        _at("final_at", known=False),
        sa.CheckConstraint(
            "state IN ('draft', 'open', 'closed', 'preview', 'final', 'cancelled')",
            name=op.f("ck_rounds_state"),
        ),
        sa.CheckConstraint("names_shown IN ('nobody', 'tenants')", name=op.f("ck_rounds_names_shown")),
        sa.CheckConstraint("from_on < until_on", name=op.f("ck_rounds_season")),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_rounds_filing")),
        sa.CheckConstraint("slot_minutes > 0", name=op.f("ck_rounds_slots")),
        sa.CheckConstraint("priority_points >= 0", name=op.f("ck_rounds_points")),
        _to("rounds", "site_id", "sites"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rounds")),
    )
    op.create_index("ix_rounds_site_id", "rounds", ["site_id"], unique=False)


def _round_spaces() -> None:
    op.create_table(
        "round_spaces",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=False),
        _to("round_spaces", "round_id", "rounds"),
        _to("round_spaces", "space_id", "spaces"),
        sa.PrimaryKeyConstraint("round_id", "space_id", name=op.f("pk_round_spaces")),
    )


def _wishes() -> None:
    op.create_table(
        "wishes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("features", sa.JSON(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("weeks", sa.JSON(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("spaces", sa.JSON(), nullable=True),
        sa.Column("needs", sa.JSON(), nullable=False),
        _at("filed_at"),
        _at("withdrawn_at", known=False),
        sa.CheckConstraint("priority BETWEEN 1 AND 3", name=op.f("ck_wishes_priority")),
        sa.CheckConstraint("slots > 0 AND people >= 0", name=op.f("ck_wishes_size")),
        _to("wishes", "round_id", "rounds"),
        _to("wishes", "tenant_id", "tenants"),
        _to("wishes", "member_id", "members"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wishes")),
    )
    op.create_index("ix_wishes_round_id_tenant_id", "wishes", ["round_id", "tenant_id"], unique=False)


def _solves() -> None:
    op.create_table(
        "solves",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("trial", sa.Boolean(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("budget_s", sa.Double(), nullable=False),
        sa.Column("policy", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("cancel", sa.Boolean(), nullable=False),
        sa.Column("stage", sa.String(), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("metrics", sa.JSON(), nullable=True),
        sa.Column("fault", sa.String(), nullable=True),
        sa.Column("instance_sha256", sa.String(), nullable=False),
        sa.Column("instance", sa.LargeBinary(), nullable=False),
        sa.Column("plan_sha256", sa.String(), nullable=True),
        sa.Column("plan", sa.LargeBinary(), nullable=True),
        sa.Column("worker", sa.String(), nullable=True),
        _at("queued_at"),
        *(_at(name, known=False) for name in ("started_at", "beat_at", "finished_at", "chosen_at")),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name=op.f("ck_solves_state")
        ),
        sa.CheckConstraint("budget_s > 0", name=op.f("ck_solves_budget")),
        _to("solves", "round_id", "rounds"),
        _to("solves", "asked_by_id", "members"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_solves")),
    )
    op.create_index("ix_solves_round_id", "solves", ["round_id"], unique=False)
    op.create_index(
        "uq_solves_chosen",
        "solves",
        ["round_id"],
        unique=True,
        postgresql_where=sa.text("chosen_at IS NOT NULL"),
        sqlite_where=sa.text("chosen_at IS NOT NULL"),
    )


def _awards(table: str, *more: sa.Column[object], key: str, by: str) -> None:
    op.create_table(
        table,
        sa.Column("wish_id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        *more,
        _to(table, "wish_id", "wishes"),
        _to(table, "round_id", "rounds"),
        _to(table, "space_id", "spaces"),
        _to(table, key, by),
        sa.PrimaryKeyConstraint("wish_id", name=op.f(f"pk_{table}")),
    )
    op.create_index(f"ix_{table}_round_id", table, ["round_id"], unique=False)


def _objections() -> None:
    op.create_table(
        "objections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wish_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        _at("made_at"),
        sa.Column("answer", sa.String(), nullable=True),
        _at("answered_at", known=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        _to("objections", "wish_id", "wishes"),
        _to("objections", "member_id", "members"),
        _to("objections", "answered_by_id", "members"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objections")),
    )
    op.create_index("ix_objections_wish_id", "objections", ["wish_id"], unique=False)


def _swaps() -> None:
    op.create_table(
        "swaps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wish_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        _at("asked_at"),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        _at("answered_at", known=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        _to("swaps", "wish_id", "wishes"),
        _to("swaps", "other_id", "wishes"),
        _to("swaps", "asked_by_id", "members"),
        _to("swaps", "answered_by_id", "members"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_swaps")),
    )
    op.create_index("ix_swaps_wish_id", "swaps", ["wish_id"], unique=False)
    op.create_index("ix_swaps_other_id", "swaps", ["other_id"], unique=False)
