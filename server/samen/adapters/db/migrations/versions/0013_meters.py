"""Meters that live: events, decreases to explain, gas factors, what smart meters tell, files to look at."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("registers", sa.Column("digits", sa.Integer(), nullable=True))
    _meter_events()
    _index_decreases()
    _calorific_factors()
    _told_by_smart_meters()
    _readings_files()
    op.create_index(
        "ix_index_readings_as_shown",
        "index_readings",
        ["register_id", "at"],
        sqlite_where=sa.text("gen >= 2097152"),
        postgresql_where=sa.text("gen >= 2097152"),
    )


def downgrade() -> None:
    op.drop_index("ix_index_readings_as_shown", table_name="index_readings")
    for table in (
        "readings_files",
        "told_peaks",
        "quarter_demands",
        "calorific_factors",
        "index_decreases",
        "meter_events",
    ):
        op.drop_table(table)
    op.drop_column("registers", "digits")


def _meter_events() -> None:
    op.create_table(
        "meter_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("register_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("final_index", sa.Double(), nullable=False),
        sa.Column("first_index", sa.Double(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('replaced', 'rolled_over', 'reset')", name=op.f("ck_meter_events_kind")),
        sa.ForeignKeyConstraint(["register_id"], ["registers.id"], name=op.f("fk_meter_events_register_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meter_events")),
        sa.UniqueConstraint("register_id", "at", name=op.f("uq_meter_events_register_id_at")),
    )


def _index_decreases() -> None:
    op.create_table(
        "index_decreases",
        sa.Column("register_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", sa.Double(), nullable=False),
        sa.Column("after", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["register_id"], ["registers.id"], name=op.f("fk_index_decreases_register_id")
        ),
        sa.PrimaryKeyConstraint("register_id", "at", name=op.f("pk_index_decreases")),
    )


def _calorific_factors() -> None:
    op.create_table(
        "calorific_factors",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("meter_id", sa.Integer(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("kwh_per_m3", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_calorific_factors_site_id")),
        sa.ForeignKeyConstraint(["meter_id"], ["meters.id"], name=op.f("fk_calorific_factors_meter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calorific_factors")),
        sa.UniqueConstraint(
            "site_id", "meter_id", "from_on", name=op.f("uq_calorific_factors_site_id_meter_id_from_on")
        ),
    )


def _told_by_smart_meters() -> None:
    op.create_table(
        "quarter_demands",
        sa.Column("meter_id", sa.Integer(), nullable=False),
        sa.Column("w", sa.Double(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meter_id"], ["meters.id"], name=op.f("fk_quarter_demands_meter_id")),
        sa.PrimaryKeyConstraint("meter_id", name=op.f("pk_quarter_demands")),
    )
    op.create_table(
        "told_peaks",
        sa.Column("meter_id", sa.Integer(), nullable=False),
        sa.Column("month_on", sa.Date(), nullable=False),
        sa.Column("w", sa.Double(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["meter_id"], ["meters.id"], name=op.f("fk_told_peaks_meter_id")),
        sa.PrimaryKeyConstraint("meter_id", "month_on", name=op.f("pk_told_peaks")),
    )


def _readings_files() -> None:
    op.create_table(
        "readings_files",
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("meter_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meter_id"], ["meters.id"], name=op.f("fk_readings_files_meter_id")),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_readings_files")),
    )
