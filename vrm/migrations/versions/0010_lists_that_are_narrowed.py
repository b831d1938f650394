"""What narrows a company's list of consents stands in the index that gives the list its order."""

from alembic import op

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
