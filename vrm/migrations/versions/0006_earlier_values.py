"""Earlier versions of a value are kept for a year, and then go."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run on both engines. The year of the versions that are there begins now."""
    op.add_column("profile_values", sa.Column("kept_until", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_profile_values_kept_until"), "profile_values", ["kept_until"])
    values = sa.table(
        "profile_values",
        sa.column("current", sa.Boolean()),
        sa.column("kept_until", sa.DateTime(timezone=True)),
    )
    until = datetime.now(UTC) + timedelta(days=365)
    op.execute(sa.update(values).where(values.c.current.is_(sa.false())).values(kept_until=until))
