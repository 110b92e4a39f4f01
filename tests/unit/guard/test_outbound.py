"""The outbound door: nobody gets out but to where the list says, and nothing comes in without bounds."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from guotu.errors import GuotuError
from guotu.guard.outbound import Bounds, Door, parse_rules
from service_cast import Remote, remote


@pytest.fixture(scope="module")
def server() -> Iterator[Remote]:
    with remote() as running:
        yield running


def door(server: Remote, **more: object) -> Door:
    return Door(parse_rules(server.allow), **more)  # type: ignore[arg-type]


def code_of(asked: object, url: str, **bounds: object) -> str:
    with pytest.raises(GuotuError) as failure:
        asked.fetch(url, bounds=Bounds(**bounds))  # type: ignore[attr-defined, arg-type]
    return failure.value.code


def test_a_listed_service_answers(server: Remote) -> None:
    found = door(server).fetch(f"{server.address}/wms")
    assert found.type == "text/xml"
    assert found.body.startswith(b"<?xml")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "https://127.0.0.1/", "http://127.0.0.1:1/", "http://localhost/", "http://0/", "http://[::1]/",
        "http://2130706433/", "http://0x7f.1/", "http://169.254.169.254/latest/meta-data/",
    ],
)  # fmt: skip
def test_what_is_not_listed_is_not_reached(server: Remote, url: str) -> None:
    before = len(server.asked)
    assert code_of(door(server), url) == "GT-3010"
    assert len(server.asked) == before


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "gopher://x/", "ftp://x/", "http://u:p@127.0.0.1/", "http:///x", "http://a b/", "http://x/\r\nHost: y", "http://x:99999/"],
)  # fmt: skip
def test_what_is_no_plain_address_is_refused(server: Remote, url: str) -> None:
    assert code_of(door(server), url) == "GT-3015"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.9", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "192.0.0.192", "::1", "::ffff:127.0.0.1", "fe80::1%eth0", "fc00::1", "64:ff9b::7f00:1", "2002:7f00:1::", "100.100.100.200",
    ],
)  # fmt: skip
def test_a_public_name_that_leads_inside_is_refused(address: str) -> None:
    inside = Door(parse_rules("https://map.example.com"), resolve=lambda *_: ["93.184.216.34", address])
    assert code_of(inside, "https://map.example.com/wms") == "GT-3011"


@pytest.mark.parametrize(
    ("network", "address", "allowed"),
    [
        ("10.1.0.0/16", "10.1.2.3", True),
        ("10.1.0.0/16", "10.2.2.3", False),
        ("10.1.0.0/16", "93.184.216.34", False),
        ("169.254.0.0/16", "169.254.169.254", False),
        ("0.0.0.0/0", "169.254.169.254", False),
    ],
)
def test_a_private_network_is_reached_only_where_it_is_named(
    network: str, address: str, allowed: bool
) -> None:
    inside = Door(parse_rules(f"http://gis.gov:8080={network}"), resolve=lambda *_: [address])
    if allowed:
        assert inside.check("http://gis.gov:8080/wms")[1] == [address]
    else:
        with pytest.raises(GuotuError) as failure:
            inside.check("http://gis.gov:8080/wms")
        assert failure.value.code == "GT-3011"


def test_a_name_is_looked_up_once_a_request(server: Remote) -> None:
    port = int(server.address.rpartition(":")[2])
    looked: list[str] = []

    def resolve(host: str, _: int) -> list[str]:
        looked.append(host)
        return ["127.0.0.1"] if len(looked) == 1 else ["10.0.0.1"]

    found = Door(parse_rules(f"http://rebound.test:{port}=127.0.0.1/32"), resolve=resolve)
    assert found.fetch(f"http://rebound.test:{port}/wms").body
    assert looked == ["rebound.test"]


def test_redirects_stay_with_the_host(server: Remote) -> None:
    assert door(server).fetch(f"{server.address}/here").type == "text/xml"
    assert code_of(door(server), f"{server.address}/away") == "GT-3013"


def test_an_answer_has_an_end(server: Remote) -> None:
    assert code_of(door(server), f"{server.address}/large", bytes=1 << 20) == "GT-3013"
    assert code_of(door(server), f"{server.address}/packed") == "GT-3013"
    assert code_of(door(server), f"{server.address}/nothing") == "GT-3013"


def test_a_drip_is_cut_off_in_time(server: Remote) -> None:
    assert code_of(door(server), f"{server.address}/drip", seconds=0.6) == "GT-3012"


def test_a_service_that_failed_thrice_is_left_alone_for_a_while(server: Remote) -> None:
    now = [0.0]
    patient = door(server, tick=lambda: now[0])
    for _ in range(3):
        assert code_of(patient, f"{server.address}/broken") == "GT-3013"
    before = len(server.asked)
    assert code_of(patient, f"{server.address}/wms") == "GT-3012"
    assert len(server.asked) == before
    now[0] = 31.0
    assert patient.fetch(f"{server.address}/wms").body


def test_a_closed_port_is_told_without_details() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    closed = Door(parse_rules(f"http://127.0.0.1:{port}=127.0.0.1/32"))
    with pytest.raises(GuotuError) as failure:
        closed.fetch(f"http://127.0.0.1:{port}/secret?key=1")
    assert failure.value.code == "GT-3012"
    assert "secret" not in failure.value.detail("en")


@pytest.mark.parametrize(
    "text",
    ["map.example.com", "ftp://x", "https://x/path", "https://u@x", "https://x=10.0.0.0/99", "https://:1"],
)
def test_a_list_that_cannot_be_read_is_told(text: str) -> None:
    with pytest.raises(GuotuError) as failure:
        parse_rules(text)
    assert failure.value.code == "GT-1002"


def test_an_empty_list_lets_nobody_out() -> None:
    assert parse_rules(" , ") == ()
    assert code_of(Door(()), "https://example.com/") == "GT-3010"
