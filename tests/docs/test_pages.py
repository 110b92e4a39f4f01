"""The documentation keeps its word: links lead somewhere, pages made from the program are current, commands of tutorials run."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from guotu.cli import pages
from guotu.cli.main import VERBS, run
from guotu.errors.kinds import all_kinds
from guotu.settings import TABLE
from tiny_county import Tiny

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "README.zh.md"])
FENCE = re.compile(r"^ *```.*?^ *```\s*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for link in LINK.findall(text):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_file_named_in_the_text_exists(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for path in re.findall(r"`((?:src/guotu|docs|tests|script|schemas|benchmarks)/[\w./-]+)`", text):
        built = path.startswith("src/guotu/serve/portal")
        assert built or (ROOT / path).exists(), path


def test_every_page_is_reached_from_the_index() -> None:
    seen, waiting = set(), [DOCS / "index.md"]
    while waiting:
        page = waiting.pop()
        seen.add(page)
        links = (
            page.parent / link.partition("#")[0] for link in LINK.findall(page.read_text(encoding="utf-8"))
        )
        waiting += [
            to for link in links if (to := link.resolve()).suffix == ".md" and to.exists() and to not in seen
        ]
    lost = {name(page) for page in DOCS.rglob("*.md")} - {name(page) for page in seen}
    assert not lost, lost


def test_the_two_readmes_link_to_the_same_pages() -> None:
    english, chinese = (
        set(LINK.findall((ROOT / readme).read_text(encoding="utf-8"))) - {"README.md", "README.zh.md"}
        for readme in ("README.md", "README.zh.md")
    )
    assert english == chinese


def test_pages_made_from_the_program_are_current(tmp_path: Path) -> None:
    kept = DOCS / "references"
    stale = [
        page for page, text in pages.pages().items() if (kept / page).read_text(encoding="utf-8") != text
    ]
    assert not stale, "run python -m guotu.cli.pages"
    assert len(pages.write(tmp_path)) == len(pages.pages())
    assert pages.write(tmp_path) == []


def test_every_verb_setting_and_error_has_its_place() -> None:
    made = pages.pages()
    assert all(f"## `guotu {verb}`" in made["cli.md"] for verb in VERBS)
    assert all(f"| `{setting.variable}` |" in made["settings.md"] for setting in TABLE)
    assert all(f"</a>{code} |" in made["errors.md"] for code in all_kinds())


def test_codes_and_variables_named_in_the_text_exist() -> None:
    codes, variables = set(all_kinds()), {setting.variable for setting in TABLE}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert set(re.findall(r"GT-\d{4}", text)) <= codes, page
        assert set(re.findall(r"GUOTU_[A-Z_]+", text)) <= variables, page


def commands(page: Path) -> Iterator[list[str]]:
    for block in re.findall(
        r"^```console\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    ):
        for line in block.splitlines():
            if line.startswith("$ "):
                yield shlex.split(line[2:])


@pytest.mark.parametrize("folder", ["tutorials", "how-tos"])
def test_the_commands_of_the_pages_run(
    folder: str, tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny.laid_out(tmp_path / "demo-out")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GUOTU_HOME", "demo-out/node")
    ran = 0
    for page in sorted((DOCS / folder).glob("*.md")):
        for words in commands(page):
            assert words[0] == "guotu", words
            assert run(words[1:]) == 0, f"{page.name}: {shlex.join(words)}"
            ran += 1
    assert ran > 3


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    found = [ROOT / line.strip('"') for line in listed.stdout.splitlines()]
    return [path for path in found if path.is_file()]


FOREIGN = re.compile(
    r"(?<![\w/.])/(?:work|root|home/\w+|tmp/\w)[/\b]|pypi\.org|files\.pythonhosted|npmjs|npmmirror|//[\w.-]*registry|index-url|proxy\.golang"
    r"|10\.\d+\.\d+\.\d+:\d+",
    re.IGNORECASE,
)
ALLOWED = {
    "tests/docs/test_pages.py": "the list itself",
}
BINARY = {".otf", ".woff2", ".png", ".ico", ".tif", ".gz", ".zip", ".gpkg", ".parquet"}


def test_nothing_in_the_tree_names_a_machine_or_its_mirror() -> None:
    files = tracked()
    if not files:
        pytest.skip("not a checkout")
    told = []
    for path in files:
        if path.suffix in BINARY or str(path.relative_to(ROOT)) in ALLOWED:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if found := FOREIGN.search(line):
                told.append(f"{path.relative_to(ROOT)}:{number}: {found[0]}")
    assert not told, "\n".join(told[:20])
