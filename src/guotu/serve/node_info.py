"""Who the node is, and what every page of its portal shows."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

import guotu
from guotu.node import Node
from guotu.serve.access import TheNode
from guotu.serve.answers import Json

router = APIRouter(prefix="/api/node", tags=["node"])


@router.get("")
def show(node: TheNode) -> Response:
    """Identity, extent, footer and, on a demo node, its accounts."""
    identity = node.identity
    return Json(
        {
            "id": identity.id,
            "name": identity.name,
            "name_en": identity.name_en,
            "division": identity.division,
            "level": identity.level,
            "version": guotu.__version__,
            "extent": _extent(node),
            "approval_no": identity.approval_no,
            "footer": identity.footer,
            "demo_accounts": identity.demo_accounts,
        }
    )


def _extent(node: Node) -> list[float] | None:
    boxes = [state.extent for state in node.store.streams() if state.extent]
    if not boxes:
        return None
    wests, souths, easts, norths = zip(*boxes, strict=True)
    return [min(wests), min(souths), max(easts), max(norths)]
