"""The only door to the environment: one table of settings that docs, command line and tests read.

Every setting is an environment variable `GUOTU_<NAME>`; nothing else in the package reads the environment.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guotu.errors.general import SETTING_INVALID


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table."""

    name: str
    parse: Callable[[str], Any]
    default: Any
    zh: str
    en: str

    @property
    def variable(self) -> str:
        return f"GUOTU_{self.name.upper()}"


def _flag(text: str) -> bool:
    match text.strip().lower():
        case "1" | "true" | "yes" | "on":
            return True
        case "0" | "false" | "no" | "off" | "":
            return False
    raise ValueError("1/0, true/false, yes/no, on/off")


def _one_of(*known: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in known:
            raise ValueError(" | ".join(known))
        return text

    return parse


def _at_least(low: int, high: int = 2**31) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not (text.strip().isdecimal() and low <= int(text) <= high):
            raise ValueError(f"{low}–{high}")
        return int(text)

    return parse


TABLE: tuple[Setting, ...] = (
    Setting("home", Path, Path("guotu-home"), "节点目录", "The node's home folder"),
    Setting("lang", _one_of("zh", "en"), "zh", "界面语言：zh 或 en", "Language of messages: zh or en"),
    Setting("host", str, "127.0.0.1", "服务监听地址", "Address the server listens on"),
    Setting(
        "port",
        _at_least(0, 65535),
        8765,
        "服务端口；0 表示任选空闲端口",
        "Port of the server; 0 picks a free one",
    ),
    Setting(
        "log_level",
        _one_of("critical", "error", "warning", "info", "debug"),
        "info",
        "日志级别：critical、error、warning、info、debug",
        "Log level: critical, error, warning, info, debug",
    ),
    Setting("max_upload_mb", _at_least(1), 512, "单次上传上限（MB）", "Largest upload, MB"),
    Setting(
        "upload_max_mb",
        _at_least(1),
        8192,
        "可续传的上传，一次的上限（MB）",
        "Largest upload in pieces, MB",
    ),
    Setting(
        "upload_quota_mb",
        _at_least(1),
        16_384,
        "每个账号上传空间的限额（MB）",
        "Room for the uploads of one account, MB",
    ),
    Setting(
        "visitor_upload_mb",
        _at_least(0),
        0,
        "没有账号的访客一次上传的上限（MB），全部访客合计为其十倍；0 表示须登录",
        "Largest upload of a visitor without an account, MB (ten times that for all of them); 0 asks everybody to sign in",
    ),
    Setting(
        "upload_hours",
        _at_least(1),
        72,
        "上传的文件保留多少小时",
        "Hours that an upload is kept",
    ),
    Setting(
        "check_hours",
        _at_least(1),
        168,
        "检查结果保留多少小时",
        "Hours that the result of a check is kept",
    ),
    Setting(
        "sandbox_memory_mb",
        _at_least(1),
        2048,
        "读取子进程内存上限（MB）",
        "Memory limit of the reading process, MB",
    ),
    Setting(
        "sandbox_seconds",
        _at_least(1),
        3600,
        "读取子进程时间上限（秒）",
        "Time limit of the reading process, seconds",
    ),
    Setting(
        "raster_max_mb",
        _at_least(1),
        65_536,
        "一幅栅格展开后的上限（MB）",
        "Largest raster, unpacked, MB",
    ),
    Setting(
        "raster_compression",
        _one_of("deflate", "zstd"),
        "deflate",
        "栅格存为 COG 的压缩方式：deflate（任何软件都能读）或 zstd（更快）",
        "How rasters are packed in their COG: deflate (read by any program) or zstd (faster)",
    ),
    Setting(
        "outbound_allow",
        str,
        "",
        "允许访问的外部服务与数据库，逗号分隔：https://主机:端口、postgresql://主机:端口，内网地址再加 =网段",
        "Services and databases this node may reach, by commas: https://host:port, postgresql://host:port, private with =network",
    ),
    Setting(
        "pack_seconds",
        _at_least(0),
        30,
        "服务每隔多少秒为新写入的数据生成快读文件；0 表示不生成",
        "Seconds between looks for newly written data to pack for quick reading; 0 makes no packs",
    ),
    Setting(
        "session_idle_minutes",
        _at_least(1),
        30,
        "会话空闲时限（分钟）",
        "A session ends after so many idle minutes",
    ),
    Setting(
        "secure_cookies", _flag, False, "仅经 HTTPS 发送会话标识", "Send the session cookie over HTTPS only"
    ),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """Parsed settings; attribute names are the table's names."""

    home: Path
    lang: str
    host: str
    port: int
    log_level: str
    max_upload_mb: int
    upload_max_mb: int
    upload_quota_mb: int
    visitor_upload_mb: int
    upload_hours: int
    check_hours: int
    sandbox_memory_mb: int
    sandbox_seconds: int
    raster_max_mb: int
    raster_compression: str
    outbound_allow: str
    pack_seconds: int
    session_idle_minutes: int
    secure_cookies: bool


def load(environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Settings from the environment, then `overrides` that are not None.

    Raises   GT-1002 where a value cannot be read
    """
    source = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    for setting in TABLE:
        given = source.get(setting.variable)
        try:
            values[setting.name] = setting.default if given is None else setting.parse(given)
        except ValueError as problem:
            raise SETTING_INVALID(name=setting.variable, value=given, reason=problem) from None
    values |= {name: value for name, value in overrides.items() if value is not None}
    return Settings(**values)


@contextmanager
def kept_environment(*variables: str) -> Iterator[None]:
    """Give these variables back their values when the block ends: some libraries set them for the whole process on import."""
    before = {name: os.environ.get(name) for name in variables}
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
