"""Who asks: people, services, and the two subjects that need no account."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from guotu.errors.access import FORBIDDEN, NOT_SIGNED_IN
from guotu.model.resource import Secrecy


class Operation(StrEnum):
    """What a role may allow beyond reading."""

    REVIEW = "review"
    INGEST = "ingest"
    MANAGE = "manage"


class Role(StrEnum):
    """Roles of the first node; a role never opens data by itself, clearance does."""

    ADMINISTRATOR = "administrator"
    OFFICER = "officer"
    SURVEYOR = "surveyor"
    GUEST = "guest"


ALLOWED: dict[Role, frozenset[Operation]] = {
    Role.ADMINISTRATOR: frozenset({Operation.MANAGE}),
    Role.OFFICER: frozenset({Operation.REVIEW}),
    Role.SURVEYOR: frozenset({Operation.REVIEW, Operation.INGEST}),
    Role.GUEST: frozenset(),
}

NAMES_OF_OPERATIONS: dict[Operation, str] = {
    Operation.REVIEW: "合规性审查 (compliance review)",
    Operation.INGEST: "数据入库 (ingest)",
    Operation.MANAGE: "节点管理 (node management)",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """One asker: an account id, a name to show, an organisation, roles, and the highest secrecy level they may read."""

    id: str
    name: str
    organisation: str
    roles: frozenset[Role]
    clearance: Secrecy

    @property
    def anonymous(self) -> bool:
        return self.id == "guest"

    def may(self, operation: Operation) -> bool:
        return any(operation in ALLOWED[role] for role in self.roles)

    def require(self, operation: Operation) -> None:
        """Raises GT-4002 for a guest, GT-4003 for anybody else without the right."""
        if self.may(operation):
            return
        if self.anonymous:
            raise NOT_SIGNED_IN()
        raise FORBIDDEN(action=NAMES_OF_OPERATIONS[operation])


GUEST = Subject("guest", "访客", "", frozenset({Role.GUEST}), Secrecy.PUBLIC)
OPERATOR = Subject("operator", "本机操作员", "", frozenset(Role), Secrecy.TOP_SECRET)
"""Whoever holds the node's files on this machine: the command line."""
