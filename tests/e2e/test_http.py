"""The node over real HTTP: shapes of all answers, what guests may not even know of, and every way to be refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from guotu.serve import portal as portal_files
from tile_reader import read_tile

MERCATOR_Z = 14
SECRET, OPEN = "gh.yjjbntb", "gh.czkfbj"


@pytest.fixture(scope="module")
def guest(served: Any) -> Iterator[httpx.Client]:
    with served.client() as client:
        yield client


@pytest.fixture(scope="module")
def officer(served: Any) -> Iterator[httpx.Client]:
    with served.client("officer") as client:
        yield client


@pytest.fixture(scope="module")
def boundary(served: Any, officer: httpx.Client) -> dict[str, Any]:
    with (served.demo.files / "project.txt").open("rb") as file:
        answer = officer.post("/api/boundaries", files={"file": ("project.txt", file)})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


@pytest.fixture(scope="module")
def review(served: Any, officer: httpx.Client, boundary: dict[str, Any]) -> dict[str, Any]:
    wanted = served.demo.project("park")["request"]
    answer = officer.post(
        "/api/reviews", json={"boundary": boundary["id"], "kind": wanted["kind"], "use": wanted["use"]}
    )
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = dict(answer.json())
    assert body["code"] == code
    assert body["status"] == status
    assert {"type", "title", "detail", "hint", "instance"} <= body.keys()
    return body


def tile_of(lon: float, lat: float, z: int) -> tuple[int, int]:
    import math

    n = 1 << z
    row = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int((lon + 180) / 360 * n), int(row * n)


def layers_of(client: httpx.Client, **query: str) -> dict[str, dict[str, Any]]:
    tree = client.get("/api/layers", params=query).json()
    return {layer["dataset"]: layer for group in tree["groups"] for layer in group["layers"]}


# health and headers


def test_the_node_says_how_it_is(guest: httpx.Client) -> None:
    assert guest.get("/livez").json() == {"status": "ok"}
    ready = guest.get("/readyz").json()
    assert ready["checks"]["store"]["ok"]
    health = guest.get("/healthz").json()
    assert health["node"] == "N-349021-01"
    assert set(health["checks"]) == {"store", "disk"}


@pytest.mark.parametrize("path", ["/", "/api/node", "/api/nothing", "/api/tiles/none/0/0/0.mvt", "/livez"])
def test_every_answer_forbids_foreign_origins_and_framing(guest: httpx.Client, path: str) -> None:
    headers = guest.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert not re.search(r"https?:", policy)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"]
    assert "server" not in headers


def test_large_answers_travel_compressed(guest: httpx.Client) -> None:
    assert guest.get("/api/layers").headers["content-encoding"] == "gzip"
    assert "content-encoding" not in guest.get("/api/layers", headers={"Accept-Encoding": "identity"}).headers


# the portal's files


PAGES = [
    "/",
    "/catalog",
    "/catalog/xz.dltb",
    "/reviews",
    "/signin",
    "/portal/internal",
    "/portal/gov",
    "/portal/public",
]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_of_the_portal_is_served(guest: httpx.Client, path: str) -> None:
    answer = guest.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    "path",
    [
        "/../node.key",
        "/%2e%2e/%2e%2e/app.py",
        "/..%2fapp.py",
        "/assets/..%2f..%2fapp.py",
        "/assets/%2e%2e/%2e%2e/app.py",
        "//etc/passwd",
    ],
)
def test_no_path_leads_out_of_the_portal(served: Any, path: str) -> None:
    with httpx.Client() as client:
        answer = client.send(client.build_request("GET", httpx.URL(served.address, raw_path=path.encode())))
    assert b"import annotations" not in answer.content
    assert b"PRIVATE KEY" not in answer.content
    assert b"root:" not in answer.content


@pytest.mark.skipif(
    not portal_files.root().joinpath("index.html").is_file(), reason="the portal is not built"
)
def test_the_portals_assets_are_kept_for_good_and_its_page_is_not(guest: httpx.Client) -> None:
    page = guest.get("/")
    script = re.search(r'src="(/assets/[^"]+\.js)"', page.text)
    assert script is not None
    assert page.headers["cache-control"] == "no-cache"
    assert "immutable" in guest.get(script[1]).headers["cache-control"]
    assert guest.get("/assets/missing.js").status_code == 404


# who asks


def test_a_guest_is_a_guest(guest: httpx.Client) -> None:
    state = guest.get("/api/session").json()
    assert state == {
        "signed_in": False,
        "csrf": None,
        "account": {
            "id": "guest",
            "name": "访客",
            "organisation": "",
            "roles": ["guest"],
            "clearance": "公开",
        },
        "may": [],
    }


def test_signing_in_gives_a_cookie_that_scripts_cannot_read(served: Any) -> None:
    with served.client() as client:
        answer = client.post("/api/session", json={"account": "officer", "password": _password("officer")})
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        state = client.get("/api/session").json()
    assert state["signed_in"]
    assert state["may"] == ["review"]
    assert state["account"]["clearance"] == "内部"


def test_cookies_can_be_bound_to_https(serve: Callable[..., Any]) -> None:
    hardened = serve(secure_cookies="1", max_upload_mb="1")
    with hardened.client() as client:
        answer = client.post("/api/session", json={"account": "officer", "password": _password("officer")})
        assert "Secure" in answer.headers["set-cookie"]
        token = re.search(r"guotu_session=([^;]+)", answer.headers["set-cookie"])
        assert token is not None
        cookie = {"Cookie": f"guotu_session={token[1]}"}
        large = {"file": ("big.zip", b"\0" * (2 << 20))}
        refused(client.post("/api/boundaries", files=large, headers=cookie), 413, "GT-1009")


def test_signing_out_ends_the_session_at_once(served: Any) -> None:
    with served.client("surveyor") as client:
        token = client.cookies["guotu_session"]
        assert client.delete("/api/session").status_code == 204
    with served.client(Cookie=f"guotu_session={token}") as thief:
        assert not thief.get("/api/session").json()["signed_in"]


def test_a_wrong_password_is_refused_and_repeated_ones_lock(served: Any) -> None:
    with served.client() as client:
        form = {"account": "admin", "password": "wrong"}
        for _ in range(5):
            refused(client.post("/api/session", json=form), 401, "GT-4001")
        refused(client.post("/api/session", json=form | {"password": _password("admin")}), 401, "GT-4004")
        refused(client.post("/api/session", json={"account": "nobody", "password": "x"}), 401, "GT-4001")


def test_a_signed_in_change_must_prove_it_was_meant(served: Any) -> None:
    with served.client("officer") as client:
        for token in ("", "wrong", "错".encode().decode("latin-1")):
            client.headers["X-Guotu-CSRF"] = token
            refused(client.post("/api/boundaries/drawn", json={"name": "x", "geometry": {}}), 403, "GT-4008")
            refused(client.delete("/api/session"), 403, "GT-4008")
        assert client.get("/api/session").json()["signed_in"]


# hidden reads as absent


def test_a_guest_sees_open_layers_only(guest: httpx.Client, officer: httpx.Client) -> None:
    seen, all_of_them = layers_of(guest), layers_of(officer)
    assert OPEN in seen
    assert SECRET in all_of_them
    assert {layer["secrecy"] for layer in seen.values()} == {"公开"}
    assert seen.keys() < all_of_them.keys()


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/tiles/{}/10/848/417.mvt", "GT-2001"),
        ("/api/datasets/{}/features", "GT-2001"),
        ("/api/datasets/{}/features/" + "0" * 32 + "/history", "GT-2001"),
        ("/api/versions?dataset={}", "GT-2001"),
        ("/api/catalog/{}", "GT-3001"),
    ],
)
def test_what_is_hidden_is_absent_to_the_last_word(guest: httpx.Client, path: str, code: str) -> None:
    hidden = refused(guest.get(path.format(SECRET)), 404, code)
    absent = refused(guest.get(path.format("gh.nothere")), 404, code)
    assert str(hidden).replace(SECRET, "gh.nothere") == str(absent)


def test_nothing_else_tells_a_guest_of_hidden_data(guest: httpx.Client, officer: httpx.Client) -> None:
    everything = layers_of(officer)
    west, south, east, north = everything[SECRET]["extent"]
    where = {"lon": (west + east) / 2, "lat": (south + north) / 2, "tolerance_m": 5000}
    answers = [
        guest.get("/api/search", params={"q": "基本农田"}),
        guest.get("/api/catalog", params={"text": "基本农田"}),
        guest.get("/api/identify", params=where),
        guest.get("/api/moments"),
        guest.get("/api/openapi.json"),
    ]
    assert all(SECRET not in answer.text for answer in answers)
    assert SECRET in officer.get("/api/search", params={"q": "基本农田"}).text
    counts = {branch["id"]: branch["count"] for branch in guest.get("/api/catalog/tree").json()}
    assert sum(counts.values()) == guest.get("/api/catalog").json()["total"]


def test_images_are_guarded_like_everything_else(guest: httpx.Client, officer: httpx.Client) -> None:
    image = officer.get("/api/layers").json()["imagery"][0]
    west, south, east, north = image["extent"]
    x, y = tile_of((west + east) / 2, (south + north) / 2, 13)
    path = image["tiles"].format(z=13, x=x, y=y)
    answer = officer.get(path)
    assert answer.content.startswith(b"\x89PNG")
    assert officer.get(image["tiles"].format(z=13, x=0, y=0)).status_code == 204
    refused(guest.get(path), 404, "GT-3001")


# the map


def test_the_node_introduces_itself(guest: httpx.Client) -> None:
    node = guest.get("/api/node").json()
    assert node["id"] == "N-349021-01"
    assert node["division"] == "349021"
    assert len(node["extent"]) == 4
    assert {account["id"] for account in node["demo_accounts"]} == {"officer", "surveyor", "admin"}


def test_layers_carry_paint_legend_and_provenance(officer: httpx.Client) -> None:
    layers = layers_of(officer)
    parcels = layers["xz.dltb"]
    assert parcels["style"]["field"] == "DLBM"
    assert parcels["legend"][0]["label"] == "0101 水田"
    assert layers["gh.ghyt"]["style"]["prefix"] == 2
    assert all(layer["features"] > 0 and layer["owner"] and layer["version"] for layer in layers.values())
    assert layers["xz.xzq"]["label_zoom"] < 8 < layers["gh.czkfbj"]["label_zoom"]


def test_a_date_shows_the_layers_of_that_day(officer: httpx.Client) -> None:
    moments = officer.get("/api/moments").json()
    assert [m["date"] for m in moments] == sorted((m["date"] for m in moments), reverse=True)
    editions = [m["date"] for m in moments if "xz.dltb" in m["datasets"]]
    assert len(editions) == 2
    now, then = layers_of(officer)["xz.dltb"], layers_of(officer, at=editions[1])["xz.dltb"]
    assert (now["data_date"], then["data_date"]) == tuple(editions)
    assert now["tile_key"] != then["tile_key"]
    assert layers_of(officer, at="1990-01-01") == {}
    images = officer.get("/api/layers", params={"at": editions[1]}).json()["imagery"]
    assert images
    assert all(image["date"] <= editions[1] for image in images)


def test_a_tile_holds_the_class_and_where_to_write_the_label(officer: httpx.Client) -> None:
    layer = layers_of(officer)["xz.dltb"]
    west, south, east, north = layer["extent"]
    x, y = tile_of((west + east) / 2, (south + north) / 2, MERCATOR_Z)
    path = f"/api/tiles/xz.dltb/{MERCATOR_Z}/{x}/{y}.mvt"
    answer = officer.get(path, params={"k": layer["tile_key"]})
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert "immutable" in answer.headers["cache-control"]
    layers = read_tile(answer.content)
    assert set(layers) == {"xz.dltb", "xz.dltb.label"}
    assert set(layers["xz.dltb"]["features"][0]["tags"]) == {"DLBM", "fid"}
    assert set(layers["xz.dltb.label"]["features"][0]["tags"]) == {"label"}
    etag = answer.headers["etag"]
    assert officer.get(path, headers={"If-None-Match": etag}).status_code == 304
    assert officer.get(path).headers["cache-control"] == "private, no-cache"
    plain = officer.get(path, headers={"Accept-Encoding": "identity"})
    assert plain.content == answer.content


def test_an_overview_tile_is_light(officer: httpx.Client) -> None:
    layer = layers_of(officer)["xz.dltb"]
    west, south, east, north = layer["extent"]
    x, y = tile_of((west + east) / 2, (south + north) / 2, 9)
    answer = officer.get(f"/api/tiles/xz.dltb/9/{x}/{y}.mvt")
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < 12 * layer["features"]
    (shapes,) = read_tile(answer.content).values()
    assert shapes["extent"] == 1024
    assert set(shapes["features"][0]["tags"]) == {"DLBM"}


@pytest.mark.parametrize("place", ["3/8/0", "3/0/8", "-1/0/0", "19/0/0", "99/0/0"])
def test_a_tile_outside_the_grid_does_not_exist(officer: httpx.Client, place: str) -> None:
    refused(officer.get(f"/api/tiles/xz.dltb/{place}.mvt"), 404, "GT-1008")


def test_an_empty_tile_is_no_content(officer: httpx.Client) -> None:
    assert officer.get("/api/tiles/xz.dltb/14/0/0.mvt").status_code == 204


def test_a_point_is_identified_with_provenance(officer: httpx.Client) -> None:
    west, south, east, north = layers_of(officer)["xz.dltb"]["extent"]
    lon, lat = (west + east) / 2, (south + north) / 2
    found = officer.get("/api/identify", params={"lon": lon, "lat": lat}).json()
    assert found["point"]["gk"]["epsg"] == 4527
    assert 39_000_000 < found["point"]["gk"]["easting"] < 40_000_000
    group = next(group for group in found["groups"] if group["dataset"] == "xz.dltb")
    (feature,) = group["features"]
    assert group["version"]
    assert feature["area_m2"] > 0
    assert any(a["field"] == "DLBM" and " " in a["text"] for a in feature["attributes"])


def test_the_one_box_finds_places_parcels_projects_coordinates_and_resources(officer: httpx.Client) -> None:
    def search(words: str) -> dict[str, Any]:
        return dict(officer.get("/api/search", params={"q": words}).json())

    assert search("镇")["places"][0]["dataset"] == "xz.xzq"
    page = officer.get("/api/datasets/xz.dltb/features", params={"limit": 1}).json()
    number = page["features"][0]["properties"]["BSM"]
    assert search(number)["features"][0]["fid"] == page["features"][0]["id"]
    assert search("118°27′E 30°54′N")["coordinate"]["lon"] == pytest.approx(118.45)
    assert search("基本农田")["resources"][0]["id"] == SECRET
    assert search("%")["features"] == []


# catalogue and data


def test_the_catalogue_understands_chinese_words(officer: httpx.Client) -> None:
    found = officer.get("/api/catalog", params={"text": "基本农田"}).json()
    assert found["items"][0]["id"] == SECRET
    assert found["items"][0]["label"] == {"secrecy": "内部", "data_class": "一般", "sharing": "有条件共享"}
    rasters = officer.get("/api/catalog", params={"kind": "raster"}).json()
    assert rasters["total"] == 3
    assert (
        officer.get("/api/catalog", params={"category": "gh", "limit": 2})
        .json()["items"][1]["category"]
        .startswith("gh")
    )


def test_a_resource_tells_schema_versions_and_sources(officer: httpx.Client) -> None:
    shown = officer.get("/api/catalog/xz.dltb").json()
    assert [field["code"] for field in shown["schema"]["fields"]][:2] == ["BSM", "YSDM"]
    newest, first = shown["versions"]
    assert newest["added"]
    assert newest["deleted"]
    assert first["deleted"] == 0
    assert len(newest["digest"]) == 64
    assert len(shown["sources"]) == 2
    assert officer.get("/api/versions", params={"dataset": "xz.dltb"}).json() == shown["versions"]
    assert officer.get("/api/catalog/sj.rk").json()["schema"]["code"] == "RK"
    assert "schema" not in officer.get("/api/catalog/xz.dem").json()


def test_features_come_in_pages(officer: httpx.Client) -> None:
    first = officer.get("/api/datasets/xz.dltb/features", params={"limit": 3}).json()
    second = officer.get("/api/datasets/xz.dltb/features", params={"limit": 3, "after": first["next"]}).json()
    ids = [feature["id"] for feature in first["features"] + second["features"]]
    assert len(set(ids)) == 6
    assert first["type"] == "FeatureCollection"
    west, south, east, north = layers_of(officer)["xz.dltb"]["extent"]
    box = f"{west},{south},{(west + east) / 2},{(south + north) / 2}"
    boxed = officer.get("/api/datasets/xz.dltb/features", params={"bbox": box, "limit": 1000}).json()
    assert 0 < len(boxed["features"]) < layers_of(officer)["xz.dltb"]["features"]


def test_a_feature_remembers_its_versions(served: Any, officer: httpx.Client) -> None:
    parent = served.demo.truth["second_edition"]["splits"][0]["from"]
    old = officer.get("/api/datasets/xz.dltb/features", params={"at": "2024-12-31", "limit": 1000}).json()[
        "features"
    ]
    fid = next((one["id"] for one in old if one["properties"]["BSM"] == parent), old[0]["id"])
    versions = officer.get(f"/api/datasets/xz.dltb/features/{fid}/history").json()["versions"]
    assert versions[0]["op"] == "put"
    assert versions[0]["data_date"] == "2024-12-31"
    assert {"attributes", "lineage", "valid_from", "geometry"} <= versions[0].keys()


# boundaries and reviews


def test_a_boundary_file_is_read_with_its_zone_and_evidence(
    served: Any, officer: httpx.Client, boundary: dict[str, Any]
) -> None:
    planted = served.demo.project("park")
    assert boundary["zone"]["epsg"] == planted["zone_epsg"]
    assert "39" in boundary["evidence"]
    assert boundary["area_plane_m2"] == pytest.approx(planted["area_plane_m2"], abs=0.01)
    assert boundary["parcels"][0]["points"][0]["label"] == "J1"
    assert officer.get(f"/api/boundaries/{boundary['id']}").json() == boundary
    english = officer.get(f"/api/boundaries/{boundary['id']}", headers={"Accept-Language": "en-GB"}).json()
    assert "zone 39" in english["zone"]["label"]


def test_a_drawn_boundary_is_measured_in_its_zone(officer: httpx.Client) -> None:
    ring = [[118.44, 30.89], [118.442, 30.89], [118.442, 30.892], [118.44, 30.892], [118.44, 30.89]]
    drawing = {"name": "图上绘制", "geometry": {"type": "Polygon", "coordinates": [ring]}}
    drawn = officer.post("/api/boundaries/drawn", json=drawing)
    assert drawn.status_code == 201
    assert drawn.json()["zone"]["epsg"] == 4527
    crossed = {"type": "Polygon", "coordinates": [[ring[0], ring[2], ring[1], ring[3], ring[0]]]}
    assert officer.post("/api/boundaries/drawn", json=drawing | {"geometry": crossed}).status_code == 422


@pytest.mark.parametrize(
    "name", ["../../../evil.txt", "..", "a/b\\c.txt", "\x00.txt", "界" * 200 + ".txt", " "]
)
def test_a_files_name_is_only_a_name(served: Any, officer: httpx.Client, name: str) -> None:
    body = (served.demo.files / "project.txt").read_bytes()
    answer = officer.post("/api/boundaries", files={"file": (name, body)})
    assert answer.status_code in (201, 400, 422), answer.text
    if name.endswith(".txt") and "\x00" not in name:
        assert answer.status_code == 201


def test_a_file_that_does_not_tell_its_coordinates_is_asked_for(officer: httpx.Client) -> None:
    ring = "\n".join(
        f"J{i},1,{x},{y}"
        for i, (x, y) in enumerate(
            [(3420000, 640000), (3420000, 640200), (3420200, 640200), (3420000, 640000)], 1
        )
    )
    text = f"[属性描述]\n坐标系=2000国家大地坐标系\n[地块坐标]\n4,1.0,1,地块,面,,公路,,@\n{ring}\n"
    asked = refused(officer.post("/api/boundaries", files={"file": ("x.txt", text.encode())}), 422, "GT-1221")
    choices = asked["facts"]["choices"]
    assert {"epsg", "label"} <= choices[0].keys()
    again = officer.post(
        "/api/boundaries", files={"file": ("x.txt", text.encode())}, data={"crs_epsg": "4548"}
    )
    assert again.status_code == 201, again.text


def test_what_is_no_boundary_is_refused_with_place_and_remedy(officer: httpx.Client) -> None:
    answer = officer.post("/api/boundaries", files={"file": ("x.txt", "你好".encode())})
    assert answer.status_code == 422
    assert answer.json()["hint"]
    english = officer.post(
        "/api/boundaries", files={"file": ("x.txt", b"hello")}, headers={"Accept-Language": "en"}
    )
    assert english.json()["detail"].isascii()


def test_a_review_finds_what_was_planted(served: Any, review: dict[str, Any]) -> None:
    expected = served.demo.project("park")["expected"]
    verdicts = {check["id"]: check["verdict"] for check in review["checks"]}
    for check, planted in expected.items():
        if "verdict" in planted:
            assert verdicts[check] == planted["verdict"], check
    farmland = next(check for check in review["checks"] if check["id"] == "farmland")
    assert sum(hit["area_m2"] for hit in farmland["hits"]) == pytest.approx(
        expected["farmland"]["area_m2"], abs=0.01
    )
    assert all(hit["geometry"]["type"] in ("Polygon", "MultiPolygon") for hit in farmland["hits"])
    assert sum(round(row["area_ha"] * 10_000) for row in review["landuse_table"]) == 200_000


def test_a_review_is_kept_for_its_own_subject_only(
    served: Any, officer: httpx.Client, review: dict[str, Any]
) -> None:
    listed = officer.get("/api/reviews").json()
    assert listed[0].keys() == {"id", "name", "created", "verdicts", "area_ha"}
    again = officer.get(f"/api/reviews/{review['id']}").json()
    assert again["checks"] == review["checks"]
    with served.client("surveyor") as other:
        refused(other.get(f"/api/reviews/{review['id']}"), 404, "GT-5091")
        refused(other.get(f"/api/reviews/{review['id']}/report.json"), 404, "GT-5091")
        refused(other.get(f"/api/boundaries/{review['boundary']}"), 404, "GT-5090")
        refused(other.post("/api/reviews", json={"boundary": review["boundary"]}), 404, "GT-5090")
        assert other.get("/api/reviews").json() == []


def test_an_older_edition_is_reviewed_when_asked(officer: httpx.Client, boundary: dict[str, Any]) -> None:
    old = officer.post("/api/reviews", json={"boundary": boundary["id"], "at": "2024-12-31"}).json()
    entry = next(layer for layer in old["layers"] if layer["dataset"] == "xz.dltb")
    assert old["as_of"] == "2024-12-31"
    assert entry["data_date"] == "2024-12-31"


@pytest.mark.parametrize(
    ("format", "magic"),
    [("pdf", b"%PDF"), ("docx", b"PK"), ("xlsx", b"PK"), ("html", b"<!doctype"), ("json", b"{")],
)
def test_the_report_comes_in_five_formats(
    officer: httpx.Client, review: dict[str, Any], format: str, magic: bytes
) -> None:
    answer = officer.get(f"/api/reviews/{review['id']}/report.{format}")
    assert answer.status_code == 200
    assert answer.content.lower().startswith(magic.lower())
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E9%9D%92")


def test_options_name_every_kind_and_use(officer: httpx.Client) -> None:
    options = officer.get("/api/review-options").json()
    assert {"id", "title", "title_en"} == options["kinds"][0].keys()
    assert any(use["code"] == "1001" and use["parent"] == "10" for use in options["uses"])
    assert options["profile"]["edition"]


# refusals


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nothing", 404, "GT-1008"),
        ("GET", "/api/layers?at=yesterday", 400, "GT-1007"),
        ("GET", "/api/layers?at=2024-13-01", 400, "GT-1007"),
        ("GET", "/api/identify?lon=181&lat=0", 400, "GT-1007"),
        ("GET", "/api/identify?lon=nan&lat=0", 400, "GT-1007"),
        ("GET", "/api/identify", 400, "GT-1007"),
        ("GET", "/api/catalog?kind=dream", 400, "GT-1007"),
        ("GET", "/api/catalog?limit=0", 400, "GT-1007"),
        ("GET", "/api/datasets/xz.dltb/features?bbox=1,2,3", 400, "GT-1007"),
        ("GET", "/api/datasets/xz.dltb/features?bbox=nan,0,1,1", 400, "GT-1007"),
        ("GET", "/api/datasets/xz.dltb/features?after=zz", 400, "GT-1007"),
        ("GET", "/api/datasets/xz.dltb/features/zz/history", 404, "GT-2008"),
        ("GET", "/api/search?q=" + "x" * 101, 400, "GT-1007"),
        ("GET", "/api/boundaries/none", 404, "GT-5090"),
        ("GET", "/api/reviews/none", 404, "GT-5091"),
        ("GET", "/api/imagery/xz.dltb/1/0/0.png", 404, "GT-3001"),
        ("PUT", "/api/session", 405, "GT-1007"),
        ("POST", "/api/reviews", 400, "GT-1007"),
    ],
)
def test_every_refusal_is_a_problem_document(
    officer: httpx.Client, method: str, path: str, status: int, code: str
) -> None:
    refused(officer.request(method, path), status, code)


def test_an_unknown_report_format_is_told_the_known_ones(
    officer: httpx.Client, review: dict[str, Any]
) -> None:
    body = refused(officer.get(f"/api/reviews/{review['id']}/report.exe"), 400, "GT-5092")
    assert "docx" in body["hint"]


def test_guests_may_neither_upload_nor_review(guest: httpx.Client) -> None:
    refused(guest.post("/api/boundaries", files={"file": ("x.txt", b"x")}), 401, "GT-4002")
    refused(guest.post("/api/boundaries/drawn", json={"name": "x", "geometry": {}}), 401, "GT-4002")
    refused(guest.post("/api/reviews", json={"boundary": "x"}), 401, "GT-4002")
    refused(guest.get("/api/reviews"), 401, "GT-4002")
    refused(guest.post("/api/boundaries", files={"file": ("x.txt", b"x" * 70_000)}), 413, "GT-1009")


def test_a_document_has_a_limit_of_its_own(officer: httpx.Client) -> None:
    huge = b'{"name":"x","geometry":{"a":"' + b"x" * (9 << 20) + b'"}}'
    json_type = {"Content-Type": "application/json"}
    refused(officer.post("/api/boundaries/drawn", content=huge, headers=json_type), 413, "GT-1009")
    streamed = officer.post(
        "/api/boundaries/drawn",
        content=(huge[i : i + 65536] for i in range(0, len(huge), 65536)),
        headers=json_type,
    )
    refused(streamed, 413, "GT-1009")


def test_problems_speak_the_readers_language(officer: httpx.Client) -> None:
    assert officer.get("/api/nothing").json()["detail"] == "没有 /api/nothing"
    assert (
        officer.get("/api/nothing", headers={"Accept-Language": "en"}).json()["detail"]
        == "There is no /api/nothing"
    )
    assert "应不大于 180" in officer.get("/api/identify?lon=999&lat=1").json()["detail"]


def _password(account: str) -> str:
    from guotu.ops.demo_node import PASSWORDS

    return PASSWORDS[account]
