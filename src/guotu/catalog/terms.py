"""Words of a text for searching: Latin words whole, Chinese runs as single characters and pairs.

A query of one character finds by the character, a longer run by its pairs, so that no dictionary is needed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

MOST_TERMS = 64
"""Terms of a query that count; a longer query adds nothing a person means."""

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_RUN = re.compile(f"[{_HAN}]+|[^\\W_{_HAN}]+")


def normalise(text: str) -> str:
    """One form for what reads alike: full width to half width, compatibility forms, case folded."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def runs(text: str) -> Iterator[str]:
    """The unbroken runs of a text, normalised: each all Chinese or all other letters and digits."""
    return iter(_RUN.findall(normalise(text)))


def squeezed(text: str) -> str:
    """A text as its runs put together, for comparing phrases regardless of punctuation."""
    return "".join(runs(text))


def index_terms(text: str) -> set[str]:
    """What a text is found by."""
    found: set[str] = set()
    for run in runs(text):
        if _is_chinese(run):
            found.update(run)
            found.update(_pairs(run))
        else:
            found.add(run)
    return found


def query_terms(text: str) -> tuple[str, ...]:
    """What a query asks for, in its order; every term must be met."""
    found: dict[str, None] = {}
    for run in runs(text):
        found |= dict.fromkeys(_pairs(run) if _is_chinese(run) and len(run) > 1 else [run])
    return tuple(found)[:MOST_TERMS]


def _is_chinese(run: str) -> bool:
    return re.match(f"[{_HAN}]", run) is not None


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)]
