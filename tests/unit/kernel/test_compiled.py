"""The switch: interpreted loops give the bits that compiled ones give; without numba everything still works."""

import hashlib
import subprocess
import sys
from pathlib import Path

import numba
import pytest

from guotu.kernel import compiled

EVERYTHING = Path(__file__).parent / "every_loop.py"


def _run(*prelude: str) -> dict[str, str]:
    """Name → digest of every kernel's answer, from a fresh interpreter that runs `prelude` first."""
    start = f"import sys, runpy; sys.path[:0] = {sys.path!r}"
    end = f"runpy.run_path({str(EVERYTHING)!r}, run_name='__main__')"
    code = "\n".join([start, *prelude, end])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
    return dict(line.split() for line in done.stdout.splitlines())


@pytest.fixture(scope="module")
def answers() -> dict[str, str]:
    return _run()


def test_interpreted_loops_give_the_same_bits(answers):
    """Sums are compared to nine digits: compiled code may take its sine from elsewhere."""
    assert answers["compiled"] == "True"
    assert _run("import numba; numba.config.DISABLE_JIT = True") == answers


def test_without_numba_the_twins_give_the_same_answers(answers):
    hidden = (
        "import importlib.util as u; find = u.find_spec",
        "u.find_spec = lambda name, *a: None if name == 'numba' else find(name, *a)",
    )
    twins = _run(*hidden)
    assert twins.pop("compiled") == "False"
    assert twins == {name: digest for name, digest in answers.items() if name != "compiled"}


def test_without_a_place_for_the_cache_loops_are_compiled_all_the_same(monkeypatch):
    def refuse(function, cache=False, **options):
        if cache:
            raise RuntimeError("no locator available")
        return numba.njit(function, **options)

    monkeypatch.setattr(compiled, "_njit", refuse)
    assert compiled.loop(lambda x: x + 1)(1) == 2


def test_without_numba_a_loop_is_the_function_itself(monkeypatch):
    monkeypatch.setattr(compiled, "_njit", None)
    assert compiled.loop(len) is len


def test_digests_are_of_something(answers):
    assert len(set(answers.values())) == len(answers)
    assert hashlib.sha256(b"").hexdigest()[:16] not in answers.values()
