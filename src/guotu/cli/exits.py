"""How a run ends: the one table that turns failures into exit statuses, and how a failure is told."""

from __future__ import annotations

import errno
import json
import os
import secrets
import sys
import traceback
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import click

from guotu.errors import Family, GuotuError, Lang
from guotu.errors.base import Kind
from guotu.errors.general import (
    CANCELLED,
    PATH_FORBIDDEN,
    PATH_KIND,
    PATH_MISSING,
    UNFORESEEN,
)
from guotu.errors.store import STORAGE_FULL
from guotu.model.finding import QualityReport

DONE, UNKNOWN, USAGE, REFUSED, HELD, NOT_PERMITTED, NOT_FOUND, BUSY = range(8)

STATUS: dict[Family, int] = {
    Family.USAGE: USAGE,
    Family.REFUSED: REFUSED,
    Family.HELD: HELD,
    Family.UNAUTHENTICATED: NOT_PERMITTED,
    Family.FORBIDDEN: NOT_PERMITTED,
    Family.NOT_FOUND: NOT_FOUND,
    Family.BUSY: BUSY,
    Family.CONFLICT: USAGE,
    Family.TOO_LARGE: USAGE,
    Family.UNFORESEEN: UNKNOWN,
}

_BY_ERRNO: dict[int | None, Kind] = {
    errno.ENOENT: PATH_MISSING,
    errno.EACCES: PATH_FORBIDDEN,
    errno.EPERM: PATH_FORBIDDEN,
    errno.EROFS: PATH_FORBIDDEN,
    errno.EISDIR: PATH_KIND,
    errno.ENOTDIR: PATH_KIND,
}


def status(kind: Kind) -> int:
    """The exit status of a kind; a conflict that passes by itself is worth another try."""
    return BUSY if kind.retryable else STATUS[kind.family]


def as_failure(surprise: BaseException) -> GuotuError:
    """What an exception that is none of ours means to the user; the unforeseen leaves one line in the log."""
    match surprise:
        case GuotuError():
            return surprise
        case click.Abort() | KeyboardInterrupt():
            return CANCELLED()
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):
            return STORAGE_FULL()
        case OSError() if surprise.filename is not None and surprise.errno in _BY_ERRNO:
            return _BY_ERRNO[surprise.errno](path=os.fsdecode(surprise.filename))
    reference = secrets.token_hex(4)
    _log(surprise, reference)
    return UNFORESEEN(reference=reference)


def tell(error: GuotuError, lang: Lang, *, as_json: bool, usage: str | None = None) -> int:
    """Say a failure (one JSON document on stdout where asked for, words on stderr always) and give its status."""
    shown = error.as_dict(lang)
    if as_json:
        report = error.facts.get("report")
        told = report.as_dict(lang) if isinstance(report, QualityReport) else None
        emit({"error": shown} | ({"report": told} if told else {}))
    place = " ".join(f"{part}={value}" for part, value in shown.get("place", {}).items())
    if usage:
        click.echo(usage, err=True)
    click.echo(f"{shown['code']} {shown['detail']}" + (f" [{place}]" if place else ""), err=True)
    click.echo(f"  → {shown['hint']}", err=True)
    return status(error.kind)


def emit(document: Any) -> None:
    """One JSON document on stdout, UTF-8 whatever the terminal speaks."""
    import orjson

    options = orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_APPEND_NEWLINE
    sys.stdout.flush()
    sys.stdout.buffer.write(orjson.dumps(document, option=options))
    sys.stdout.buffer.flush()


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether `--json` was asked for, even where the rest could not be parsed."""
    before = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return "--json" in before


def language(arguments: Sequence[str], setting: str) -> Lang:
    """The language asked for with `--lang`, else the setting's."""
    asked = [after for option, after in pairwise(arguments) if option == "--lang"]
    asked += [each.removeprefix("--lang=") for each in arguments if each.startswith("--lang=")]
    for wanted in (*asked, setting):
        if wanted in ("zh", "en"):
            return "en" if wanted == "en" else "zh"
    return "zh"


def _log(surprise: BaseException, reference: str) -> None:
    frames = traceback.extract_tb(surprise.__traceback__)
    line = {
        "event": "unforeseen",
        "reference": reference,
        "exception": type(surprise).__name__,
        "message": str(surprise),
        "stack": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    print(json.dumps(line, ensure_ascii=False), file=sys.stderr)  # noqa: T201 - the log
