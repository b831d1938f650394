"""Offices for companies and auditors."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run on both engines, data and all."""
    op.create_table(
        "audit_cases",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("sealed_title", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("marks", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_cases")),
    )
    with op.batch_alter_table("audit_cases", schema=None) as batch_op:
        batch_op.create_index("ix_audit_cases_opened_at", ["opened_at", "id"], unique=False)

    op.create_table(
        "audit_views",
        sa.Column("auditor_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("sealed_name", sa.LargeBinary(), nullable=False),
        sa.Column("filters", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("auditor_id", "id", name=op.f("pk_audit_views")),
    )
    op.create_table(
        "consent_keys",
        sa.Column("consumer_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("consent_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("company_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("client_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("notice_version", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("consumer_id", "consent_id", "key", name=op.f("pk_consent_keys")),
    )
    with op.batch_alter_table("consent_keys", schema=None) as batch_op:
        batch_op.create_index(
            "ix_consent_keys_held",
            ["company_id", "until", "key", "notice_version", "client_id"],
            unique=False,
        )

    op.create_table(
        "log_agent_days",
        sa.Column("client_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("day", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agent", sa.String(length=64), nullable=False),
        sa.Column("threads", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("client_id", "day", "agent", name=op.f("pk_log_agent_days")),
    )
    op.create_table(
        "log_anomalies",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("company_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("client_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("figures", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("evidence", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_anomalies")),
    )
    with op.batch_alter_table("log_anomalies", schema=None) as batch_op:
        batch_op.create_index("ix_log_anomalies_client_id", ["client_id", "since", "id"], unique=False)
        batch_op.create_index("ix_log_anomalies_since", ["since", "id"], unique=False)

    op.create_table(
        "log_facets",
        sa.Column("facet", sa.String(length=96), nullable=False),
        sa.Column("block", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("bits", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("facet", "block", name=op.f("pk_log_facets")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "log_hours",
        sa.Column("start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_leaf", sa.BigInteger(), nullable=False),
        sa.Column("last_leaf", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("start", name=op.f("pk_log_hours")),
    )
    op.create_table(
        "log_index",
        sa.Column("leaf_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=True),
        sa.Column("company_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("client_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("purpose", sa.String(length=64), nullable=True),
        sa.Column("keys", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=True),
        sa.Column("code", sa.String(length=64), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("thread", sa.String(length=64), nullable=True),
        sa.Column("agent", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("leaf_index", name=op.f("pk_log_index")),
    )
    with op.batch_alter_table("log_index", schema=None) as batch_op:
        batch_op.create_index("ix_log_index_agent", ["agent", "leaf_index"], unique=False)
        batch_op.create_index(
            "ix_log_index_client_id", ["client_id", "outcome", "at", "thread"], unique=False
        )
        batch_op.create_index(
            "ix_log_index_company_id", ["company_id", "outcome", "at", "thread"], unique=False
        )
        batch_op.create_index("ix_log_index_thread", ["thread", "leaf_index"], unique=False)

    op.create_table(
        "log_index_state",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("upto", sa.BigInteger(), nullable=False),
        sa.Column("watched_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_log_index_state_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_index_state")),
    )
    op.create_table(
        "log_tallies",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.Column("other", sa.String(length=16), nullable=False),
        sa.Column("grain", sa.String(length=4), nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("other_value", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "name",
            "value",
            "other",
            "grain",
            "start",
            "other_value",
            "type",
            "outcome",
            name=op.f("pk_log_tallies"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_case_lines",
        sa.Column("case_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("auditor_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("leaf_index", sa.BigInteger(), nullable=True),
        sa.Column("sealed_text", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["audit_cases.id"], name=op.f("fk_audit_case_lines_case_id")),
        sa.PrimaryKeyConstraint("case_id", "line", name=op.f("pk_audit_case_lines")),
    )
    op.create_table(
        "audit_case_marks",
        sa.Column("case_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("leaf_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["audit_cases.id"], name=op.f("fk_audit_case_marks_case_id")),
        sa.PrimaryKeyConstraint("case_id", "leaf_index", name=op.f("pk_audit_case_marks")),
    )
    with op.batch_alter_table("audit_case_marks", schema=None) as batch_op:
        batch_op.create_index("ix_audit_case_marks_leaf_index", ["leaf_index", "case_id"], unique=False)

    op.create_table(
        "auditor_tokens",
        sa.Column("auditor_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_name", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["auditor_id"], ["auditors.id"], name=op.f("fk_auditor_tokens_auditor_id")),
        sa.PrimaryKeyConstraint("auditor_id", "id", name=op.f("pk_auditor_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_auditor_tokens_token_hash")),
    )
    with op.batch_alter_table("auditor_tokens", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_auditor_tokens_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "company_invitations",
        sa.Column("company_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("sealed_email", sa.LargeBinary(), nullable=False),
        sa.Column("invited_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_company_invitations_company_id")
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_company_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_company_invitations_token_hash")),
    )
    with op.batch_alter_table("company_invitations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_company_invitations_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "company_people",
        sa.Column("company_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("account_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_company_people_company_id")),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_company_people")),
    )
    with op.batch_alter_table("company_people", schema=None) as batch_op:
        batch_op.create_index(
            "ix_company_people_active",
            ["account_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "recovery_codes",
        sa.Column("account_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_recovery_codes_account_id")),
        sa.PrimaryKeyConstraint("account_id", "code_hash", name=op.f("pk_recovery_codes")),
    )
    op.create_table(
        "second_factors",
        sa.Column("account_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("began_in", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_second_factors_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_second_factors")),
    )
    op.create_table(
        "client_keys",
        sa.Column("client_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kid", sa.String(), nullable=False),
        sa.Column("jwk", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_client_keys_client_id")),
        sa.PrimaryKeyConstraint("client_id", "kid", name=op.f("pk_client_keys")),
    )
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_accounts_consumer_id"), type_="unique")
        batch_op.alter_column("consumer_id", new_column_name="person_id")

    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.create_unique_constraint(batch_op.f("uq_accounts_person_id"), ["person_id"])

    with op.batch_alter_table("asks", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_asks_company_id_created_at"), ["company_id", "created_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_asks_company_id_decided_at"), ["company_id", "decided_at"], unique=False
        )

    with op.batch_alter_table("clients", schema=None) as batch_op:
        batch_op.add_column(sa.Column("jwks_uri", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("jwks_tried_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("jwks_fetched_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("jwks_failed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("jwks_failure", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("suspended_by", sa.String(), nullable=True))

    with op.batch_alter_table("companies", schema=None) as batch_op:
        batch_op.add_column(sa.Column("domain_claimed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("domain_tried_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("domain_checked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("domain_finding", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("domain_finding_status", sa.Integer(), nullable=True))

    op.execute("UPDATE companies SET domain_claimed_at = created_at")
    with op.batch_alter_table("companies", schema=None) as batch_op:
        batch_op.alter_column("domain_claimed_at", existing_type=sa.DateTime(timezone=True), nullable=False)

    with op.batch_alter_table("company_purposes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("retention_days", sa.Integer(), nullable=True))

    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.create_index("ix_consents_ended", ["company_id", "ended_at", "client_id"], unique=False)
        batch_op.create_index(
            "ix_consents_granted", ["company_id", "granted_at", "id", "client_id"], unique=False
        )
        batch_op.create_index(
            "ix_consents_held",
            ["company_id", "state", "expires_at", "notice_version", "client_id"],
            unique=False,
        )

    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("sign_ups", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("person_id", sa.Uuid(as_uuid=False), nullable=True))

    op.execute("UPDATE sign_ups SET kind = 'consumer'")
    with op.batch_alter_table("sign_ups", schema=None) as batch_op:
        batch_op.alter_column("kind", existing_type=sa.String(), nullable=False)
    op.execute("UPDATE clients SET suspended_by = 'operator' WHERE state = 'suspended'")
    _give_keys_rows_of_their_own()
    with op.batch_alter_table("clients", schema=None) as batch_op:
        batch_op.drop_column("jwks")
    _write_down_which_keys_are_allowed()


def _give_keys_rows_of_their_own() -> None:
    """Each key of a client's set. How old it really is nobody wrote down: the client's age is the most it can be."""
    json = sa.JSON().with_variant(JSONB(), "postgresql")
    columns = ("client_id", "kid", "source", "place", "added_at", "until")
    clients = sa.table("clients", sa.column("id"), sa.column("jwks", json), sa.column("created_at"))
    keys = sa.table("client_keys", *map(sa.column, columns), sa.column("jwk", json))
    for client in op.get_bind().execute(sa.select(clients)).all():
        rows = [
            {
                "client_id": client.id,
                "kid": key["kid"],
                "jwk": key,
                "source": "value",
                "place": place,
                "added_at": client.created_at,
                "until": None,
            }
            for place, key in enumerate(client.jwks["keys"])
        ]
        if rows:
            op.get_bind().execute(sa.insert(keys), rows)


def _write_down_which_keys_are_allowed() -> None:
    """The keys of each consent's newest revision."""
    lines = {
        "sqlite": ("json_each(r.lines) AS l", "json_extract(l.value, '$.key')"),
        "postgresql": ("jsonb_array_elements(r.lines) AS l(value)", "l.value->>'key'"),
    }
    source, key = lines[op.get_bind().dialect.name]
    op.execute(
        f"""
        INSERT INTO consent_keys (consumer_id, consent_id, key, company_id, client_id, notice_version, until)
        SELECT DISTINCT c.consumer_id, c.id, {key}, c.company_id, c.client_id, c.notice_version,
               CASE WHEN c.state = 'revoked' THEN c.ended_at ELSE c.expires_at END
        FROM consents c
        JOIN consent_revisions r ON r.consumer_id = c.consumer_id AND r.consent_id = c.id AND r.number = c.revision
        CROSS JOIN {source}
        """  # noqa: S608 (constants of this file)
    )
