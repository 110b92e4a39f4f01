"""What each delivered dataset is: owner, titles, label, statutory date. `guotu demo` takes everything in by this list."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

from guotu.demo.plan import COUNTY_NAME, Calendar

BUREAU: Final = f"{COUNTY_NAME}自然资源和规划局"
STATISTICS: Final = f"{COUNTY_NAME}统计局"
SURVEYORS: Final = f"{COUNTY_NAME}测绘队"
Moment = Literal["survey", "register", "plan", "old plan", "flight"]


@dataclass(frozen=True, slots=True)
class Card:
    """What is the same for every delivery of a dataset.

    `moment` is what date it describes, `key` the field that names a feature in the truth, `public` decides the label.
    """

    schema: str
    title: str
    title_en: str
    moment: Moment
    key: str = ""
    owner: str = BUREAU
    public: bool = False
    kind: str = "vector"
    update_cycle: str = "不定期"


CARDS: Final[dict[str, Card]] = {
    "xz.dltb": Card("DLTB", "地类图斑", "Land-use parcels", "survey", "BSM", update_cycle="每年"),
    "xz.xzq": Card("XZQ", "乡级行政区", "Townships", "survey", public=True, update_cycle="每年"),
    "xz.cjdcq": Card(
        "CJDCQ", "村级调查区", "Village survey areas", "survey", public=True, update_cycle="每年"
    ),
    "xz.dzzhyfq": Card("DZZHYFQ", "地质灾害易发区", "Geohazard-prone zones", "register", "BSM"),
    "xz.dzzhd": Card("DZZHD", "地质灾害点", "Geohazard points", "register", "TYBH", update_cycle="实时"),
    "xz.kcd": Card("KCD", "矿产地", "Mineral deposits", "register", "KQBH"),
    "xz.dom": Card(
        "", "正射影像", "Imagery", "register", owner=SURVEYORS, kind="raster", update_cycle="每年"
    ),
    "xz.dem": Card("", "数字高程模型", "Terrain model", "flight", owner=SURVEYORS, kind="raster"),
    "gh.yjjbntb": Card("YJJBNTTB", "永久基本农田图斑", "Permanent basic farmland", "plan", "BSM"),
    "gh.stbhhx": Card("STBHHX", "生态保护红线", "Ecological red line", "plan", "BSM", public=True),
    "gh.czkfbj": Card("CZKFBJ", "城镇开发边界", "Urban development boundary", "plan", "标识码", public=True),
    "gh.ghyt": Card("GHDLTB", "规划用途", "Planned land use", "plan", "BSM", public=True),
    "gh.jsydgzq": Card(
        "JSYDGZQ", "建设用地管制区（2006–2020）", "Construction control zones", "old plan", "BSM"
    ),
    "gh.tdytq": Card("TDYTQ", "土地用途区（2006–2020）", "Land use zones", "old plan", "BSM"),
    "gh.zdxm": Card("ZDXM", "重点建设项目", "Key projects", "plan", "BSM"),
    "gl.ydsp": Card("ZZ_DK", "批准用地", "Approved land", "register", "DKBH", update_cycle="实时"),
    "gl.gdgl": Card("GD_JBXX", "供应土地", "Supplied land", "register", "INSTANCEID", update_cycle="实时"),
    "gl.ckq": Card("CKQ", "采矿权", "Mining rights", "register", "XKZH", update_cycle="实时"),
    "gl.tkq": Card("TKQ", "探矿权", "Exploration rights", "register", "XKZH", update_cycle="实时"),
    "gl.bdc": Card(
        "ZDJBXX", "不动产登记宗地（样本）", "Real-estate register (sample)", "register", update_cycle="实时"
    ),
    "gl.wfyd": Card("WFYD", "违法用地图斑", "Illegal land use", "register", update_cycle="实时"),
    "sj.rk": Card(
        "RK",
        "人口统计",
        "Population",
        "survey",
        owner=STATISTICS,
        public=True,
        kind="table",
        update_cycle="每年",
    ),
    "sj.jj": Card(
        "JJ",
        "经济统计",
        "Economy",
        "survey",
        owner=STATISTICS,
        public=True,
        kind="table",
        update_cycle="每年",
    ),
}


def moment_of(card: Card, days: Calendar) -> date:
    """The moment a dataset describes."""
    moments: dict[Moment, date] = {
        "survey": days.survey_dates[0],
        "register": days.register_date,
        "plan": days.plan_date,
        "old plan": days.old_plan_date,
        "flight": days.flight_date,
    }
    return moments[card.moment]


@dataclass(frozen=True, slots=True)
class Entry:
    """One delivered file of the manifest.

    `layer` is the layer's name inside the file; `edition` 2 marks the later edition of a dataset delivered before.
    """

    file: str
    dataset: str
    layer: str
    schema: str
    data_date: date
    owner: str
    title: str
    title_en: str
    kind: str
    secrecy: str
    sharing: str
    update_cycle: str
    edition: int = 1
    features: int = 0

    @classmethod
    def of(
        cls,
        file: str,
        dataset: str,
        layer: str = "",
        features: int = 0,
        *,
        days: Calendar,
        edition: int = 1,
        when: date | None = None,
    ) -> Entry:
        """The entry of a file by its dataset's card; a date of its own is shown in the title."""
        card = CARDS[dataset]
        year, year_en = (f"（{when.year} 年）", f", {when.year}") if when else ("", "")
        return cls(
            file,
            dataset,
            layer,
            card.schema,
            when or moment_of(card, days),
            card.owner,
            card.title + year,
            card.title_en + year_en,
            card.kind,
            "公开" if card.public else "内部",
            "无条件共享" if card.public else "有条件共享",
            card.update_cycle,
            edition,
            features,
        )

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self) | {"data_date": self.data_date.isoformat()}


@dataclass(frozen=True, slots=True)
class CountyFiles:
    """What `generate` wrote: the folder, its manifest and truth, and the sample project `guotu demo` reviews."""

    folder: Path
    manifest: Path
    truth: Path
    project: Path
    entries: tuple[Entry, ...]
