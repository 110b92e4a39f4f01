from __future__ import annotations

import re

import numpy as np

from guotu.demo import names
from guotu.demo.plan import DIVISION
from guotu.standards.division import divisions


def test_names_of_towns_and_villages_are_all_different() -> None:
    rng = np.random.default_rng(1)
    towns, villages = names.town_names(30, rng), names.village_names(3000, rng)
    assert len(set(towns)) == 30
    assert len(set(villages)) == 3000
    assert towns[0] == names.SEAT_TOWN


def test_credit_codes_have_a_right_check_character() -> None:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    rng = np.random.default_rng(2)
    for _ in range(50):
        code = names.credit_code(DIVISION, rng)
        assert re.fullmatch(r"91\d{6}[0-9A-HJ-NPQRTUWXY]{10}", code)
        total = sum(alphabet.index(c) * (3**i % 31) for i, c in enumerate(code[:17]))
        assert alphabet.index(code[17]) == (31 - total % 31) % 31


def test_the_county_is_no_real_county() -> None:
    assert divisions().find(DIVISION, None) is None
