"""${message[0].upper() + message[1:]}."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run on both engines, data and all."""
    ${upgrades if upgrades else "pass"}
