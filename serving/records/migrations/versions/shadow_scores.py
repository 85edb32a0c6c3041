"""What a challenger would have answered, beside what was answered; no answer depends on it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID, MOMENT, LABEL, BAND = (sa.String(n) for n in (36, 32, 80, 16))


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "shadow",
        sa.Column("audit_id", ID, primary_key=True),
        sa.Column("challenger", LABEL, primary_key=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("champion", LABEL, nullable=False),
        sa.Column("pd_12m", sa.Float, nullable=False),
        sa.Column("score", sa.Integer, nullable=False),
        sa.Column("band", BAND, nullable=False),
        sa.Column("champion_pd_12m", sa.Float, nullable=False),
        sa.Column("champion_score", sa.Integer, nullable=False),
        sa.Column("champion_band", BAND, nullable=False),
    )
    op.create_index("shadow_by_challenger", "shadow", ["challenger", "at"])
