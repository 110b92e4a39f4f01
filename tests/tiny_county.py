"""A tiny county and a node made of it, once for all workers of a run; tests that write take a copy."""

from __future__ import annotations

import shutil
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

from guotu import settings
from guotu.demo.county import generate
from guotu.ops.demo_node import build

PARCELS, SEED, PATIENCE = 1500, 11, 120.0


@dataclass(frozen=True)
class Tiny:
    """The files of the county and the home of a node that holds them; neither is to be changed."""

    files: Path
    home: Path

    def copied(self, folder: Path) -> Path:
        """A home of one's own."""
        shutil.copytree(self.home, folder / "node")
        return folder / "node"

    def laid_out(self, folder: Path) -> Path:
        """A folder as `guotu demo --no-serve` leaves it, without the report."""
        shutil.copytree(self.home.parent, folder, dirs_exist_ok=True)
        (folder / "done").unlink()
        (folder / ".guotu-demo").touch()
        shutil.copy(folder / "county" / "project.txt", folder / "project.txt")
        return folder


def made_once(shared: Path) -> Tiny:
    """Make county and node in a folder, or wait until another worker has made them there."""
    done = shared / "done"
    try:
        shared.mkdir()
    except FileExistsError:
        deadline = time.monotonic() + PATIENCE
        while not done.exists():
            assert time.monotonic() < deadline, "another worker did not finish the county"
            time.sleep(0.1)
    else:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Use `@` matmul", PendingDeprecationWarning)  # rasterio's own
            generate(PARCELS, SEED, shared / "county")
        build(shared / "node", shared / "county", settings.load({}), lambda *_: None).close()
        done.touch()
    return Tiny(shared / "county", shared / "node")
