"""One command line, run in this process, as its user sees it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from guotu.cli.main import run


@dataclass(frozen=True)
class Ran:
    """What came of it."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout; anything beside it fails."""
        return json.loads(self.out)

    @property
    def code(self) -> str:
        return str(self.document["error"]["code"])


@pytest.fixture
def guotu(capfdbinary: pytest.CaptureFixture[bytes]) -> Callable[..., Ran]:
    def call(*arguments: object) -> Ran:
        capfdbinary.readouterr()
        status = run([str(each) for each in arguments])
        out, err = capfdbinary.readouterr()
        return Ran(status, out.decode(), err.decode())

    return call
