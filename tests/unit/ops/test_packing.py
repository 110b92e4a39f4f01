"""Packs beside a running server."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from contract.conftest import open_sqlite
from contract.store_cast import PLAN, land, parcels
from guotu.model.query import Query
from guotu.ops.packing import keep_packed, pack_all
from guotu.store import present as presents
from guotu.store.present import Present

BOX = Query("xz.dltb", box=(117.0, 29.0, 120.0, 32.0))


class Looks(threading.Event):
    """Stops after a number of rounds, doing something before each next one."""

    def __init__(self, *between) -> None:
        super().__init__()
        self._between = list(between)

    def wait(self, timeout=None) -> bool:
        if self._between:
            self._between.pop(0)()
        else:
            self.set()
        return self.is_set()


@pytest.fixture
def present(tmp_path: Path):
    store = open_sqlite(tmp_path)
    land(store, parcels(range(5)))
    yield Present(store, tmp_path / "packs")
    store.close()


def test_everything_is_packed_once(present: Present) -> None:
    assert pack_all(present) == 1
    assert pack_all(present) == 0


def test_the_first_look_packs_at_once(present: Present) -> None:
    keep_packed(present, Looks(), 1)
    assert present.table(BOX, PLAN).num_rows == 5


def test_what_is_still_being_written_is_packed_when_it_rests(present: Present) -> None:
    rows = []

    def write(number: int):
        def step() -> None:
            land(present.store, parcels([number]))

        return step

    def look() -> None:
        ready = present.table(BOX, PLAN)
        rows.append(None if ready is None else ready.num_rows)

    keep_packed(present, Looks(look, write(10), write(11), look, look), 1)
    assert rows == [5, None, 7]


def test_a_full_disk_is_told_and_tried_again(present: Present, monkeypatch, capsys) -> None:
    def full(*_):
        raise OSError(28, "No space left on device")

    make = presents.make_pack
    monkeypatch.setattr(presents, "make_pack", full)
    keep_packed(present, Looks(lambda: monkeypatch.setattr(presents, "make_pack", make)), 1)
    assert "No space left" in capsys.readouterr().out
    assert present.table(BOX, PLAN).num_rows == 5
