"""A table of a real PostgreSQL database as a source: read whole, refused with reasons, and the secret never told."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from guotu import settings
from guotu.cli.main import run
from guotu.errors import GuotuError
from guotu.guard.subject import OPERATOR
from guotu.ingest.source import open_source
from guotu.model.datum import GaussKruger
from guotu.model.query import Query
from guotu.model.table_address import parse_table_address
from guotu.node import Node
from guotu.ops.database import drawn
from guotu.store.outside_table import Reach, draw
from postgres_server import SECRET, Server, programs, server
from tiny_county import Tiny

pytestmark = [
    pytest.mark.postgis,
    pytest.mark.skipif(programs() is None, reason="no PostgreSQL with PostGIS on this machine"),
]

E, N = 38500000.0, 3380000.0
MANY = 10_001


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    pytest.importorskip("psycopg")
    with server() as found:
        with found.connect() as connection:
            connection.execute(TABLES)
        yield found


TABLES = f"""
SET search_path = public, gis;
CREATE TABLE "地块 1" (id int PRIMARY KEY, mc text, mj numeric(15,2), bl real, rq date, sj timestamptz, ok boolean,
                      tp bytea, sx jsonb, geom geometry(MultiPolygonZ, 4526));
INSERT INTO "地块 1" VALUES
  (1, '一号，“东”', 10000.10, 0.1, '2024-12-31', '2024-12-31 08:00+00', true, '\\x00', '{{"a": 1}}',
   ST_GeomFromEWKT('SRID=4526;MULTIPOLYGON Z ((({E} {N} 5, {E + 100} {N} 5, {E + 100} {N + 100} 5, {E} {N + 100} 5, {E} {N} 5)))')),
  (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE many AS SELECT n::int8 AS n, ST_SetSRID(ST_MakePoint({E} + n, {N}), 4526) AS geom FROM generate_series(1, {MANY}) n;
CREATE TABLE two AS SELECT 1 AS id, ST_SetSRID(ST_MakePoint(115, 30), 4490) AS a, ST_SetSRID(ST_MakePoint(116, 30), 4490) AS b;
CREATE TABLE mixed AS SELECT ST_SetSRID(ST_MakePoint(115, 30), s) AS geom FROM unnest(ARRAY[4490, 4326]) s;
CREATE TABLE unsaid AS SELECT ST_MakePoint({E}, {N}) AS geom;
CREATE TABLE curved AS SELECT
  'SRID=4526;CURVEPOLYGON Z (CIRCULARSTRING Z ({E + 50} {N} 1, {E - 50} {N} 1, {E + 50} {N} 1))'::geometry AS geom;
CREATE TABLE nothing (id int, geom geometry(Point, 4490));
CREATE TABLE numbers AS SELECT 1 AS id, 'x' AS mc;
CREATE VIEW slow AS SELECT n, pg_sleep(3)::text AS s FROM generate_series(1, 1000) n;
CREATE TABLE hidden AS SELECT 1 AS id, '密' AS secret;
CREATE TABLE partly AS SELECT 1 AS id, '密' AS secret;
CREATE ROLE reader LOGIN PASSWORD '{SECRET}';
GRANT SELECT (id) ON partly TO reader;
"""


def taken(running: Server, folder: Path, table: str, **more: Any) -> tuple[Any, list[dict[str, Any]]]:
    """The layer as the platform's own door reads it, and its rows."""
    address = parse_table_address(running.url(table, **more))
    allowed = settings.load({}, outbound_allow=running.allow)
    with drawn(allowed, address) as (path, _), open_source(path, work=folder) as source:
        layer = source.layer()
        return layer, [row for batch in layer.batches() for row in batch.to_pylist()]


def refusal(running: Server, table: str, allow: str | None = None, **more: Any) -> GuotuError:
    address = parse_table_address(running.url(table, **more))
    allowed = settings.load({}, outbound_allow=running.allow if allow is None else allow)
    with pytest.raises(GuotuError) as refused, drawn(allowed, address):
        pass
    told = refused.value
    for lang in ("zh", "en"):
        assert SECRET not in told.detail(lang) + told.hint(lang) + repr(told.place) + repr(told.facts)  # type: ignore[arg-type]
    assert refused.value.__cause__ is None
    return told


def test_every_kind_of_column_arrives(running: Server, tmp_path: Path) -> None:
    layer, rows = taken(running, tmp_path, "地块 1")
    assert layer.fields == ("id", "mc", "mj", "bl", "rq", "sj", "ok", "sx")
    assert (layer.name, layer.feature_count, layer.crs) == ("地块_1", 2, GaussKruger(3, 38))
    first, second = rows
    shape = shapely.from_wkb(first.pop("geometry"))
    assert shape.equals(shapely.box(E, N, E + 100, N + 100))
    assert (first["id"], first["mc"], first["mj"], first["rq"], first["ok"]) == (
        1, "一号，“东”", "10000.10", "2024-12-31", "true",
    )  # fmt: skip
    assert first["bl"] == pytest.approx(0.1, abs=1e-8)
    assert second == {**dict.fromkeys(second), "id": 2}
    assert any("Z" in en for _, en in layer.warnings)


def test_more_rows_than_a_batch_come_in_order_and_in_one_state(running: Server, tmp_path: Path) -> None:
    heard: list[int] = []
    address = parse_table_address(running.url("many"))

    def add_one(stage: str, done: int, total: int | None) -> None:
        heard.append(done)
        assert stage == "fetch"
        with running.connect() as other:  # the reader goes on seeing what it saw at its start
            other.execute("INSERT INTO many SELECT 0, geom FROM many LIMIT 1")

    with drawn(settings.load({}, outbound_allow=running.allow), address, progress=add_one) as (path, found):
        assert found.rows == MANY
        assert found.srid == 4526
        with open_source(path, work=tmp_path) as source:
            numbers = np.concatenate([batch.column("n").to_numpy() for batch in source.layer().batches()])
    assert sorted(numbers) == list(range(1, MANY + 1))
    assert heard == sorted(heard)
    assert len(heard) > 2
    assert not path.exists()


def test_curves_become_chords_within_a_centimetre(running: Server, tmp_path: Path) -> None:
    layer, rows = taken(running, tmp_path, "curved")
    shape = shapely.from_wkb(rows[0]["geometry"])
    middles = shapely.get_coordinates(shape)
    middles = (middles[1:] + middles[:-1]) / 2
    assert (50 - np.hypot(middles[:, 0] - E, middles[:, 1] - N)).max() < 0.01
    assert layer.crs == GaussKruger(3, 38)


def test_a_table_without_rows_or_without_shapes_keeps_its_columns(running: Server, tmp_path: Path) -> None:
    layer, rows = taken(running, tmp_path, "numbers")
    assert (layer.fields, rows) == (("id", "mc"), [{"id": 1, "mc": "x"}])
    with drawn(
        settings.load({}, outbound_allow=running.allow), parse_table_address(running.url("nothing"))
    ) as (_, found):
        assert found.rows == 0


def test_of_two_geometry_columns_one_is_named(running: Server, tmp_path: Path) -> None:
    told = refusal(running, "two")
    assert told.code == "GT-1245"
    assert "a、b" in told.hint("zh")
    assert refusal(running, "two", more="&geometry=c").code == "GT-1245"
    _, rows = taken(running, tmp_path, "two", more="&geometry=b")
    assert shapely.from_wkb(rows[0]["geometry"]).x == 116


def test_only_the_columns_that_the_user_may_see_are_read(running: Server, tmp_path: Path) -> None:
    _, rows = taken(running, tmp_path, "partly", user="reader")
    assert rows == [{"id": 1}]
    assert refusal(running, "hidden", user="reader").code == "GT-1244"


@pytest.mark.parametrize(
    ("table", "more", "code"),
    [
        ("absent", {}, "GT-1243"),
        ("nowhere.many", {}, "GT-1243"),
        ("many", {"password": "x"}, "GT-1242"),
        ("many", {"user": "nobody-here"}, "GT-1242"),
        ("many", {"more": "&sslmode=require"}, "GT-1242"),
        ("mixed", {}, "GT-1250"),
        ("many", {"allow": ""}, "GT-3010"),
    ],
)
def test_what_cannot_be_read_says_why(running: Server, table: str, more: dict[str, Any], code: str) -> None:
    assert refusal(running, table, **more).code == code


def test_a_loopback_address_needs_its_network_in_the_list(running: Server) -> None:
    assert refusal(running, "many", allow=running.allow.partition("=")[0]).code == "GT-3011"


def test_a_srid_of_nothing_leaves_the_coordinates_to_decide(running: Server, tmp_path: Path) -> None:
    layer, _ = taken(running, tmp_path, "unsaid")
    assert layer.crs == GaussKruger(3, 38)
    assert "38" in layer.crs_evidence.en


def test_a_slow_view_ends_at_the_limit_and_leaves_nothing(running: Server, tmp_path: Path) -> None:
    target = tmp_path / "slow.parquet"
    with pytest.raises(GuotuError) as refused:
        draw(parse_table_address(running.url("slow")), target, Reach("127.0.0.1", seconds=1))
    assert refused.value.code == "GT-1246"
    assert list(tmp_path.iterdir()) == []


def test_cancelling_leaves_nothing(running: Server, tmp_path: Path) -> None:
    with pytest.raises(GuotuError) as refused:
        draw(
            parse_table_address(running.url("many")),
            tmp_path / "x.parquet",
            Reach("127.0.0.1"),
            cancel=lambda: True,
        )
    assert refused.value.code == "GT-1005"
    assert list(tmp_path.iterdir()) == []


def test_nothing_can_be_written_through_it(running: Server) -> None:
    with running.connect() as connection:
        connection.execute(
            """CREATE FUNCTION grow() RETURNS int LANGUAGE plpgsql AS
               $$ BEGIN INSERT INTO public.numbers VALUES (2, 'y'); RETURN 1; END $$;
               CREATE VIEW sly AS SELECT public.grow() AS id"""
        )
    assert refusal(running, "sly").code == "GT-1248"
    with running.connect() as connection:
        assert connection.execute("SELECT count(*) FROM numbers").fetchone() == (1,)


@pytest.mark.parametrize("listening", [False, True])
def test_who_does_not_answer_or_is_no_database_is_told(
    running: Server, tmp_path: Path, listening: bool
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        if listening:
            other.listen()

            def hang_up() -> None:
                for _ in range(2):
                    other.accept()[0].close()

            threading.Thread(target=hang_up, daemon=True).start()
        address = parse_table_address(Server(port).url("many"))
        with pytest.raises(GuotuError) as refused:
            draw(address, tmp_path / "x.parquet", Reach("127.0.0.1"))
    assert refused.value.code == ("GT-1242" if listening else "GT-1241")


def test_a_table_lands_as_a_version_by_the_command_line(
    running: Server,
    tiny: Tiny,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """A dataset of the county goes into the database and from there into a node again: nothing differs."""
    home = tiny.copied(tmp_path)
    monkeypatch.setenv("GUOTU_OUTBOUND_ALLOW", running.allow)
    with closing(Node.open(home, settings.load({}))) as node:
        table = node.reader(OPERATOR, "test").table(Query("xz.dzzhd"))
        codes = [name for name in table.column_names if name.isupper()]
    with running.connect() as connection:
        columns = ", ".join(f'"{code.lower()}" text' for code in codes)
        connection.execute(f"CREATE TABLE dzzhd ({columns}, geom gis.geometry(Geometry, 4490))")
        marks = ", ".join(["%s"] * len(codes))
        for row in table.to_pylist():
            values = [None if row[code] is None else str(row[code]) for code in codes]
            shape = shapely.to_wkb(
                shapely.set_srid(shapely.from_wkb(row["geometry"]), 4490), hex=True, include_srid=True
            )
            connection.execute(f"INSERT INTO dzzhd VALUES ({marks}, %s)", [*values, shape])
        connection.execute("DELETE FROM dzzhd WHERE ctid = '(0,1)'")
    ended = run(["--home", str(home), "ingest", running.url("dzzhd"), "--dataset", "xz.dzzhd"])
    said = capfd.readouterr()
    assert ended == 0, said.err
    assert "删除 1" in said.err
    assert SECRET not in said.err + said.out
    with closing(Node.open(home, settings.load({}))) as node:
        reader = node.reader(OPERATOR, "test")
        assert reader.table(Query("xz.dzzhd")).num_rows == table.num_rows - 1
        last = reader.heads("xz.dzzhd")[0]
        assert SECRET not in repr(last)
    written = b"".join(
        path.read_bytes() for path in home.rglob("*") if path.is_file() and path.stat().st_size < 1 << 24
    )
    assert f"127.0.0.1:{running.port}/guotu?table=public.dzzhd".encode() in written
    assert SECRET.encode() not in written
