"""The reference pages of the standards say what the tables say."""

from __future__ import annotations

from pathlib import Path

import pytest

from guotu.standards import domains, landclass, layers, pages, rules

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "references" / "standards"


def test_the_committed_pages_are_the_ones_the_tables_make() -> None:
    made = pages.pages()
    kept = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    stale = sorted(name for name in made.keys() | kept.keys() if made.get(name) != kept.get(name))
    assert not stale, "run python -m guotu.standards.pages"


def test_every_rule_layer_domain_and_class_is_on_its_page() -> None:
    made = pages.pages()
    assert all(f"### {id} " in made["quality-rules.md"] for id in rules.rules())
    assert all(f"## {schema.id}\n" in made["layers.md"] for schema in layers.all_schemas())
    assert all(f"## {domain.id}\n" in made["domains.md"] for domain in domains.all_domains())
    for id in landclass.scheme_ids():
        for found in landclass.scheme(id):
            assert f"| {found.code} | {found.name} | {found.level} |" in made["land-classes.md"]


def test_every_row_of_a_table_has_the_columns_of_its_head() -> None:
    for name, text in pages.pages().items():
        width = 0
        for line in text.splitlines():
            cells = line.replace("\\|", "").count("|")
            if not line.startswith("|"):
                width = 0
            elif width == 0:
                width = cells
            assert width in (0, cells), f"{name}: {line}"


def test_links_between_the_pages_lead_somewhere() -> None:
    made = pages.pages()
    for target in made["README.md"].split("](")[1:]:
        assert target.split(")")[0] in made


def test_the_generator_writes_only_what_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(pages.write(tmp_path / "new")) == len(pages.pages())
    (tmp_path / "new" / "domains.md").write_text("old", encoding="utf-8")
    assert pages.main([str(tmp_path / "new")]) == 0
    assert capsys.readouterr().out.split() == [str(tmp_path / "new" / "domains.md")]


def test_pages_go_beside_the_sources_when_no_folder_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert pages.main([]) == 0
    assert (tmp_path / "docs" / "references" / "standards" / "layers.md").exists()
    assert "layers.md" in capsys.readouterr().out
