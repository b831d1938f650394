"""A witnessed log: what witnesses cosigned, how each of them stands, and which checkpoint is public."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run on both engines. There were no witnesses before."""
    op.create_table(
        "log_cosignatures",
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("vkey", sa.String(length=2048), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["size"], ["log_checkpoints.size"], name=op.f("fk_log_cosignatures_size")),
        sa.PrimaryKeyConstraint("size", "vkey", name=op.f("pk_log_cosignatures")),
    )
    op.create_table(
        "log_witnesses",
        sa.Column("vkey", sa.String(length=2048), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(length=64), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("objection", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("vkey", name=op.f("pk_log_witnesses")),
    )
    op.create_table(
        "log_gathering",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("target", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("public", sa.BigInteger(), nullable=False),
        sa.Column("met", sa.Boolean(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_log_gathering_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_gathering")),
    )
