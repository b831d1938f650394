"""What runs out has an index that no question of one person mistakes for its own; what is counted touches no row."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run on both engines. No row changes."""
    runs = sa.text("state = 'active'")
    held = ["company_id", "state", "expires_at", "notice_version", "client_id", "paused"]
    op.drop_index("ix_consents_held", "consents")
    op.create_index("ix_consents_held", "consents", held)
    op.drop_index(op.f("ix_consents_state_expires_at"), "consents")
    op.create_index(
        "ix_consents_running_out", "consents", ["expires_at"], sqlite_where=runs, postgresql_where=runs
    )
