"""One node: assembles its parts from a home folder. The only place that knows concrete stores.

A home holds `node.json` (who the node is), `node.key` (its signing key, mode 600), `data.db` (journal and projections),
`control.db` (catalogue, accounts, reviews), `blobs/`, `snapshots/` and `work/` (emptied at will).
"""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from guotu.catalog import Catalog
from guotu.errors.general import HOME_EXISTS, NO_HOME
from guotu.guard.accounts import Accounts
from guotu.guard.policy import planner
from guotu.guard.subject import Subject
from guotu.model.identity import IdSource, uuid7
from guotu.model.resource import Label
from guotu.model.time import Clock
from guotu.settings import Settings
from guotu.store.files import FileBlobStore
from guotu.store.ports import BlobStore, FeatureStore, RecordStore
from guotu.store.present import Present
from guotu.store.reading import Reader
from guotu.store.sqlite import SqliteFeatureStore, SqliteRecordStore


def system_clock() -> datetime:
    """The present, aware, UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the door itself


def id_source(clock: Clock) -> IdSource:
    """Fresh UUIDv7 bytes from a clock."""
    return lambda: uuid7(int(clock().timestamp() * 1000), secrets.token_bytes(10))


@dataclass(frozen=True, slots=True)
class NodeIdentity:
    """Who a node is: permanent id `N-<adcode>-<nn>`, names, division it serves, level, and what its pages must show."""

    id: str
    name: str
    name_en: str
    division: str
    level: str
    approval_no: str = ""
    footer: dict[str, str] = field(default_factory=dict)
    demo_accounts: list[dict[str, str]] = field(default_factory=list)


class Node:
    """A running node. Parts are opened when first asked for."""

    def __init__(
        self, home: Path, identity: NodeIdentity, settings: Settings, clock: Clock = system_clock
    ) -> None:
        self.home, self.identity, self.settings, self.clock = home, identity, settings, clock
        self.ids = id_source(clock)

    @classmethod
    def create(
        cls, home: Path, identity: NodeIdentity, settings: Settings, clock: Clock = system_clock
    ) -> Node:
        """Make a home; raises GT-1004 if there is one already."""
        if (home / "node.json").exists():
            raise HOME_EXISTS(home=home)
        for folder in ("blobs", "snapshots", "work"):
            (home / folder).mkdir(parents=True, exist_ok=True)
        _write_key(home / "node.key")
        (home / "node.json").write_text(
            json.dumps(asdict(identity), ensure_ascii=False, indent=2), encoding="utf-8"
        )
        return cls(home, identity, settings, clock)

    @classmethod
    def open(cls, home: Path, settings: Settings, clock: Clock = system_clock) -> Node:
        """Open a home; raises GT-1003 if there is none."""
        try:
            identity = json.loads((home / "node.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            raise NO_HOME(home=home) from None
        return cls(home, NodeIdentity(**identity), settings, clock)

    @cached_property
    def store(self) -> FeatureStore:
        return SqliteFeatureStore(
            self.home / "data.db",
            clock=self.clock,
            signer=self._key.sign,
            verifier=self._signed,
            snapshots=self.home / "snapshots",
        )

    @cached_property
    def present(self) -> Present:
        return Present(self.store, self.home / "packs")

    @cached_property
    def records(self) -> RecordStore:
        return SqliteRecordStore(self.home / "control.db", self.clock)

    @cached_property
    def blobs(self) -> BlobStore:
        return FileBlobStore(self.home / "blobs")

    @cached_property
    def catalog(self) -> Catalog:
        return Catalog(self.records, self.clock)

    @cached_property
    def accounts(self) -> Accounts:
        return Accounts(self.records, self.clock, idle=timedelta(minutes=self.settings.session_idle_minutes))

    @cached_property
    def _key(self) -> Ed25519PrivateKey:
        key = load_pem_private_key((self.home / "node.key").read_bytes(), password=None)
        assert isinstance(key, Ed25519PrivateKey)
        return key

    def _signed(self, message: bytes, signature: bytes) -> bool:
        """Whether this node's key made the signature."""
        try:
            self._key.public_key().verify(signature, message)
        except InvalidSignature:
            return False
        return True

    @property
    def public_key(self) -> bytes:
        """32 raw bytes of the key that verifies this node's checkpoints."""
        return self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, message: bytes) -> bytes:
        """The node's signature (Ed25519, 64 bytes) of a message."""
        return self._key.sign(message)

    def signed(self, message: bytes, signature: bytes) -> bool:
        """Whether this node made a signature."""
        return self._signed(message, signature)

    def label_of(self, dataset: str) -> Label | None:
        """The label the catalogue gives a dataset."""
        resource = self.catalog.find(dataset)
        return resource.label if resource else None

    def reader(self, subject: Subject, purpose: str) -> Reader:
        """The store as one subject sees it for one purpose."""
        return Reader(self.store, planner(subject, purpose, self.label_of), self.present)

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """A folder for one job, gone afterwards."""
        (self.home / "work").mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.home / "work") as folder:
            yield Path(folder)

    def close(self) -> None:
        """Release what was opened."""
        opened: dict[str, Any] = vars(self)
        for part in ("store", "records"):
            if part in opened:
                opened[part].close()


def _write_key(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        target.write(pem)
