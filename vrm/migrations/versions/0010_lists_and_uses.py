"""What narrows a company's list of consents stands in the index that gives the list its order.

A use of a line that may not be read at will keeps in which versions of its values it was read. Of one from before, none is
known: within its ten minutes it is not read again.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run on both engines. No row changes."""
    listed = [
        "company_id",
        "granted_at",
        "id",
        "client_id",
        "state",
        "expires_at",
        "notice_version",
        "paused",
    ]
    op.drop_index("ix_consents_granted", "consents")
    op.create_index("ix_consents_granted", "consents", listed)
    op.add_column("consent_uses", sa.Column("versions", sa.JSON().with_variant(JSONB(), "postgresql")))
