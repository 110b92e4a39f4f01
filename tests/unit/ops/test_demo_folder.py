"""The demo replaces what it made and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from guotu.errors import GuotuError
from guotu.ops.demo_folder import MARK, clear


def an_earlier_demo(out: Path) -> Path:
    clear(out)
    for folder in ("node", "county"):
        (out / folder).mkdir()
        (out / folder / "old").write_text("old", encoding="utf-8")
    (out / "review.pdf").write_text("old", encoding="utf-8")
    return out


def test_a_new_folder_is_made_and_marked(tmp_path: Path) -> None:
    clear(tmp_path / "a" / "b")
    assert [entry.name for entry in (tmp_path / "a" / "b").iterdir()] == [MARK]


def test_an_earlier_demo_goes_and_other_files_stay(tmp_path: Path) -> None:
    out = an_earlier_demo(tmp_path / "out")
    (out / "notes.txt").write_text("mine", encoding="utf-8")
    clear(out)
    assert sorted(entry.name for entry in out.iterdir()) == [MARK, "notes.txt"]


def test_a_folder_of_somebody_else_is_refused_untouched(tmp_path: Path) -> None:
    (tmp_path / "node").mkdir()
    (tmp_path / "node" / "data.db").write_text("mine", encoding="utf-8")
    with pytest.raises(GuotuError) as failure:
        clear(tmp_path)
    assert failure.value.code == "GT-1016"
    assert (tmp_path / "node" / "data.db").read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / MARK).exists()


@pytest.mark.parametrize(("accounts", "ours"), [([{"id": "officer"}], True), ([], False)])
def test_a_demo_from_before_the_mark_is_known_by_its_accounts(
    tmp_path: Path, accounts: list[dict[str, str]], ours: bool
) -> None:
    (tmp_path / "node").mkdir()
    identity = {"id": "N-1", "demo_accounts": accounts}
    (tmp_path / "node" / "node.json").write_text(json.dumps(identity), encoding="utf-8")
    if ours:
        clear(tmp_path)
    else:
        with pytest.raises(GuotuError):
            clear(tmp_path)
    assert (tmp_path / "node").exists() != ours


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "data").write_text("mine", encoding="utf-8")
    out = an_earlier_demo(tmp_path / "out")
    (out / "node" / "old").unlink()
    (out / "node").rmdir()
    (out / "node").symlink_to(elsewhere)
    with pytest.raises(GuotuError) as failure:
        clear(out)
    assert failure.value.code == "GT-1016"
    assert (elsewhere / "data").exists()
    assert (out / "county" / "old").exists()
