"""Files, threads and processes around the SQLite store."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from contract import store_cast as cast
from contract.conftest import open_sqlite
from contract.store_cast import ALL, PLAN, STREAM, land, note, parcels, refused, table
from guotu.store.sqlite import SqliteFeatureStore


@pytest.fixture
def store(tmp_path: Path):  # type: ignore[no-untyped-def]
    opened = open_sqlite(tmp_path)
    yield opened
    opened.close()


def test_an_acknowledged_commit_is_forced_to_disk(store: SqliteFeatureStore) -> None:
    with store._connections.reading() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,), "FULL"


def test_a_write_of_another_process_makes_the_store_busy(store: SqliteFeatureStore, tmp_path: Path) -> None:
    base = store.found(STREAM, cast.SCHEMA, owner=cast.OWNER).head.version
    other = sqlite3.connect(tmp_path / "data.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with refused("GT-1006"), store.draft(STREAM, base=base):
        pass
    assert table(store).num_rows == 0, "reading goes on"
    late = open_sqlite(tmp_path)
    assert late.state(STREAM).features == 0, "and so does opening"
    late.close()
    other.execute("ROLLBACK")
    other.close()
    assert land(store, parcels([1])) is not None


def test_the_file_is_for_its_owner_only(store: SqliteFeatureStore, tmp_path: Path) -> None:
    land(store, parcels([1]))
    assert {path.stat().st_mode & 0o077 for path in tmp_path.glob("data.db*")} == {0}


def test_a_full_disk_keeps_the_old_state_and_says_so(store: SqliteFeatureStore) -> None:
    land(store, parcels([1]))
    writer = store._connections._writer
    pages = writer.execute("PRAGMA page_count").fetchone()[0]
    writer.execute(f"PRAGMA max_page_count={pages + 3}")
    with refused("GT-2011"):
        land(store, parcels(range(2, 5000)))
    assert table(store).num_rows == 1
    assert store.verify(STREAM).sound
    writer.execute("PRAGMA max_page_count=1073741823")
    land(store, parcels(range(2, 5000)))
    assert store.count(ALL, PLAN) == 4999


def test_readers_see_one_state_from_beginning_to_end(store: SqliteFeatureStore) -> None:
    land(store, parcels(range(3000)))
    answer = store.read(ALL, PLAN)
    first = next(answer)
    land(store, parcels(range(3000), DLBM="0201"))
    codes = set(first["DLBM"].to_pylist()).union(*(set(batch["DLBM"].to_pylist()) for batch in answer))
    assert codes == {"0101"}
    assert set(table(store)["DLBM"].to_pylist()) == {"0201"}


def test_an_answer_may_be_consumed_in_another_thread(store: SqliteFeatureStore) -> None:
    land(store, parcels(range(3000)))
    answer, counts = store.read(ALL, PLAN), []
    counts.append(next(answer).num_rows)
    thread = threading.Thread(target=lambda: counts.extend(batch.num_rows for batch in answer))
    thread.start()
    thread.join()
    assert sum(counts) == 3000


def test_an_abandoned_answer_gives_its_connection_back(store: SqliteFeatureStore) -> None:
    land(store, parcels(range(3000)))
    for _ in range(50):
        answer = store.read(ALL, PLAN)
        next(answer)
        answer.close()
    assert len(store._connections._idle) == 1


def test_many_readers_and_a_writer_work_side_by_side(store: SqliteFeatureStore) -> None:
    land(store, parcels(range(200), DLBM="0"))
    wrong: list[object] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            codes = set(table(store)["DLBM"].to_pylist())
            if len(codes) != 1:
                wrong.append(codes)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for step in range(1, 15):
        land(store, parcels(range(200), DLBM=str(step)))
    done.set()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_store_of_another_format_is_not_touched(tmp_path: Path) -> None:
    open_sqlite(tmp_path).close()
    with sqlite3.connect(tmp_path / "data.db") as connection:
        connection.execute("UPDATE meta SET value = 'guotu-store/99'")
    connection.close()
    with refused("GT-2012"):
        open_sqlite(tmp_path)


def test_pages_are_moved_into_the_file_behind_a_large_landing(
    store: SqliteFeatureStore, tmp_path: Path
) -> None:
    land(store, parcels(range(25_000)))
    assert store.count(ALL, PLAN) == 25_000
    store.close()
    assert not (tmp_path / "data.db-wal").exists()
    again = open_sqlite(tmp_path)
    assert again.verify(STREAM).problems == ()
    again.close()


def test_a_draft_that_commits_an_empty_note_changes_nothing(store: SqliteFeatureStore) -> None:
    base = store.found(STREAM, cast.SCHEMA, owner=cast.OWNER).head.version
    with store.draft(STREAM, base=base) as draft:
        assert draft.commit(note()) is None
    assert store.commits(STREAM) == []
