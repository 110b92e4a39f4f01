"""Identifiers of the trade: shapes and check characters (`data/identifiers`).

`fault` functions say what is wrong in both languages, or None; `parse` functions raise GT-1309.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, NamedTuple

from guotu.errors.schema import IDENTIFIER_INVALID
from guotu.standards import divisioncode, domains, tables

IdentifierKind = Literal[
    "credit_code", "real_estate_unit", "parcel", "feature", "project", "mining_right", "exploration_right"
]


class Fault(NamedTuple):
    """What is wrong with an identifier."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class RealEstateUnit:
    """The parts of a 28-digit unit code (GB/T 37346-2019)."""

    county: str
    district: str
    subdistrict: str
    owner: str
    right: str
    parcel_number: str
    fixture: str
    fixture_number: str

    @property
    def parcel(self) -> str:
        """The 19-digit parcel code."""
        return self.county + self.district + self.subdistrict + self.owner + self.right + self.parcel_number

    @property
    def has_building(self) -> bool:
        return self.fixture == "F"


def credit_code_check(body: str) -> str:
    """The 18th character of a credit code from its first 17 (GB 32100-2015, weights 3ⁱ mod 31).

    Raises   GT-1309
    """
    about = _about("credit_code")
    alphabet: str = about["alphabet"]
    if len(body) != 17 or any(letter not in alphabet for letter in body):
        raise _invalid("credit_code", body, Fault("前 17 位不对", "the first 17 characters are wrong"))
    modulus = len(alphabet)
    total = sum(
        pow(about["generator"], at, modulus) * alphabet.index(letter) for at, letter in enumerate(body)
    )
    return alphabet[-total % modulus]


def credit_code_fault(text: str) -> Fault | None:
    """What is wrong with a unified social credit code, None if nothing."""
    wrong = shape_fault("credit_code", text)
    if wrong is None and credit_code_check(text[:17]) != text[17]:
        due = credit_code_check(text[:17])
        return Fault(f"校验位应为 {due}", f"the check character should be {due}")
    return wrong


def is_credit_code(text: str) -> bool:
    """Whether text is a unified social credit code with the right check character."""
    return credit_code_fault(text) is None


def real_estate_unit_fault(text: str) -> Fault | None:
    """What is wrong with a 28-digit real-estate unit code, None if nothing."""
    if re.fullmatch(_about("real_estate_unit")["legacy_pattern"], text):
        return Fault(
            "是旧式代码（三位特征码），需换算为 GB/T 37346-2019", "an old code with a mark of three letters"
        )
    wrong = shape_fault("real_estate_unit", text)
    if wrong is not None:
        return wrong
    if not divisioncode.is_code(text[:6]):
        return Fault("前六位不是县级代码", "the first six digits are no county")
    if (text[13] in "GH") and text[12] != "G":
        return Fault("海域、海岛的所有权特征码应为 G", "sea and islands are owned by the state: G is due")
    if text[19] == "W" and text[20:] != "0" * 8:
        return Fault("无定着物（W）时后八位应为 0", "without fixture (W) the last eight digits are 0")
    return None


def parse_real_estate_unit(text: str) -> RealEstateUnit:
    """The parts of a unit code; raises GT-1309."""
    wrong = real_estate_unit_fault(text)
    if wrong is not None:
        raise _invalid("real_estate_unit", text, wrong)
    return RealEstateUnit(
        text[:6], text[6:9], text[9:12], text[12], text[13], text[14:19], text[19], text[20:]
    )


def describe_real_estate_unit(unit: RealEstateUnit) -> str:
    """Owner, right and fixture in words, joined by slashes."""
    parts = (("ZDTZM_owner", unit.owner), ("ZDTZM_right", unit.right), ("DZW", unit.fixture))
    return " / ".join(domains.domain(domain).name(code) for domain, code in parts)


def shape_fault(kind: IdentifierKind, text: str) -> Fault | None:
    """Whether text has the shape of an identifier; for licences and project codes this is a hint, not a verdict."""
    about = _about(kind)
    if re.fullmatch(about["pattern"], text, re.ASCII):
        return None
    return Fault(f"不合{about['name_zh']}的格式", f"not the shape of a {about['name_en'].lower()}")


def kinds() -> tuple[str, ...]:
    """Every kind of identifier declared."""
    return tuple(name for name, body in tables.manifest("identifiers").items() if isinstance(body, dict))


@cache
def _about(kind: str) -> dict[str, Any]:
    return dict(tables.manifest("identifiers")[kind])


def _invalid(kind: IdentifierKind, text: str, fault: Fault) -> Exception:
    about = _about(kind)
    return IDENTIFIER_INVALID(
        name_zh=about["name_zh"], name_en=about["name_en"], text=text, reason_zh=fault.zh, reason_en=fault.en
    )
