"""Readings, what they say, and rollups."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _readings()
    _index_readings()
    _occupancy_readings()
    _reading_gaps()
    _space_states()
    _energy_rollups()
    _occupancy_rollups()
    _dirty_energy()
    _dirty_occupancy()


def downgrade() -> None:
    op.drop_table("dirty_occupancy")
    op.drop_table("dirty_energy")
    op.drop_table("occupancy_rollups")
    op.drop_table("energy_rollups")
    op.drop_table("space_states")
    op.drop_table("reading_gaps")
    op.drop_table("occupancy_readings")
    op.drop_table("index_readings")
    op.drop_table("readings")


def _readings() -> None:
    op.create_table(
        "readings",
        sa.Column("device_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("boot", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "quality",
            sa.Enum(
                "ntp",
                "dated",
                "received",
                "imported",
                name="quality",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("up", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_readings_device_id")),
        sa.PrimaryKeyConstraint("device_id", "boot", "seq", name=op.f("pk_readings")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_readings_at", "readings", ["at"], unique=False)


def _index_readings() -> None:
    op.create_table(
        "index_readings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("register_id", sa.Integer(), nullable=False),
        sa.Column("gen", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("index", sa.Double(), nullable=False),
        sa.Column("power_w", sa.Double(), nullable=True),
        sa.Column(
            "quality",
            sa.Enum(
                "ntp",
                "dated",
                "received",
                "imported",
                name="quality",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.Column("boot", sa.BigInteger(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["device_id", "boot", "seq"],
            ["readings.device_id", "readings.boot", "readings.seq"],
            name=op.f("fk_index_readings_device_id_boot_seq"),
        ),
        sa.ForeignKeyConstraint(
            ["register_id"], ["registers.id"], name=op.f("fk_index_readings_register_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_readings")),
    )
    op.create_index(
        "ix_index_readings_device_id_boot_seq", "index_readings", ["device_id", "boot", "seq"], unique=False
    )
    op.create_index("ix_index_readings_register_id_at", "index_readings", ["register_id", "at"], unique=False)


def _occupancy_readings() -> None:
    op.create_table(
        "occupancy_readings",
        sa.Column("device_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("boot", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("confidence", sa.Integer(), nullable=False),
        sa.Column(
            "quality",
            sa.Enum(
                "ntp",
                "dated",
                "received",
                "imported",
                name="quality",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["device_id", "boot", "seq"],
            ["readings.device_id", "readings.boot", "readings.seq"],
            name=op.f("fk_occupancy_readings_device_id_boot_seq"),
        ),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name=op.f("fk_occupancy_readings_space_id")),
        sa.PrimaryKeyConstraint("device_id", "boot", "seq", name=op.f("pk_occupancy_readings")),
    )
    op.create_index(
        "ix_occupancy_readings_space_id_at", "occupancy_readings", ["space_id", "at"], unique=False
    )


def _reading_gaps() -> None:
    op.create_table(
        "reading_gaps",
        sa.Column("device_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("boot", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_reading_gaps_device_id")),
        sa.PrimaryKeyConstraint("device_id", "boot", "first", "last", name=op.f("pk_reading_gaps")),
    )


def _space_states() -> None:
    op.create_table(
        "space_states",
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("occupancy", sa.String(), nullable=True),
        sa.Column("confidence", sa.Integer(), nullable=True),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("occupancy_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deg_c", sa.Double(), nullable=True),
        sa.Column("humidity", sa.Double(), nullable=True),
        sa.Column("co2_ppm", sa.Double(), nullable=True),
        sa.Column("climate_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name=op.f("fk_space_states_space_id")),
        sa.PrimaryKeyConstraint("space_id", name=op.f("pk_space_states")),
    )


def _energy_rollups() -> None:
    op.create_table(
        "energy_rollups",
        sa.Column("register_id", sa.Integer(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "15min", "hour", "day", name="step", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount", sa.Double(), nullable=False),
        sa.Column("known_s", sa.Integer(), nullable=False),
        sa.Column("estimated_s", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["register_id"], ["registers.id"], name=op.f("fk_energy_rollups_register_id")
        ),
        sa.PrimaryKeyConstraint("register_id", "step", "starts_at", name=op.f("pk_energy_rollups")),
    )


def _occupancy_rollups() -> None:
    op.create_table(
        "occupancy_rollups",
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "15min", "hour", "day", name="step", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("occupied_s", sa.Integer(), nullable=False),
        sa.Column("empty_s", sa.Integer(), nullable=False),
        sa.Column("unknown_s", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name=op.f("fk_occupancy_rollups_space_id")),
        sa.PrimaryKeyConstraint("space_id", "step", "starts_at", name=op.f("pk_occupancy_rollups")),
    )


def _dirty_energy() -> None:
    op.create_table(
        "dirty_energy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("register_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["register_id"], ["registers.id"], name=op.f("fk_dirty_energy_register_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dirty_energy")),
    )
    op.create_index(op.f("ix_dirty_energy_register_id"), "dirty_energy", ["register_id"], unique=False)


def _dirty_occupancy() -> None:
    op.create_table(
        "dirty_occupancy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name=op.f("fk_dirty_occupancy_space_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dirty_occupancy")),
    )
    op.create_index(op.f("ix_dirty_occupancy_space_id"), "dirty_occupancy", ["space_id"], unique=False)
