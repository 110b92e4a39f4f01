"""The surveyor's whole way in a real browser: every page loads without complaint, is accessible, and asks nobody else."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from guotu.ops.demo_node import PASSWORDS
from guotu.serve import portal as portal_files

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
AXE = Path(__file__).parents[2] / "portal" / "node_modules" / "axe-core" / "axe.min.js"
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium here"),
    pytest.mark.skipif(
        not portal_files.root().joinpath("index.html").is_file(), reason="the portal is not built"
    ),
]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
DRAWN = "[data-test=map][aria-busy=false]"


class Desk:
    """A browser window and everything it complained about or asked for."""

    def __init__(self, page: Any, served: Any) -> None:
        self.page, self.served = page, served
        self.complaints: list[str] = []
        self.asked: set[str] = set()
        self.failed: list[str] = []
        page.on(
            "console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.asked.add(request.url))
        page.on("response", lambda r: self.failed.append(f"{r.status} {r.url}") if r.status >= 400 else None)

    def open(self, path: str) -> None:
        self.page.goto(self.served.address + path)
        self.page.wait_for_load_state("networkidle")

    def sign_in(self, account: str) -> None:
        self.open("/signin")
        self.page.fill("[name=account]", account)
        self.page.fill("[name=password]", PASSWORDS[account])
        self.page.click("[data-test=submit]")
        self.page.wait_for_selector(DRAWN)

    def drop(self, file: Path) -> None:
        """Drop a file from outside onto the review panel."""
        text = file.read_bytes()
        handle = self.page.evaluate_handle(
            "bytes => { const t = new DataTransfer(); t.items.add(new File([new Uint8Array(bytes)], 'project.txt')); return t }",
            list(text),
        )
        self.page.dispatch_event("[data-test=drop]", "drop", {"dataTransfer": handle})

    def preview(self) -> None:
        self.drop(self.served.demo.files / "project.txt")
        self.page.wait_for_selector("[data-test=preview]")

    def review(self) -> None:
        self.preview()
        self.page.select_option(
            "[data-test=preview] select >> nth=1", self.served.demo.project("park")["request"]["use"]
        )
        self.page.click("[data-test=start]")
        self.page.wait_for_selector("[data-test=result]")
        self.page.wait_for_selector(DRAWN)

    def check(self) -> None:
        """Nothing serious for people with other ways of reading; no foreign origin; no complaint."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("rules => axe.run(document, { runOnly: rules })", RULES)
        serious = [
            f"{v['id']}: {v['nodes'][0]['target']} {v['nodes'][0]['failureSummary']}"
            for v in found["violations"]
            if v["impact"] in ("serious", "critical")
        ]
        assert serious == []
        own = urlsplit(self.served.address).netloc
        foreign = {
            url
            for url in self.asked
            if urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).netloc != own
        }
        assert foreign == set()
        assert self.complaints == []
        assert self.failed == []


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def window(browser: Any, served: Any) -> Iterator[Callable[..., Desk]]:
    contexts = []

    def make(width: int = 1280, height: int = 800, locale: str = "zh-CN") -> Desk:
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale=locale, accept_downloads=True
        )
        contexts.append(context)
        context.set_default_timeout(60_000)
        return Desk(context.new_page(), served)

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def desk(window: Callable[..., Desk]) -> Desk:
    return window()


def pixels(desk: Desk) -> int:
    """How many colours the map's centre shows."""
    return int(
        desk.page.evaluate(
            """() => {
                const seen = new Set()
                for (const canvas of document.querySelectorAll('[data-test=map] canvas')) {
                    const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data
                    for (let i = 0; i < data.length; i += 388)
                        if (data[i + 3]) seen.add(data.slice(i, i + 3).join())
                }
                return seen.size
            }"""
        )
    )


def test_a_guest_sees_the_open_map_and_is_told_to_sign_in(desk: Desk) -> None:
    desk.open("/")
    desk.page.wait_for_selector(DRAWN)
    assert desk.page.locator("[data-test='layer-gh.czkfbj']").is_visible()
    assert desk.page.locator("[data-test='layer-gh.yjjbntb']").count() == 0
    assert desk.page.locator("[data-test=sign-in-first]").is_visible()
    assert pixels(desk) > 5
    desk.check()


def test_the_surveyors_whole_way(desk: Desk) -> None:
    page, park = desk.page, desk.served.demo.project("park")
    desk.sign_in("surveyor")
    assert page.locator("[data-test='layer-xz.dltb'] input").is_checked()
    desk.preview()
    assert f"EPSG:{park['zone_epsg']}" in page.inner_text("[data-test=zone]")
    assert "19.9999" in page.inner_text("[data-test=area]") or "20.0000" in page.inner_text(
        "[data-test=area]"
    )
    desk.check()
    page.select_option("[data-test=preview] select >> nth=1", park["request"]["use"])
    page.click("[data-test=start]")
    page.wait_for_selector("[data-test=result]")
    for check, planted in park["expected"].items():
        if "verdict" in planted:
            assert page.get_attribute(f"[data-test=check-{check}]", "data-verdict") == planted["verdict"], (
                check
            )
    assert page.get_attribute("[data-test=verdict]", "data-verdict") == "fail"
    areas = [
        round(float(text) * 10_000) for text in page.locator("[data-test=landuse-area]").all_inner_texts()
    ]
    assert sum(areas) == round(float(page.inner_text("[data-test=landuse-total]")) * 10_000) == 200_000
    page.click("[data-test=check-farmland] summary")
    before = page.inner_text(".ol-scale-line-inner")
    page.locator("[data-test=check-farmland] [data-test=hit]").first.click()
    page.wait_for_selector("[data-test=check-farmland] tr.here")
    page.wait_for_selector(DRAWN)
    assert page.inner_text(".ol-scale-line-inner") != before, "the map goes to the conflict"
    desk.check()


def test_the_report_is_downloaded(desk: Desk, tmp_path: Path) -> None:
    desk.sign_in("officer")
    desk.review()
    for format, magic in (
        ("pdf", b"%PDF"),
        ("xlsx", b"PK"),
        ("docx", b"PK"),
        ("html", b"<!d"),
        ("json", b"{"),
    ):
        with desk.page.expect_download() as waiting:
            desk.page.click(f"[data-test=report-{format}]")
        waiting.value.save_as(tmp_path / format)
        assert waiting.value.suggested_filename.endswith(f"合规性审查报告.{format}")
        assert (tmp_path / format).read_bytes().startswith(magic)
    desk.check()


def test_another_date_shows_other_parcels(desk: Desk) -> None:
    desk.sign_in("officer")
    now = {url for url in desk.asked if "/api/tiles/xz.dltb/" in url}
    desk.asked.clear()
    with desk.page.expect_request(lambda request: "/api/tiles/xz.dltb/" in request.url):
        desk.page.select_option("[data-test=as-of]", "2024-12-31")
    desk.page.wait_for_selector("[data-test='layer-gl.ydsp']", state="detached")
    desk.page.wait_for_load_state("networkidle")
    then = {url for url in desk.asked if "/api/tiles/xz.dltb/" in url}
    assert then
    assert not now & then
    assert all("at=2024-12-31" in url for url in then)
    desk.page.click("[data-test='layer-xz.dltb'] .more")
    assert "2024-12-31" in desk.page.inner_text("[data-test='layer-xz.dltb'] .facts")
    desk.check()


def test_a_click_identifies_and_a_word_finds(desk: Desk) -> None:
    desk.sign_in("officer")
    box = desk.page.locator("[data-test=map]").bounding_box()
    desk.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    desk.page.wait_for_selector("[data-test=identify] article")
    assert "CGCS2000" in desk.page.inner_text(".pointer")
    assert "EPSG:4527" in desk.page.inner_text("[data-test=identify]")
    desk.page.fill("[data-test=search]", "镇")
    desk.page.wait_for_selector("#found [role=option]")
    assert "镇" in desk.page.locator("#found [role=option]").first.inner_text()
    desk.check()
    desk.page.keyboard.press("ArrowDown")
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_selector("#found", state="hidden")
    desk.page.fill("[data-test=search]", "118°27′E 30°54′N")
    desk.page.wait_for_selector("#found [role=option] >> text=118.450000")


def test_a_boundary_is_drawn_on_the_map(desk: Desk) -> None:
    desk.sign_in("officer")
    desk.page.click("[data-test=draw]")
    box = desk.page.locator("[data-test=map]").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for dx, dy in ((0, 0), (40, 0), (40, 40)):
        desk.page.mouse.click(x + dx, y + dy)
        desk.page.wait_for_timeout(300)
    desk.page.mouse.dblclick(x, y + 40)
    desk.page.wait_for_selector("[data-test=preview]")
    assert "EPSG:4527" in desk.page.inner_text("[data-test=zone]")
    desk.check()


def test_the_keyboard_alone_moves_and_identifies(desk: Desk) -> None:
    desk.sign_in("officer")
    desk.page.focus("[data-test=map]")
    desk.page.keyboard.press("ArrowRight")
    desk.page.keyboard.press("+")
    desk.page.wait_for_timeout(400)
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_selector("[data-test=identify]")


def test_images_shine_through_the_parcels(desk: Desk) -> None:
    desk.sign_in("officer")
    before = pixels(desk)
    desk.page.locator("[data-test^='layer-xz.dom'] input").first.check()
    desk.page.wait_for_load_state("networkidle")
    desk.page.wait_for_selector(DRAWN)
    desk.page.wait_for_timeout(500)
    assert any("/api/imagery/xz.dom" in url for url in desk.asked)
    assert pixels(desk) > before


def test_the_catalogue_finds_chinese_words(desk: Desk) -> None:
    desk.sign_in("officer")
    desk.open("/catalog")
    desk.check()
    desk.page.fill("[data-test=catalog-search]", "基本农田")
    desk.page.wait_for_selector("[data-test='resource-xz.dltb']", state="detached")
    assert desk.page.locator("[data-test='resource-gh.yjjbntb']").is_visible()
    desk.page.fill("[data-test=catalog-search]", "没有这样的词")
    desk.page.wait_for_selector("text=没有符合条件的资源")
    desk.check()
    desk.open("/catalog/xz.dltb")
    assert desk.page.locator("[data-test=versions] tbody tr").count() == 2
    desk.check()


def test_every_page_speaks_english(desk: Desk) -> None:
    desk.sign_in("officer")
    desk.review()
    desk.page.click("header >> text=English")
    desk.page.wait_for_selector("text=Permanent basic farmland >> nth=0")
    assert desk.page.evaluate("document.documentElement.lang") == "en"
    desk.check()
    desk.open("/reviews")
    assert desk.page.inner_text("h1") == "Reviews"
    desk.check()
    desk.page.locator("[data-test=reviews] a").first.click()
    desk.page.wait_for_selector("[data-test=result]")
    desk.check()


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (390, 844)])
def test_wide_and_narrow_windows_show_everything(
    window: Callable[..., Desk], width: int, height: int
) -> None:
    desk = window(width, height)
    desk.sign_in("officer")
    if width < 1000:
        desk.page.click(".panel-button.side")
    desk.review()
    assert desk.page.evaluate("document.documentElement.scrollWidth") <= width
    desk.check()
    for path in ("/catalog", "/catalog/xz.dltb", "/reviews"):
        desk.open(path)
        assert desk.page.evaluate("document.documentElement.scrollWidth") <= width
        desk.check()


def test_a_wrong_password_is_told(desk: Desk) -> None:
    desk.open("/signin")
    desk.check()
    desk.page.fill("[name=account]", "surveyor")
    desk.page.fill("[name=password]", "wrong")
    desk.page.click("[data-test=submit]")
    desk.page.wait_for_selector("[data-test=problem] >> text=GT-4001")
    desk.failed.clear()
    desk.complaints.clear()  # the browser notes the 401 itself
    desk.check()


def test_a_node_that_does_not_answer_can_be_asked_again(desk: Desk) -> None:
    desk.page.route("**/api/node", lambda route: route.abort())
    desk.open("/")
    desk.page.wait_for_selector("[data-test=problem] >> text=GT-1006")
    desk.page.unroute("**/api/node")
    desk.page.click("[data-test=problem] button")
    desk.page.wait_for_selector(DRAWN)


def test_an_unreadable_file_is_refused_with_a_remedy(desk: Desk, tmp_path: Path) -> None:
    desk.sign_in("officer")
    (tmp_path / "x.txt").write_text("你好", encoding="utf-8")
    desk.page.set_input_files("[data-test=file]", tmp_path / "x.txt")
    desk.page.wait_for_selector("[data-test=problem]")
    assert desk.page.locator("[data-test=drop]").is_visible()
    desk.failed.clear()
    desk.complaints.clear()
    desk.check()


def test_an_ended_session_asks_to_sign_in_again(desk: Desk) -> None:
    desk.sign_in("officer")
    desk.page.context.clear_cookies()
    desk.drop(desk.served.demo.files / "project.txt")
    desk.page.wait_for_selector("[data-test=sign-in]")
    assert desk.page.locator("[data-test=sign-in-first]").is_visible()
