"""The form of the tables: which revision a database has, and how it gets the newest one.

Alembic's own `env.py` would read an ini file; the program has its address and its connection already.
"""

from collections.abc import Callable
from importlib.resources import files
from typing import Any

from sqlalchemy import Connection, inspect, text

from features.errors import LakeError

NEWEST = "0002"
"""The revision that this program needs; a test holds it against the newest migration."""
_LOCK = 0x6C766474
"""Any number that nothing else in the database uses: migrations take turns by it."""


def revision_of(connection: Connection) -> str | None:
    """The revision that a database has; None where it has none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def migration() -> Callable[[Connection], None]:
    """What runs the missing revisions in the transaction of a connection, everything it needs read already.

    It raises LakeError where a newer program has written the database, or its text is not UTF-8.
    """
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    scripts = _scripts()
    scripts.get_current_head()  # reads the revisions

    def migrate(connection: Connection) -> None:
        _expect_unicode(connection)
        _take_turn(connection)
        steps = _steps_from(scripts, revision_of(connection))
        context = MigrationContext.configure(connection)
        with Operations.context(context):
            for step in steps:
                step.module.upgrade()
                context.stamp(scripts, step.revision)

    return migrate


def newest_migration() -> str:
    """The revision that the packaged migrations end in."""
    return str(_scripts().get_current_head())


def _take_turn(connection: Connection) -> None:
    """PostgreSQL: until this transaction ends, no other process migrates. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})


def _steps_from(scripts: Any, here: str | None) -> list[Any]:
    known = {step.revision for step in scripts.walk_revisions()}
    if here is not None and here not in known:
        raise LakeError(
            f"the records have the form '{here}', which a newer program gave them; this one knows "
            f"{', '.join(sorted(known))}: install the newer program again"
        )
    return list(reversed(list(scripts.iterate_revisions("head", here or "base"))))


def _scripts() -> Any:
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(files("serving.records") / "migrations"))


def _expect_unicode(connection: Connection) -> None:
    if connection.dialect.name != "postgresql":
        return
    encoding = connection.execute(text("SHOW server_encoding")).scalar()
    if encoding != "UTF8":
        raise LakeError(f"the database keeps text as {encoding}; expected one made with ENCODING 'UTF8'")
