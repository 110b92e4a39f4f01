"""Addresses of database tables: what they mean, what is refused, and that the password is never shown."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from guotu.errors import GuotuError
from guotu.model.table_address import is_table_address, parse_table_address
from guotu.store.outside_table import Reach, draw


def test_an_address_says_where_and_which_table() -> None:
    found = parse_table_address(
        "postgresql://reader:s%40fe@db.example:6543/survey?table=gis.DLTB&geometry=shape&sslmode=verify-full"
    )
    assert (found.host, found.port, found.database) == ("db.example", 6543, "survey")
    assert (found.user, found.password) == ("reader", "s@fe")
    assert (found.schema, found.table, found.geometry, found.sslmode) == (
        "gis", "DLTB", "shape", "verify-full",
    )  # fmt: skip


def test_what_is_not_said_has_its_usual_value() -> None:
    found = parse_table_address("postgres://db/survey?table=dltb")
    assert (found.port, found.user, found.password, found.schema) == (5432, None, None, "public")
    assert (found.geometry, found.sslmode) == (None, "prefer")


def test_neither_user_nor_password_is_told() -> None:
    found = parse_table_address("postgresql://reader:geheim@[::1]/survey?table=dltb")
    assert str(found) == "postgresql://[::1]:5432/survey?table=public.dltb"
    assert "geheim" not in repr(found)


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://db/survey", "postgresql:///survey?table=a", "postgresql://db/?table=a", "postgresql://db/a/b?table=c",
        "postgresql://db/survey?table=", "postgresql://db/survey?table=a&table=b", "postgresql://db/survey?table=a&host=/tmp",
        "postgresql://db/survey?table=a&options=-c", "postgresql://db/survey?table=a&sslmode=disable", "postgresql://db:x/s?table=a",
        "postgresql://[db/survey?table=a", "postgresql://geheim:geheim@db/survey?table=" + "表" * 22,
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_table_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(GuotuError) as refused:
        parse_table_address(text)
    assert refused.value.code == "GT-1240"
    assert "geheim" not in str(refused.value)


def test_files_are_no_addresses() -> None:
    assert is_table_address("PostgreSQL://db/x?table=y")
    assert not any(map(is_table_address, ("a.gpkg", "postgresql", "/tmp/postgresql:/x", "https://db/x")))


def test_without_the_driver_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(GuotuError) as refused:
        draw(parse_table_address("postgresql://db/x?table=y"), tmp_path / "y.parquet", Reach("127.0.0.1"))
    assert refused.value.code == "GT-1247"
    assert "guotu[postgresql]" in refused.value.hint("en")
