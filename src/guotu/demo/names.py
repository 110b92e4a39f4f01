"""Invented names: towns, villages, rivers, roads, companies, people. No list of real places or persons stands behind them."""

from __future__ import annotations

from typing import Final

from guotu.demo.noise import Rng

SEAT_TOWN: Final = "城关镇"
_TOWN_FIRST: Final = "柳云石白南东西清桃枫兰松竹梅金银双三长高平永安龙凤鹤莲杏茶丹"
_TOWN_SECOND: Final = "溪岭桥河坪湖山塘渡泉坝岩湾埠店集港畈冲铺"
_VILLAGE_FIRST: Final = "新下上大小前后东西南北中花石松竹柏杨柳桃李杏梅荷藕菱秋春晴雨云霞青白红黄金银铜双三五六七九古老高低平长圆方"
_VILLAGE_SECOND: Final = "塘湾坞坑垅岗畈桥圩墩埂屋店铺坪岭泉井湖洲渡坝口庄墅亭阁园圃林"
_RIVERS: Final = (
    "青禾河",
    "柳溪",
    "白石溪",
    "南溪河",
    "枫溪",
    "桃花涧",
    "云岭溪",
    "双桥河",
    "梅溪",
    "莲塘河",
    "东溪",
    "丹水",
)
_COMPANY_WORDS: Final = "禾穗麦穟垚昇澜湉翊珩琛瑄璟钰铄铠锦穗岚峤崧嵘"
_TRADES: Final = (
    "农业科技",
    "新材料",
    "机械制造",
    "建筑工程",
    "食品",
    "纺织",
    "电子",
    "物流",
    "环保科技",
    "置业",
    "生态农业",
    "商贸",
)
_SURNAMES: Final = "禾穗岚澜垚昇湉珩璟铄"
_GIVEN: Final = (
    "示一",
    "示二",
    "示三",
    "示四",
    "示五",
    "例甲",
    "例乙",
    "例丙",
    "例丁",
    "样子",
    "样丑",
    "样寅",
)
_WEIGHTS: Final = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def pairs(first: str, second: str, ending: str, count: int, rng: Rng) -> list[str]:
    """`count` different names of two characters and an ending; longer ones once the pairs are used up."""
    both = [a + b for a in first for b in second if a != b]
    order = rng.permutation(len(both))
    names = [both[i] + ending for i in order[:count]]
    extra = 0
    while len(names) < count:
        a, b = both[int(order[extra % len(both)])], second[extra // len(both) % len(second)]
        names.append(f"{a}{b}{ending}")
        extra += 1
    return names


def town_names(count: int, rng: Rng) -> list[str]:
    """The seat's town first; then 镇, and 乡 for the last quarter."""
    names = pairs(_TOWN_FIRST, _TOWN_SECOND, "", count - 1, rng)
    from_here = round((count - 1) * 0.75)
    return [SEAT_TOWN] + [name + ("镇" if i < from_here else "乡") for i, name in enumerate(names)]


def village_names(count: int, rng: Rng) -> list[str]:
    """Names without 村."""
    return pairs(_VILLAGE_FIRST, _VILLAGE_SECOND, "", count, rng)


def river_names() -> list[str]:
    """Names for rivers in the order of their length."""
    return list(_RIVERS)


def company(rng: Rng) -> str:
    """An invented company of the county."""
    word = "".join(_COMPANY_WORDS[i] for i in rng.integers(0, len(_COMPANY_WORDS), 2))
    return f"青禾县{word}{_TRADES[int(rng.integers(len(_TRADES)))]}有限公司"


def person(rng: Rng) -> str:
    """A name nobody bears."""
    return _SURNAMES[int(rng.integers(len(_SURNAMES)))] + _GIVEN[int(rng.integers(len(_GIVEN)))]


def credit_code(division: str, rng: Rng) -> str:
    """A 统一社会信用代码 with a right check character (GB 32100-2015)."""
    body = "91" + division + "".join(_ALPHABET[i] for i in rng.integers(0, 31, 9))
    total = sum(w * _ALPHABET.index(c) for w, c in zip(_WEIGHTS, body, strict=True))
    return body + _ALPHABET[(31 - total % 31) % 31]
