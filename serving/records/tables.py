"""The service's tables, in SQLite and PostgreSQL alike.

Days are text as ISO 8601 (`2026-10-31`), moments too, in UTC with milliseconds: they sort, and both databases
give them back as they were. Nothing here holds a raw feature; answers hold what left the service.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData()

DAY, MOMENT = String(10), String(32)
HASH = String(64)
KEY = String(64)
"""A firm's key: its code, or the id that a research file gives it."""
NAME = String(64)

AUDIT = Table(
    "audit",
    METADATA,
    Column("place", Integer, primary_key=True, autoincrement=False),  # 1, 2, 3 …: a gap is a removed row
    Column("audit_id", String(36), nullable=False, unique=True),
    Column("at", MOMENT, nullable=False),
    Column("kind", String(24), nullable=False),
    Column("actor", NAME, nullable=False),
    Column("role", String(16), nullable=False),
    Column("bank", NAME),
    Column("subject", KEY),
    Column("purpose", String(24)),
    Column("basis", String(80)),
    Column("outcome", String(16), nullable=False),
    Column("status", Integer, nullable=False),
    Column("detail", Text, nullable=False),  # JSON: versions, codes of reasons; never a value of a feature
    Column("question_hash", HASH),
    Column("answer_hash", HASH),
    Column("sealed_with", String(24), nullable=False),  # algorithm and name of the key, never the key
    Column("previous", HASH, nullable=False),
    Column("seal", HASH, nullable=False),
)
Index("audit_by_subject", AUDIT.c.subject, AUDIT.c.place)
Index("audit_by_actor", AUDIT.c.actor, AUDIT.c.place)

HEAD = Table(
    "audit_head",
    METADATA,
    Column("one", Integer, primary_key=True, autoincrement=False),  # there is one head, of number 1
    Column("place", Integer, nullable=False),
    Column("seal", HASH, nullable=False),
)

ANSWERS = Table(
    "answers",
    METADATA,
    Column("audit_id", String(36), primary_key=True),
    Column("kind", String(24), nullable=False),
    Column("asked_at", MOMENT, nullable=False),
    Column("account", NAME, nullable=False),
    Column("bank", NAME),
    Column("entity_id", KEY),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
)
Index("answers_by_bank", ANSWERS.c.bank, ANSWERS.c.asked_at)
Index("answers_by_account", ANSWERS.c.account, ANSWERS.c.asked_at)
Index("answers_by_firm", ANSWERS.c.entity_id, ANSWERS.c.asked_at)

IDEMPOTENCY = Table(
    "idempotency",
    METADATA,
    Column("account", NAME, primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("question_hash", HASH, nullable=False),
    Column("audit_id", String(36), nullable=False),
    Column("at", MOMENT, nullable=False),
)

ACCOUNTS = Table(
    "accounts",
    METADATA,
    Column("name", NAME, primary_key=True),
    Column("role", String(16), nullable=False),
    Column("bank", NAME),
    Column("password_hash", String(255)),
    Column("oidc_subject", String(255), unique=True),
    Column("is_demo", Boolean, nullable=False, default=False),
    Column("disabled_at", MOMENT),
    Column("failures", Integer, nullable=False, default=0),
    Column("locked_until", MOMENT),
    Column("created_at", MOMENT, nullable=False),
    Column("created_by", NAME, nullable=False),
)

TOKENS = Table(
    "tokens",
    METADATA,
    Column("token_hash", HASH, primary_key=True),
    Column("token_id", String(36), nullable=False, unique=True),
    Column("account", NAME, nullable=False),
    Column("label", NAME, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("expires_at", MOMENT, nullable=False),
    Column("revoked_at", MOMENT),
)

SESSIONS = Table(
    "sessions",
    METADATA,
    Column("session_hash", HASH, primary_key=True),
    Column("account", NAME, nullable=False),
    Column("csrf", HASH, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("expires_at", MOMENT, nullable=False),
    Column("ended_at", MOMENT),
)

CONSENTS = Table(
    "consents",
    METADATA,
    Column("consent_id", String(36), primary_key=True),
    Column("entity_id", KEY, nullable=False),
    Column("bank", NAME, nullable=False),
    Column("purpose", String(24), nullable=False),
    Column("basis", String(24), nullable=False),
    Column("reference", String(200)),  # number of the signed paper, or the article of law
    Column("text_hash", HASH),  # SM3 of the signed text
    Column("valid_from", DAY, nullable=False),
    Column("valid_to", DAY),
    Column("withdrawn_on", DAY),
    Column("recorded_by", NAME, nullable=False),
    Column("recorded_at", MOMENT, nullable=False),
)
Index("consents_by_firm", CONSENTS.c.entity_id, CONSENTS.c.bank, CONSENTS.c.purpose)

OBJECTIONS = Table(
    "objections",
    METADATA,
    Column("objection_id", String(36), primary_key=True),
    Column("entity_id", KEY, nullable=False),
    Column("bank", NAME),
    Column("audit_id", String(36)),
    Column("source", NAME),
    Column("text", Text, nullable=False),
    Column("raised_by", NAME, nullable=False),
    Column("raised_on", DAY, nullable=False),
    Column("due_on", DAY, nullable=False),
    Column("outcome", String(16)),  # UPHELD, REJECTED; none while it is open
    Column("answer", Text),
    Column("answered_by", NAME),
    Column("answered_on", DAY),
    UniqueConstraint("audit_id", "raised_by", "text", name="objections_once"),
)
Index("objections_by_firm", OBJECTIONS.c.entity_id)

SHADOW = Table(
    "shadow",
    METADATA,
    Column("audit_id", String(36), primary_key=True),
    Column("challenger", String(80), primary_key=True),  # name and version, as answers tell them
    Column("at", MOMENT, nullable=False),
    Column("champion", String(80), nullable=False),
    Column("pd_12m", Float, nullable=False),
    Column("score", Integer, nullable=False),
    Column("band", String(16), nullable=False),
    Column("champion_pd_12m", Float, nullable=False),
    Column("champion_score", Integer, nullable=False),
    Column("champion_band", String(16), nullable=False),
)
Index("shadow_by_challenger", SHADOW.c.challenger, SHADOW.c.at)
