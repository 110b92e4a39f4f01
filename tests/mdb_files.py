"""The personal geodatabase that `data/PersonalGeodatabase.java` writes, and where its shapes lie."""

from __future__ import annotations

from pathlib import Path

DATABASE = Path(__file__).parent / "data" / "personal-geodatabase.mdb.gz"
E, N = 38500000.0, 3380000.0
