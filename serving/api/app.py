"""The service: one question, one full answer, recorded before it leaves."""

import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version

from fastapi import Depends, FastAPI

from features.home import Home
from serving import page, problems, reference
from serving.access import routes as access_routes
from serving.access.access import Access
from serving.access.doors import expecting
from serving.access.noting import noting
from serving.access.roles import Right
from serving.api import audit, consents, eligibility, entities, health, objections, preapprovals
from serving.api.needs import PROBLEMS
from serving.api.shortcuts import Shortcuts
from serving.desk import Desk
from serving.desk.desk import utc_now
from serving.edge import Edge
from serving.invocations.noted import Noted, noted
from serving.invocations.routes import make_router
from serving.operation import exposition
from serving.operation.metrics import Metrics
from serving.operation.readying import Readying
from serving.operation.watch import Watch
from serving.records.records import Records
from serving.settings import Settings

TITLE = "绿贷通 pre-approval"
DESCRIPTION = "Score, reasons, green grade and policy measures of one firm and one loan. Never a decision."
RUBBISH = (5_000, 500, 100)
"""Objects made and not gone again, and younger rounds, until Python looks for cycles.

Answers leave few, so a look is seldom worth its time. It is short, because whoever asks meanwhile waits.
"""
SWITCH_SECONDS = 0.02
"""Longer than most answers take: one interrupted for another makes both late, and costs a fifth more."""
ROUTERS = (
    preapprovals.router,
    eligibility.router,
    entities.router,
    consents.router,
    objections.router,
    audit.router,
    make_router(Depends(expecting(Right.INVOKE)), Depends(noted), problems=PROBLEMS),
    access_routes.router,
    health.router,
    exposition.router,
    page.router,
    reference.router,
)


def create_app(home: Home, settings: Settings | None = None) -> FastAPI:
    """The service over one home; models and snapshot are loaded when it starts, nothing on a request.

    Args:
        home: Whose models, snapshot and records.
        settings: How it runs; by default as the environment says.

    Raises:
        RequestError: The environment lacks a secret.
    """
    told = settings or Settings.from_environment()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        _open(app, home, told)
        yield
        _close(app)

    app = FastAPI(
        title=TITLE,
        description=DESCRIPTION,
        version=_version(),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.add_middleware(Shortcuts)
    app.add_middleware(Edge)  # the last one is the outermost
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router)
    return app


def _open(app: FastAPI, home: Home, settings: Settings) -> None:
    """Records, doors, watch and desk; the watch first, so that it sees what changes meanwhile."""
    gc.set_threshold(*RUBBISH)
    sys.setswitchinterval(SWITCH_SECONDS)
    state = app.state
    state.settings, state.metrics, state.noted = settings, Metrics(), Noted()
    state.records = Records.open(settings.address(home), settings.audit_key, must_be_up=False)
    state.records.copy_behind()
    state.access = Access.open(state.records.engine, settings, note=noting(state.records.audit, utc_now))

    def build() -> Desk:
        return Desk.open(
            home, state.records, told=state.metrics.answered, stale_after=settings.stale_after_days
        )

    state.watch = Watch(home, state, build, counts=state.metrics, allowed_days=settings.stale_after_days)
    state.desk = build()
    # models and firms stay: looking through them again and again for rubbish would stop every answer for ms
    gc.freeze()
    state.watch.start()
    state.readying = Readying(state)
    state.readying.start()


def _close(app: FastAPI) -> None:
    app.state.readying.stop()
    app.state.watch.stop()
    app.state.records.close()


def _version() -> str:
    try:
        return version("lvdaitong")
    except PackageNotFoundError:
        return "0"
