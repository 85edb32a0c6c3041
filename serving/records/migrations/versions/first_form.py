"""The first form: audit log with its head, answers, idempotency keys, accounts, consents, objections.

A record of answers of the time before accounts (one table `answers` that counted its rows) keeps every row:
it becomes `answers_before`, and the service seals it into the audit log when it opens the records.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

DAY, MOMENT, HASH, KEY, NAME = (sa.String(n) for n in (10, 32, 64, 64, 64))
KIND, ROLE, ID = sa.String(24), sa.String(16), sa.String(36)


def upgrade() -> None:
    """Make every table, and let the database itself refuse changes of the log."""
    _set_old_answers_aside()
    head = _audit()
    _answers()
    _access()
    _consents_and_objections()
    if op.get_context().dialect.name == "postgresql":
        _refuse_changes_in_postgresql()
    else:
        _refuse_changes_in_sqlite()
    op.bulk_insert(head, [{"one": 1, "place": 0, "seal": "0" * 64}])


def _set_old_answers_aside() -> None:
    looked = sa.inspect(op.get_bind())
    if looked.has_table("answers") and "place" in {one["name"] for one in looked.get_columns("answers")}:
        op.rename_table("answers", "answers_before")


def _audit() -> sa.Table:
    op.create_table(
        "audit",
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("audit_id", ID, nullable=False, unique=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", KIND, nullable=False),
        sa.Column("actor", NAME, nullable=False),
        sa.Column("role", ROLE, nullable=False),
        sa.Column("bank", NAME),
        sa.Column("subject", KEY),
        sa.Column("purpose", KIND),
        sa.Column("basis", sa.String(80)),
        sa.Column("outcome", ROLE, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("question_hash", HASH),
        sa.Column("answer_hash", HASH),
        sa.Column("sealed_with", KIND, nullable=False),
        sa.Column("previous", HASH, nullable=False),
        sa.Column("seal", HASH, nullable=False),
    )
    op.create_index("audit_by_subject", "audit", ["subject", "place"])
    op.create_index("audit_by_actor", "audit", ["actor", "place"])
    return op.create_table(
        "audit_head",
        sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("seal", HASH, nullable=False),
    )


def _answers() -> None:
    op.create_table(
        "answers",
        sa.Column("audit_id", ID, primary_key=True),
        sa.Column("kind", KIND, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("account", NAME, nullable=False),
        sa.Column("bank", NAME),
        sa.Column("entity_id", KEY),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
    )
    op.create_index("answers_by_bank", "answers", ["bank", "asked_at"])
    op.create_index("answers_by_account", "answers", ["account", "asked_at"])
    op.create_index("answers_by_firm", "answers", ["entity_id", "asked_at"])
    op.create_table(
        "idempotency",
        sa.Column("account", NAME, primary_key=True),
        sa.Column("key", sa.String(128), primary_key=True),
        sa.Column("question_hash", HASH, nullable=False),
        sa.Column("audit_id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )


def _access() -> None:
    op.create_table(
        "accounts",
        sa.Column("name", NAME, primary_key=True),
        sa.Column("role", ROLE, nullable=False),
        sa.Column("bank", NAME),
        sa.Column("password_hash", sa.String(255)),
        sa.Column("oidc_subject", sa.String(255), unique=True),
        sa.Column("is_demo", sa.Boolean, nullable=False),
        sa.Column("disabled_at", MOMENT),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", NAME, nullable=False),
    )
    op.create_table(
        "tokens",
        sa.Column("token_hash", HASH, primary_key=True),
        sa.Column("token_id", ID, nullable=False, unique=True),
        sa.Column("account", NAME, nullable=False),
        sa.Column("label", NAME, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT),
    )
    op.create_table(
        "sessions",
        sa.Column("session_hash", HASH, primary_key=True),
        sa.Column("account", NAME, nullable=False),
        sa.Column("csrf", HASH, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
    )


def _consents_and_objections() -> None:
    op.create_table(
        "consents",
        sa.Column("consent_id", ID, primary_key=True),
        sa.Column("entity_id", KEY, nullable=False),
        sa.Column("bank", NAME, nullable=False),
        sa.Column("purpose", KIND, nullable=False),
        sa.Column("basis", KIND, nullable=False),
        sa.Column("reference", sa.String(200)),
        sa.Column("text_hash", HASH),
        sa.Column("valid_from", DAY, nullable=False),
        sa.Column("valid_to", DAY),
        sa.Column("withdrawn_on", DAY),
        sa.Column("recorded_by", NAME, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
    )
    op.create_index("consents_by_firm", "consents", ["entity_id", "bank", "purpose"])
    op.create_table(
        "objections",
        sa.Column("objection_id", ID, primary_key=True),
        sa.Column("entity_id", KEY, nullable=False),
        sa.Column("bank", NAME),
        sa.Column("audit_id", ID),
        sa.Column("source", NAME),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("raised_by", NAME, nullable=False),
        sa.Column("raised_on", DAY, nullable=False),
        sa.Column("due_on", DAY, nullable=False),
        sa.Column("outcome", ROLE),
        sa.Column("answer", sa.Text),
        sa.Column("answered_by", NAME),
        sa.Column("answered_on", DAY),
        sa.UniqueConstraint("audit_id", "raised_by", "text", name="objections_once"),
    )
    op.create_index("objections_by_firm", "objections", ["entity_id"])


def _refuse_changes_in_sqlite() -> None:
    refuse = "BEGIN SELECT RAISE(ABORT, 'the %s is append-only'); END"
    for event in ("UPDATE", "DELETE"):
        op.execute(f"CREATE TRIGGER audit_no_{event.lower()} BEFORE {event} ON audit {refuse % 'audit log'}")
    # INSERT OR REPLACE removes a row without asking a DELETE trigger
    op.execute(
        "CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit WHEN EXISTS "
        "(SELECT 1 FROM audit WHERE place = NEW.place OR audit_id = NEW.audit_id) "
        "BEGIN SELECT RAISE(ABORT, 'a row of this place or name is there'); END"
    )
    op.execute(f"CREATE TRIGGER audit_head_no_delete BEFORE DELETE ON audit_head {refuse % 'audit log'}")
    op.execute(
        "CREATE TRIGGER audit_head_goes_on BEFORE UPDATE ON audit_head WHEN NEW.place <= OLD.place "
        + refuse % "audit log"
    )
    op.execute(f"CREATE TRIGGER answers_no_update BEFORE UPDATE ON answers {refuse % 'record of answers'}")


def _refuse_changes_in_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the % is append-only', TG_TABLE_NAME; END $$"
    )
    refuse = "EXECUTE FUNCTION audit_is_append_only()"
    op.execute(
        "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        f"FOR EACH STATEMENT {refuse}"
    )
    op.execute(
        "CREATE TRIGGER audit_head_no_delete BEFORE DELETE OR TRUNCATE ON audit_head "
        f"FOR EACH STATEMENT {refuse}"
    )
    op.execute(
        "CREATE TRIGGER audit_head_goes_on BEFORE UPDATE ON audit_head FOR EACH ROW "
        f"WHEN (NEW.place <= OLD.place) {refuse}"
    )
    op.execute(
        f"CREATE TRIGGER answers_no_update BEFORE UPDATE OR TRUNCATE ON answers FOR EACH STATEMENT {refuse}"
    )
