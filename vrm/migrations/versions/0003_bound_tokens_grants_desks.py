"""Bound tokens, grants, desks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run on both engines, data and all."""
    op.create_table(
        "audit_anomaly_answers",
        sa.Column("anomaly_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("auditor_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("sealed_note", sa.LargeBinary(), nullable=False),
        sa.Column("observed", sa.Integer(), nullable=False),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["anomaly_id"], ["log_anomalies.id"], name=op.f("fk_audit_anomaly_answers_anomaly_id")
        ),
        sa.PrimaryKeyConstraint("anomaly_id", name=op.f("pk_audit_anomaly_answers")),
    )
    op.create_table(
        "backchannel_requests",
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("client_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("company_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("consumer_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("sealed_message", sa.LargeBinary(), nullable=False),
        sa.Column("consent_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=True),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("authenticated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("interval", sa.Integer(), nullable=False),
        sa.Column("next_poll_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("request_hash", name=op.f("pk_backchannel_requests")),
    )
    with op.batch_alter_table("backchannel_requests", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_backchannel_requests_consumer_id_created_at"),
            ["consumer_id", "created_at"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_backchannel_requests_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "company_blocks",
        sa.Column("consumer_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("company_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("consumer_id", "company_id", name=op.f("pk_company_blocks")),
    )
    op.create_table(
        "desk_codes",
        sa.Column("consumer_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("consumer_id", name=op.f("pk_desk_codes")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_desk_codes_code_hash")),
    )
    with op.batch_alter_table("desk_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_desk_codes_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "desk_guesses",
        sa.Column("about", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("window_ends", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("about", name=op.f("pk_desk_guesses")),
    )
    with op.batch_alter_table("desk_guesses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_desk_guesses_window_ends"), ["window_ends"], unique=False)

    op.create_table(
        "seen_jti",
        sa.Column("jti_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("jti_hash", name=op.f("pk_seen_jti")),
    )
    with op.batch_alter_table("seen_jti", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seen_jti_expires_at"), ["expires_at"], unique=False)

    op.execute("INSERT INTO seen_jti (jti_hash, expires_at) SELECT jti_hash, expires_at FROM used_assertions")
    with op.batch_alter_table("used_assertions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_used_assertions_expires_at"))

    op.drop_table("used_assertions")
    with op.batch_alter_table("asks", schema=None) as batch_op:
        batch_op.add_column(sa.Column("amends", sa.Uuid(as_uuid=False), nullable=True))
        batch_op.add_column(sa.Column("amends_revision", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("quiet", sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table("authorization_codes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("jkt", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("nonce", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("authenticated_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("clients", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "post_logout_redirect_uris",
                sa.JSON().with_variant(JSONB(), "postgresql"),
                nullable=False,
                server_default="[]",
            )
        )
        batch_op.add_column(sa.Column("scope_purpose", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("secret_hash", sa.LargeBinary(), nullable=True))

    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("latest_epoch", sa.Integer(), nullable=False, server_default="1"))

    with op.batch_alter_table("subjects", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_subjects_company_id_subject"), ["company_id", "subject"], unique=False
        )

    with op.batch_alter_table("tokens", schema=None) as batch_op:
        batch_op.add_column(sa.Column("jkt", sa.String(), nullable=True))

    op.execute("UPDATE consents SET latest_epoch = epoch")
    for table, column in (
        ("asks", "quiet"), ("clients", "post_logout_redirect_uris"), ("consents", "latest_epoch"),
    ):  # fmt: skip
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column(column, server_default=None)
