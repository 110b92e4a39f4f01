"""Local accounts: Argon2id passwords, lock-out, opaque sessions that are stored as digests."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from guotu.errors.access import ACCOUNT_EXISTS, ACCOUNT_UNKNOWN, LOCKED, PASSWORD_WEAK, SIGN_IN_FAILED
from guotu.guard.subject import Role, Subject
from guotu.model.resource import Secrecy
from guotu.model.time import Clock
from guotu.store.ports import RecordStore

ATTEMPTS = 5
LOCK = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=12)
SHORTEST = 12

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY = _HASHER.hash(secrets.token_hex(16))
"""Verified against when the account does not exist, so that both answers take as long."""


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in: the token goes to the browser once, only its digest is kept."""

    token: str
    subject: Subject
    csrf: str


class Accounts:
    """People who may sign in, and their sessions."""

    def __init__(self, records: RecordStore, clock: Clock, *, idle: timedelta) -> None:
        self._records, self._clock, self._idle = records, clock, idle

    def create(self, account: Subject, password: str) -> None:
        """Raises GT-4005 if the id is taken, GT-4006 if the password is weak."""
        if self._records.get("account", account.id) is not None:
            raise ACCOUNT_EXISTS(account=account.id)
        _require_strength(account.id, password)
        self._records.put(
            "account", account.id, _record(account) | {"password": _HASHER.hash(password), "failures": []}
        )

    def all(self) -> list[Subject]:
        """Every account, ordered by id."""
        return [_subject(id, body) for id, body in self._records.all("account")]

    def set_password(self, id: str, password: str) -> None:
        """Raises GT-4007 for an unknown account; ends its sessions."""
        body = self._records.get("account", id)
        if body is None:
            raise ACCOUNT_UNKNOWN(account=id)
        _require_strength(id, password)
        self._records.put("account", id, body | {"password": _HASHER.hash(password), "failures": []})
        self._end_sessions(id)

    def remove(self, id: str) -> None:
        """Raises GT-4007; ends its sessions."""
        if not self._records.delete("account", id):
            raise ACCOUNT_UNKNOWN(account=id)
        self._end_sessions(id)

    def sign_in(self, id: str, password: str) -> Session:
        """Raises GT-4001 (wrong, or no such account) or GT-4004 (locked)."""
        body, now = self._records.get("account", id), self._clock()
        self._refuse_locked(body, now)
        if not _matches(body["password"] if body else _NOBODY, password) or body is None:
            if body is not None:
                recent = [*_recent(body, now), now.isoformat()]
                self._records.put("account", id, body | {"failures": recent})
            raise SIGN_IN_FAILED()
        self._records.put("account", id, body | {"failures": []})
        return self._open(_subject(id, body), now)

    def session(self, token: str) -> Session | None:
        """The live session of a token; being asked keeps it from idling."""
        key, now = _digest(token), self._clock()
        body = self._records.get("session", key)
        if body is None:
            return None
        account = self._records.get("account", body["account"])
        idle_since, opened = datetime.fromisoformat(body["seen"]), datetime.fromisoformat(body["opened"])
        if account is None or now - idle_since > self._idle or now - opened > ABSOLUTE:
            self._records.delete("session", key)
            return None
        if now - idle_since > self._idle / 10:
            self._records.put("session", key, body | {"seen": now.isoformat()})
        return Session(token, _subject(body["account"], account), body["csrf"])

    def sign_out(self, token: str) -> None:
        """Ends at once; unknown tokens are no news."""
        self._records.delete("session", _digest(token))

    def _open(self, subject: Subject, now: datetime) -> Session:
        session = Session(secrets.token_urlsafe(32), subject, secrets.token_urlsafe(16))
        body = {
            "account": subject.id,
            "opened": now.isoformat(),
            "seen": now.isoformat(),
            "csrf": session.csrf,
        }
        self._records.put("session", _digest(session.token), body)
        return session

    def _end_sessions(self, id: str) -> None:
        for key, body in list(self._records.all("session")):
            if body["account"] == id:
                self._records.delete("session", key)

    def _refuse_locked(self, body: dict[str, Any] | None, now: datetime) -> None:
        if body is None:
            return
        failures = _recent(body, now)
        if len(failures) >= ATTEMPTS:
            left = datetime.fromisoformat(failures[-1]) + LOCK - now
            raise LOCKED(minutes=max(1, round(left.total_seconds() / 60)))


def _recent(body: dict[str, Any], now: datetime) -> list[str]:
    return [at for at in body["failures"] if now - datetime.fromisoformat(at) < LOCK]


def _require_strength(id: str, password: str) -> None:
    kinds = sum(any(test(c) for c in password) for test in (str.islower, str.isupper, str.isdigit)) + (
        not password.isalnum()
    )
    if len(password) < SHORTEST or kinds < 3 or id.lower() in password.lower():
        raise PASSWORD_WEAK(shortest=SHORTEST)


def _matches(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except VerifyMismatchError:
        return False


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _record(subject: Subject) -> dict[str, Any]:
    return {
        "name": subject.name,
        "organisation": subject.organisation,
        "roles": sorted(subject.roles),
        "clearance": subject.clearance.value,
    }


def _subject(id: str, body: dict[str, Any]) -> Subject:
    roles = frozenset(Role(role) for role in body["roles"])
    return Subject(id, body["name"], body["organisation"], roles, Secrecy(body["clearance"]))
