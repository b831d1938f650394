"""What alembic runs to reach a database. Always on a connection of ours: there is no offline mode."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON

from vrm.db import Moment
from vrm.migrations.models import all_tables


def rendered(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """Write our types as what they are in the database: a landed revision must not change when they do."""
    if kind == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON):
        return 'sa.JSON().with_variant(JSONB(), "postgresql")'
    return False


connection = context.config.attributes["connection"]

context.configure(
    connection=connection,
    target_metadata=all_tables(),
    compare_type=True,
    render_item=rendered,
    render_as_batch=True,  # SQLite cannot alter a constraint in place; on PostgreSQL a batch is plain ALTER
    transactional_ddl=True,  # SQLite's DDL is transactional, though its driver hides it
)
with context.begin_transaction():
    context.run_migrations()
