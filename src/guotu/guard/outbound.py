"""The one door to other machines: only listed services, only checked addresses, only so much and so long.

A name is resolved once, every answer is checked, and the connection goes to the checked address with the name in TLS and Host;
so neither a redirect nor a second answer of the name server leads anywhere else.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import BoundedSemaphore, Lock
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from guotu.errors import GuotuError
from guotu.errors.catalog import (
    OUTBOUND_ADDRESS,
    OUTBOUND_NOT_LISTED,
    SERVICE_ADDRESS,
    SERVICE_ANSWER,
    SERVICE_UNREACHABLE,
)
from guotu.errors.general import SETTING_INVALID

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], list[str]]

_PORTS = {"http": 80, "https": 443}
_RULE_PORTS = {**_PORTS, "postgresql": 5432}
_REDIRECTS = 3
_CHUNK = 1 << 16
_AT_ONCE, _WAIT = 8, 5.0
_FAILURES, _PAUSE = 3, 30.0
NEVER: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4", "100.100.100.200/32",
        "::/128", "fe80::/10", "ff00::/8", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "fd00:ec2::254/128",
    )
)  # fmt: skip
"""Link-local, metadata, multicast, reserved and translated addresses: not even where somebody lists them."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One service that may be reached; `network` must hold its address where that is a private or loopback one."""

    scheme: str
    host: str
    port: int
    network: Network | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the media type without parameters, in lower case, and the body."""

    type: str
    body: bytes
    milliseconds: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much and how long one request may take, redirects included."""

    bytes: int = 8 << 20
    seconds: float = 20.0


def parse_rules(text: str) -> tuple[Rule, ...]:
    """`https://host[:port][=network]` (or http, postgresql), separated by commas. Raises GT-1002."""
    rules = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        try:
            origin, _, network = part.partition("=")
            found = urlsplit(origin)
            if (
                found.scheme not in _RULE_PORTS
                or not found.hostname
                or found.path not in ("", "/")
                or found.username
            ):
                raise ValueError(origin)
            port = found.port or _RULE_PORTS[found.scheme]
            rules.append(
                Rule(found.scheme, found.hostname, port, ipaddress.ip_network(network) if network else None)
            )
        except ValueError as problem:
            raise SETTING_INVALID(name="GUOTU_OUTBOUND_ALLOW", value=part, reason=problem) from None
    return tuple(rules)


def _resolved(host: str, port: int) -> list[str]:
    return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class Door:
    """Fetches from listed services; for use by many threads."""

    def __init__(
        self,
        rules: tuple[Rule, ...],
        *,
        resolve: Resolve = _resolved,
        tick: Callable[[], float] = time.monotonic,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._rules, self._resolve, self._tick = rules, resolve, tick
        self._context = context
        self._seats, self._lock = BoundedSemaphore(_AT_ONCE), Lock()
        self._failures: dict[str, tuple[int, float]] = {}

    def fetch(self, url: str, *, accept: str = "*/*", bounds: Bounds = Bounds()) -> Answer:
        """GET, following redirects within the same origin only.

        Raises   GT-3015 not an address, GT-3010 not listed, GT-3011 a forbidden address, GT-3012 no answer (also while a
                 service that failed thrice is left alone), GT-3013 an answer too large, packed, redirected away or not 200
        """
        start, target = self._tick(), url
        deadline = start + bounds.seconds
        for _ in range(_REDIRECTS + 1):
            parts = _parts(target)
            self._refuse_broken(_origin(parts))
            status, headers, body = self._once(parts, accept, bounds, deadline)
            if status in (301, 302, 303, 307, 308):
                target = self._onward(parts, target, headers)
                continue
            if status != 200:
                raise _answer(parts, f"状态 {status}", f"status {status}")
            type = headers.get("content-type", "").partition(";")[0].strip().lower()
            return Answer(type, body, round((self._tick() - start) * 1000))
        raise _answer(_parts(url), "重定向过多", "too many redirects")

    def check(self, url: str) -> tuple[SplitResult, list[str]]:
        """The parts of an address and the machines it may be reached at; raises GT-3015, GT-3010, GT-3011, GT-3012."""
        parts = _parts(url)
        port = parts.port or _PORTS[parts.scheme]
        addresses = self.machines(parts.scheme, str(parts.hostname), port, _origin(parts))
        return parts, addresses

    def machines(self, scheme: str, host: str, port: int, origin: str) -> list[str]:
        """The checked addresses of a listed service; `origin` is what messages call it. Raises GT-3010, GT-3011, GT-3012."""
        rules = [rule for rule in self._rules if (rule.scheme, rule.host, rule.port) == (scheme, host, port)]
        if not rules:
            raise OUTBOUND_NOT_LISTED(origin=origin)
        try:
            addresses = list(dict.fromkeys(self._resolve(host, port)))
        except OSError:
            raise SERVICE_UNREACHABLE(
                origin=origin, reason_zh="名称解析失败", reason_en="its name cannot be resolved"
            ) from None
        if not addresses or not all(_allowed(address, rules) for address in addresses):
            raise OUTBOUND_ADDRESS(origin=origin)
        return addresses

    def _once(
        self, parts: SplitResult, accept: str, bounds: Bounds, deadline: float
    ) -> tuple[int, Mapping[str, str], bytes]:
        _, addresses = self.check(parts.geturl())
        if not self._seats.acquire(timeout=_WAIT):
            raise _silent(parts, "同时的请求太多", "too many requests at once")
        try:
            found = self._exchange(parts, addresses[0], accept, bounds, deadline)
        except (OSError, http.client.HTTPException, ssl.SSLError) as problem:
            self._note(_origin(parts), failed=True)
            timed = isinstance(problem, TimeoutError)
            zh, en = ("超时", "it took too long") if timed else ("连接失败", "the connection failed")
            raise _silent(parts, zh, en) from None
        finally:
            self._seats.release()
        self._note(_origin(parts), failed=found[0] >= 500)
        return found

    def _exchange(
        self, parts: SplitResult, address: str, accept: str, bounds: Bounds, deadline: float
    ) -> tuple[int, Mapping[str, str], bytes]:
        connection = _Pinned(parts, address, self._left(deadline), self._context)
        try:
            path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
            headers = {
                "Accept": accept,
                "Accept-Encoding": "identity",
                "User-Agent": "guotu",
                "Connection": "close",
            }
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            if told.get("content-encoding", "identity") != "identity":
                raise _answer(parts, "应答被压缩", "the answer is packed")
            length = told.get("content-length", "0")
            if length.isdigit() and int(length) > bounds.bytes:
                raise _too_large(parts, bounds)
            body = bytearray()
            while chunk := answer.read1(_CHUNK):
                body += chunk
                if len(body) > bounds.bytes:
                    raise _too_large(parts, bounds)
                connection.hurry(self._left(deadline))
            if length.isdigit() and len(body) < int(length):
                raise http.client.IncompleteRead(bytes(body))
            return answer.status, told, bytes(body)
        finally:
            connection.hang_up()

    def _left(self, deadline: float) -> float:
        left = deadline - self._tick()
        if left <= 0:
            raise TimeoutError
        return left

    def _onward(self, parts: SplitResult, target: str, headers: Mapping[str, str]) -> str:
        onward = urljoin(target, headers.get("location", ""))
        if _origin(_parts(onward)) != _origin(parts):
            raise _answer(parts, "重定向到别的主机", "it redirects to another host")
        return onward

    def _note(self, origin: str, *, failed: bool) -> None:
        with self._lock:
            count = self._failures.get(origin, (0, 0.0))[0] + 1 if failed else 0
            self._failures[origin] = (count, self._tick())

    def _refuse_broken(self, origin: str) -> None:
        with self._lock:
            count, since = self._failures.get(origin, (0, 0.0))
        if count >= _FAILURES and self._tick() - since < _PAUSE:
            raise SERVICE_UNREACHABLE(
                origin=origin,
                reason_zh="连续失败，暂停访问",
                reason_en="it failed repeatedly and is left alone",
            )


class _Pinned(http.client.HTTPConnection):
    """A connection to one address that speaks to one name."""

    def __init__(
        self, parts: SplitResult, address: str, seconds: float, context: ssl.SSLContext | None
    ) -> None:
        self._secure, self._address, self._context = parts.scheme == "https", address, context
        self._line: socket.socket | None = None
        self._answer: http.client.HTTPResponse | None = None
        port = parts.port or _PORTS[parts.scheme]
        self.default_port = _PORTS[parts.scheme]
        super().__init__(str(parts.hostname), port, timeout=seconds)

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), self.timeout)
        if not self._secure:
            self.sock = self._line = plain
            return
        context = self._context or ssl.create_default_context()
        self.sock = self._line = context.wrap_socket(plain, server_hostname=self.host)

    def hang_up(self) -> None:
        """Close the connection and the line that an unfinished answer still holds."""
        self.close()
        if self._answer is not None:
            self._answer.close()
        if self._line is not None:
            self._line.close()

    def getresponse(self) -> http.client.HTTPResponse:
        self._answer = super().getresponse()
        return self._answer

    def hurry(self, seconds: float) -> None:
        """Wait no longer than this for the next piece; the answer holds the line even when the connection is given up."""
        if self._line is not None:
            self._line.settimeout(seconds)


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 reading it is the check
    except ValueError:
        raise _wrong(url, "不是网址", "it is no URL") from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise _wrong(url, "只接受 http 与 https", "only http and https are accepted")
    if parts.username is not None or parts.password is not None:
        raise _wrong(
            f"{parts.scheme}://…@{parts.hostname}", "含有用户名或密码", "it carries a user name or password"
        )
    if not url.isascii() or any(mark in url for mark in ' \r\n\t\\"<>'):
        raise _wrong(parts.hostname, "含有不允许的字符", "it holds characters that are not allowed")
    return parts


def _allowed(text: str, rules: list[Rule]) -> bool:
    address: Address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if any(address in network for network in NEVER if network.version == address.version):
        return False
    named = [rule.network for rule in rules if rule.network is not None]
    within = any(address in network for network in named if network.version == address.version)
    return within if named or not address.is_global else True


def _origin(parts: SplitResult) -> str:
    """Scheme, host and port: all that messages tell of an address."""
    port = parts.port or _PORTS[parts.scheme]
    return f"{parts.scheme}://{parts.hostname}" + ("" if port == _PORTS[parts.scheme] else f":{port}")


def _wrong(url: str, zh: str, en: str) -> GuotuError:
    return SERVICE_ADDRESS(url=url[:120], reason_zh=zh, reason_en=en)


def _silent(parts: SplitResult, zh: str, en: str) -> GuotuError:
    return SERVICE_UNREACHABLE(origin=_origin(parts), reason_zh=zh, reason_en=en)


def _answer(parts: SplitResult, zh: str, en: str) -> GuotuError:
    return SERVICE_ANSWER(origin=_origin(parts), reason_zh=zh, reason_en=en)


def _too_large(parts: SplitResult, bounds: Bounds) -> GuotuError:
    megabytes: Any = max(1, bounds.bytes >> 20)
    return _answer(parts, f"超过 {megabytes} MB", f"it has more than {megabytes} MB")
