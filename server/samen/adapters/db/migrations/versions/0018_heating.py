"""How zones are heated: settings, running warm-ups, measured ones, and days with and without steering."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _zone_heating()
    _zone_warmings()
    _warm_ups()
    _steered_days()


def downgrade() -> None:
    for table in ("steered_days", "warm_ups", "zone_warmings", "zone_heating"):
        op.drop_table(table)


def _zone_heating() -> None:
    op.create_table(
        "zone_heating",
        sa.Column("zone_id", sa.Integer(), nullable=False),
        sa.Column("steering", sa.String(24), nullable=False),
        *(
            sa.Column(name, sa.Double(), nullable=False)
            for name in ("comfort_deg_c", "setback_deg_c", "frost_deg_c", "hysteresis_k")
        ),
        sa.Column("earliest", sa.Time(), nullable=False),
        sa.Column("vent_before_min", sa.Integer(), nullable=False),
        sa.Column("vent_after_min", sa.Integer(), nullable=False),
        sa.Column("idle_vent", sa.String(24), nullable=False),
        sa.Column("coast_min", sa.Integer(), nullable=False),
        sa.Column("heats_on_holidays", sa.Boolean(), nullable=False),
        sa.CheckConstraint("steering IN ('off', 'on', 'alternate')", name=op.f("ck_zone_heating_steering")),
        sa.CheckConstraint("idle_vent IN ('off', 'low', 'on')", name=op.f("ck_zone_heating_idle_vent")),
        sa.CheckConstraint(
            "frost_deg_c <= setback_deg_c AND setback_deg_c <= comfort_deg_c",
            name=op.f("ck_zone_heating_order"),
        ),
        sa.CheckConstraint("hysteresis_k > 0", name=op.f("ck_zone_heating_hysteresis")),
        sa.CheckConstraint(
            "vent_before_min >= 0 AND vent_after_min >= 0 AND coast_min >= 0",
            name=op.f("ck_zone_heating_lengths"),
        ),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name=op.f("fk_zone_heating_zone_id")),
        sa.PrimaryKeyConstraint("zone_id", name=op.f("pk_zone_heating")),
    )


def _zone_warmings() -> None:
    op.create_table(
        "zone_warmings",
        sa.Column("zone_id", sa.Integer(), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("for_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name=op.f("fk_zone_warmings_zone_id")),
        sa.PrimaryKeyConstraint("zone_id", name=op.f("pk_zone_warmings")),
    )


def _warm_ups() -> None:
    op.create_table(
        "warm_ups",
        sa.Column("zone_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_deg_c", sa.Double(), nullable=False),
        sa.Column("to_deg_c", sa.Double(), nullable=False),
        sa.Column("outdoor_deg_c", sa.Double(), nullable=True),
        sa.Column("minutes", sa.Double(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("kwh", sa.Double(), nullable=True),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_warm_ups_minutes")),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name=op.f("fk_warm_ups_zone_id")),
        sa.PrimaryKeyConstraint("zone_id", "started_at", name=op.f("pk_warm_ups")),
    )


def _steered_days() -> None:
    op.create_table(
        "steered_days",
        sa.Column("zone_id", sa.Integer(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("steered", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name=op.f("fk_steered_days_zone_id")),
        sa.PrimaryKeyConstraint("zone_id", "on_date", name=op.f("pk_steered_days")),
    )
