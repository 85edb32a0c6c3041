"""The records that a verb works on: their address and key come from the environment."""

from typing import TYPE_CHECKING, Annotated

import typer

from features.errors import LakeError
from features.home import Home

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from serving.records.records import Records
    from serving.settings import Settings

IsDemo = Annotated[bool, typer.Option("--demo", help="The demo's records: they are sealed without a secret.")]


def settings_of(*, is_demo: bool) -> "Settings":
    """What the environment says."""
    from serving.settings import Settings

    return Settings.from_environment(is_demo=is_demo)


def open_records(home: Home, *, is_demo: bool) -> "Records":
    """The records of a home, or of LVDAITONG_DATABASE_URL, in their newest form.

    Raises:
        RequestError: The secret is missing, or the address is none.
        LakeError: Another secret sealed the log.
        Unavailable: The database cannot be used now.
    """
    from serving.records.records import Records

    settings = settings_of(is_demo=is_demo)
    return Records.open(settings.address(home), settings.audit_key)


def open_engine(home: Home, settings: "Settings") -> "Engine":
    """Their database alone, whatever state its log is in; nothing is made where nothing is.

    Raises:
        LakeError: The home has no records.
    """
    from serving.records.database import open_database

    if settings.database_url is None and not home.service.is_file():
        raise LakeError(f"{home.service}: no records are there; the service makes them when it starts")
    return open_database(settings.address(home))
