"""Finding resources by words: Chinese ones of any length, Latin ones, codes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog_cast import resource
from guotu.catalog import Catalog
from guotu.catalog.terms import MOST_TERMS, index_terms, normalise, query_terms, squeezed
from guotu.model.resource import Label, Resource, ResourceKind, Secrecy
from guotu.store.memory import MemoryRecordStore

CONSTANT = index_terms("e x y 现状 Status quo 土地利用现状 Present land use")
"""What every generated entry is found by besides its title and abstract."""
HAN = "土地利用现状规划农田图斑界线海域〇㐀"
words = st.text(HAN + "abcXYZ019 ·.，（", max_size=12)


def noon() -> datetime:
    return datetime(2026, 1, 1, 12, tzinfo=UTC)


def ids(catalog: Catalog, text: str) -> list[str]:
    return [each.id for each in catalog.search(text)]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("地类图斑", ("地类", "类图", "图斑")),
        ("田", ("田",)),
        ("DLTB", ("dltb",)),
        ("ｘｚ．ＤＬＴＢ", ("xz", "dltb")),
        ("三调2020年", ("三调", "2020", "年")),
        ("地类，图斑", ("地类", "图斑")),
        ("land-use_parcels", ("land", "use", "parcels")),
        ("㈱①", ("株", "1")),
        ("地类 地类", ("地类",)),
        ("Straße", ("strasse",)),
        ("𠀀𠀁", ("𠀀𠀁",)),
        ("！？ ", ()),
        ("", ()),
    ],
)
def test_a_query_asks_for_pairs_of_characters_and_whole_words(text: str, terms: tuple[str, ...]) -> None:
    assert query_terms(text) == terms


def test_a_text_is_found_by_its_characters_pairs_and_words() -> None:
    assert index_terms("地类图 DLTB2020") == {"地", "类", "图", "地类", "类图", "dltb2020"}


def test_a_very_long_query_counts_to_a_limit() -> None:
    assert len(query_terms(" ".join(f"w{number}" for number in range(1000)))) == MOST_TERMS


@given(words)
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
    assert squeezed(squeezed(text)) == squeezed(text)


@given(words, words, words)
def test_any_part_of_a_text_finds_it(before: str, middle: str, after: str) -> None:
    """Chinese by any run of characters, Latin by whole words."""
    text = f"{before} {middle} {after}"
    assert set(query_terms(middle)) <= index_terms(text)
    run = "".join(c for c in before + middle + after if c in HAN)
    for start in range(len(run)):
        assert set(query_terms(run[start : start + 3])) <= index_terms(run)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("地类图斑", ["xz.dltb", "gh.yjjbntb"]),
        ("农田", ["gh.yjjbntb"]),
        ("田", ["gh.yjjbntb", "xz.dltb"]),
        ("耕地", ["xz.dltb"]),
        ("xz.dltb", ["xz.dltb"]),
        ("DLTB", ["xz.dltb"]),
        ("ＤＬＴＢ", ["xz.dltb"]),
        ("orthophoto", ["xz.dom"]),
        ("2024", ["xz.dom"]),
        ("红线", ["gh.yjjbntb"]),
        ("人民政府", ["doc:plan-2035"]),
        ("云溪 规划", ["doc:plan-2035", "gh.yjjbntb"]),
        ("图类", []),
        ("没有的词", []),
        ("ortho", []),
        ("，", []),
        ("", []),
    ],
)
def test_words_find_resources_best_first(stocked: Catalog, text: str, found: list[str]) -> None:
    assert ids(stocked, text) == found


def test_a_title_weighs_more_than_an_abstract_and_the_whole_phrase_more_than_its_parts(
    catalog: Catalog,
) -> None:
    catalog.register(resource("a:abstract", "甲", abstract="城镇开发边界"))
    catalog.register(resource("a:keyword", "乙", keywords=("城镇开发边界",)))
    catalog.register(resource("a:longer", "城镇开发边界（2035）"))
    catalog.register(resource("a:exact", "城镇开发边界"))
    catalog.register(resource("a:scattered", "边界 开发边 镇开 城镇"))
    assert ids(catalog, "城镇开发边界") == ["a:exact", "a:longer", "a:keyword", "a:scattered", "a:abstract"]


def test_equal_answers_come_by_id(catalog: Catalog) -> None:
    for name in ("c:3", "c:1", "c:2"):
        catalog.register(resource(name, "同名"))
    assert ids(catalog, "同名") == ["c:1", "c:2", "c:3"]


def test_a_limit_cuts_the_list_but_not_the_count(stocked: Catalog) -> None:
    found = stocked.search("云溪", limit=2)
    assert (found.total, len(found)) == (5, 2)
    assert [score for _, score in found.items] == sorted((score for _, score in found.items), reverse=True)
    assert len(stocked.search("云溪", limit=0)) == 0
    assert len(stocked.search("云溪", limit=-3)) == 0


def test_many_answers_are_found_like_few() -> None:
    catalog = Catalog(MemoryRecordStore(), noon)
    for number in range(150):
        catalog.register(resource(f"m:{number:03}", f"图件{number}", abstract="大件" if number % 2 else ""))
    assert [each.id for each in catalog.search("图件", limit=150)] == [
        f"m:{number:03}" for number in range(150)
    ]
    assert catalog.search("大件").total == 75


def test_a_search_is_narrowed_by_kind_and_class(stocked: Catalog) -> None:
    assert [each.id for each in stocked.search("云溪", kind=ResourceKind.RASTER)] == ["xz.dem", "xz.dom"]
    assert stocked.search("云溪", category="gh").total == 2


def public(each: Resource) -> bool:
    return each.label.secrecy is Secrecy.PUBLIC


entries = st.lists(
    st.tuples(
        st.text("地类图斑农田规划abc ", min_size=1, max_size=8).filter(lambda text: bool(text.strip())),
        st.text("地类图斑农田规划abc ", max_size=8),
        st.booleans(),
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(entries, st.text("地类图斑农田规划abc ", max_size=4), st.integers(0, 4))
def test_hidden_resources_cannot_be_told_from_absent_ones(
    given_entries: list[tuple[str, str, bool]], query: str, limit: int
) -> None:
    whole, bare = (Catalog(MemoryRecordStore(), noon) for _ in range(2))
    for number, (title, abstract, hidden) in enumerate(given_entries):
        label = Label(Secrecy.SECRET if hidden else Secrecy.PUBLIC)
        entry = resource(f"e:{number}", title, abstract=abstract, label=label)
        whole.register(entry)
        if not hidden:
            bare.register(entry)
    assert whole.search(query, limit, visible=public) == bare.search(query, limit)
    assert whole.list(visible=public) == bare.list()
    assert whole.counts(visible=public) == bare.counts()


@settings(max_examples=60, deadline=None)
@given(entries, st.text("地类图斑农田规划abc ", max_size=4))
def test_exactly_the_resources_with_every_word_are_found(
    given_entries: list[tuple[str, str, bool]], query: str
) -> None:
    catalog = Catalog(MemoryRecordStore(), noon)
    for number, (title, abstract, _) in enumerate(given_entries):
        catalog.register(resource(f"e:{number}", title, title_en="x", owner="y", abstract=abstract))
    asked = set(query_terms(query))
    expected = {
        f"e:{number}"
        for number, (title, abstract, _) in enumerate(given_entries)
        if asked and asked <= index_terms(title) | index_terms(abstract) | CONSTANT
    }
    assert {each.id for each in catalog.search(query, limit=100)} == expected
