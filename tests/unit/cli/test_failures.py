"""Every way a command line can go wrong ends with its status, in its language, and as one document where that was asked."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import click
import pytest

from guotu import settings
from guotu.cli import exits
from guotu.errors import Family, GuotuError
from guotu.errors.kinds import all_kinds
from guotu.errors.store import DATASET_UNKNOWN


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        (["nosuch"], 2, "GT-1010"),
        (["catalog", "nosuch"], 2, "GT-1010"),
        (["query"], 2, "GT-1001"),
        (["query", "xz.dltb", "--limit", "x"], 2, "GT-1001"),
        (["query", "xz.dltb", "--bbox", "1", "2"], 2, "GT-1001"),
        (["query", "xz.dltb", "--colour", "red"], 2, "GT-1001"),
        (["query", "xz.dltb", "more"], 2, "GT-1001"),
        (["query", "xz.dltb", "--at", "yesterday"], 2, "GT-1001"),
        (["ingest", "a.zip", "--as-of", "2024-13-01"], 2, "GT-1001"),
        (["--lang", "fr", "doctor"], 2, "GT-1001"),
        (["--home", "none", "catalog", "list"], 6, "GT-1003"),
        (["--home", "none", "query", "xz.dltb", "--format", "csv"], 2, "GT-1001"),
        (["--home", "none", "query", "xz.dltb", "-o", "a.doc"], 2, "GT-1001"),
        (["--home", "none", "query", "xz.dltb", "-o", "nowhere/a.csv"], 6, "GT-1013"),
        (["area", "nothing.zip"], 6, "GT-1101"),
        (["check", "nothing.zip", "--report", "a.pdf"], 2, "GT-6001"),
        (["review", "a.txt", "--report", "a.odt"], 2, "GT-5092"),
        (["init", "--id", "x", "--name", "x", "--division", "349021", "--level", "county"], 2, "GT-1001"),
        (
            ["init", "--id", "N-349021-01", "--name", "x", "--division", "34902", "--level", "county"],
            2,
            "GT-1001",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_failure_has_its_status_and_tells_it_in_the_language_asked_for(
    guotu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments, status, code, lang
) -> None:
    monkeypatch.chdir(tmp_path)
    verb = arguments if arguments[0] == "--lang" else ["--lang", lang, *arguments]
    ran = guotu(*verb, "--json")
    assert (ran.status, ran.code) == (status, code)
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in ran.document["error"]["detail"])
    assert chinese == (lang == "zh") or arguments[0] == "--lang"
    assert ran.document["error"]["hint"]
    assert code in ran.err
    assert "Traceback" not in ran.err


def test_without_json_stdout_stays_empty_on_failure(guotu) -> None:
    ran = guotu("--home", "none", "doctor")
    assert ran.out == ""
    assert "→" in ran.err


def test_a_mistyped_option_is_told_with_its_neighbour(guotu) -> None:
    assert "--limit" in guotu("query", "a", "--limt", "3").err


def test_a_bare_group_shows_its_help(guotu) -> None:
    for arguments in ([], ["catalog"], ["user"]):
        ran = guotu(*arguments)
        assert ran.status == 2
        assert "Usage: guotu" in ran.err


def test_a_wrong_setting_is_a_wrong_use(guotu, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUOTU_PORT", "many")
    ran = guotu("--lang", "en", "doctor", "--json")
    assert (ran.status, ran.code) == (2, "GT-1002")
    assert "GUOTU_PORT" in ran.document["error"]["detail"]


@pytest.mark.parametrize(
    ("surprise", "status", "code"),
    [
        (KeyboardInterrupt(), 7, "GT-1005"),
        (click.Abort(), 7, "GT-1005"),
        (PermissionError(errno.EACCES, "no", "a.shp"), 5, "GT-1014"),
        (FileNotFoundError(errno.ENOENT, "no", "a.shp"), 6, "GT-1013"),
        (IsADirectoryError(errno.EISDIR, "no", "a"), 2, "GT-1015"),
        (OSError(errno.ENOSPC, "full"), 7, "GT-2011"),
        (RuntimeError("who knows"), 1, "GT-9001"),
        (FileNotFoundError("without a name"), 1, "GT-9001"),
        (DATASET_UNKNOWN(dataset="a.b"), 6, "GT-2001"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)
def test_no_exception_leaves_a_verb(
    guotu, monkeypatch: pytest.MonkeyPatch, surprise: BaseException, status: int, code: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise surprise

    monkeypatch.setattr(settings, "load", lambda **given: fail() if "home" in given else _settings())
    ran = guotu("doctor", "--json")
    assert (ran.status, ran.code) == (status, code)
    assert "Traceback" not in ran.err


def test_the_unforeseen_leaves_a_line_in_the_log_with_the_reference_told(
    guotu, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**given: object) -> object:
        if "home" in given:
            raise ZeroDivisionError("nobody thought of it")
        return _settings()

    monkeypatch.setattr(settings, "load", fail)
    ran = guotu("doctor", "--json")
    line = json.loads(next(line for line in ran.err.splitlines() if line.startswith("{")))
    assert line["exception"] == "ZeroDivisionError"
    assert line["reference"] in ran.document["error"]["detail"]
    assert any("test_failures.py" in frame for frame in line["stack"])


def test_every_family_has_a_status_of_the_table() -> None:
    assert set(exits.STATUS) == set(Family)
    assert {exits.status(kind) for kind in all_kinds().values()} <= set(range(8))


def test_a_conflict_that_passes_by_itself_is_worth_another_try() -> None:
    for kind in all_kinds().values():
        assert (exits.status(kind) == exits.BUSY) == (kind.retryable or kind.family is Family.BUSY)


@pytest.mark.parametrize(
    ("arguments", "setting", "lang"),
    [
        ([], "zh", "zh"),
        ([], "en", "en"),
        (["--lang", "en", "doctor"], "zh", "en"),
        (["--lang=en"], "zh", "en"),
        (["--lang", "zh"], "en", "zh"),
        (["--lang"], "en", "en"),
        (["--lang", "fr"], "en", "en"),
    ],
)
def test_the_language_of_a_failure_is_the_one_asked_for(
    arguments: list[str], setting: str, lang: str
) -> None:
    assert exits.language(arguments, setting) == lang


def test_json_after_a_double_dash_is_a_name() -> None:
    assert exits.wants_json(["area", "--json", "--", "x"])
    assert not exits.wants_json(["area", "--", "--json"])


def test_a_failure_that_carries_a_report_shows_it(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    from guotu.errors.quality import QUALITY_REFUSED
    from guotu.model.finding import QualityReport

    report = QualityReport("L", 3, (), (), passed=False)
    failure: GuotuError = QUALITY_REFUSED(layer="L", features=3, hard=1, light=0, report=report)
    assert exits.tell(failure, "en", as_json=True) == exits.REFUSED
    assert json.loads(capfdbinary.readouterr().out)["report"]["features"] == 3


def _settings():
    from guotu.settings import TABLE, Settings

    return Settings(**{setting.name: setting.default for setting in TABLE})
