"""Assembles the HTTP application of a node."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

import guotu
from guotu.node import Node
from guotu.ops.jobs import Jobs
from guotu.serve import (
    boundaries,
    catalogue,
    checks,
    exports,
    features,
    files,
    flows,
    health,
    identify,
    imagery,
    layers,
    node_info,
    portal,
    problems,
    reviews,
    search,
    services,
    session,
    stories,
    submissions,
    tiles,
    uploads,
)
from guotu.serve.headers import SafeHeaders
from guotu.serve.limits import BodyLimit

ROUTERS = (
    session.router,
    node_info.router,
    layers.router,
    imagery.router,
    tiles.router,
    identify.router,
    search.router,
    catalogue.router,
    files.router,
    services.router,
    features.router,
    exports.router,
    flows.router,
    stories.router,
    boundaries.router,
    reviews.router,
    uploads.router,
    checks.router,
    submissions.router,
    health.router,
)


def create_app(node: Node) -> FastAPI:
    """The application that speaks for `node`."""
    app = FastAPI(
        title="guotu",
        version=guotu.__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
    )
    app.state.node = node
    app.state.jobs = Jobs.of(node)
    app.state.tiles = tiles.TileCache()
    problems.install(app)
    app.add_middleware(BodyLimit, largest=node.settings.max_upload_mb << 20)
    app.add_middleware(GZipMiddleware, minimum_size=1 << 10, compresslevel=5)
    app.add_middleware(SafeHeaders)
    for router in ROUTERS:
        app.include_router(router)
    portal.install(app)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """What is under way when the server ends is marked interrupted."""
    yield
    app.state.jobs.close()
