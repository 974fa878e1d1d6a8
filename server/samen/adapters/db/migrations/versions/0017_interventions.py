"""Interventions with their pictures, and signed dossiers."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KINDS = "'insulation', 'ventilation', 'green_roof', 'advice', 'lamps', 'heating', 'controls', 'other'"


def upgrade() -> None:
    _interventions()
    _of_interventions()
    _dossiers()


def downgrade() -> None:
    for table in ("dossiers", "intervention_pictures", "intervention_meters", "interventions"):
        op.drop_table(table)


def _interventions() -> None:
    op.create_table(
        "interventions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("carriers", sa.JSON(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("cost_cents", sa.Integer(), nullable=True),
        sa.Column("subsidy_cents", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("told_by_id", sa.Integer(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_interventions_kind")),
        sa.CheckConstraint("starts_on <= done_on", name=op.f("ck_interventions_days")),
        sa.CheckConstraint("cost_cents >= 0 AND subsidy_cents >= 0", name=op.f("ck_interventions_money")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_interventions_site_id")),
        sa.ForeignKeyConstraint(["told_by_id"], ["members.id"], name=op.f("fk_interventions_told_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interventions")),
        sa.UniqueConstraint("site_id", "name", name=op.f("uq_interventions_site_id_name")),
    )


def _of_interventions() -> None:
    op.create_table(
        "intervention_meters",
        sa.Column("intervention_id", sa.Integer(), nullable=False),
        sa.Column("meter_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["intervention_id"],
            ["interventions.id"],
            name=op.f("fk_intervention_meters_intervention_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["meter_id"], ["meters.id"], name=op.f("fk_intervention_meters_meter_id")),
        sa.PrimaryKeyConstraint("intervention_id", "meter_id", name=op.f("pk_intervention_meters")),
    )
    op.create_table(
        "intervention_pictures",
        sa.Column("intervention_id", sa.Integer(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["intervention_id"],
            ["interventions.id"],
            name=op.f("fk_intervention_pictures_intervention_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("intervention_id", name=op.f("pk_intervention_pictures")),
    )


def _dossiers() -> None:
    op.create_table(
        "dossiers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("meter_id", sa.Integer(), nullable=False),
        sa.Column("signed_by_id", sa.Integer(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("report", sa.String(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("supersedes_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["meter_id"], ["meters.id"], name=op.f("fk_dossiers_meter_id")),
        sa.ForeignKeyConstraint(["signed_by_id"], ["members.id"], name=op.f("fk_dossiers_signed_by_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_dossiers_site_id")),
        sa.ForeignKeyConstraint(["supersedes_id"], ["dossiers.id"], name=op.f("fk_dossiers_supersedes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossiers")),
        sa.UniqueConstraint("supersedes_id", name=op.f("uq_dossiers_supersedes_id")),
    )
    op.create_index(op.f("ix_dossiers_meter_id"), "dossiers", ["meter_id"], unique=False)
