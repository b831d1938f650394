"""The whole life of a consent: pauses, and how often a line was read. Ended keys of a client in a column of their own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Run on both engines. Nothing was paused before; a line for once counts from its next read on; what stood on
    the page of a request that was refused is not known."""
    _move_ended_keys()
    op.add_column("asks", sa.Column("notice", JSON, nullable=True))
    op.add_column("consents", sa.Column("paused", sa.String(), nullable=True))
    op.create_table(
        "consent_uses",
        sa.Column("consumer_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("consent_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("consumer_id", "consent_id", "key", "purpose", name=op.f("pk_consent_uses")),
    )
    op.create_index(op.f("ix_consent_uses_closes_at"), "consent_uses", ["closes_at"])


def _move_ended_keys() -> None:
    """They were listed in a row among the client's keys."""
    op.add_column("clients", sa.Column("ended_keys", JSON, nullable=False, server_default="[]"))
    keys = sa.table("client_keys", sa.column("client_id"), sa.column("source"), sa.column("jwk", JSON))
    clients = sa.table("clients", sa.column("id"), sa.column("ended_keys", JSON))
    among_keys = keys.c.source == "ended"
    connection = op.get_bind()
    for row in connection.execute(sa.select(keys.c.client_id, keys.c.jwk).where(among_keys)).all():
        listed = {"ended_keys": row.jwk["thumbprints"]}
        connection.execute(sa.update(clients).where(clients.c.id == row.client_id).values(listed))
    connection.execute(sa.delete(keys).where(among_keys))
    with op.batch_alter_table("clients", schema=None) as batch_op:
        batch_op.alter_column("ended_keys", server_default=None)
