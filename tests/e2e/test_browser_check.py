"""Check before you submit in a real browser: dropped, resumed, matched, looked at, taken home, shared, in both languages."""
# ruff: noqa: F401, F811 - fixtures are taken over by their names

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely

from e2e.test_browser import Desk, browser, desk, playwright, pytestmark, window
from unit.ingest.deliveries import write
from unit.quality.parcel_rows import cell, parcel


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    rows = [parcel(1), parcel(2, DLMC="旱地"), parcel(3, shapely.union(cell(3), cell(3.4))), parcel(4)]
    frame = geopandas.read_file(write(tmp_path / "d.gpkg", rows))
    frame.rename(columns={"ZLDWMC": "坐落单位"}).to_file(tmp_path / "地类图斑.gpkg", layer="DLTB")
    return tmp_path / "地类图斑.gpkg"


def done(desk: Desk) -> Any:
    desk.page.wait_for_selector("[data-test=verdict]")
    desk.page.wait_for_load_state("networkidle")
    return desk.page


def checked(desk: Desk, path: Path) -> Any:
    desk.sign_in("surveyor")
    desk.open("/check")
    desk.page.set_input_files("[data-test=file]", path)
    return done(desk)


def test_the_whole_way_from_file_to_report(desk: Desk, faulty: Path, tmp_path: Path) -> None:
    page = checked(desk, faulty)
    assert page.get_attribute("[data-test=verdict]", "data-verdict") == "refused"
    assert "ZLDWMC" in page.inner_text("[data-test=reading]")
    desk.check()
    page.select_option("[data-test='map-坐落单位']", "ZLDWMC")
    before = page.url
    page.click("[data-test=recheck]")
    page.wait_for_function("before => location.href !== before", arg=before)
    done(desk)
    assert "1303" not in page.inner_text("[data-test=rules]")
    page.select_option("[data-test=filter-rule]", "1502")
    page.wait_for_function("document.querySelectorAll('[data-test=finding]').length >= 1")
    page.locator("[data-test=finding] button").first.click()
    page.wait_for_selector("tr.here")
    page.wait_for_timeout(500)
    colours = page.evaluate(
        """() => { const seen = new Set(); for (const canvas of document.querySelectorAll('[data-test=check-map] canvas')) {
        const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data
        for (let i = 0; i < data.length; i += 44) if (data[i + 3]) seen.add(data.slice(i, i + 3).join()) } return seen.size }"""
    )
    assert colours > 3
    desk.check()
    for kind, magic in (("html", b"<!d"), ("xlsx", b"PK"), ("gpkg", b"SQLite"), ("normalised", b"SQLite")):
        with page.expect_download() as waiting:
            page.click(f"[data-test=take-{kind}]")
        waiting.value.save_as(tmp_path / "taken")
        assert (tmp_path / "taken").read_bytes().startswith(magic)


def test_a_click_on_the_map_leads_to_the_row(desk: Desk, faulty: Path) -> None:
    page = checked(desk, faulty)
    page.select_option("[data-test=filter-rule]", "1502")
    page.wait_for_function("document.querySelectorAll('[data-test=finding]').length >= 1")
    page.locator("[data-test=finding]").first.click()
    page.wait_for_timeout(400)
    page.select_option("[data-test=filter-severity]", "A")
    page.wait_for_load_state("networkidle")
    page.wait_for_selector("tr.here", state="detached")
    page.locator("[data-test=check-map]").scroll_into_view_if_needed()
    box = page.locator("[data-test=check-map]").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector("tr.here")


def test_a_shared_link_opens_for_those_who_may(
    window: Callable[..., Desk],
    faulty: Path,
) -> None:
    mine = window()
    page = checked(mine, faulty)
    page.click("[data-test=share] summary")
    page.click("[data-test=make-link]")
    link = page.input_value("[data-test=link]")
    path = link.removeprefix(mine.served.address)
    officer = window()
    officer.sign_in("officer")
    officer.open(path)
    done(officer)
    assert officer.page.locator("[data-test=recheck]").count() == 0
    assert officer.page.locator("[data-test=share]").count() == 0
    officer.check()
    stranger = window()
    stranger.open(path)
    stranger.page.wait_for_selector("[data-test=problem] >> text=GT-7015")
    page.click("[data-test=withdraw]")
    page.wait_for_selector("[data-test=withdraw]", state="detached")
    officer.open(path)
    officer.page.wait_for_selector("[data-test=problem] >> text=GT-7011")


def test_a_question_is_answered_on_the_page(desk: Desk, tmp_path: Path) -> None:
    frame = geopandas.read_file(write(tmp_path / "d.gpkg", [parcel(1), parcel(2)])).set_crs(
        4549, allow_override=True
    )
    frame.geometry = frame.translate(-40_000_000)
    frame.to_file(
        tmp_path / "DLTB.geojson", driver="GeoJSON", engine="pyogrio", layer_options={"RFC7946": "NO"}
    )
    text = (tmp_path / "DLTB.geojson").read_text(encoding="utf-8")
    start = text.index('"crs"')
    (tmp_path / "DLTB.geojson").write_text(text[:start] + text[text.index('"features"') :], encoding="utf-8")
    page = checked(desk, tmp_path / "DLTB.geojson")
    assert page.get_attribute("[data-test=verdict]", "data-verdict") == "asks"
    desk.check()
    page.select_option("[data-test=answer]", "4549")
    before = page.url
    page.click("[data-test=give-answer]")
    page.wait_for_function("before => location.href !== before", arg=before)
    done(desk)
    assert "EPSG:4549" in page.inner_text("[data-test=reading] summary")


def test_a_broken_line_is_resumed(desk: Desk, tmp_path: Path) -> None:
    big = tmp_path / "大.gpkg"
    big.write_bytes(b"SQLite format 3\0" + os.urandom(12 << 20))
    desk.sign_in("surveyor")
    desk.open("/check")
    sent: list[str] = []

    def line(route: Any) -> None:
        sent.append(route.request.headers["upload-offset"])
        if len(sent) == 2:
            route.abort()
        else:
            route.continue_()

    desk.page.route(
        "**/api/uploads/*",
        lambda route: line(route) if route.request.method == "PATCH" else route.continue_(),
    )
    desk.page.set_input_files("[data-test=file]", big)
    desk.page.wait_for_selector("text=秒后重试")
    desk.page.wait_for_selector("text=检查没有完成")
    assert sent[:3] == ["0", str(4 << 20), str(4 << 20)]


def test_an_unreadable_file_says_why_and_mine_lists_it(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "x.gpkg").write_bytes(b"nothing")
    desk.sign_in("surveyor")
    desk.open("/check")
    desk.page.set_input_files("[data-test=file]", tmp_path / "x.gpkg")
    desk.page.wait_for_selector("[data-test=problem]")
    desk.check()
    desk.open("/check")
    desk.page.wait_for_selector("[data-test=mine] >> text=x.gpkg")
    desk.check()


def test_a_guest_is_told_to_sign_in(desk: Desk) -> None:
    desk.open("/check")
    assert desk.page.locator("[data-test=sign-in-first]").is_visible()
    desk.check()


@pytest.mark.parametrize("width", [1920, 390])
def test_wide_narrow_and_english(window: Callable[..., Desk], faulty: Path, width: int) -> None:
    desk = window(width, 844)
    page = checked(desk, faulty)
    page.click("header >> text=English")
    page.wait_for_selector("text=Refused")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    desk.check()
    desk.open("/check")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    desk.check()
