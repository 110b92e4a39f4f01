"""Submission as its users take it over HTTP: handed in with faults, returned, mended, adopted, told of in the bulletin."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from e2e.conftest import ENVIRONMENT, PATIENCE, PROGRAM, Demo, Served

PIECES = {"Content-Type": "application/offset+octet-stream"}
PROFILE = "survey-change-county"
YEAR = 2025


@pytest.fixture(scope="module")
def packed(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The county's own survey as a package, made by the command line."""
    target = tmp_path_factory.mktemp("package") / f"{YEAR}.zip"
    command = [
        sys.executable, "-c", PROGRAM, "--home", str(demo.home), "submission", "pack", PROFILE,
        "-o", str(target), "--year", str(YEAR),
    ]  # fmt: skip
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return next(target.parent.glob("*.zip"))


@pytest.fixture(scope="module")
def served(serve: Callable[..., Served]) -> Served:
    """A server of its own: what is adopted here changes the node, and others lock accounts."""
    return serve()


@pytest.fixture
def surveyor(served: Served) -> Iterator[httpx.Client]:
    with served.client("surveyor") as client:
        yield client


@pytest.fixture
def officer(served: Served) -> Iterator[httpx.Client]:
    with served.client("officer") as client:
        yield client


def uploaded(client: httpx.Client, path: Path) -> str:
    body = path.read_bytes()
    id = client.post("/api/uploads", json={"name": path.name, "size": len(body)}).json()["id"]
    sent = client.patch(f"/api/uploads/{id}", content=body, headers={**PIECES, "Upload-Offset": "0"})
    assert sent.status_code == 204, sent.text
    digest = hashlib.sha256(body).hexdigest()
    assert client.post(f"/api/uploads/{id}/complete", json={"sha256": digest}).json()["complete"]
    return str(id)


def took(client: httpx.Client, id: str, action: str, **asked: Any) -> dict[str, Any]:
    """A step, waited for where it is long; the submission after it."""
    answer = client.post(f"/api/submissions/{id}/steps/{action}", json=asked)
    assert answer.status_code in (200, 202), answer.text
    if answer.status_code == 202:
        deadline = time.monotonic() + PATIENCE
        while (job := client.get(answer.headers["Location"]).json())["status"] in ("queued", "running"):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert job["status"] == "done", job["error"]
    return dict(client.get(f"/api/submissions/{id}").json())


def refused(client: httpx.Client, id: str, action: str, **asked: Any) -> str:
    answer = client.post(f"/api/submissions/{id}/steps/{action}", json=asked)
    assert answer.status_code >= 400, answer.text
    return str(answer.json()["code"])


def test_the_whole_way_from_upload_to_bulletin(
    served: Served, surveyor: httpx.Client, officer: httpx.Client, packed: Path
) -> None:
    unit = surveyor.get("/api/session").json()["account"]["organisation"]
    with served.client("admin") as admin:
        item = {"division": "349021", "unit": unit, "profile": PROFILE, "deadline": "2099-12-31"}
        due = admin.post(f"/api/submission-lists/{YEAR}", json={"title": "年度清单", "items": [item]}).json()
    name = f"{YEAR}/{due['items'][0]['id']}"
    begun = surveyor.post("/api/submissions", json={"upload": uploaded(surveyor, packed), "item": name})
    assert begun.status_code == 201, begun.text
    id = begun.json()["id"]
    assert refused(surveyor, id, "submit") == "GT-7034"
    assert refused(officer, id, "check") == "GT-7035"
    checked = took(surveyor, id, "check")
    report = surveyor.get(f"/api/submissions/{id}/report").json()
    for number, finding in enumerate(report["findings"], 1):
        if not checked["rounds"][-1]["check"]["passed"] and finding.get("hard", True):
            took(surveyor, id, "explain", finding=number, reason="界线切割形成", document="说明〔2025〕1号")
    took(surveyor, id, "submit", seen=surveyor.get(f"/api/submissions/{id}").json()["steps"])
    assert refused(officer, id, "receive", seen=0) == "GT-7036"
    took(officer, id, "receive")
    receipt = surveyor.get(f"/api/submissions/{id}/receipt").json()
    assert receipt["payload"]["number"] == f"{id}-1"
    assert surveyor.get(f"/api/submissions/{id}/receipt", params={"format": "pdf"}).content[:5] == b"%PDF-"
    took(officer, id, "review")
    took(officer, id, "remark", reason="请核实碎图斑", layer="DLTB", demand=True)
    assert refused(officer, id, "adopt") in {"GT-7037"}
    returned = took(officer, id, "return", reason="图斑有误", deadline="2099-01-31")
    assert returned["state"] == "returned"
    took(surveyor, id, "replace", upload=uploaded(surveyor, packed))
    took(surveyor, id, "check")
    took(surveyor, id, "submit")
    took(officer, id, "receive")
    took(officer, id, "review")
    adopted = took(officer, id, "adopt")
    assert adopted["state"] == "adopted"
    assert [entry["action"] for entry in adopted["trail"]][-2:] == ["adopt", "landed"]
    bulletin = officer.get(f"/api/submission-bulletins/{YEAR}").json()
    assert bulletin["units"][0]["unit"] == unit
    assert bulletin["units"][0]["returns"] == 1
    sheet = officer.get(f"/api/submission-bulletins/{YEAR}", params={"format": "xlsx"})
    assert sheet.content[:2] == b"PK"
    progress = surveyor.get(f"/api/submission-lists/{YEAR}").json()["items"]
    assert progress[0]["submission"] == id


def test_strangers_see_nothing(served: Served, surveyor: httpx.Client, packed: Path) -> None:
    begun = surveyor.post(
        "/api/submissions", json={"upload": uploaded(surveyor, packed), "profile": PROFILE}
    ).json()
    with served.client() as guest:
        assert guest.get("/api/submissions").status_code == 401
        assert guest.get(f"/api/submissions/{begun['id']}").status_code == 404
        assert guest.get(f"/api/submissions/{begun['id']}/report").status_code == 404
    assert took(surveyor, begun["id"], "withdraw", reason="重做")["state"] == "withdrawn"
    assert begun["id"] in {each["id"] for each in surveyor.get("/api/submissions").json()}


def test_profiles_and_wrong_requests_are_told(surveyor: httpx.Client) -> None:
    shown = surveyor.get("/api/submission-profiles").json()
    assert PROFILE in {each["id"] for each in shown}
    assert surveyor.get("/api/submission-lists/1999").json()["code"] == "GT-7041"
    assert surveyor.get(f"/api/submission-bulletins/{YEAR}").status_code in (403, 404)
    wrong = surveyor.post("/api/submissions", json={"upload": "nothing", "profile": PROFILE})
    assert wrong.json()["code"] == "GT-7001"
