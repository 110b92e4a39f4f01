"""Numbers, units and headings as a report writes them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from guotu.errors import Lang
from guotu.kernel.rounding import mu

DIGITS = "零一二三四五六七八九十"


def chinese_number(number: int) -> str:
    """1..99 in Chinese numerals."""
    tens, ones = divmod(number, 10)
    if number <= 10:
        return DIGITS[number]
    return ("" if tens == 1 else DIGITS[tens]) + "十" + (DIGITS[ones] if ones else "")


def numbered(number: int, heading: str, lang: Lang) -> str:
    """`一、项目概况`, `1 The project`."""
    return f"{chinese_number(number)}、{heading}" if lang == "zh" else f"{number}  {heading}"


def hectares(value: Decimal) -> str:
    """Four decimals, thousands apart."""
    return f"{value:,.4f}"


def square_metres(value: float) -> str:
    """Two decimals, thousands apart."""
    return f"{value:,.2f}"


def date_words(day: date, lang: Lang) -> str:
    """`2026年11月20日`, `2026-11-20`"""
    return f"{day.year}年{day.month}月{day.day}日" if lang == "zh" else day.isoformat()


def area_words(area_ha: Decimal, area_m2: float, lang: Lang) -> str:
    """`20.0000 公顷（300.00 亩，200,000.00 平方米）`"""
    in_mu = f"{float(mu(area_m2)):,.2f}"
    if lang == "zh":
        return f"{hectares(area_ha)} 公顷（{in_mu} 亩，{square_metres(area_m2)} 平方米）"
    return f"{hectares(area_ha)} ha ({in_mu} mu, {square_metres(area_m2)} m²)"
