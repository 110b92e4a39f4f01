"""One small county for all tests of the room."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from guotu.demo.county import generate
from guotu.demo.manifest import CountyFiles


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> CountyFiles:
    return generate(900, 11, tmp_path_factory.mktemp("county"))


@pytest.fixture(scope="session")
def truth(county: CountyFiles) -> dict[str, Any]:
    return json.loads(Path(county.truth).read_text("utf-8"))
