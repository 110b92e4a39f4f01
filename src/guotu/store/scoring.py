"""Ranking of records by the terms they carry."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence


def count_terms(terms: Iterable[str]) -> Counter[str]:
    """How often each term is given; a term given more often weighs more."""
    return Counter(terms)


def ranked(postings: Sequence[Mapping[str, int]], total: int) -> list[tuple[str, float]]:
    """(id, score) of the records found under every term, best first, equal ones by id.

    `postings` maps, for each term asked for, record ids to how often they carry it. Whole terms only, never prefixes; a
    term weighs more the rarer it is among the `total` records, and its repetitions count less and less.
    """
    if not postings:
        return []
    common = set(postings[0]).intersection(*postings[1:])
    rarity = [math.log(1 + total / len(posting)) if posting else 0.0 for posting in postings]
    scores = {
        record: sum(
            weight * (1 + math.log(posting[record])) for weight, posting in zip(rarity, postings, strict=True)
        )
        for record in common
    }
    return sorted(
        ((record, round(score, 6)) for record, score in scores.items()), key=lambda pair: (-pair[1], pair[0])
    )
