"""A private PostgreSQL cluster with PostGIS for `review.py`: made in the benchmark's folder, reached by a socket, then stopped."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psycopg
import pyogrio
import pyproj
import shapely
from review_layers import EPSG, Layer

BIG = ("gh.yjjbntb", "gh.stbhhx", "gh.czkfbj")
"""Layers whose polygons are subdivided, as a tuned database has them."""
OPTIONS = " ".join(
    f"-c {setting}"
    for setting in (
        "listen_addresses=", "shared_buffers=2GB", "work_mem=64MB", "jit=off", "fsync=off", "max_wal_size=8GB",
        "checkpoint_timeout=60min",
    )
)  # fmt: skip


def programs() -> Path | None:
    """The folder of the newest server's programs that has PostGIS, None where there is none."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        version = folder.parent.name
        if (folder / "initdb").exists() and list(
            Path(f"/usr/share/postgresql/{version}/extension").glob("postgis.control")
        ):
            return folder
    return None


@contextmanager
def cluster(home: Path) -> Iterator[psycopg.Connection]:
    """A running cluster in `home/pg`, kept between runs; as the user `nobody` where the benchmark runs as root."""
    found = programs()
    assert found is not None
    user = "nobody" if os.geteuid() == 0 else None
    base, socket = home / "pg", Path(tempfile.mkdtemp(prefix="guotu-pg-"))
    base.mkdir(exist_ok=True)
    for folder in (base, socket):
        folder.chmod(0o700)
        if user:
            os.chown(folder, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)

    def run(*command: str) -> None:
        subprocess.run(
            [*command],
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
        )

    if not (base / "PG_VERSION").exists():
        run(
            str(found / "initdb"),
            "-D",
            str(base),
            "-U",
            "bench",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
        )
    run(
        str(found / "pg_ctl"),
        "-D",
        str(base),
        "-w",
        "-t",
        "60",
        "-l",
        str(base / "log"),
        "-o",
        f"{OPTIONS} -k {socket}",
        "start",
    )
    try:
        with psycopg.connect(f"host={socket} user=bench dbname=postgres", autocommit=True) as connection:
            yield connection
    finally:
        run(str(found / "pg_ctl"), "-D", str(base), "-m", "fast", "-w", "stop")
        shutil.rmtree(socket, ignore_errors=True)


def table_of(layer: Layer) -> str:
    return layer.dataset.replace(".", "_")


def load(connection: psycopg.Connection, found: dict[str, Layer]) -> None:
    """Every layer in the project's plane, indexed; big zones subdivided to 128 vertices."""
    connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    move = pyproj.Transformer.from_crs(4490, EPSG, always_xy=True).transform
    for layer in found.values():
        name = table_of(layer)
        if connection.execute("SELECT to_regclass(%s)", (f"{name}_done",)).fetchone()[0]:
            continue
        frame = pyogrio.read_arrow(layer.path)[1]
        kinds = frame[layer.kind].to_pylist() if layer.kind else [""] * frame.num_rows
        connection.execute(f"DROP TABLE IF EXISTS {name}")
        connection.execute(f"CREATE TABLE {name} (kind text, geom geometry(Geometry, {EPSG}))")
        with connection.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN") as copy:
            for start in range(0, frame.num_rows, 50_000):
                shapes = shapely.from_wkb(frame["geom"].slice(start, 50_000).to_numpy())
                shapes = shapely.transform(shapes, lambda xy: np.column_stack(move(xy[:, 0], xy[:, 1])))
                for kind, wkb in zip(
                    kinds[start:],
                    shapely.to_wkb(shapely.set_srid(shapes, EPSG), hex=True, include_srid=True),
                    strict=False,
                ):
                    copy.write_row((kind, wkb))
        if layer.dataset in BIG:
            connection.execute(
                f"CREATE TABLE {name}_cut AS SELECT kind, ST_Subdivide(geom, 128) AS geom FROM {name}"
            )
            connection.execute(f"DROP TABLE {name}")
            connection.execute(f"ALTER TABLE {name}_cut RENAME TO {name}")
        connection.execute(f"CREATE INDEX ON {name} USING gist (geom)")
        connection.execute(f"VACUUM ANALYZE {name}")
        connection.execute(f"CREATE TABLE {name}_done ()")


def statement(found: dict[str, Layer]) -> str:
    """One query over all layers: containment first, intersection only for what crosses the boundary."""
    parts = []
    for layer in found.values():
        name = table_of(layer)
        if layer.dataset == "xz.dzzhd":
            parts.append(
                f"SELECT '{layer.dataset}', '', count(*)::float8 FROM {name}, p WHERE ST_DWithin({name}.geom, p.g, 500)"
            )
            continue
        inside, cut = f"ST_Area({name}.geom)", f"ST_Area(ST_Intersection({name}.geom, p.g))"
        area = f"CASE WHEN ST_CoveredBy({name}.geom, p.g) THEN {inside} ELSE {cut} END"
        where = f"{name}.geom && p.g AND ST_Intersects({name}.geom, p.g)"
        parts.append(
            f"SELECT '{layer.dataset}', kind, sum({area}) FROM {name}, p WHERE {where} GROUP BY kind"
        )
    return f"WITH p AS MATERIALIZED (SELECT ST_GeomFromWKB(%s, {EPSG}) AS g) " + " UNION ALL ".join(parts)
