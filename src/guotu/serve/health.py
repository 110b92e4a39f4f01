"""Health: alive, ready, and in detail."""

from __future__ import annotations

import shutil
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

import guotu
from guotu.node import Node
from guotu.serve.access import TheNode
from guotu.serve.answers import Json

router = APIRouter(tags=["health"])

LEAST_FREE = 0.05


@router.get("/livez")
def alive() -> Response:
    """The process answers."""
    return Json({"status": "ok"})


@router.get("/readyz")
def ready(node: TheNode) -> Response:
    """The node can serve: stores open, disk not full."""
    checks = _checks(node)
    good = all(check["ok"] for check in checks.values())
    return Json({"status": "ok" if good else "degraded", "checks": checks}, 200 if good else 503)


@router.get("/healthz")
def health(node: TheNode) -> Response:
    """What `readyz` looks at, with the version; always 200, so that monitors can read it."""
    return Json({"version": guotu.__version__, "node": node.identity.id, "checks": _checks(node)})


def _checks(node: Node) -> dict[str, dict[str, Any]]:
    usage = shutil.disk_usage(node.home)
    share = usage.free / usage.total
    return {
        "store": {"ok": True, "streams": len(node.store.streams())},
        "disk": {"ok": share >= LEAST_FREE, "free_share": round(share, 3)},
    }
