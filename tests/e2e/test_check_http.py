"""Uploads and checks over real HTTP: killed and resumed, checked, paged, reported, shared, forgotten."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from e2e.conftest import ENVIRONMENT, PROGRAM, Demo, Served, _alive, _until
from unit.ingest.deliveries import write
from unit.quality.parcel_rows import parcel

PIECES = {"Content-Type": "application/offset+octet-stream"}


def upload(client: httpx.Client, path: Path) -> str:
    body = path.read_bytes()
    id = client.post("/api/uploads", json={"name": path.name, "size": len(body)}).json()["id"]
    answer = client.patch(f"/api/uploads/{id}", content=body, headers={**PIECES, "Upload-Offset": "0"})
    assert answer.status_code == 204, answer.text
    digest = hashlib.sha256(body).hexdigest()
    assert client.post(f"/api/uploads/{id}/complete", json={"sha256": digest}).json()["complete"]
    return str(id)


def check(client: httpx.Client, upload: str, **asked: Any) -> dict[str, Any]:
    answer = client.post("/api/checks", json={"upload": upload, **asked})
    assert answer.status_code == 202, answer.text
    return until_done(client, answer.json()["id"])


def until_done(client: httpx.Client, id: str) -> dict[str, Any]:
    deadline = time.monotonic() + 120
    while True:
        shown = dict(client.get(f"/api/checks/{id}").json())
        if shown["status"] not in ("queued", "running"):
            return shown
        assert time.monotonic() < deadline
        threading.Event().wait(0.1)


@pytest.fixture(scope="module")
def surveyor(served: Served) -> Iterator[httpx.Client]:
    with served.client("surveyor") as client:
        yield client


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [parcel(1), parcel(2, DLMC="旱地"), parcel(3), parcel(4, TBMJ=1.0)]
    return write(tmp_path_factory.mktemp("f") / "地类图斑.gpkg", rows)


@pytest.fixture(scope="module")
def checked(surveyor: httpx.Client, faulty: Path) -> dict[str, Any]:
    return check(surveyor, upload(surveyor, faulty))


def test_a_check_tells_everything_about_the_file(checked: dict[str, Any]) -> None:
    assert checked["status"] == "done"
    (layer,) = checked["result"]["layers"]
    assert (layer["schema"], layer["features"], layer["crs"]["epsg"]) == ("dltb-2020", 4, 4528)
    assert {"source": "DLBM", "field": "DLBM", "reason": "代码 DLBM", "score": 1.0} in layer["mapping"]
    assert not layer["report"]["passed"]
    assert layer["report"]["score"]["grade"]


def test_findings_are_paged_and_filtered(surveyor: httpx.Client, checked: dict[str, Any]) -> None:
    path = f"/api/checks/{checked['id']}/findings"
    page = surveyor.get(path, params={"rule": "1306"}).json()
    assert page["total"] == 1
    assert page["items"][0]["place"]["row"] == 2
    assert page["items"][0]["geometry"]["type"] == "Polygon"
    every = surveyor.get(path, params={"limit": 2}).json()
    assert len(every["items"]) == 2
    assert every["total"] == checked["result"]["findings"]
    assert surveyor.get(path, params={"severity": "E"}).status_code == 400
    assert "must be" in surveyor.get(path, headers={"Accept-Language": "en"}).json()["items"][0]["detail"]


def test_a_layer_is_looked_at_and_taken_home(surveyor: httpx.Client, checked: dict[str, Any]) -> None:
    base = f"/api/checks/{checked['id']}"
    assert len(surveyor.get(f"{base}/sample").json()["features"]) == 4
    for form, magic in (
        ("html", b"<!d"),
        ("xlsx", b"PK"),
        ("json", b"{"),
        ("jsonl", b"{"),
        ("gpkg", b"SQLite"),
    ):
        answer = surveyor.get(f"{base}/report.{form}")
        assert answer.content.startswith(magic)
        assert "attachment" in answer.headers["content-disposition"]
    assert surveyor.get(f"{base}/normalised.gpkg").content.startswith(b"SQLite")
    assert surveyor.get(f"{base}/report.pdf").json()["code"] == "GT-6001"
    assert surveyor.get(f"{base}/sample", params={"layer": "X"}).json()["code"] == "GT-7013"


def test_nobody_else_sees_a_check_until_it_is_shared(
    served: Served, surveyor: httpx.Client, checked: dict[str, Any]
) -> None:
    base = f"/api/checks/{checked['id']}"
    with served.client("officer") as officer, served.client() as guest:
        assert officer.get(base).json()["code"] == "GT-7011"
        assert guest.get(base).json()["code"] == "GT-7017"
        refused = surveyor.post(f"{base}/share", json={"secrecy": "公开"})
        assert refused.json()["code"] == "GT-7016", "parcels are internal in this catalogue"
        link = surveyor.post(f"{base}/share", json={"secrecy": "内部", "hours": 1}).json()["path"]
        token = link.partition("share=")[2]
        shown = officer.get(base, params={"share": token}).json()
        assert shown["result"]["findings"] == checked["result"]["findings"]
        assert (shown["own"], shown["upload"], shown["share"]) == (False, None, None)
        assert officer.get(f"{base}/report.xlsx", params={"share": token}).status_code == 200
        assert guest.get(base, params={"share": token}).json()["code"] == "GT-7015"
        assert officer.get(base, params={"share": "x" * 43}).json()["code"] == "GT-7011"
        assert officer.delete(base).json()["code"] == "GT-7011"
        assert surveyor.delete(f"{base}/share").status_code == 204
        assert officer.get(base, params={"share": token}).json()["code"] == "GT-7011"


def test_a_visitor_checks_and_shares_what_is_public_where_the_node_allows(
    serve: Callable[..., Served], tmp_path: Path
) -> None:
    import geopandas
    import shapely

    open_node = serve(visitor_upload_mb="5")
    boundary = geopandas.GeoDataFrame(
        {"XZQDM": ["349021"], "XZQMC": ["甲"]}, geometry=[shapely.box(120, 30, 120.01, 30.01)], crs=4490
    )
    boundary.to_file(tmp_path / "x.gpkg", layer="x")
    me = {"X-Guotu-Visitor": "a" * 40}
    with open_node.client(**me) as visitor, open_node.client() as stranger:
        done = check(visitor, upload(visitor, tmp_path / "x.gpkg"), schema="czkfbj-2021")
        assert done["status"] == "done", done
        base = f"/api/checks/{done['id']}"
        assert stranger.get(base).json()["code"] == "GT-7017"
        link = visitor.post(f"{base}/share", json={"secrecy": "公开"}).json()["path"]
        seen = stranger.get(base, params={"share": link.partition("share=")[2]})
        assert seen.json()["result"]["layers"][0]["schema"] == "czkfbj-2021"
        assert visitor.delete(base).status_code == 204
        assert visitor.get(base).json()["code"] == "GT-7011"


def test_a_file_that_cannot_be_read_fails_with_its_reason(surveyor: httpx.Client, tmp_path: Path) -> None:
    (tmp_path / "x.gpkg").write_bytes(b"nothing")
    done = check(surveyor, upload(surveyor, tmp_path / "x.gpkg"))
    assert done["status"] == "failed"
    assert done["error"]["code"].startswith("GT-11")
    assert surveyor.get(f"/api/checks/{done['id']}/findings").json()["code"] == "GT-7012"


def test_pieces_are_refused_out_of_place_and_from_strangers(served: Served, surveyor: httpx.Client) -> None:
    id = surveyor.post("/api/uploads", json={"name": "a.gpkg", "size": 10}).json()["id"]
    send = lambda **head: surveyor.patch(f"/api/uploads/{id}", content=b"12345", headers={**PIECES, **head})  # noqa: E731
    assert send(**{"Upload-Offset": "3"}).json()["code"] == "GT-7005"
    assert send(**{"Upload-Offset": "0"}).headers["upload-offset"] == "5"
    head = surveyor.head(f"/api/uploads/{id}")
    assert (head.headers["upload-offset"], head.headers["upload-length"]) == ("5", "10")
    with served.client("officer") as officer:
        assert officer.get(f"/api/uploads/{id}").json()["code"] == "GT-7001"
    assert surveyor.delete(f"/api/uploads/{id}").status_code == 204


class Killable:
    """The program on a home, killed and started again at will."""

    def __init__(self, home: Path) -> None:
        self.home, self.number, self.peak = home, 0, 0
        self.start()

    def start(self) -> None:
        self.number += 1
        log = self.home.parent / f"log{self.number}"
        command = [sys.executable, "-c", PROGRAM, "--home", str(self.home), "serve", "--port", "0"]
        with log.open("wb") as target:
            self.process = subprocess.Popen(command, env=ENVIRONMENT, stdout=target, stderr=target)
        _until(lambda: b"http://" in log.read_bytes())
        found = re.search(r"http://[^/\s]+", log.read_text(encoding="utf-8"))
        assert found is not None
        self.address = found[0]
        _until(lambda: _alive(self.address))

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def resident(self) -> int:
        """Megabytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return int(status.partition("VmRSS:")[2].split()[0]) >> 10


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_200_megabytes_killed_twice_arrive_whole_in_flat_memory(demo: Demo, tmp_path: Path) -> None:
    size, piece = 200 << 20, 4 << 20
    shutil.copytree(demo.home, tmp_path / "node")
    block = os.urandom(1 << 20)
    whole = b"".join(number.to_bytes(4, "big") + block[4:] for number in range(size >> 20))
    server, id, before, grown = Killable(tmp_path / "node"), "", 0, []
    try:
        kills = [60 << 20, 140 << 20]
        while True:
            with Served(server.address, demo).client("surveyor") as client:
                if not id:
                    id = client.post("/api/uploads", json={"name": "大.gpkg", "size": size}).json()["id"]
                at = int(client.head(f"/api/uploads/{id}").headers["upload-offset"])
                before = server.resident()
                while at < size and not (kills and at >= kills[0]):
                    headers = {**PIECES, "Upload-Offset": str(at)}
                    answer = client.patch(
                        f"/api/uploads/{id}", content=whole[at : at + piece], headers=headers
                    )
                    at = int(answer.headers["upload-offset"])
                grown.append(server.resident() - before)
                if at >= size:
                    digest = hashlib.sha256(whole).hexdigest()
                    done = client.post(f"/api/uploads/{id}/complete", json={"sha256": digest}).json()
                    grown.append(server.resident() - before)
                    break
                kills.pop(0)
                _killed_amid(client, server, id, whole[at : at + 10 * piece], at)
    finally:
        server.process.kill()
        server.process.wait()
    assert done["complete"]
    assert done["sha256"] == digest
    assert server.number == 3
    assert max(grown) < 40, f"megabytes grown: {grown}"


def _killed_amid(client: httpx.Client, server: Killable, id: str, body: bytes, at: int) -> None:
    """Send a large piece and kill the server once some of it has arrived."""
    part = server.home / "uploads" / id / "part"

    def slowly() -> Iterator[bytes]:
        for start in range(0, len(body), 1 << 20):
            yield body[start : start + (1 << 20)]
            if part.stat().st_size > at and server.process.poll() is None:
                server.kill()

    with pytest.raises(httpx.TransportError):
        client.patch(f"/api/uploads/{id}", content=slowly(), headers={**PIECES, "Upload-Offset": str(at)})
    assert part.stat().st_size > at
    server.start()
