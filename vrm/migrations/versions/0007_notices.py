"""What people are told without having asked."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Run on both engines. Nobody was told anything before."""
    op.create_table(
        "notice_changes",
        sa.Column("company_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("what", sa.String(length=64), nullable=False),
        sa.Column("after", JSON, nullable=True),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_notice_changes")),
    )
    op.create_table(
        "notice_devices",
        sa.Column("consumer_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("consumer_id", "token_hash", name=op.f("pk_notice_devices")),
    )
    op.create_table(
        "notice_due",
        sa.Column("consumer_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("consent_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("consumer_id", "consent_id", name=op.f("pk_notice_due")),
    )
    with op.batch_alter_table("notice_due", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_due_due_at"), ["due_at"], unique=False)

    op.create_table(
        "notice_patterns",
        sa.Column("consumer_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("company_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("keys", JSON, nullable=False),
        sa.Column("days", JSON, nullable=False),
        sa.Column("refusals", JSON, nullable=False),
        sa.PrimaryKeyConstraint("consumer_id", "company_id", name=op.f("pk_notice_patterns")),
    )
    op.create_table(
        "notice_people",
        sa.Column("consumer_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("digest_due", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("consumer_id", name=op.f("pk_notice_people")),
    )
    with op.batch_alter_table("notice_people", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_people_digest_due"), ["digest_due"], unique=False)

    op.create_table(
        "notice_state",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("upto", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_notice_state_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_state")),
    )
    op.create_table(
        "notices",
        sa.Column("consumer_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("told", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waits", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("consumer_id", "told", name=op.f("pk_notices")),
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notices_at"), ["at"], unique=False)
        batch_op.create_index("ix_notices_consumer_id_at", ["consumer_id", "at"], unique=False)
        batch_op.create_index("ix_notices_consumer_id_waits", ["consumer_id", "waits"], unique=False)
