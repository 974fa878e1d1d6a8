"""Until when a site's figures are invented."""

import sqlalchemy as sa
from alembic import op

from samen.adapters.db.models.base import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sites", sa.Column("simulated_until", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("sites", "simulated_until")
