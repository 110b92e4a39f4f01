"""Who hands in what, in which form: one entry per file of the county."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

from guotu.demo import layers_survey, writers
from guotu.demo.landscape import Landscape
from guotu.demo.plan import COUNTY_NAME, DIVISION, FIRST_DATE
from guotu.demo.writers import Table


@dataclass(frozen=True, slots=True)
class Entry:
    """One delivered file of the manifest: what it is, whose, of when, and how it may be seen."""

    file: str
    dataset: str
    layer: str
    schema: str
    data_date: date
    owner: str
    title: str
    title_en: str
    kind: str = "vector"
    secrecy: str = "内部"
    sharing: str = "有条件共享"
    update_cycle: str = "每年"
    edition: int = 1
    features: int = 0


@dataclass(frozen=True, slots=True)
class CountyFiles:
    """What `generate` wrote: the folder, its manifest and truth, and the sample project `guotu demo` reviews."""

    folder: Path
    manifest: Path
    truth: Path
    project: Path
    entries: tuple[Entry, ...] = field(default=())


BUREAU = f"{COUNTY_NAME}自然资源和规划局"


def deliver(land: Landscape, seed: int, out: Path) -> CountyFiles:
    """Draw every layer and write every file."""
    parcels = layers_survey.survey(land, np.random.default_rng([seed, 1]))
    writers.shapefile_zip(parcels.table, out / "DLTB_2023.zip")
    entries = [_entry("DLTB_2023.zip", "xz.dltb", parcels.table, "DLTB", FIRST_DATE, BUREAU, "地类图斑", "Land-use parcels")]
    towns, villages = layers_survey.divisions(land, parcels)
    _ = villages
    writers.ogr(towns, out / "XZQ.gpkg", "GPKG", epsg=layers_survey.ZONE.epsg)
    entries.append(_entry("XZQ.gpkg", "xz.xzq", towns, "XZQ", FIRST_DATE, BUREAU, "行政区", "Divisions"))
    writers.json_file({"division": DIVISION, "files": [asdict(e) | {"data_date": str(e.data_date)} for e in entries]}, out / "manifest.json")
    return CountyFiles(out, out / "manifest.json", out / "truth.json", out / "project.txt", tuple(entries))


def _entry(file: str, dataset: str, table: Table, schema: str, when: date, owner: str, title: str, title_en: str) -> Entry:
    return Entry(file, dataset, table.name, schema, when, owner, title, title_en, features=len(table))
